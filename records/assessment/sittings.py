"""Sittings: which items somebody was asked, what they answered, and what that said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from records.people.merging import same_person
from records.tables.assessment import ItemParameters, Sitting, SittingAnswer, SittingResult
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


def ended_of(session: Session, person_id: int) -> Sequence[Sitting]:
    """A person's sittings of whatever kind that have ended, the latest first."""
    return session.scalars(
        select(Sitting)
        .where(Sitting.person_id.in_(same_person(session, person_id)), Sitting.state == "ended")
        .order_by(Sitting.ended_at.desc(), Sitting.id.desc())
    ).all()


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
