"""The colours of both schemes: every text on every ground it stands on (WCAG 2.2 AA)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[3] / "hub" / "portal" / "static" / "motcham.css"

TEXT = [
    ("ink", "paper"), ("ink", "card"), ("ink", "tint"), ("ink", "line"), ("ink", "code"),
    ("muted", "paper"), ("muted", "card"), ("muted", "tint"), ("muted", "code"), ("muted", "line"),
    ("brand", "paper"), ("brand", "card"), ("brand", "tint"), ("brand-deep", "tint"),
    ("on-brand", "brand"), ("on-brand", "brand-deep"),
    ("good", "good-tint"), ("bad", "bad-tint"), ("warn", "warn-tint"),
    ("good", "card"), ("bad", "card"), ("warn", "card"),
]  # fmt: skip
EDGES = [
    ("edge", "card"),
    ("edge", "paper"),
    ("focus", "paper"),
    ("focus", "card"),
    ("bad", "card"),
]


def schemes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", CSS.read_text(encoding="utf-8"), re.DOTALL)
    colours = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in blocks]
    return {"light": colours[0], "dark": {**colours[0], **colours[1]}}


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scheme: str) -> None:
    colours = schemes()[scheme]
    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in TEXT}
    assert not {pair: ratio for pair, ratio in weak.items() if ratio < 4.5}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_of_fields_and_the_focus_ring_stand_out(scheme: str) -> None:
    colours = schemes()[scheme]
    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in EDGES}
    assert not {pair: ratio for pair, ratio in weak.items() if ratio < 3}


LAB = CSS.parents[3] / "labs/share/jupyter/labextensions/@motcham/nop-bai/static/style.css"
IN_LABS = {
    "brand-color0": "brand-deep",
    "brand-color1": "brand",
    "content-link-color": "brand",
}


@pytest.mark.parametrize(("scheme", "light"), [("light", "true"), ("dark", "false")])
def test_labs_have_the_portal_s_colours(scheme: str, light: str) -> None:
    sheet = LAB.read_text(encoding="utf-8")
    [block] = re.findall(rf'body\[data-jp-theme-light="{light}"\] \{{(.*?)\}}', sheet, re.DOTALL)
    lab = dict(re.findall(r"--(?:jp-)?([\w-]+): (#[0-9a-f]{3,6})", block))
    here = schemes()[scheme]
    assert {name: lab[name] for name in IN_LABS} == {
        name: here[ours] for name, ours in IN_LABS.items()
    }
    on_brand = {"#fff": "#ffffff"}.get(lab["motcham-on-brand"], lab["motcham-on-brand"])
    assert contrast(on_brand, lab["brand-color1"]) >= 4.5


def test_the_style_sheet_stays_small() -> None:
    assert len(CSS.read_bytes()) <= 16_000
