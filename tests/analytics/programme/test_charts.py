"""Pictures: well-formed, without inline style or script, every province on the map."""

from __future__ import annotations

import datetime as dt
from xml.etree import ElementTree

import pytest

from analytics.programme.charts import (
    LineWords,
    draw_bar,
    draw_months,
    draw_tiles,
    step_of,
    tile_places,
)
from analytics.programme.figures import Line
from records.people.persons import PROVINCES

SVG = "{http://www.w3.org/2000/svg}"


def codes(vintage: str) -> set[str]:
    rows = PROVINCES.read_text("utf-8").splitlines()[1:]
    return {row.split(",")[1] for row in rows if row.startswith(vintage)}


@pytest.mark.parametrize(("vintage", "count"), [("2008", 63), ("2025", 34)])
def test_every_province_has_one_tile_of_its_own(vintage: str, count: int) -> None:
    places = tile_places()[vintage]
    assert set(places) == codes(vintage)
    assert len(set(places.values())) == len(places) == count


def parse(svg: str) -> ElementTree.Element:
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        assert "style" not in element.attrib
        assert not any(name.startswith("on") for name in element.attrib)
        assert element.tag not in ("script", "style")
    return root


def test_the_map_has_text_and_a_description_on_every_tile() -> None:
    lines = [Line(code, f"Tỉnh <{code}>", code=code, planned=10, certified=3, unit_id=1)
             for code in sorted(codes("2008"))]  # fmt: skip
    root = parse(
        draw_tiles(
            lines, "2008", title="Bản đồ", describe=lambda line: f"{line.name}: {line.certified}",
            percent=lambda share: f"{share:.0%}", number=str,
            address=lambda line: "units/1?a=1&b=2",
        )
    )  # fmt: skip
    assert root.attrib["aria-label"] == "Bản đồ"
    links = root.findall("a")
    assert len(links) == 63
    assert links[0].attrib["href"] == "units/1?a=1&b=2"
    texts = ["".join(text.itertext()) for text in root.iter("text")]
    assert texts.count("30%") == 63


def test_colours_follow_the_share_of_the_plan() -> None:
    lines = [
        Line("x", "", planned=10_000, certified=n)
        for n in (0, 2499, 2500, 5000, 9999, 10_000, 30_000)
    ]
    assert [step_of(line) for line in lines] == ["0", "0", "1", "2", "3", "4", "4"]
    assert step_of(Line("x", "", planned=None, certified=5)) == "none"
    assert step_of(Line("x", "", planned=0)) == "4", "a plan of 0 is a plan, and fulfilled"


def test_a_bar_never_runs_out_of_its_frame() -> None:
    line = Line("total", "", planned=10, certified=25, expected=12)
    rects = parse(draw_bar(line, title="x")).findall("rect")
    assert all(float(r.attrib["x"]) + float(r.attrib["width"]) <= 1000 for r in rects)


@pytest.mark.parametrize(
    "months", [(), (("2026-01", 5),), (("2025-11", 1), ("2025-12", 30), ("2026-01", 9000))]
)
def test_the_line_stays_inside_the_frame(months) -> None:
    words = LineWords("Theo tháng", "Chỉ tiêu", str)
    root = parse(
        draw_months(
            months, goal=10_000, begins_on=dt.date(2025, 12, 15), deadline_on=dt.date(2026, 12, 14),
            today=dt.date(2026, 1, 20), words=words,
        )
    )  # fmt: skip
    for line in root.findall("polyline"):
        for point in line.attrib["points"].split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= 720
            assert 0 <= y <= 320
