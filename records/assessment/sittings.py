"""Sittings: which items somebody was asked, what they answered, and what that said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Engine, Exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from records.people.merging import same_person
from records.tables.assessment import ItemParameters, Sitting, SittingAnswer, SittingResult
from records.tables.examination import Candidate, ExamRoom, ItemVoid
from records.writing import insert_new


@dataclass(frozen=True)
class Asked:
    """An item as it is asked: which one, which text of it, its variant, the order of options."""

    item: str
    digest: str
    variant: int
    arranged: int


@dataclass(frozen=True)
class Known:
    """A figure as it is kept: logits; ``domain`` "" is the whole."""

    domain: str
    estimate: float
    error: float
    low: float
    high: float


def keep_parameters(
    session: Session, version: str, *, rule: str, content: Mapping[str, Any], at: dt.datetime
) -> None:
    """Keep a version of the items' parameters, unless it is there."""
    insert_new(
        session, ItemParameters, version=version, rule=rule, content=dict(content), made_at=at
    )


def find_parameters(session: Session, version: str) -> Mapping[str, Any] | None:
    """The content of a version."""
    return session.scalar(select(ItemParameters.content).where(ItemParameters.version == version))


def begin(
    session: Session,
    person_id: int,
    kind: str,
    *,
    parameters: str,
    framework: str,
    seed: int,
    eligible: bytes,
    at: dt.datetime,
) -> Sitting:
    """A new sitting, where none of its kind is open (`find_open`)."""
    row = Sitting(
        person_id=person_id,
        kind=kind,
        parameters=parameters,
        framework=framework,
        seed=seed,
        eligible=eligible,
        state="open",
        ending="",
        begun_at=at,
        pass_kept="",
    )
    session.add(row)
    session.flush()
    return row


def find_open(session: Session, person_id: int, kind: str) -> Sitting | None:
    """The person's sitting of this kind that has not ended."""
    return session.scalar(
        select(Sitting).where(
            Sitting.person_id.in_(same_person(session, person_id)),
            Sitting.kind == kind,
            Sitting.state != "ended",
        )
    )


def find_sitting(session: Session, person_id: int, key: int) -> Sitting | None:
    """The person's own sitting with this key; None for anybody else's."""
    row = session.get(Sitting, key)
    return row if row and row.person_id in same_person(session, person_id) else None


def ended_of(session: Session, person_id: int, kind: str | None = None) -> Sequence[Sitting]:
    """A person's sittings that have ended, the latest first; of one kind, or of all."""
    found = select(Sitting).where(
        Sitting.person_id.in_(same_person(session, person_id)), Sitting.state == "ended"
    )
    if kind is not None:
        found = found.where(Sitting.kind == kind)
    return session.scalars(found.order_by(Sitting.ended_at.desc(), Sitting.id.desc())).all()


def ask(session: Session, sitting: Sitting, asked: Asked, *, at: dt.datetime) -> SittingAnswer:
    """The next item of a sitting, behind those it has."""
    row = SittingAnswer(
        sitting_id=sitting.id,
        number=len(answers_of(session, sitting.id)) + 1,
        person_id=sitting.person_id,
        item=asked.item,
        digest=asked.digest,
        variant=asked.variant,
        arranged=asked.arranged,
        asked_at=at,
        unknown=False,
        set_aside=False,
    )
    session.add(row)
    session.flush()
    return row


def answers_of(session: Session, sitting_id: int) -> Sequence[SittingAnswer]:
    """All items of a sitting, in the order in which they were asked."""
    return session.scalars(
        select(SittingAnswer)
        .where(SittingAnswer.sitting_id == sitting_id)
        .order_by(SittingAnswer.number)
    ).all()


def seen_items(session: Session, person_id: int, *, since: dt.datetime) -> frozenset[str]:
    """Items that this person was asked since then, in any sitting."""
    return frozenset(
        session.scalars(
            select(SittingAnswer.item).where(
                SittingAnswer.person_id.in_(same_person(session, person_id)),
                SittingAnswer.asked_at >= since,
            )
        )
    )


@dataclass(frozen=True)
class Marked:
    """An item of a sitting that has ended, given and marked: ``credit`` is 0 … 1, and neither it
    nor ``at`` is None (the columns may be)."""

    person_id: int
    sitting_id: int
    kind: str
    framework: str
    parameters: str
    number: int
    item: str
    credit: float | None
    at: dt.datetime | None


def marked_of(session: Session, people: Collection[int]) -> Sequence[Marked]:
    """What these people gave in sittings that have ended, where a machine could mark it: nothing
    that was set aside or is void, and of an examination only what stands and was told (the room is
    closed). Hand in as many as one statement takes."""
    rows = session.execute(
        select(
            Sitting.person_id,
            Sitting.id,
            Sitting.kind,
            Sitting.framework,
            Sitting.parameters,
            SittingAnswer.number,
            SittingAnswer.item,
            SittingAnswer.credit,
            SittingAnswer.given_at,
        )
        .join(SittingAnswer, SittingAnswer.sitting_id == Sitting.id)
        .where(
            Sitting.person_id.in_(people),
            Sitting.state == "ended",
            SittingAnswer.given_at.is_not(None),
            SittingAnswer.credit.is_not(None),
            SittingAnswer.set_aside.is_(False),
            ~_void(),
            or_(Sitting.kind != "examination", _stands()),
        )
        .order_by(Sitting.id, SittingAnswer.number)
    )
    return [Marked(*row) for row in rows]


def _void() -> Exists:
    """The item does not count, everywhere or in the examination of this sitting."""
    sat = select(Candidate.examination_id).where(Candidate.sitting_id == Sitting.id)
    return (
        select(ItemVoid.id)
        .where(
            ItemVoid.item == SittingAnswer.item,
            ItemVoid.digest.in_(["", SittingAnswer.digest]),
            or_(ItemVoid.examination_id.is_(None), ItemVoid.examination_id.in_(sat)),
        )
        .exists()
    )


def _stands() -> Exists:
    """The result of this examination stands: the room is closed, nothing was decided against it."""
    return (
        select(Candidate.id)
        .join(ExamRoom, ExamRoom.id == Candidate.room_id)
        .where(
            Candidate.sitting_id == Sitting.id,
            Candidate.state == "done",
            ExamRoom.closed_at.is_not(None),
        )
        .exists()
    )


def is_in_force() -> ColumnElement[bool]:
    """The row of `SittingResult` is of the highest revision of its sitting."""
    other = aliased(SittingResult)
    latest = select(func.max(other.revision)).where(other.sitting_id == SittingResult.sitting_id)
    return SittingResult.revision == latest.scalar_subquery()


@dataclass(frozen=True)
class Placed:
    """The whole of one ended placement, in logits."""

    person_id: int
    ended_at: dt.datetime | None
    estimate: float


def placements_of(session: Session, people: Collection[int]) -> Sequence[Placed]:
    """The placements of these people by the figures in force, oldest first; hand in as many as one
    statement takes."""
    rows = session.execute(
        select(Sitting.person_id, Sitting.ended_at, SittingResult.estimate)
        .join(SittingResult, SittingResult.sitting_id == Sitting.id)
        .where(
            Sitting.person_id.in_(people),
            Sitting.kind == "placement",
            Sitting.state == "ended",
            SittingResult.domain == "",
            is_in_force(),
        )
        .order_by(Sitting.id)
    )
    return [Placed(*row) for row in rows]


def checks_of(session: Session, people: Collection[int]) -> dict[int, tuple[float, float]]:
    """What the latest check of each of these people earned, and what was expected of it."""
    rows = session.execute(
        select(Sitting.person_id, Sitting.earned, Sitting.expected)
        .where(
            Sitting.person_id.in_(people),
            Sitting.kind == "retained",
            Sitting.earned.is_not(None),
            Sitting.expected.is_not(None),
        )
        .order_by(Sitting.id)
    )
    return {person: (earned or 0.0, expected or 0.0) for person, earned, expected in rows}


def keep_results(
    session: Session, sitting: Sitting, results: Sequence[Known], *, revision: int = 0
) -> None:
    """What a sitting said, once; with a higher ``revision``, what it says now."""
    for one in results:
        session.add(
            SittingResult(
                sitting_id=sitting.id,
                domain=one.domain,
                revision=revision,
                person_id=sitting.person_id,
                estimate=one.estimate,
                error=one.error,
                low=one.low,
                high=one.high,
            )
        )
    session.flush()


def results_of(session: Session, sitting_id: int) -> dict[str, Known]:
    """The figures of a sitting that are in force, by domain."""
    rows = session.scalars(
        select(SittingResult)
        .where(SittingResult.sitting_id == sitting_id)
        .order_by(SittingResult.revision)
    )
    return {
        row.domain: Known(row.domain, row.estimate, row.error, row.low, row.high) for row in rows
    }


def wholes_of(session: Session, sittings: Collection[int]) -> dict[int, Known]:
    """The figures of the whole that are in force, of each of these sittings that has any."""
    rows = session.scalars(
        select(SittingResult)
        .where(SittingResult.sitting_id.in_(sittings), SittingResult.domain == "")
        .order_by(SittingResult.revision)
    )
    return {row.sitting_id: Known("", row.estimate, row.error, row.low, row.high) for row in rows}


def find_sittings(session: Session, keys: Collection[int]) -> dict[int, Sitting]:
    """The sittings with these keys."""
    rows = session.scalars(select(Sitting).where(Sitting.id.in_(keys)))
    return {row.id: row for row in rows}


def last_revision(session: Session, sitting_id: int) -> int:
    """The revision of a sitting's figures that is in force; -1 before there are any."""
    last = session.scalar(
        select(func.max(SittingResult.revision)).where(SittingResult.sitting_id == sitting_id)
    )
    return -1 if last is None else last


@dataclass(frozen=True, eq=False)
class Exposed:
    """The latest sittings under one version of parameters: the bits of each that say which items
    were eligible, and how many of these sittings asked each item."""

    eligible: tuple[bytes, ...]
    given: Mapping[str, int]


def exposed(session: Session, kind: str, parameters: str, *, most: int) -> Exposed:
    """How often items came in the latest sittings of a kind, at most so many."""
    latest = session.execute(
        select(Sitting.id, Sitting.eligible)
        .where(Sitting.kind == kind, Sitting.parameters == parameters)
        .order_by(Sitting.id.desc())
        .limit(most)
    ).all()
    if not latest:
        return Exposed((), {})
    counted = session.execute(
        select(SittingAnswer.item, func.count())
        .join(Sitting, Sitting.id == SittingAnswer.sitting_id)
        .where(
            Sitting.kind == kind,
            Sitting.parameters == parameters,
            Sitting.id >= latest[-1].id,
        )
        .group_by(SittingAnswer.item)
    )
    given = {item: number for item, number in counted}  # noqa: C416 - rows are no pairs to mypy
    return Exposed(tuple(one.eligible for one in latest), given)


COUNTED_FOR = dt.timedelta(seconds=5)
_COUNTS: WeakKeyDictionary[Engine, dict[tuple[str, str, int], tuple[dt.datetime, Exposed]]] = (
    WeakKeyDictionary()
)


def exposed_lately(
    session: Session, kind: str, parameters: str, *, most: int, at: dt.datetime
) -> Exposed:
    """The same as it stood at most `COUNTED_FOR` ago: where hundreds begin at once, counting anew
    for each would keep all of them waiting, and the lot spreads their items meanwhile."""
    counts = _COUNTS.setdefault(session.get_bind().engine, {})
    found = counts.get((kind, parameters, most))
    if found is None or not dt.timedelta(0) <= at - found[0] < COUNTED_FOR:
        found = (at, exposed(session, kind, parameters, most=most))
        counts[kind, parameters, most] = found
    return found[1]
