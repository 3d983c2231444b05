"""``python -m hub.look.fonts``: make the fonts that pages are served with, and their style sheet.

From whole fonts under the Open Font License (npm, only where this runs) to the letters that pages
need: Vietnamese, English, and those of the peoples of Việt Nam whose names stand in lists and on
certificates. What is made lies in ``hub/portal/static/`` and is committed; a test makes it again.
"""

from __future__ import annotations

import hashlib
import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import matplotlib
from fontTools import subset
from fontTools.afmLib import AFM
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

HUB = Path(__file__).parents[1]
MODULES = HUB / "node_modules" / "@expo-google-fonts"
STATIC = HUB / "portal" / "static"

ASCII = {chr(code) for code in range(0x20, 0x7F)}
TONES = "\u0300\u0301\u0303\u0309\u0323"
VOWELS = "aăâeêioôơuưy"
VIETNAMESE = {
    unicodedata.normalize("NFC", letter + tone)
    for letter, tone in product(VOWELS + VOWELS.upper(), ["", *TONES])
} | set("đĐ")
# Ê-đê, Gia Rai, Ba Na, Xơ-đăng, Mnông, Cơ-ho and others write names with these. Where a letter has
# no code of its own (ê̆, ô̆, ơ̆, ư̆), or the font no drawing (ĕ, ŏ), its mark is set upon it.
PEOPLES = set("ČčÑñĔĕĬĭŎŏŬŭƀɃ\u0302\u0306\u031b") | set(TONES)
SIGNS = set("\u00a0\u2009\u202f–—‘’“”„…•·×÷±°²³½¼¾«»‹›§©®™€₫%‰≤≥≠≈−→←↑↓✓")
LETTERS = ASCII | VIETNAMESE | PEOPLES | SIGNS

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
FEATURES = ["ccmp", "kern", "mark", "mkmk", "tnum"]
# What pages are read in while the font is on its way: one of these is on every machine, and all
# are as wide as Arial.
MEANWHILE = ("Arial", "Roboto", "Liberation Sans", "Helvetica Neue")
SAMPLE = "Anh chị hãy đọc đoạn văn bản dưới đây rồi trả lời các câu hỏi về dữ liệu của cơ quan mình"


@dataclass(frozen=True)
class Cut:
    """One weight of a font: the npm package, its source there, the weights it stands for."""

    family: str
    package: str
    source: str
    weights: str

    @property
    def file(self) -> str:
        return f"{self.package}-{self.weights[:3]}.woff2"


SANS, MONO = "Be Vietnam Pro", "JetBrains Mono"
CUTS = (
    Cut(SANS, "be-vietnam-pro", "400Regular/BeVietnamPro_400Regular.ttf", "400 500"),
    Cut(SANS, "be-vietnam-pro", "600SemiBold/BeVietnamPro_600SemiBold.ttf", "600 900"),
    Cut(MONO, "jetbrains-mono", "400Regular/JetBrainsMono_400Regular.ttf", "400 700"),
)


def make(sources: Path = MODULES) -> dict[str, bytes]:
    """Every file that belongs in ``hub/portal/static/``, by its path there. ``sources``: the folder
    of the npm packages; `OSError` where one is missing."""
    made = {
        f"fonts/{cut.file}": make_font(sources / cut.package / cut.source, sans=cut.family == SANS)
        for cut in CUTS
    }
    for package in sorted({cut.package for cut in CUTS}):
        licence = (sources / package / "LICENSE_FONT").read_bytes()
        made[f"fonts/{package}-OFL.txt"] = licence
    regular = TTFont(sources / CUTS[0].package / CUTS[0].source)
    made["fonts.css"] = style_sheet(made, regular).encode()
    return made


def make_font(source: Path, *, sans: bool) -> bytes:
    """The font with our letters only, as WOFF2; a ``sans`` gets figures of one width, for tables,
    and the letter ƀ."""
    font = TTFont(source, recalcTimestamp=False)
    if sans:
        _draw_barred_b(font)
        _add_features(font)
    options = subset.Options(layout_features=FEATURES, hinting=False, flavor="woff2")
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # whose it is, and its licence
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=sorted(map(ord, LETTERS)))
    cutter.subset(font)
    written = io.BytesIO()
    subset.save_font(font, written, options)
    return written.getvalue()


def style_sheet(files: Mapping[str, bytes], regular: TTFont) -> str:
    """The ``@font-face`` rules. Addresses carry the content's digest, so browsers keep them."""
    rules = ["/* Made by `python -m hub.look.fonts`; licences beside the fonts. */"]
    for cut in CUTS:
        digest = hashlib.sha256(files[f"fonts/{cut.file}"]).hexdigest()[:16]
        rules.append(
            f'@font-face {{ font-family: "{cut.family}"; font-weight: {cut.weights}; '
            f'font-display: swap; src: url("fonts/{cut.file}?v={digest}") format("woff2"); }}'
        )
    wider = _width(SAMPLE, regular) / _arial_width(SAMPLE)
    line = regular["hhea"]
    named = ", ".join(f'local("{name}")' for name in MEANWHILE)
    rules.append(
        "/* As wide and as high as the sans, so that nothing moves when that arrives. */\n"
        f'@font-face {{ font-family: "Meanwhile"; src: {named}; size-adjust: {wider:.1%}; '
        f"ascent-override: {line.ascent / 1000 / wider:.1%}; "
        f"descent-override: {-line.descent / 1000 / wider:.1%}; line-gap-override: 0%; }}"
    )
    return "\n".join(rules) + "\n"


def _width(text: str, font: TTFont) -> float:
    """In ems, without kerning."""
    glyphs, widths = font.getBestCmap(), font["hmtx"]
    return float(sum(widths[glyphs[ord(letter)]][0] for letter in text)) / 1000


def _arial_width(text: str) -> float:
    """The same of Arial, whose letters are as wide as Helvetica's; marks above add nothing."""
    helvetica = AFM(str(Path(matplotlib.get_data_path(), "fonts/pdfcorefonts/Helvetica.afm")))
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("ư", "u"))
    names = {" ": "space"}
    letters = [letter for letter in plain if letter.isascii()]
    widths = (float(helvetica[names.get(letter, letter)][1]) for letter in letters)
    return sum(widths) / 1000


def _draw_barred_b(font: TTFont) -> None:
    """ƀ and Ƀ, which the source lacks: b and B with a dash across the stem."""
    outlines, widths = font["glyf"], font["hmtx"]
    dash = outlines["endash"]
    across = 0.31 * font["head"].unitsPerEm / (dash.xMax - dash.xMin)
    middle = (dash.yMin + dash.yMax) / 2
    small, capital = outlines["x"].yMax, outlines["B"].yMax
    for letter, base, height in (
        ("ƀ", "b", (small + outlines["b"].yMax) / 2),
        ("Ƀ", "B", capital / 2),
    ):
        pen = TTGlyphPen(font.getGlyphSet())
        pen.addComponent(base, (1, 0, 0, 1, 0, 0))
        left = outlines[base].xMin - 85 - dash.xMin * across
        pen.addComponent("endash", (across, 0, 0, 1, round(left), round(height - middle)))
        _add_glyph(font, f"uni{ord(letter):04X}", pen.glyph(), widths[base][0])
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[ord(letter)] = f"uni{ord(letter):04X}"


def _add_features(font: TTFont) -> None:
    """Figures of one width (``tnum``), and an i without its dot under a mark (``ccmp``)."""
    widths = font["hmtx"]
    one_width = widths["zero"][0]
    for name in DIGITS:
        pen = TTGlyphPen(font.getGlyphSet())
        pen.addComponent(name, (1, 0, 0, 1, (one_width - widths[name][0]) // 2, 0))
        _add_glyph(font, f"{name}.tnum", pen.glyph(), one_width)
    marks = " ".join(
        font.getBestCmap()[ord(mark)] for mark in "\u0300\u0301\u0302\u0303\u0306\u0309"
    )
    addOpenTypeFeaturesFromString(
        font,
        f"@above = [{marks}];"
        "feature ccmp { sub i' @above by dotlessi; } ccmp;"
        f"feature tnum {{ sub [{' '.join(DIGITS)}] by [{' '.join(f'{n}.tnum' for n in DIGITS)}]; }}"
        " tnum;",
        tables=["GSUB"],
    )


def _add_glyph(font: TTFont, name: str, glyph: Any, width: int) -> None:
    font.setGlyphOrder([*font.getGlyphOrder(), name])
    font["glyf"][name] = glyph
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (width, glyph.xMin)


def main() -> None:
    for path, content in make().items():
        (STATIC / path).parent.mkdir(parents=True, exist_ok=True)
        (STATIC / path).write_bytes(content)
        print(f"{path}: {len(content):,} bytes")


if __name__ == "__main__":
    main()
