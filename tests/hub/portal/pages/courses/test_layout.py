"""A lesson's blocks in order on the page: anchors, numbers, contents."""

from __future__ import annotations

from pathlib import Path

import courses
from hub.portal.pages.courses import layout
from school.learning import notebooks

ROOT = Path(__file__).parents[5]


def test_contents_list_sections_and_exercises_in_order() -> None:
    course = courses.load_course(ROOT / "courses" / "template")
    notebook = courses.learner_notebook(courses.variant(course.lessons[0].source, 0))
    shown, contents = layout.arrange(courses.blocks(notebook), notebooks.answers_in(notebook))
    assert [entry.text for entry in contents if entry.grade_id] == [
        exercise.title for exercise in course.lessons[0].exercises
    ]
    anchors = [entry.anchor for entry in contents]
    assert len(set(anchors)) == len(anchors)
    assert [item.number for item in shown if item.kind == "exercise"] == list(
        range(1, len(course.lessons[0].exercises) + 1)
    )
