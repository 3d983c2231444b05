"""The fonts that pages are served with: made by our script, small, with every letter we need."""

from __future__ import annotations

import io
import re
import unicodedata
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from hub.look import fonts

FILES = sorted((fonts.STATIC / "fonts").glob("*.woff2"))
SANS = ("be-vietnam-pro-400.woff2", "be-vietnam-pro-600.woff2")
# Signs that a browser takes from elsewhere: arrows, spaces that are only wide.
NOT_IN_THE_SANS = set("\u2009\u202f←↑→↓✓")
NOT_IN_THE_MONO = set("\u2009\u202f✓ƀɃ")
NAMES = (
    "H'Hen Niê Kđăm",
    "Y Thuyên Ksơr",
    "Rơ Châm Ŏnh",
    "Siu Hƀơi",
    "K'Să Ñă Čuôr",
    "Ê̆ ê̆ Ô̆ ô̆ Ơ̆ ơ̆ Ư̆ ư̆ Ĭ ĭ Ĕ ĕ Ŭ ŭ",
    "Nguyễn Thị Ngọc Ẩn, ĐẶNG QUỲNH HOẰNG",
)  # made up


def can_show(font: TTFont, letter: str) -> bool:
    """Does the font have it, or the parts that a browser sets it together from?"""
    known = font.getBestCmap()
    return ord(letter) in known or all(
        ord(part) in known for part in unicodedata.normalize("NFD", letter)
    )


def test_what_is_served_is_what_the_script_makes() -> None:
    made = fonts.make()
    assert len(made) == 6
    differ = [
        path for path, content in made.items() if (fonts.STATIC / path).read_bytes() != content
    ]
    assert differ == [], "run: python -m hub.look.fonts"
    assert {path.name for path in FILES} == {cut.file for cut in fonts.CUTS}


def test_the_fonts_together_stay_small() -> None:
    assert 20_000 < sum(path.stat().st_size for path in FILES) <= 60_000


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_letter_that_names_and_pages_need_is_drawn(path: Path) -> None:
    font = TTFont(path)
    missing = {letter for letter in fonts.LETTERS if not can_show(font, letter)}
    assert missing == (NOT_IN_THE_SANS if path.name in SANS else NOT_IN_THE_MONO)
    if path.name in SANS:
        names = set("".join(NAMES))
        assert {letter for letter in names if not can_show(font, letter)} == set()


def test_what_pages_say_is_in_our_letters() -> None:
    said = fonts.HUB / "locale" / "en" / "LC_MESSAGES" / "motcham.po"
    text = unicodedata.normalize("NFC", said.read_text(encoding="utf-8"))
    letters = {letter for letter in text if letter.isalpha()}
    assert len(letters) > 100
    assert letters - fonts.LETTERS == set()


def test_marks_find_their_place_and_figures_have_one_width() -> None:
    for name in SANS:
        font = TTFont(fonts.STATIC / "fonts" / name)
        positions = {one.FeatureTag for one in font["GPOS"].table.FeatureList.FeatureRecord}
        assert {"kern", "mark"} <= positions
        features = {one.FeatureTag for one in font["GSUB"].table.FeatureList.FeatureRecord}
        assert {"ccmp", "tnum"} <= features
        glyphs = [font.getBestCmap()[ord(digit)] for digit in "0123456789"]
        [even] = [
            table.mapping
            for lookup in font["GSUB"].table.LookupList.Lookup
            for table in lookup.SubTable
            if glyphs[0] in getattr(table, "mapping", {})
        ]
        assert len({font["hmtx"][even[glyph]][0] for glyph in glyphs}) == 1
        assert len({font["hmtx"][glyph][0] for glyph in glyphs}) > 5


def test_each_font_says_whose_it_is_and_its_licence_lies_beside_it() -> None:
    for path in FILES:
        names = TTFont(path)["name"]
        assert "Project Authors" in names.getDebugName(0)
        assert "SIL Open Font License" in names.getDebugName(13)
        licence = path.with_name(path.name.rsplit("-", 1)[0] + "-OFL.txt").read_text()
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence
        assert "Reserved Font Name" not in licence.split("-----")[0], "then it needs another name"


def test_browsers_keep_the_fonts_and_nothing_moves_when_they_come() -> None:
    sheet = (fonts.STATIC / "fonts.css").read_text()
    addresses = re.findall(r'url\("([^"]+)"\)', sheet)
    assert len(addresses) == len(FILES)
    assert all(re.fullmatch(r"fonts/[a-z0-9-]+\.woff2\?v=[0-9a-f]{16}", one) for one in addresses)
    assert sheet.count("font-display: swap") == len(FILES)
    [wider] = re.findall(r"size-adjust: ([\d.]+)%", sheet)
    assert 95 < float(wider) < 120
    body = (fonts.STATIC / "motcham.css").read_text()
    assert f'"{fonts.SANS}", Meanwhile' in body


def test_a_font_that_is_no_font_of_ours_stays_out() -> None:
    with pytest.raises(OSError):
        fonts.make(fonts.STATIC)


def test_it_is_written_as_woff2() -> None:
    for path in FILES:
        assert path.read_bytes()[:4] == b"wOF2"
        assert TTFont(io.BytesIO(path.read_bytes())).flavor == "woff2"
