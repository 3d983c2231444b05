"""A draft with other numbers: what is put in place, and what stays the learner's."""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import courses
from courses.manifest import manifest_of
from courses.notebooks import source_of
from records import Session
from school.learning import notebooks
from school.learning.lessons import Place
from school.learning.practice.fresh import may_draw, renumbered

COURSE = courses.load_course(Path(courses.__file__).parent / "content" / "nhan-thuc-chung")
LESSON = next(one for one in COURSE.lessons if courses.has_variants(one.source))
DRAWN = courses.drawn_by(LESSON.source)
MISSED = next(iter(DRAWN))
AGAIN = courses.draw_again(LESSON.source, 5, {}, DRAWN[MISSED])
ANSWERS = {one.grade_id: one.answers for one in LESSON.exercises}


def handed_out(again: dict[str, int]) -> dict[str, Any]:
    return courses.learner_notebook(courses.variant(LESSON.source, 5, again))


def source(notebook: dict[str, Any], cell_id: str) -> str:
    return next(source_of(cell) for cell in notebook["cells"] if cell["id"] == cell_id)


def test_a_blank_draft_becomes_what_is_handed_out_with_the_other_numbers() -> None:
    before, after = handed_out({}), handed_out(AGAIN)
    found = renumbered(copy.deepcopy(before), before, after, blank=ANSWERS[MISSED])
    assert [source_of(cell) for cell in found["cells"]] == [source_of(c) for c in after["cells"]]
    assert found != before


def test_cells_of_the_learners_own_and_code_stay() -> None:
    before, after = handed_out({}), handed_out(AGAIN)
    draft = copy.deepcopy(before)
    mine = {"cell_type": "code", "id": "cua-toi", "metadata": {}, "source": "1 + 1"}
    draft["cells"].insert(2, mine)
    code = next(
        cell
        for cell in notebooks.answer_cells(draft).values()
        if not source_of(cell).startswith("#| form")
    )
    code["source"] = "cua_toi = 1"
    found = renumbered(draft, before, after, blank=[*ANSWERS[MISSED], code["id"]])
    assert found["cells"][2] == mine
    assert source(found, code["id"]) == "cua_toi = 1"
    assert len(found["cells"]) == len(after["cells"]) + 1


def test_a_form_whose_words_hold_a_number_keeps_what_was_typed() -> None:
    def lesson(number: int) -> dict[str, Any]:
        form = f"#| form: number\n#| label: Hai lần {number}\nx = None"
        cell = {
            "cell_type": "code", "id": "ta", "source": form,
            "metadata": {"nbgrader": {"grade_id": "ta", "solution": True, "grade": False}},
        }  # fmt: skip
        return {"cells": [cell]}

    draft = notebooks.apply_answers(copy.deepcopy(lesson(4)), {"ta": 8})
    kept = renumbered(draft, lesson(4), lesson(5), blank=())
    assert source(kept, "ta") == "#| form: number\n#| label: Hai lần 5\nx = 8"
    blank = renumbered(draft, lesson(4), lesson(5), blank=("ta",))
    assert source(blank, "ta").endswith("x = None")


def test_an_exam_keeps_the_numbers_it_began_with() -> None:
    manifest = manifest_of(COURSE)
    entry = manifest.lessons[0]
    at = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    place = Place(COURSE.slug, entry.slug, 1, manifest, entry)
    assert may_draw(Session(), 1, place, at)
    assert not may_draw(Session(), 1, replace(place, entry=replace(entry, exam=True)), at)
