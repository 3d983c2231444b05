"""Draws this course's picture and video: how an address is read from right to left.

``python draw_media.py`` writes them into ``media/``; the video wants ``ffmpeg`` on the PATH. All
text and drawing is our own. The sentences stand in ``media/doc-dia-chi.vi.vtt`` (and ``.en.vtt``),
whose times follow `SCENES`.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from PIL import Image

MEDIA = Path(__file__).parent / "media"
INK, MUTED, PAPER = "#17262b", "#8a989d", "#ffffff"
DEEP, TEAL, RED, GREEN, AMBER = "#0b2a30", "#0b5561", "#9c1f1f", "#14623a", "#714500"
TINTS = {TEAL: "#e3f0ef", RED: "#fbeae8", GREEN: "#e4f3ea", AMBER: "#fdf1d9", MUTED: "#eef1f0"}
FRAMES = 10  # a second
WIDTH, HEIGHT = 640, 360

PARTS = ["https://", "dichvucong.gov.vn.", "nop-nhanh.", "example", "/ho-so"]
REAL = ["https://", "dichvucong.", "gov.", "vn", "/ho-so"]


@dataclass(frozen=True)
class Scene:
    """``colours`` of the parts; ``arrow`` is the part that an arrow comes to from the right."""

    seconds: int
    title: str
    parts: list[str]
    colours: list[str]
    arrow: int | None = None


SCENES = [
    Scene(5, "Địa chỉ trong một tin nhắn", PARTS, [INK, INK, INK, INK, INK]),
    Scene(4, "Bước 1: bỏ https://", PARTS, [MUTED, INK, INK, INK, INK]),
    Scene(4, "Bước 2: bỏ từ dấu / trở đi", PARTS, [MUTED, INK, INK, INK, MUTED]),
    Scene(5, "Bước 3: đọc từ phải sang trái", PARTS, [MUTED, INK, INK, RED, MUTED], 3),
    Scene(5, "Bước 3: đọc từ phải sang trái", PARTS, [MUTED, INK, RED, RED, MUTED], 2),
    Scene(6, "Chủ thật sự: nop-nhanh.example", PARTS, [MUTED, AMBER, RED, RED, MUTED]),
    Scene(6, "Địa chỉ của cơ quan nhà nước", REAL, [MUTED, INK, GREEN, GREEN, MUTED], 2),
]
TWO_LINES, ONE_LINE = [[0, 1], [2, 3, 4]], [[0, 1, 2, 3, 4]]


def canvas(width: int, height: int, colour: str) -> tuple[FigureCanvasAgg, Figure]:
    figure = Figure(figsize=(width / 100, height / 100), dpi=100, facecolor=colour)
    return FigureCanvasAgg(figure), figure


def write(figure: Figure, x: float, y: float, text: str, colour: str, **more: Any) -> None:
    height = figure.get_figheight() * 100
    figure.text(x / (figure.get_figwidth() * 100), 1 - y / height, text, color=colour, **more)


def box(figure: Figure, x: float, y: float, width: float, height: float, colour: str) -> None:
    whole_w, whole_h = figure.get_figwidth() * 100, figure.get_figheight() * 100
    figure.patches.append(
        FancyBboxPatch(
            (x / whole_w, 1 - (y + height) / whole_h),
            width / whole_w,
            height / whole_h,
            boxstyle="round,pad=0,rounding_size=0.015",
            transform=figure.transFigure,
            facecolor=TINTS[colour],
            edgecolor=colour,
            linewidth=1.5,
        )
    )


# --- the picture --------------------------------------------------------------------------------

ROWS = [
    ("https://", "đường truyền được mã hóa,\nkhông nói ai là chủ", MUTED),
    ("dichvucong.gov.vn.", "nằm bên trái:\nai cũng tự đặt được", AMBER),
    ("nop-nhanh.example", "chủ thật sự: hai phần\ncuối, đọc từ bên phải", RED),
    ("/ho-so", "một trang bên trong,\nkhông phải tên miền", MUTED),
]


def draw_picture(path: Path) -> None:
    _, figure = canvas(640, 400, PAPER)
    for number, (part, says, colour) in enumerate(ROWS):
        top = 18 + number * 94
        box(figure, 12, top, 284, 76, colour)
        weight = "bold" if colour == RED else "normal"
        dark = INK if colour == MUTED else colour
        write(
            figure,
            26,
            top + 38,
            part,
            dark,
            size=17,
            va="center_baseline",
            family="DejaVu Sans Mono",
            weight=weight,
        )
        write(
            figure, 312, top + 38, says, dark, size=16, va="center", weight=weight, linespacing=1.35
        )
    save(figure, path)


# --- the video ----------------------------------------------------------------------------------

LETTER = 0.602 * 100 / 72  # pixels of one letter of DejaVu Sans Mono for each point of its size


def draw_frame(scene: Scene, moved: float) -> Figure:
    """``moved`` 0…1 is how far the arrow has come."""
    _, figure = canvas(WIDTH, HEIGHT, PAPER)
    lines = TWO_LINES if scene.parts is PARTS else ONE_LINE
    size = 26 if lines is TWO_LINES else 20
    write(figure, 28, 48, scene.title, TEAL, size=19, weight="bold")
    box(figure, 16, 76, 608, 206, MUTED)
    for row, places in enumerate(lines):
        y = 140 + row * 86 if lines is TWO_LINES else 178
        x = 32.0
        for place in places:
            text, colour = scene.parts[place], scene.colours[place]
            wide = len(text) * size * LETTER
            if colour in (RED, GREEN, AMBER):
                box(figure, x - 1, y - size * 1.35, wide, size * 1.9, colour)
            write(figure, x, y, text, colour, size=size, family="DejaVu Sans Mono", weight="bold")
            if place == scene.arrow:
                start = x + wide + 140 * (1 - moved)
                figure.add_artist(_arrow(start, x + 6, y + size * 1.15, colour))
            x += wide
    return figure


def _arrow(start: float, end: float, y: float, colour: str) -> FancyArrowPatch:
    return FancyArrowPatch(
        (start / WIDTH, 1 - y / HEIGHT),
        (min(end, start - 8) / WIDTH, 1 - y / HEIGHT),
        arrowstyle="-|>,head_length=9,head_width=5",
        linewidth=4,
        color=colour,
        zorder=5,
    )


def draw_video(path: Path, poster: Path) -> None:
    program = shutil.which("ffmpeg")
    if program is None:
        raise SystemExit("ffmpeg is missing: apt-get install ffmpeg")
    command = f"{program} -y -loglevel error -f rawvideo -pix_fmt rgba -s {WIDTH}x{HEIGHT}"
    coding = "-c:v libx264 -preset veryslow -crf 26 -tune animation -pix_fmt yuv420p -g 100"
    plain = "-map_metadata -1 -fflags +bitexact -flags:v +bitexact -movflags +faststart -an"
    whole = f"{command} -r {FRAMES} -i - {coding} {plain}".split()
    with subprocess.Popen([*whole, str(path)], stdin=subprocess.PIPE) as process:
        assert process.stdin
        for scene in SCENES:
            for picture in frames_of(scene):
                process.stdin.write(picture)
    assert process.returncode == 0
    save(draw_frame(SCENES[5], 1.0), poster)


def frames_of(scene: Scene) -> Iterator[bytes]:
    """Every frame as RGBA; drawn again only while something moves."""
    pixels = b""
    for number in range(scene.seconds * FRAMES):
        moved = min(1.0, number / (1.2 * FRAMES)) if scene.arrow is not None else 1.0
        if moved < 1.0 or number == 0 or number == round(1.2 * FRAMES):
            figure = draw_frame(scene, moved)
            shown: Any = FigureCanvasAgg(figure)  # not fully annotated
            shown.draw()
            pixels = bytes(shown.buffer_rgba())
        yield pixels


def save(figure: Figure, path: Path) -> None:
    """With few colours: a quarter of the bytes, and nobody sees it."""
    content = io.BytesIO()
    figure.savefig(content, format="png")
    Image.open(content).convert("RGB").quantize(48, dither=Image.Dither.NONE).save(
        path, optimize=True
    )


if __name__ == "__main__":
    MEDIA.mkdir(exist_ok=True)
    draw_picture(MEDIA / "bon-phan-cua-dia-chi.png")
    draw_video(MEDIA / "doc-dia-chi.mp4", MEDIA / "doc-dia-chi.png")
