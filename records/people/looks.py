"""Who looked at whose data.

A look at one person, or at a page of a list, is a row for each person (`Look`), which they find by
an index. A long list (everybody of a ministry's own list that is checked) is not ten thousand rows
but a few (`ListLook`): keys of persons in blocks, a bit for each.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.people.merging import same_person
from records.tables.privacy import ListLook, Look

ONCE = dt.timedelta(hours=1)  # looks at the same within it are one
MANY = 100  # more people at once are written in blocks
BLOCK = 4096


@dataclass(frozen=True)
class Seen:
    """Somebody looked at a person's data. ``what``: which page it was."""

    looker_id: int
    what: str
    purpose: str
    at: dt.datetime


def record_looks(
    session: Session,
    looker_id: int,
    people: Collection[int],
    what: str,
    *,
    purpose: str = "",
    at: dt.datetime,
) -> int:
    """Write down that somebody looked at these people's data; not at their own, and once an hour.
    Returns how many rows were written."""
    others = set(people) - {looker_id}
    if not others:
        return 0
    facts = {"looker_id": looker_id, "what": what, "purpose": purpose}
    write = _by_block if len(others) > MANY else _one_by_one
    return write(session, others, facts, at)


def purpose_since(
    session: Session, looker_id: int, person_id: int, what: str, since: dt.datetime
) -> str:
    """What this looker last said a look at this person is for, since then; "" for nothing."""
    return (
        session.scalar(
            select(Look.purpose)
            .filter_by(looker_id=looker_id, person_id=person_id, what=what)
            .where(Look.purpose != "", Look.at > since)
            .order_by(Look.id.desc())
            .limit(1)
        )
        or ""
    )


def _one_by_one(
    session: Session, people: set[int], facts: Mapping[str, Any], at: dt.datetime
) -> int:
    known = set(
        session.scalars(
            select(Look.person_id)
            .filter_by(**facts)
            .where(Look.at > at - ONCE, Look.person_id.in_(people))
        )
    )
    fresh = sorted(people - known)
    session.add_all(Look(person_id=one, at=at, **facts) for one in fresh)
    session.flush()
    return len(fresh)


def _by_block(session: Session, people: set[int], facts: Mapping[str, Any], at: dt.datetime) -> int:
    blocks: dict[int, list[int]] = defaultdict(list)
    for one in people:
        blocks[one // BLOCK].append(one % BLOCK)
    lately = session.scalars(
        select(ListLook)
        .filter_by(**facts)
        .where(ListLook.at > at - ONCE)
        .order_by(ListLook.id)
        .with_for_update()  # or of two lists opened at once one would be forgotten
    )
    known = {one.block: one for one in lately}
    written = 0
    for block, places in sorted(blocks.items()):
        bits = _bits(places)
        row = known.get(block)
        if row is None:
            session.add(ListLook(block=block, people=bits, at=at, **facts))
            written += 1
        elif (both := _either(row.people, bits)) != row.people:
            row.people = both
            written += 1
    session.flush()
    return written


def _bits(places: Iterable[int]) -> bytes:
    bits = bytearray(BLOCK // 8)
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)
    return bytes(bits)


def _either(one: bytes, other: bytes) -> bytes:
    return bytes(a | b for a, b in zip(one, other, strict=True))


def looks_at(session: Session, person_id: int, *, limit: int = 200) -> Sequence[Seen]:
    """Who looked at this person's data, newest first."""
    people = same_person(session, person_id)
    rows = session.scalars(
        select(Look).where(Look.person_id.in_(people)).order_by(Look.id.desc()).limit(limit)
    )
    found = [Seen(row.looker_id, row.what, row.purpose, row.at) for row in rows]
    for one in people:
        found += in_lists(session, one, limit)
    return sorted(found, key=lambda seen: seen.at, reverse=True)[:limit]


def in_lists(session: Session, person_id: int, limit: int | None = None) -> list[Seen]:
    """The looks at long lists that held this person, newest first."""
    block, place = divmod(person_id, BLOCK)
    rows = session.scalars(
        select(ListLook)
        .where(ListLook.block == block)
        .order_by(ListLook.at.desc())
        .execution_options(yield_per=100)
    )
    found: list[Seen] = []
    for row in rows:
        if row.people[place >> 3] >> (place & 7) & 1:
            found.append(Seen(row.looker_id, row.what, row.purpose, row.at))
        if len(found) == limit:
            break
    return found
