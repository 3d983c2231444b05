"""*Thử với số khác*: after a miss in practice, other numbers for one exercise.

Only the drawing cells that this exercise uses are drawn anew. What was typed into it as a form is
blank again, code and text stay; so does everything in the others, also in those that use the same
numbers. Submissions keep the numbers they were marked with, and marks that were earned stay
(docs/decisions/0079).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import courses
from core.messages import Message, Refused
from courses.notebooks import is_answer, source_of
from records import Session
from records.courses import lesson_terms
from records.learning import checks, drafts
from records.marking import queue
from records.marking.marks import marks_of
from school.learning import lessons
from school.learning.answering import form_of
from school.learning.lessons import Place, Work
from school.learning.numbers import own


@dataclass(frozen=True)
class Fresh:
    """``offered``: the exercises that may have other numbers now, each with the titles of those
    whose numbers change along. ``renewed``: those that have had other numbers already."""

    offered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    renewed: frozenset[str] = frozenset()


def find_fresh(
    session: Session, person_id: int, place: Place, work: Work | None, at: dt.datetime
) -> Fresh:
    """What the page offers. The lesson's source is looked at only where something was missed."""
    missed = (
        _missed(session, person_id, place, work)
        if may_draw(session, person_id, place, at)
        else set()
    )
    if work is None or not (missed or work.again):
        return Fresh()
    drawn = own.drawn_by(own.source_of_lesson(session, place))
    titles = {one.grade_id: one.title for one in place.exercises}
    return Fresh(
        {
            one: tuple(titles[mate] for mate in titles if mate != one and mate in _with(drawn, one))
            for one in drawn
            if one in missed
        },
        frozenset(one for one, places in drawn.items() if work.again.keys() & set(places)),
    )


def may_draw(session: Session, person_id: int, place: Place, at: dt.datetime) -> bool:
    """In practice, and while something can still be handed in."""
    used = 0
    if place.attempts is not None:
        used = lesson_terms.count_attempts(session, person_id, place.course, place.lesson)
    return not place.entry.exam and not place.is_over(at, used)


def draw_again(
    session: Session, person_id: int, place: Place, work: Work, grade_id: str, *, at: dt.datetime
) -> Work:
    """The draft with other numbers for this exercise. `Refused` where there are none, or it was
    not missed; `lessons.Changed` where the draft was saved elsewhere meanwhile."""
    if grade_id not in find_fresh(session, person_id, place, work, at).offered:
        raise Refused(NOT_OFFERED)
    source = own.source_of_lesson(session, place)
    seed, again = own.numbers_of(session, person_id, place)
    drawn = own.drawn_by(source)
    after = courses.draw_again(json.loads(source), seed, again, drawn[grade_id])
    notebook = renumbered(
        work.notebook,
        own.published_for(session, place, seed, again).notebook,
        own.published_for(session, place, seed, after).notebook,
        blank=place.answers[grade_id],
    )
    lessons.save_work(session, person_id, place, notebook, revision=work.revision, at=at)
    drafts.keep_draws(session, person_id, place.release_id, place.lesson, again=after)
    changed = _with(drawn, grade_id)
    checks.numbers_changed(session, person_id, place.release_id, place.lesson, exercises=changed)
    saved = lessons.find_work(session, person_id, place)
    assert saved is not None
    return saved


def renumbered(
    notebook: Mapping[str, Any],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    blank: Collection[str],
) -> dict[str, Any]:
    """The draft with what differs between two published notebooks of the lesson. Answers stay, but
    for forms among the ``blank`` cells; a form whose words changed keeps what was typed into it."""
    old = {str(cell.get("id", "")): cell for cell in before["cells"]}
    new = {str(cell.get("id", "")): cell for cell in after["cells"]}
    cells = []
    for cell in notebook["cells"]:
        name = str(cell.get("id", ""))
        fresh = new.get(name)
        differs = fresh is not None and fresh["source"] != old[name]["source"]
        if fresh is None or not (differs or name in blank):
            cells.append(cell)
        elif not is_answer(cell):
            cells.append(fresh)
        elif form_of(fresh) is None:  # code or text: the learner's own words
            cells.append(cell)
        elif name in blank:
            cells.append({**cell, "source": fresh["source"]})
        else:
            cells.append({**cell, "source": _typed_again(cell, fresh)})
    return {**notebook, "cells": cells}


def _typed_again(cell: Mapping[str, Any], fresh: Mapping[str, Any]) -> str:
    """The new form with the old answer, where it still is one."""
    source = source_of(fresh)
    try:
        return courses.write_answer(source, courses.read_answer(source_of(cell)))
    except Refused:
        return source


def _missed(session: Session, person_id: int, place: Place, work: Work | None) -> set[str]:
    """Exercises whose last check, or whose marks in the last submission, were not right, with the
    numbers they have now."""
    if work is None:
        return set()
    found = {
        row.grade_id
        for row in checks.checks_of(session, person_id, place.release_id, place.lesson)
        if row.answer and row.points < row.max_points and not row.needs_review
    }
    last = queue.find_last(session, person_id, place.release_id, place.lesson)
    if last is None:
        return found
    short = {
        row.grade_id
        for row in marks_of(session, last.id)
        if row.points < row.max_points and not row.needs_review
    }
    return found | (short - own.other_numbers(session, place, last.drawn_again, work.again))


def _with(drawn: Mapping[str, tuple[str, ...]], grade_id: str) -> set[str]:
    """The exercises that use one of this exercise's drawing cells, itself among them."""
    own_places = set(drawn[grade_id])
    return {one for one, places in drawn.items() if own_places & set(places)}


NOT_OFFERED = Message(
    "Bài tập này không đổi số được: chỉ đổi được khi tự luyện, sau một lần làm chưa đúng, ở bài "
    "tập có số liệu rút riêng cho từng người."
)
