"""Answers as the engine reads them: a row for each sitting, a column for each item, and beside the
items the exercises of lessons, which stand where their level says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from records import Session
from records.assessment import items as kept
from records.assessment.items import Given, Practised
from records.courses import releases
from school.assessment.item_bank import Parameters
from skills_framework import scale
from skills_framework.calibration import NOT_GIVEN
from skills_framework.framework import load_framework
from skills_framework.item_response import Floats, Integers
from skills_framework.scale import Start

SINCE = dt.timedelta(days=365)
MOST_SITTINGS = 5000


@dataclass(frozen=True)
class Exercise:
    """An exercise of a published lesson as an anchor: where its level says it stands, and by
    person the share of its points at the first try."""

    name: str
    domain: int
    start: Start
    shares: Mapping[int, float]


@dataclass(frozen=True)
class Responses:
    """``scores`` (sittings, columns), `NOT_GIVEN` where no answer; the first ``items`` columns are
    the items of the parameters in the order of their names, the others exercises."""

    sittings: tuple[int, ...]
    names: tuple[str, ...]
    items: int
    scores: Integers
    domain: Integers
    slopes: Floats
    steps: Floats

    @property
    def counts(self) -> Integers:
        """(columns,): answers to each."""
        found: Integers = (self.scores != NOT_GIVEN).sum(axis=0)
        return found


def current(parameters: Parameters, given: Iterable[Given]) -> list[Given]:
    """The answers to items as their text is now."""
    digests = {name: one["digest"] for name, one in parameters.content["items"].items()}
    return [one for one in given if digests.get(one.item) == one.digest]


def responses_of(
    parameters: Parameters, given: Iterable[Given], exercises: Sequence[Exercise] = ()
) -> Responses:
    """The matrix of these answers. What somebody earned at exercises stands in the row of their
    latest sitting: nearest to when the lessons were learned, and once."""
    mine = current(parameters, given)
    rows = {key: row for row, key in enumerate(sorted({one.sitting for one in mine}))}
    latest = {one.person: rows[one.sitting] for one in sorted(mine, key=lambda one: one.sitting)}
    items = parameters.engine.items
    starts = [Start(one.slope, one.steps) for one in items] + [one.start for one in exercises]
    steps = np.full((len(starts), max((len(one.steps) for one in starts), default=1)), np.inf)
    for column, one in enumerate(starts):
        steps[column, : len(one.steps)] = one.steps
    scores = np.full((len(rows), len(starts)), NOT_GIVEN, dtype=np.int64)
    for answer in mine:
        column = parameters.engine.place[answer.item]
        count = len(items[column].steps)
        scores[rows[answer.sitting], column] = scale.score_of(answer.credit, count)
    for column, exercise in enumerate(exercises, start=len(items)):
        for person, share in exercise.shares.items():
            if person in latest:
                score = scale.score_of(share, len(exercise.start.steps))
                scores[latest[person], column] = score
    return Responses(
        tuple(rows),
        (*parameters.names, *(one.name for one in exercises)),
        len(items),
        scores,
        np.array([one.domain for one in items] + [one.domain for one in exercises], np.int64),
        np.array([one.slope for one in starts]),
        steps,
    )


def load_exercises(session: Session, framework: str, people: Iterable[int]) -> list[Exercise]:
    """The exercises of the lessons that are published now, in this framework, with what these
    people earned at them the first time."""
    domains = [one.code for one in load_framework(framework).domains]
    shares: dict[tuple[str, str, str], dict[int, float]] = {}
    for one in kept.first_practice(session, set(people)):
        shares.setdefault(_name(one), {})[one.person] = one.share
    found = []
    for release in releases.current_releases(session):
        if release.manifest.framework != framework:
            continue
        for lesson in release.manifest.lessons:
            for exercise in lesson.exercises:
                own = shares.get((release.course, lesson.slug, exercise.grade_id))
                domain = exercise.competence.split(".")[0]
                if own and domain in domains and exercise.level <= scale.HIGHEST:
                    name = f"{release.course}/{lesson.slug}/{exercise.grade_id}"
                    start = scale.starting(exercise.level, exercise.points, 0.0)
                    found.append(Exercise(name, domains.index(domain), start, own))
    return found


def _name(one: Practised) -> tuple[str, str, str]:
    return one.course, one.lesson, one.grade_id
