"""Pictures, videos and captions: a course's ``media`` folder, and how its lessons name them.

A lesson names a file as it lies beside it, ``../media/name.png``: a picture in Markdown
(``![what it shows](../media/name.png "caption")``), a video by the options of a setup cell
(``video``, ``title``, ``captions``, ``poster``). Sizes are bounded, so that media can live in the
release itself and a lesson stays light on a slow line.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.folding import fold
from core.manifest import MediumEntry
from core.messages import Message, Refused
from courses.answers.uploads import look_into
from courses.notebooks import Cell, Notebook, source_of
from courses.options import options_of

FOLDER = "media"
KILO = 1000
IMAGES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}
VIDEOS = {".webm": "video/webm", ".mp4": "video/mp4"}
CAPTIONS = {".vtt": "text/vtt"}
# Handed out to be read or worked on; named in a text by a link.
DOCUMENTS = {
    ".pdf": "application/pdf",
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
TYPES = {**IMAGES, **VIDEOS, **CAPTIONS, **DOCUMENTS}
LARGEST = {
    **dict.fromkeys(IMAGES, 300 * KILO),
    **dict.fromkeys(VIDEOS, 4000 * KILO),
    **dict.fromkeys(CAPTIONS, 100 * KILO),
    **dict.fromkeys(DOCUMENTS, 1000 * KILO),
}
LARGEST_TOGETHER = 15_000 * KILO  # of one course
LANGUAGE = "vi"  # captions that every video has

NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
NAMED = re.compile(r"(?:\.\./)*media/([a-z0-9][a-z0-9._-]*)")
PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\(\s*<?(?P<src>[^\s)>]+)")
LINK = re.compile(r"(?<!!)\[(?P<words>[^\]]*)\]\(\s*<?(?P<to>[^\s)>]*\bmedia/[^\s)>]+)")
TAG = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
# What says that there is a picture and not what it shows, folded.
ANY_PICTURE = re.compile(
    r"(hinh|anh|hinh anh|so do|bieu do|minh hoa|image|img|picture|photo|figure|fig|chart|screenshot"
    r"|anh chup man hinh|untitled)( ?\d+)?"
)
NO_DESCRIPTION = Message("lời mô tả hình “{alt}” không nói hình cho thấy gì")
ATTRIBUTE = re.compile(r"\b(src|alt)\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)


@dataclass(frozen=True)
class Medium:
    """A published file. ``address`` is where a browser fetches it; ``width`` and ``height`` in
    pixels, 0 where unknown; ``lines`` what captions say, as (seconds, text)."""

    address: str
    width: int = 0
    height: int = 0
    lines: tuple[tuple[float, str], ...] = ()

    @classmethod
    def at(cls, address: str, entry: MediumEntry) -> Medium:
        """A file of the manifest, at this address."""
        return cls(address, entry.width or 0, entry.height or 0, entry.lines or ())


@dataclass(frozen=True)
class Video:
    """A video as a setup cell describes it: paths below the course folder."""

    path: str
    title: str
    poster: str
    captions: Mapping[str, str] = field(default_factory=dict)  # language → path, Vietnamese first


def path_of(named: str) -> str | None:
    """``../media/a.png`` → ``media/a.png``; None for anything that is no file of the course."""
    found = NAMED.fullmatch(named)
    return f"{FOLDER}/{found[1]}" if found else None


def load_media(folder: Path) -> dict[str, bytes]:
    """Every file of the course's ``media`` folder, by path; of one too large only the beginning
    (one byte more than allowed), so that the check can say so."""
    found: dict[str, bytes] = {}
    for path in sorted((folder / FOLDER).glob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            with path.open("rb") as file:
                found[f"{FOLDER}/{path.name}"] = file.read(LARGEST.get(path.suffix, 0) + 1)
    return found


def read_video(source: str) -> Video | None:
    """The video that a setup cell shows, None where it shows none. Raises `Refused`."""
    options = options_of(source)
    if "video" not in options:
        return None
    faults: list[Message] = []

    def path(key: str, named: Any, kinds: Mapping[str, str]) -> str:
        found = path_of(str(named))
        if found is None or Path(found).suffix not in kinds:
            faults.append(_needs_file(key, kinds))
        return found or ""

    captions = options.get("captions")
    by_language = captions if isinstance(captions, dict) else {LANGUAGE: captions}
    if LANGUAGE not in by_language:
        faults.append(_needs_file(f"captions.{LANGUAGE}", CAPTIONS))
    title = options.get("title")
    if not isinstance(title, str) or not title.strip():
        why = Message("phải là chuỗi ký tự không rỗng")
        faults.append(Message("khóa “{key}”: {why}", {"key": "title", "why": why}))
    video = Video(
        path("video", options["video"], VIDEOS),
        str(title),
        path("poster", options.get("poster"), IMAGES),
        {
            str(language): path("captions", named, CAPTIONS)
            for language, named in sorted(by_language.items(), key=lambda one: one[0] != LANGUAGE)
        },
    )
    if faults:
        raise Refused(*faults)
    return video


def _needs_file(key: str, kinds: Mapping[str, str]) -> Message:
    why = Message(
        "phải là tệp “../media/tên” kiểu {kinds}, tên không dấu", {"kinds": ", ".join(kinds)}
    )
    return Message("khóa “{key}”: {why}", {"key": key, "why": why})


def named_in(notebook: Notebook) -> set[str]:
    """Paths of all media that a lesson shows."""
    found: set[str] = set()
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            named = [*pictures_in(cell), *documents_in(cell)]
            found |= {path for _, one in named if (path := path_of(one))}
        elif cell["cell_type"] == "code":
            try:
                video = read_video(source_of(cell))
            except Refused:
                continue  # the check says why
            if video:
                found |= {video.path, video.poster, *video.captions.values()}
    return found


def pictures_in(cell: Cell) -> Iterator[tuple[str, str]]:
    """(alternative text, address) of each picture in a text cell, Markdown's or HTML's."""
    source = source_of(cell)
    for picture in PICTURE.finditer(source):
        yield picture["alt"].strip(), picture["src"]
    for tag in TAG.findall(source):
        has = {name.lower(): value for name, value in ATTRIBUTE.findall(tag)}
        yield has.get("alt", "").strip(), has.get("src", "")


def documents_in(cell: Cell) -> Iterator[tuple[str, str]]:
    """(words, address) of each link of a text cell to a file of the course."""
    return ((one["words"].strip(), one["to"]) for one in LINK.finditer(source_of(cell)))


def described(media: Mapping[str, bytes]) -> tuple[MediumEntry, ...]:
    """What the manifest says of each file, by path."""
    return tuple(_described(path, content) for path, content in sorted(media.items()))


def _described(path: str, content: bytes) -> MediumEntry:
    suffix = Path(path).suffix
    size = picture_size(content) or (0, 0) if suffix in IMAGES else (None, None)
    return MediumEntry(
        path=path,
        digest=hashlib.sha256(content).hexdigest(),
        size=len(content),
        width=size[0],
        height=size[1],
        lines=_lines_of(content) if suffix in CAPTIONS else None,
    )


def _lines_of(content: bytes) -> tuple[tuple[float, str], ...]:
    try:
        return tuple(read_captions(content))
    except Refused:
        return ()


# --- looking into files -------------------------------------------------------------------------


def fits_its_name(path: str, content: bytes) -> bool:
    """Is it the kind of file its name says?"""
    suffix = Path(path).suffix
    if suffix in IMAGES:
        return picture_size(content) is not None
    if suffix in DOCUMENTS:
        try:
            look_into(path, content)
        except Refused:
            return False
        return True
    if suffix == ".webm":
        return content.startswith(b"\x1a\x45\xdf\xa3")
    if suffix == ".mp4":
        return content[4:8] == b"ftyp"
    return True  # captions are read


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, JPEG, WebP or SVG; None where it is none of them."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content.startswith(b"\xff\xd8"):
        return _jpeg_size(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp_size(content)
    return _svg_size(content)


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    place = 2
    while place + 9 < len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return None


def _webp_size(content: bytes) -> tuple[int, int] | None:
    kind, body = content[12:16], content[20:30]
    if len(body) < 10:
        return None
    if kind == b"VP8X":
        width, height = (int.from_bytes(body[at : at + 3], "little") for at in (4, 7))
        return width + 1, height + 1
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", body[6:10])
    return width & 0x3FFF, height & 0x3FFF


def _svg_size(content: bytes) -> tuple[int, int] | None:
    head = content[:2000].decode("utf-8", errors="replace")
    box = re.search(r"<svg\b[^>]*\bviewBox\s*=\s*[\"']([-\d.\s,]+)[\"']", head)
    sides = re.split(r"[\s,]+", box[1].strip()) if box else []
    try:
        _left, _top, width, height = map(float, sides)
    except ValueError:  # not four, or not numbers
        return None
    return round(width), round(height)


TIMES = re.compile(
    r"(?:(\d+):)?(\d\d):(\d\d)\.(\d{3})\s+-->\s+(?:(\d+):)?(\d\d):(\d\d)\.(\d{3})(?:\s.*)?"
)


def read_captions(content: bytes) -> list[tuple[float, str]]:
    """What WebVTT captions say: (seconds, text) in order. Raises `Refused` naming the line."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Refused(Message("phụ đề phải ở bảng mã UTF-8")) from None
    lines = text.split("\n")
    if not lines[0].startswith("WEBVTT"):
        raise Refused(Message("phụ đề phải bắt đầu bằng dòng WEBVTT"))
    found: list[tuple[float, str]] = []
    ends = 0.0
    for number, line in enumerate(lines, start=1):
        if "-->" not in line:
            continue
        times = TIMES.fullmatch(line.strip())
        begins, until = (
            (_seconds(times.groups()[:4]), _seconds(times.groups()[4:])) if times else (0.0, 0.0)
        )
        if not times or begins < ends or until <= begins:
            raise Refused(
                Message(
                    "phụ đề: dòng {line}: giờ không đọc được hoặc không nối tiếp", {"line": number}
                )
            )
        ends = until
        said: list[str] = []
        for follows in lines[number:]:
            if not follows.strip():
                break
            said.append(follows.strip())
        found.append((begins, " ".join(said)))
    if not any(said for _, said in found):
        raise Refused(Message("phụ đề không có câu nào"))
    return found


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000


# --- checking -----------------------------------------------------------------------------------

Finding = tuple[str, Message, str]  # where, what, "error" or "warning"


def findings_in(media: Mapping[str, bytes], used: set[str]) -> Iterator[Finding]:
    """What is wrong with the files themselves, and which of them no lesson shows."""
    for path, content in sorted(media.items()):
        suffix = Path(path).suffix
        if suffix not in TYPES or not NAME.fullmatch(Path(path).name):
            what = Message(
                "tên tệp không dùng được; tên chữ thường không dấu, kiểu {kinds}",
                {"kinds": ", ".join(TYPES)},
            )
            yield path, what, "error"
        elif len(content) > LARGEST[suffix]:
            what = Message("tệp lớn hơn {limit} kB", {"limit": LARGEST[suffix] // KILO})
            yield path, what, "error"
        elif not fits_its_name(path, content):
            yield path, Message("nội dung không phải kiểu mà tên tệp nói"), "error"
        elif suffix in CAPTIONS:
            yield from ((path, why, "error") for why in _caption_faults(content))
        if path not in used:
            yield path, Message("không bài nào dùng tệp này"), "warning"
    whole = sum(map(len, media.values()))
    if whole > LARGEST_TOGETHER:
        what = Message(
            "hình và video cộng lại lớn hơn {limit} kB", {"limit": LARGEST_TOGETHER // KILO}
        )
        yield FOLDER, what, "error"


def _caption_faults(content: bytes) -> tuple[Message, ...]:
    try:
        read_captions(content)
    except Refused as refused:
        return refused.messages
    return ()


def says_nothing(alt: str, named: str) -> bool:
    """Does a description say no more than the file's name, or that there is a picture?"""
    plain = " ".join(re.split(r"[\W_]+", fold(alt))).strip()
    file = Path(named.removeprefix("attachment:"))
    own = {" ".join(re.split(r"[\W_]+", fold(one))).strip() for one in (file.name, file.stem)}
    return plain in own or bool(ANY_PICTURE.fullmatch(plain)) or Path(alt).suffix.lower() in IMAGES


def findings_of(cell: Cell, media: Mapping[str, bytes]) -> Iterator[tuple[Message, str]]:
    """What is wrong with the pictures and videos that a cell shows."""
    if cell["cell_type"] == "markdown":
        for alt, named in pictures_in(cell):
            if not alt:
                yield Message("có hình chưa có lời mô tả (alt)"), "error"
            elif says_nothing(alt, named):
                yield Message(NO_DESCRIPTION.template, {"alt": alt[:60]}), "error"
            if named.startswith("attachment:"):
                if named.removeprefix("attachment:") not in cell.get("attachments", {}):
                    yield Message("không có hình đính kèm {name}", {"name": named}), "error"
                continue
            if named.startswith("data:"):
                continue
            path = path_of(named)
            if path is None or path not in media or Path(path).suffix not in IMAGES:
                yield (
                    Message(
                        "không có hình {name}; hình phải nằm trong thư mục media của khóa học, "
                        "viết là ../media/tên",
                        {"name": named},
                    ),
                    "error",
                )
        for words, named in documents_in(cell):
            if not words:
                yield Message("có tệp để tải chưa có tên gọi"), "error"
            if path_of(named) not in media:
                yield Message("không có tệp {path}", {"path": named}), "error"
    elif cell["cell_type"] == "code":
        try:
            video = read_video(source_of(cell))
        except Refused as refused:
            for why in refused.messages:
                yield why, "error"
            return
        yield from _undescribed_outputs(cell)
        shown = (video.path, video.poster, *video.captions.values()) if video else ()
        for path in shown:
            if path not in media:
                yield Message("không có tệp {path}", {"path": path}), "error"


def _undescribed_outputs(cell: Cell) -> Iterator[tuple[Message, str]]:
    """Stored pictures whose text is what a drawing library says of them."""
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        said = "".join(data.get("text/plain", ""))
        if IMAGES.values() & data.keys() and (not said.strip() or said.startswith("<")):
            yield Message("hình do mã vẽ sẵn chưa có lời mô tả (text/plain)"), "warning"
