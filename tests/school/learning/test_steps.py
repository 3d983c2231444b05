"""Where a step of a lesson begins, and what belongs to it."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

import courses
from courses.answers.notation import KINDS
from school.learning import steps
from school.learning.steps import LONG, SHORT, steps_of

ROOT = Path(__file__).parents[3] / "courses"
LESSONS = sorted(ROOT.glob("content/*/lessons/*.ipynb")) + sorted(ROOT.glob("template/lessons/*"))


def text(name: str, html: str) -> courses.Block:
    return courses.Block("text", name, html=html)


def heading(name: str, title: str, more: int = 2 * SHORT, level: int = 2) -> courses.Block:
    return text(name, f"<h{level}>{title}</h{level}><p>{'x' * more}</p>")


def exercise(name: str, *cells: str) -> list[courses.Block]:
    """As `courses.blocks` has it: header, task, answers, and the place for marks."""
    return [
        courses.Block("exercise", f"{name}-task", name, title=f"Bài {name}"),
        text(f"{name}-task", "<h3>Việc</h3>"),
        *(courses.Block("form", cell) for cell in cells or (f"{name}-answer",)),
        courses.Block("marks", f"{name}-test", name),
    ]


ONE, TWO = exercise("1"), exercise("2")


def told(blocks: list[courses.Block]) -> list[str]:
    return [step.title for step in steps_of(blocks)]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_block_of_a_real_lesson_is_in_exactly_one_step_in_its_order(path: Path) -> None:
    content, _ = courses.lesson_for(path.read_bytes(), 7)
    notebook = json.loads(content)
    blocks = courses.blocks(notebook)
    found = steps_of(blocks)
    assert [n for step in found for n in range(step.first, step.end)] == list(range(len(blocks)))
    assert [step.number for step in found] == list(range(1, len(found) + 1))
    cells = [cell for step in found for cell in step.cells]
    assert len(cells) == len(set(cells)), "no cell stands in two steps"
    graded = [block.grade_id for block in blocks if block.kind == "exercise"]
    assert [step.grade_id for step in found if step.is_exercise] == graded
    assert all(step.title for step in found), "a lesson of ours names all of its steps"
    known = {*KINDS, "code", "written"}
    assert {step.kind for step in found if step.is_exercise} <= known, "one asks for nothing"
    assert {step.kind for step in found if not step.is_exercise} <= {""}


def test_any_order_of_blocks_is_cut_without_losing_or_repeating_one() -> None:
    drawn = random.Random(15)
    for _ in range(300):
        blocks: list[courses.Block] = []
        for place in range(drawn.randrange(14)):
            made = drawn.choice(["text", "heading", "small", "exercise", "setup", "video", "marks"])
            name = f"c{place}"
            blocks += {
                "text": [text(name, "<p>" + "y" * drawn.choice([10, 900, 4000]) + "</p>")],
                "heading": [heading(name, name)],
                "small": [heading(name, name, level=3)],
                "exercise": exercise(name)[: drawn.randrange(1, 5)],
            }.get(made, [courses.Block(made, name, "g")])
        found = steps_of(blocks)
        covered = [n for step in found for n in range(step.first, step.end)]
        assert covered == list(range(len(blocks)))
        assert all(step.first < step.end for step in found)
        for step in found:
            inside = [one for one in blocks[step.first : step.end] if one.kind == "exercise"]
            assert len(inside) == step.is_exercise, "one thing to do at a time"


def test_a_heading_begins_a_step_and_an_exercise_is_one() -> None:
    blocks = [heading("a", "Một"), text("b", "<p>y</p>"), heading("c", "Hai"), *exercise("1")]
    assert told(blocks) == ["Một", "Hai", "Bài 1"]


def test_a_lesson_without_headings_has_its_text_and_its_exercises() -> None:
    blocks = [text("a", "<p>" + "x" * 900 + "</p>"), *exercise("1"), *exercise("2")]
    assert told(blocks) == ["", "Bài 1", "Bài 2"]
    assert told([text("a", "<p>x</p>")]) == [""]
    assert steps_of([]) == ()


def test_one_huge_heading_is_cut_at_its_smaller_ones() -> None:
    part = LONG // 2 + 1
    small = [heading(f"s{n}", f"Mục {n}", part, level=3) for n in range(4)]
    assert told([heading("a", "Lớn", part), *small]) == ["Lớn", "Mục 1", "Mục 3"]


def test_an_exercise_keeps_all_of_its_cells() -> None:
    blocks = [heading("a", "Một"), *exercise("1", "x", "y", "z"), *exercise("2")]
    (_, one, _) = steps_of(blocks)
    assert one.cells == ("1-task", "x", "y", "z", "1-test")


def test_a_heading_inside_a_task_does_not_cut_it() -> None:
    blocks = exercise("1")
    blocks[1] = text("1-task", "<h2>Việc lớn</h2>")
    assert told([*blocks]) == ["Bài 1"]


def test_a_few_lines_and_given_data_go_with_the_exercise_they_lead_to() -> None:
    data = courses.Block("setup", "data", source="x = 1")
    between = text("t", "<p>" + "y" * (SHORT + 100) + "</p>")
    blocks = [*exercise("1"), between, data, *exercise("2")]
    assert told(blocks) == ["Bài 1", "Bài 2"]
    assert told([heading("a", "Viết mã", 100), *exercise("1")]) == ["Bài 1"]
    assert told([*exercise("1"), heading("b", "Hai"), *exercise("2")]) == ["Bài 1", "Hai", "Bài 2"]
    video = courses.Block("video", "v")
    assert told([*exercise("1"), video, *exercise("2")]) == ["Bài 1", "", "Bài 2"]


def test_what_closes_a_lesson_is_a_step_of_its_own() -> None:
    assert told([*exercise("1"), heading("z", "Mang về", 10)]) == ["Bài 1", "Mang về"]


def test_an_exercise_is_done_with_what_was_read_last_at_hand() -> None:
    found = steps_of([heading("a", "Một"), heading("b", "Hai"), *exercise("1"), *exercise("2")])
    assert [one and one.title for one in (steps.read_before(found, step) for step in found)] == [
        None,
        None,
        "Hai",
        "Hai",
    ]
    assert steps.read_before(steps_of(exercise("1")), steps_of(exercise("1"))[0]) is None


def test_a_step_is_found_by_its_cell_and_by_its_exercise() -> None:
    found = steps_of([heading("a", "Một"), *exercise("1")])
    cell, graded = steps.step_with(found, "1-answer"), steps.step_of_exercise(found, "1")
    assert cell is graded is found[1]
    assert steps.step_with(found, "gone") is None
    assert steps.step_of_exercise(found, "") is None
    assert steps.numbers_by_exercise(found) == {"1": 2}


@pytest.mark.parametrize(
    ("asked", "exercise", "stands_at", "shown"),
    [
        (None, None, None, 1),
        (2, None, "2-answer", 2),
        (0, None, None, 1),
        (99, None, None, 4),
        (None, 2, "a", 3),
        (None, 9, None, 1),
        (None, None, "1-answer", 2),
        (None, None, "gone", 1),
        (None, None, steps.HAND_IN, 4),
    ],
)
def test_what_was_asked_for_is_shown_else_where_one_was_last(
    asked: int | None, exercise: int | None, stands_at: str | None, shown: int
) -> None:
    found = steps_of([heading("a", "Một"), *ONE, *TWO])
    number = steps.number_to_show(found, asked=asked, exercise=exercise, stands_at=stands_at)
    assert number == shown
