"""A picture for every course: its own, ``media/cover.…``, or one drawn of what the course is about.

Drawn pictures are of one style: a ground, a sun, and a motif that the words of the course's slug
choose, else its content frame. They have classes instead of colours, so the page's scheme colours
them (``way.css``), and say nothing that words beside them do not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from core.messages import Message
from courses.media import FOLDER, IMAGES, KILO

COVERS = tuple(f"{FOLDER}/cover{suffix}" for suffix in IMAGES)
LARGEST_COVER = 30 * KILO  # the catalogue shows many at once
LARGEST_DRAWN = 3 * KILO

# In a box of 320 × 140. Classes: b brand, s brand in a softer tone, g gold, w the card's white;
# l a line of the brand, m a line of white, y a line of gold.
MOTIFS = {
    "path": '<path class="m" d="M52 140c30-26 84-8 104-32s-22-30 14-42 34-4 44-16"/>'
    '<circle class="w" cx="92" cy="118" r="7"/><circle class="w" cx="158" cy="84" r="7"/>'
    '<path class="l" d="M214 60V20"/><path class="g" d="M214 18l36 12-36 13z"/>',
    "building": '<path class="b" d="M98 62l62-34 62 34v8H98z"/>'
    '<path class="b" d="M108 76h14v36h-14zm30 0h14v36h-14zm30 0h14v36h-14zm30 0h14v36h-14z"/>'
    '<path class="b" d="M98 116h124v10H98z"/><circle class="g" cx="160" cy="54" r="7"/>'
    '<path class="y" d="M230 44a34 34 0 0 0-20-22m32 16a48 48 0 0 0-26-28"/>',
    "market": '<path class="w" d="M108 70h104v54H108z"/><path class="b" d="M108 120h104v8H108z"/>'
    '<path class="b" d="M100 40h24v32a12 12 0 0 1-24 0zm48 0h24v32a12 12 0 0 1-24 0zm48 0h24v32a12 '
    '12 0 0 1-24 0z"/><path class="g" d="M124 40h24v32a12 12 0 0 1-24 0zm48 0h24v32a12 12 0 0 1-24 '
    '0z"/><path class="l" d="M124 112l18-10 16 4 36-16"/>',
    "people": '<path class="w" d="M60 84l28-24 28 24v42H60z"/>'
    '<path class="b" d="M54 88l34-30 34 30z"/>'
    '<path class="w" d="M222 92l22-18 22 18v34h-44z"/><path class="b" d="M216 95l28-24 28 24z"/>'
    '<circle class="g" cx="170" cy="64" r="13"/><circle class="b" cx="142" cy="78" r="11"/>'
    '<circle class="b" cx="198" cy="78" r="11"/>'
    '<path class="b" d="M124 126a18 24 0 0 1 36 0zm56 0a18 '
    '24 0 0 1 36 0z"/><path class="g" d="M148 126a22 34 0 0 1 44 0z"/>',
    "shield": '<path class="b" d="M160 18l46 15v33c0 30-18 48-46 60-28-12-46-30-46-60V33z"/>'
    '<path class="m" d="M138 70l16 16 30-32"/><circle class="g" cx="206" cy="33" r="9"/>',
    "bars": '<path class="b" d="M98 92h20v34H98zm32-18h20v52h-20zm32 '
    '8h20v44h-20zm32-32h20v76h-20z"/>'
    '<path class="y" d="M96 72l36-20 32 8 44-32"/><circle class="g" cx="208" cy="28" r="7"/>',
    "nodes": '<path class="l" d="M110 46l50 26 50-30m-50 30l-44 36m44-36l46 34"/>'
    '<path class="b" d="M142 48h36a8 8 0 0 1 8 8v34a8 8 0 0 1-8 8h-36a8 8 0 0 1-8-8V56a8 8 0 0 '
    '1 8-8z"/>'
    '<circle class="g" cx="160" cy="73" r="10"/><circle class="b" cx="110" cy="46" r="11"/>'
    '<circle class="g" cx="211" cy="41" r="11"/><circle class="g" cx="115" cy="109" r="11"/>'
    '<circle class="b" cx="207" cy="108" r="11"/>',
    "signpost": '<path class="l" d="M160 126V22"/><path class="b" d="M128 30h70l16 14-16 14h-70z"/>'
    '<path class="g" d="M192 68h-62l-14 12 14 12h62z"/><path class="m" d="M144 44h44"/>',
    "compass": '<circle class="b" cx="160" cy="72" r="52"/>'
    '<circle class="w" cx="160" cy="72" r="40"/>'
    '<path class="g" d="M188 44l-18 38-20-20z"/><path class="s" d="M132 100l18-38 20 20z"/>'
    '<circle class="b" cx="160" cy="72" r="5"/>',
    "pages": '<path class="s" d="M138 22h62v86h-62z"/><path class="w" d="M120 34h66v92h-66z"/>'
    '<path class="l" d="M134 54h38m-38 16h38m-38 16h22"/>'
    '<circle class="g" cx="178" cy="108" r="15"/>'
    '<path class="m" d="M171 108l5 5 9-10"/>',
    "phone": '<path class="b" d="M136 14h48a10 10 0 0 1 10 10v92a10 10 0 0 1-10 10h-48a10 10 0 0 '
    '1-10-10V24a10 10 0 0 1 10-10z"/><path class="w" d="M134 28h52v76h-52z"/>'
    '<path class="l" d="M146 66l10 11 19-22"/><circle class="w" cx="160" cy="115" r="5"/>'
    '<path class="y" d="M208 48a28 28 0 0 1 0 36m14-48a46 46 0 0 1 0 60"/>',
    "cloud": '<path class="b" d="M116 88a24 24 0 0 1 4-47 38 38 0 0 1 72-6 27 27 0 0 1 14 53z"/>'
    '<path class="l" d="M130 88v22m32-22v34m32-34v22"/><circle class="g" cx="130" cy="114" r="8"/>'
    '<circle class="g" cx="162" cy="124" r="8"/><circle class="g" cx="194" cy="114" r="8"/>',
}
# The first line of which a word stands in the slug.
WORDS = (
    ("shield", "an-toan bao-mat bao-ve an-ninh lua-dao rieng-tu"),
    ("nodes", "tri-tue nhan-tao tu-dong may-hoc"),
    ("bars", "du-lieu thong-ke do-luong chi-so phan-tich bang-tinh"),
    ("signpost", "dung-dau lanh-dao quan-tri quan-ly dieu-hanh thay-doi"),
    ("compass", "nhin-rong tam-nhin chien-luoc ke-hoach"),
    ("pages", "van-ban phap-luat ho-so thu-tuc the-che chinh-sach soan-thao noi-dung"),
    ("phone", "dich-vu thanh-toan di-dong dinh-danh truc-tuyen"),
    ("cloud", "ha-tang nen-tang ket-noi dam-may lien-thong mang internet"),
    ("building", "chinh-phu chinh-quyen cong-vu cong-so"),
    ("market", "kinh-te doanh-nghiep thuong-mai mua-sam"),
    ("people", "xa-hoi cong-dong pho-cap giao-duc y-te nguoi-dan"),
)
FRAMES = {"4.1": "path", "4.2": "building", "4.3": "market", "4.4": "people"}
GROUNDS = (
    "M0 140v-28c54-30 112-26 164-8s108 10 156-12v48z",
    "M0 140v-38c44 18 96 26 150 8s118-34 170-12v42z",
    "M0 140v-22c80-34 140-6 196-14s84-26 124-20v56z",
)
SUNS = ((52, 44, 26), (272, 40, 30), (258, 58, 22), (64, 60, 32), (286, 30, 18))


def cover_among(paths: Iterable[str]) -> str | None:
    """The course's own picture among the paths of its media."""
    there = set(paths)
    return next((path for path in COVERS if path in there), None)


def fault_of_cover(size: int) -> Message | None:
    """Why a course's own picture will not do."""
    if size <= LARGEST_COVER:
        return None
    return Message(
        "tranh của khóa học nặng {size} KB; nhiều nhất là {most} KB",
        {"size": -(-size // KILO), "most": LARGEST_COVER // KILO},
    )


def motif_of(slug: str, frame: str) -> str:
    """What the picture of a course shows: a name of `MOTIFS`."""
    words = f"-{slug}-"
    for motif, said in WORDS:
        if any(f"-{word}-" in words for word in said.split()):
            return motif
    return FRAMES.get(frame) or sorted(MOTIFS)[_number(slug) % len(MOTIFS)]


def drawn(slug: str, frame: str) -> str:
    """The picture of a course as SVG to stand in a page: the same for the same course, and of two
    with one motif, ground and sun differ. Nothing of ``slug`` is written into it."""
    number = _number(slug)
    ground = GROUNDS[number % len(GROUNDS)]
    x, y, radius = SUNS[number // 7 % len(SUNS)]
    return (
        '<svg class="drawn" viewBox="0 0 320 140" preserveAspectRatio="xMidYMid slice" '
        'aria-hidden="true" focusable="false">'
        f'<circle class="sun" cx="{x}" cy="{y}" r="{radius}"/><path class="s" d="{ground}"/>'
        f"{MOTIFS[motif_of(slug, frame)]}</svg>"
    )


def _number(slug: str) -> int:
    """A number that stays the same on every machine."""
    return int.from_bytes(hashlib.sha256(slug.encode()).digest()[:4], "big")
