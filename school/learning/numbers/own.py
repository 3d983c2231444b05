"""The lesson as published for one learner, with the numbers that are drawn for them.

Their enrolment's seed draws them, but for those that were drawn anew in the draft: how often, by
drawing cell, is kept with the draft, and with each submission as it was handed in (decision 79).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

import courses
from core.manifest import LessonEntry
from courses.notebooks import SOLUTION, is_solution, region, source_of
from records import Session
from records.courses import releases
from records.learning import drafts, enrolments


class Place(Protocol):
    """`lessons.Place`, as far as numbers need it: a lesson of a release."""

    @property
    def course(self) -> str: ...
    @property
    def lesson(self) -> str: ...
    @property
    def release_id(self) -> int: ...
    @property
    def entry(self) -> LessonEntry: ...


@dataclass(frozen=True)
class Published:
    """The lesson as published for one learner: with the numbers their seed draws, if it has any."""

    notebook: dict[str, Any]
    files: Mapping[str, bytes]
    seed: int | None
    again: Mapping[str, int] = field(default_factory=dict)


def published_for(
    session: Session, place: Place, seed: int, again: Mapping[str, int] | None = None
) -> Published:
    """The learner's own copy of the published lesson; ``seed`` is their enrolment's, ``again`` what
    their draft has drawn anew."""
    source = source_of_lesson(session, place)
    drawn = seed if courses.has_variants(json.loads(source)) else None
    content, files = courses.lesson_for(source, drawn or 0, again)
    return Published(json.loads(content), files, drawn, again or {})


def published_to(session: Session, person_id: int, place: Place) -> Published:
    """The same with the numbers that this person has now; without an enrolment the author's."""
    return published_for(session, place, *numbers_of(session, person_id, place))


def numbers_of(session: Session, person_id: int, place: Place) -> tuple[int, Mapping[str, int]]:
    """What draws a person's numbers in a lesson: their seed (0 before they began the course), and
    what was drawn anew."""
    enrolled = enrolments.find_enrolment(session, person_id, place.course)
    again = drafts.drawn_again(session, person_id, place.release_id, place.lesson)
    return (enrolled.seed if enrolled else 0), again


def source_of_lesson(session: Session, place: Place) -> bytes:
    """The instructor's notebook as published."""
    source = releases.release_file(session, place.release_id, "source", place.entry.file)
    assert source is not None, "a release holds every notebook its manifest names"
    return source


@lru_cache(maxsize=64)
def drawn_by(source: bytes) -> Mapping[str, tuple[str, ...]]:
    """`courses.drawn_by` of a published notebook, which never changes."""
    return courses.drawn_by(json.loads(source))


def own_files(session: Session, person_id: int, place: Place) -> Mapping[str, bytes]:
    """The files a lesson hands out, with the learner's own numbers in them."""
    return published_to(session, person_id, place).files


def solutions_for(session: Session, person_id: int, place: Place) -> dict[str, str]:
    """The author's worked solution with the learner's own numbers, by cell id.

    Only for who can hand in nothing more (`Place.is_over`) or has full points already.
    """
    source = json.loads(source_of_lesson(session, place))
    own = courses.variant(source, *numbers_of(session, person_id, place))
    return {
        str(cell.get("id", "")): "\n".join(region(source_of(cell), SOLUTION))
        for cell in own["cells"]
        if cell["cell_type"] == "code" and is_solution(cell)
    } | {
        str(cell.get("id", "")): _model_text(cell)
        for cell in own["cells"]
        if cell["cell_type"] == "markdown" and is_solution(cell)
    }


def _model_text(cell: Mapping[str, Any]) -> str:
    """The author's own answer in a text cell: its solution region, or all that learners miss."""
    source = source_of(cell)
    return "\n".join(region(source, SOLUTION)) or courses.written_answer(cell)


def other_numbers(
    session: Session, place: Place, then: Mapping[str, int] | None, now: Mapping[str, int]
) -> frozenset[str]:
    """The exercises that have other numbers now than a submission had ``then``."""
    then = then or {}
    if then == now:
        return frozenset()
    drawn = drawn_by(source_of_lesson(session, place))
    return frozenset(
        one
        for one, places in drawn.items()
        if any(then.get(spot, 0) != now.get(spot, 0) for spot in places)
    )
