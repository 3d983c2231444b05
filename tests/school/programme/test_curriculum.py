"""The map of the curriculum: every exercise in its cell, every empty cell told."""

from __future__ import annotations

from core.content_frame import ITEMS
from core.manifest import ExerciseEntry, LessonEntry, Manifest
from courses import load_course
from courses.course import CONTENT
from courses.manifest import manifest_of
from school.programme.curriculum import Curriculum, make_curriculum
from skills_framework.framework import load_framework


def exercise(competence: str, level: int, points: float = 2.0) -> ExerciseEntry:
    name = f"{competence}-{level}"
    return ExerciseEntry(name, f"Bài {name}", competence, level, points)


def course(
    slug: str,
    frame: str,
    *lessons: list[ExerciseEntry],
    framework: str = "vn-tt02-2025",
    covers: tuple[str, ...] = (),
) -> Manifest:
    made = tuple(
        LessonEntry(f"b{number}", f"Bài {number}", "b.ipynb", 10.0, tuple(exercises), covers=covers)
        for number, exercises in enumerate(lessons, 1)
    )
    return Manifest(slug, slug, "p", framework, 0.5, made, frame=frame)


def mapped(*courses: Manifest) -> Curriculum:
    return make_curriculum(load_framework(), courses)


def test_every_exercise_stands_in_its_cell_with_its_number_in_the_lesson() -> None:
    found = mapped(course("a", "4.1", [exercise("1.1", 1), exercise("1.2", 3), exercise("1.1", 1)]))
    row = found.find_row("1.1")
    assert row is not None
    [cell] = row.filled
    [practice] = cell.practices
    assert (cell.level, cell.exercises, practice.first) == (1, 2, 1)
    assert [number for number, _ in practice.exercises] == [1, 3]
    assert (row.lessons, row.exercises, found.lessons, found.measured) == (1, 2, 1, 2)
    assert (found.filled, found.cells) == (2, 24 * 8)


def test_what_earns_nothing_or_is_of_another_framework_is_not_on_the_map() -> None:
    found = mapped(
        course("a", "4.1", [exercise("1.1", 1, points=0)]),
        course("b", "4.1", [exercise("1.1", 1)], framework="khung-khac"),
    )
    assert (found.exercises, found.filled, found.lessons) == (0, 0, 1)


def test_empty_cells_are_told_up_to_level_four_and_above() -> None:
    levels = [exercise(one.code, level) for one in load_framework().competences
              for level in (1, 2, 3, 4)]  # fmt: skip
    whole = mapped(course("a", "4.1", levels))
    assert whole.empty_below == ()
    assert len(whole.empty_above) == 24
    assert whole.empty_above[0][1] == (5, 6, 7, 8)
    lacking = mapped(course("a", "4.1", [one for one in levels if one.grade_id != "3.3-2"]))
    [(row, missing)] = lacking.empty_below
    assert (row.competence.code, missing) == ("3.3", (2,))


def test_parts_of_the_frame_stand_even_without_a_course_and_others_come_behind() -> None:
    found = mapped(
        course("b", "4.9", [exercise("1.1", 1)]),
        course("a", "4.1", [exercise("2.1", 3), exercise("1.1", 2), exercise("1.1", 1)], []),
    )
    assert [item.code for item in found.frames] == ["4.1", "4.2", "4.3", "4.4", "4.9"]
    assert found.frames[1].courses == ()
    [own] = found.frames[0].courses
    assert [one.practised for one in own.lessons] == [(("1.1", (1, 2)), ("2.1", (3,))), ()]


def test_a_lesson_stands_at_every_item_it_covers_whatever_its_course_is_of() -> None:
    found = mapped(
        course("a", "4.4", [exercise("1.1", 1)], covers=("4.2.đ", "4.4.đ")),
        course("b", "4.2", [exercise("1.1", 1)]),
    )
    at = {item.code: item.lessons for part in found.frames for item in part.items}
    assert [(one.course, lesson.slug) for one, lesson in at["4.2.đ"]] == [("a", "b1")]
    assert at["4.2.đ"] == at["4.4.đ"]
    assert set(found.uncovered) == set(ITEMS) - {"4.2.đ", "4.4.đ"}
    assert [item.code for item in found.frames[0].items] == ["4.1"], "one item, not lettered"


def test_every_item_of_the_frame_has_a_shipped_lesson_of_the_programme() -> None:
    courses = [manifest_of(load_course(one.parent)) for one in CONTENT.glob("*/course.toml")]
    found = mapped(*(one for one in courses if one.programme == "chuyen-doi-so-10000"))
    assert found.lessons >= 22
    assert len(ITEMS) == 18
    assert found.uncovered == ()


def test_a_lesson_counts_once_for_a_competence_and_courses_come_in_the_frames_order() -> None:
    found = mapped(
        course("z", "4.1", [exercise("1.1", 1), exercise("1.1", 2)]),
        course("a", "4.2", [exercise("1.1", 1)]),
    )
    row = found.find_row("1.1")
    assert row is not None
    assert row.lessons == 2
    assert [one.course.course for one in row.cells[0].practices] == ["z", "a"]
    assert found.find_row("9.9") is None
