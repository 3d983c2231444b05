"""The nightly look at items: learn them from the answers there are, and watch them. Reads, reckons
without holding the database, and writes what came of it in one transaction each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from core.calendar import HANOI
from records import Records, Session
from records.assessment import items as kept
from records.assessment.items import Given
from school.access import operator
from school.assessment.in_force import in_force
from school.assessment.item_bank import FRAMEWORK, ItemBank
from school.items import acts, radar
from school.items.answers import MOST_SITTINGS, SINCE, load_exercises, responses_of
from school.items.calibrating import learn
from school.items.radar import Watch

WATCHED = dt.timedelta(days=90)
EVERY = dt.timedelta(hours=20)
NIGHT = range(1, 5)  # hours in Vietnam
CALIBRATES, WATCHES = "motcham items calibrate", "motcham items watch"


def calibrate(records: Records, bank: ItemBank, *, at: dt.datetime) -> int | None:
    """Learn items from the answers of a year, and put the new version before a person; its key,
    None where there was nothing to learn."""
    with records.read() as session:
        parameters = in_force(session, bank).parameters
        given = kept.answers_given(session, since=at - SINCE, most=MOST_SITTINGS)
        people = {one.person for one in given}
        exercises = load_exercises(session, FRAMEWORK, people)
    if not given:
        return None
    learned = learn(parameters, responses_of(parameters, given, exercises))
    if learned is None:
        return None
    with records.begin() as session:
        return acts.propose_calibration(
            session, operator(CALIBRATES), learned, based_on=parameters.version, at=at
        )


def watch(
    records: Records, bank: ItemBank, *, at: dt.datetime
) -> tuple[Watch, list[tuple[str, int]]]:
    """Look for signs of leaking in the answers of three months; these, and the variants that were
    retired by rule."""
    with records.read() as session:
        parameters = in_force(session, bank).parameters
        given = kept.answers_given(session, since=at - WATCHED, most=MOST_SITTINGS)
        scopes = scopes_of(session, given)
    found = radar.watch(parameters, given, scopes)
    with records.begin() as session:
        return found, acts.keep_watch(session, operator(WATCHES), bank, found, at=at)


def scopes_of(session: Session, given: list[Given]) -> Mapping[int, str]:
    """For each sitting the room it was in. Placements have none: they are compared as a whole."""
    del session, given
    return {}


def is_due(session: Session, *, at: dt.datetime) -> bool:
    """Whether it is night and the last look is from another."""
    last = kept.newest_watch(session)
    fresh = last is not None and at - last.made_at < EVERY
    return not fresh and at.astimezone(HANOI).hour in NIGHT


def step(records: Records, bank: Callable[[], ItemBank], *, at: dt.datetime) -> bool:
    """Do what is due; whether there was anything."""
    with records.read() as session:
        if not is_due(session, at=at):
            return False
    watch(records, bank(), at=at)
    calibrate(records, bank(), at=at)
    return True
