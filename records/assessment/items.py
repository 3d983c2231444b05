"""Items on a running platform: states, calibrations, what was watched, and the answers that these
are reckoned from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from records.tables.assessment import Evidence, ItemParameters, Sitting, SittingAnswer
from records.tables.courses import Release
from records.tables.items import ItemCalibration, ItemState, ItemWatch
from records.tables.marking import Submission
from records.tables.people import Person

AT_ONCE = 500  # keys in one statement


# --- states -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moved:
    """An item's text (``digest``), or one variant of it, was moved to a state."""

    item: str
    digest: str
    variant: int | None
    state: str


def moved(session: Session) -> tuple[Moved, ...]:
    """Every move, in the order of time."""
    rows = session.execute(
        select(ItemState.item, ItemState.digest, ItemState.variant, ItemState.state).order_by(
            ItemState.id
        )
    )
    return tuple(Moved(*row) for row in rows)


def move(
    session: Session,
    item: str,
    digest: str,
    state: str,
    *,
    variant: int | None = None,
    reason: str,
    by: str,
    at: dt.datetime,
) -> None:
    """Write down that an item, or one variant of it, comes to a state."""
    session.add(
        ItemState(
            item=item,
            digest=digest,
            variant=variant,
            state=state,
            reason=reason,
            changed_by=by,
            at=at,
        )
    )
    session.flush()


def moves_of(session: Session, item: str) -> Sequence[ItemState]:
    """What became of an item, the latest first, of earlier texts too."""
    return session.scalars(
        select(ItemState).where(ItemState.item == item).order_by(ItemState.id.desc())
    ).all()


# --- calibrations -------------------------------------------------------------------------------


def propose(
    session: Session,
    parameters: str,
    *,
    based_on: str,
    people: int,
    answers: int,
    report: Mapping[str, Any],
    at: dt.datetime,
) -> ItemCalibration:
    """Put a version before a person; one that nobody decided about is superseded by it."""
    session.execute(
        update(ItemCalibration)
        .where(ItemCalibration.state == "proposed")
        .values(state="superseded")
    )
    row = ItemCalibration(
        parameters=parameters,
        based_on=based_on,
        people=people,
        answers=answers,
        report=dict(report),
        made_at=at,
        state="proposed",
        reason="",
    )
    session.add(row)
    session.flush()
    return row


def calibrations(session: Session, *, most: int = 20) -> Sequence[ItemCalibration]:
    """The latest, the latest first."""
    return session.scalars(
        select(ItemCalibration).order_by(ItemCalibration.id.desc()).limit(most)
    ).all()


def find_calibration(session: Session, key: int) -> ItemCalibration | None:
    return session.get(ItemCalibration, key)


def accepted_version(session: Session) -> str | None:
    """The version of parameters that was accepted last and stands."""
    return session.scalar(
        select(ItemCalibration.parameters)
        .where(ItemCalibration.state == "accepted")
        .order_by(ItemCalibration.decided_at.desc(), ItemCalibration.id.desc())
        .limit(1)
    )


def version_content(session: Session, version: str) -> Mapping[str, Any] | None:
    """What a version of parameters says of items."""
    return session.scalar(select(ItemParameters.content).where(ItemParameters.version == version))


# --- answers ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """An answer of a sitting. ``person``: one key for all that were merged into one; ``credit``:
    share of its points; ``answer``: as it was kept, None for "I do not know yet"."""

    sitting: int
    kind: str
    person: int
    item: str
    digest: str
    variant: int
    answer: str | None
    seconds: float | None
    credit: float


def answers_given(
    session: Session, *, since: dt.datetime, most: int, kinds: Collection[str] | None = None
) -> list[Given]:
    """The marked answers of the latest sittings that began since then, at most so many sittings;
    sittings in the order in which they began."""
    wanted = select(Sitting.id, Sitting.kind, Sitting.person_id).where(Sitting.begun_at >= since)
    if kinds is not None:
        wanted = wanted.where(Sitting.kind.in_(kinds))
    latest = session.execute(wanted.order_by(Sitting.id.desc()).limit(most)).all()
    whose = _owners(session)
    sittings = {one.id: (one.kind, whose.get(one.person_id, one.person_id)) for one in latest}
    found: list[Given] = []
    for some in _in_parts(sorted(sittings)):
        rows = session.execute(
            select(
                SittingAnswer.sitting_id,
                SittingAnswer.item,
                SittingAnswer.digest,
                SittingAnswer.variant,
                SittingAnswer.answer,
                SittingAnswer.unknown,
                SittingAnswer.seconds,
                SittingAnswer.credit,
            )
            .where(
                SittingAnswer.sitting_id.in_(some),
                SittingAnswer.given_at.is_not(None),
                SittingAnswer.credit.is_not(None),
            )
            .order_by(SittingAnswer.sitting_id, SittingAnswer.number)
        )
        found += [
            Given(
                row.sitting_id,
                *sittings[row.sitting_id],
                row.item,
                row.digest,
                row.variant,
                None if row.unknown else row.answer,
                row.seconds,
                row.credit or 0.0,
            )
            for row in rows
        ]
    return found


def _owners(session: Session) -> dict[int, int]:
    """For keys that were merged into another: that other one."""
    rows = session.execute(
        select(Person.id, Person.merged_into).where(Person.merged_into.is_not(None))
    )
    into = {key: other for key, other in rows if other is not None}
    found = {}
    for key in into:
        last = key
        while last in into:
            last = into[last]
        found[key] = last
    return found


@dataclass(frozen=True)
class Practised:
    """The first thing a person handed in of an exercise, and the share of its points."""

    person: int
    course: str
    lesson: str
    grade_id: str
    share: float


def first_practice(session: Session, people: Collection[int]) -> list[Practised]:
    """What these people earned at the exercises of lessons the first time that they handed them
    in: later ones know what was wrong."""
    found: list[Practised] = []
    for some in _in_parts(sorted(people)):
        first = (
            select(func.min(Evidence.id).label("first"))
            .join(Submission, Submission.id == Evidence.submission_id)
            .join(Release, Release.id == Submission.release_id)
            .where(Evidence.person_id.in_(some))
            .group_by(Evidence.person_id, Release.course, Submission.lesson, Evidence.grade_id)
            .subquery()
        )
        rows = session.execute(
            select(
                Evidence.person_id,
                Release.course,
                Submission.lesson,
                Evidence.grade_id,
                Evidence.share,
            )
            .join(first, first.c.first == Evidence.id)
            .join(Submission, Submission.id == Evidence.submission_id)
            .join(Release, Release.id == Submission.release_id)
        )
        found += [Practised(*row) for row in rows]
    return sorted(found, key=lambda one: (one.person, one.course, one.lesson, one.grade_id))


def _in_parts(keys: Sequence[int]) -> list[Sequence[int]]:
    return [keys[at : at + AT_ONCE] for at in range(0, len(keys), AT_ONCE)]


# --- what was watched ---------------------------------------------------------------------------


def keep_watch(
    session: Session, *, sittings: int, signs: Mapping[str, Any], at: dt.datetime
) -> ItemWatch:
    row = ItemWatch(sittings=sittings, signs=dict(signs), made_at=at)
    session.add(row)
    session.flush()
    return row


def newest_watch(session: Session) -> ItemWatch | None:
    return session.scalar(select(ItemWatch).order_by(ItemWatch.id.desc()).limit(1))


def sitters_of(session: Session, sittings: Collection[int]) -> dict[int, int]:
    """Whose each of these sittings is."""
    rows = session.execute(select(Sitting.id, Sitting.person_id).where(Sitting.id.in_(sittings)))
    return {key: person for key, person in rows}  # noqa: C416 - rows are no pairs to mypy
