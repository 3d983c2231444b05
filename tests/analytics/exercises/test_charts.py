"""The instructor's pictures: what is drawn, where, and when there is nothing to draw."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from analytics.exercises.charts import MapWords, WayWords, draw_map, draw_way
from analytics.exercises.item_analysis import ExerciseInsight, Step

MAP = MapWords(
    "Bản đồ",
    "khó",
    "dễ",
    "phân biệt tốt",
    "người giỏi hay sai",
    lambda n, _one: f"Bài {n}",
    lambda value: f"{value:g}".replace(".", ","),
)
WAY = WayWords("Đường đi", "Bài {}".format, "{} mở".format, "{} nộp".format, "{} đạt".format)


def exercise(share: float, discrimination: float | None, learners: int = 40) -> ExerciseInsight:
    return ExerciseInsight("a", learners, share, discrimination, 0, (), ())


def places(svg: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r'circle cx="([\d.]+)" cy="([\d.]+)"', svg)]


def test_the_axis_is_written_as_the_reader_writes_numbers() -> None:
    svg = draw_map([exercise(0.5, 0.4)], words=MAP)
    assert svg
    assert re.findall(r'<text class="axis end"[^>]*>([\d.,]+)<', svg) == ["1", "0,5", "0,2", "0"]


def test_easier_stands_further_right_and_telling_apart_higher() -> None:
    svg = draw_map([exercise(0.2, 0.5), exercise(0.9, -0.3), exercise(0.5, None)], words=MAP)
    assert svg
    ElementTree.fromstring(svg)
    hard, easy = places(svg)
    assert hard[0] < easy[0]
    assert hard[1] < easy[1], "SVG counts downwards"
    assert "<title>Bài 2</title>" in svg
    assert "Bài 3" not in svg


def test_every_dot_lies_inside_however_bad_the_exercise() -> None:
    svg = draw_map([exercise(0.0, -1.0), exercise(1.0, 1.0)], words=MAP)
    assert svg
    width, height = map(float, re.findall(r'viewBox="0 0 (\d+) (\d+)"', svg)[0])
    for x, y in places(svg):
        assert 9 <= x <= width - 9
        assert 9 <= y <= height - 9


def test_without_enough_learners_there_is_no_map() -> None:
    assert draw_map([exercise(0.5, None), exercise(0.5, 0.4, learners=3)], words=MAP) is None
    assert draw_map([], words=MAP) is None


def test_the_way_shows_three_bars_a_lesson_and_fits_even_odd_counts() -> None:
    svg = draw_way([Step("a", 40, 30, 20, 12.0), Step("b", 5, 60, 3, None)], words=WAY)
    assert svg
    ElementTree.fromstring(svg)
    widths = [float(one) for one in re.findall(r'rect class="\w+" [^>]*width="([\d.]+)"', svg)]
    assert len(widths) == 6
    assert max(widths) == widths[4], "more handed in than opened: that is the longest bar"
    assert draw_way([Step("a", 0, 0, 0, None)], words=WAY) is None
