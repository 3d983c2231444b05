"""The map as a page of the repository."""

from __future__ import annotations

from core.manifest import ExerciseEntry, LessonEntry, Manifest
from school.programme.curriculum import make_curriculum
from school.programme.curriculum_document import as_markdown
from skills_framework.framework import load_framework

EXERCISE = ExerciseEntry("a", "Bài", "3.3", 2, 2.0)
LESSON = LessonEntry(
    "b", "Bài một", "lessons/b.ipynb", 2.0, (EXERCISE,), title_en="One", covers=("4.1",)
)
COURSE = Manifest("k", "Khóa", "p", "vn-tt02-2025", 0.5, (LESSON,), frame="4.1")


def test_cells_gaps_items_and_lessons_stand_on_it() -> None:
    made = make_curriculum(load_framework(), [COURSE])
    items = {"4.1": "The programme", "4.2.a": "Strategy"}
    page = as_markdown(made, {"4.1": "General awareness"}, items, content="../c")
    assert "practise 1 of 24 competences; 1 of 192 cells" in page
    assert "| 3.3 Copyright and licences | **–** | 1 | **–** | **–** | · | · | · | · |" in page
    assert "- 3.3 Copyright and licences: 1, 3, 4\n" in page
    assert "### 4.1 General awareness\n\n| item | lessons that cover it |\n" in page
    assert "| 4.1 The programme | [One](../c/k/lessons/b.ipynb) |\n\n**Khóa** (`k`)\n" in page
    assert "| 4.2.a Strategy | **none** |\n" in page
    assert "- [One](../c/k/lessons/b.ipynb): 3.3 at 2\n" in page
    assert "\n\nNo course.\n" in page
    assert "### 3.3 Copyright and licences\n\n- level 2: One (1)\n" in page
    assert "### 3.4 Programming\n\nNo lesson.\n" in page
    assert page.endswith("\n")
    assert "\n\n\n" not in page
