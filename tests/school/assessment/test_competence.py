"""One competence: its meaning, its lessons and the asker's level, by stages."""

from __future__ import annotations

from core.manifest import ExerciseEntry, LessonEntry, Manifest
from school.assessment.competence import view_of
from school.learning.overview import Standing
from school.programme.curriculum import make_curriculum
from skills_framework.explained import find_explained
from skills_framework.framework import load_framework

EXERCISE = ExerciseEntry("a", "Bài", "4.2", 3, 2.0)
LESSON = LessonEntry("b", "Bài", "b.ipynb", 2.0, (EXERCISE,))
COURSE = Manifest("k", "K", "p", "vn-tt02-2025", 0.5, (LESSON,), frame="4.1")
MAP = make_curriculum(load_framework(), [COURSE])


def test_four_stages_of_two_levels_each_say_what_they_mean_and_what_practises_them() -> None:
    view = view_of(MAP, "4.2", find_explained("vn-tt02-2025"), Standing("4.2", {}, 3, 5))
    assert [[cell.level for cell in one.cells] for one in view.stages] == [
        [1, 2], [3, 4], [5, 6], [7, 8],
    ]  # fmt: skip
    assert view.stages[0].name["vi"] == "Cơ bản"
    assert len({one.means["vi"] for one in view.stages}) == 4
    assert [bool(cell.practices) for cell in view.stages[1].cells] == [True, False]
    assert view.domain.code == "4"
    assert view.standing is not None
    assert "Một Chạm" in view.status["vi"]


def test_a_framework_that_nobody_has_explained_still_shows_its_lessons() -> None:
    view = view_of(MAP, "4.2", None, None)
    assert (view.about, view.status, view.standing) == ({}, {}, None)
    assert [one.means for one in view.stages] == [{}] * 4
    assert view.row.exercises == 1
