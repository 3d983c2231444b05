"""Letters on their way: written in the transaction of what they tell of, sent by a worker.

`put` is called by whoever changes something; nothing is sent if that is undone. The worker takes
some (`claim`), which holds them for a while, sends, and says how it went. One that is killed in
between leaves its letters to the next: a letter may come twice then, and is never lost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import case, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from records.tables.people import Person
from records.tables.platform import Mail, MailRefused
from records.writing import insert_new

# What a person may refuse; links that were asked for are not among them.
REFUSABLE = ("certificate", "deadline", "message", "marked", "class", "answer", "assessment")
KINDS = ("setup", "reset", "security", "known", *REFUSABLE)
TO_STRANGERS = "confirm"

LEASE = dt.timedelta(minutes=5)
MOST_TRIES = 12  # about a day of a server that is away
FIRST_WAIT, LONGEST_WAIT = dt.timedelta(minutes=1), dt.timedelta(hours=4)
KEPT = dt.timedelta(days=60)
# Somebody waits at a screen for the first; thousands of the last may stand before it.
_AT_A_SCREEN = ("reset", "security", "known", TO_STRANGERS)
_URGENCY = case((Mail.kind.in_(_AT_A_SCREEN), 0), (Mail.kind == "setup", 1), else_=2)
_AT_ONCE = 300  # SQLite takes a bounded number of parameters in one statement


def put(
    session: Session,
    kind: str,
    person_id: int,
    facts: Mapping[str, Any],
    *,
    once: str | None = None,
    at: dt.datetime,
) -> bool:
    """Write a letter to somebody; False where they have no address or want none of this kind, or
    what is told ``once`` was told."""
    return put_many(session, kind, {person_id: facts}, once=once, at=at) == 1


def put_many(
    session: Session,
    kind: str,
    facts: Mapping[int, Mapping[str, Any]],
    *,
    once: str | None = None,
    at: dt.datetime,
) -> int:
    """A letter of its own to each of these people, by their keys; how many get one. ``once``: with
    the person's key, what must not be told twice."""
    assert kind in KINDS, kind
    rows: list[dict[str, Any]] = [
        {
            "kind": kind,
            "person_id": person_id,
            "address": address,
            "facts": dict(facts[person_id]),
            "once": once and f"{once}:{person_id}",
            "created_at": at,
            "state": "waiting",
            "tries": 0,
            "next_at": at,
        }
        for person_id, address in addresses_of(session, kind, facts).items()
    ]
    if once:
        return sum(insert_new(session, Mail, **row) for row in rows)
    if rows:
        session.execute(insert(Mail), rows)
    return len(rows)


def put_to_address(
    session: Session, address: str, facts: Mapping[str, Any], *, at: dt.datetime
) -> None:
    """A letter to an address of which nobody knows yet whose it is, asking to confirm it."""
    session.add(
        Mail(
            kind=TO_STRANGERS,
            person_id=None,
            address=address,
            facts=dict(facts),
            once=None,
            created_at=at,
            state="waiting",
            tries=0,
            next_at=at,
        )
    )
    session.flush()


def addresses_of(session: Session, kind: str, people: Collection[int]) -> dict[int, str]:
    """Of these people, who can be written to about this, and where."""
    found: dict[int, str] = {}
    ordered = sorted(people)
    refused = select(MailRefused.person_id).where(MailRefused.kind == kind)
    for begin in range(0, len(ordered), _AT_ONCE):
        rows = session.execute(
            select(Person.id, Person.email).where(
                Person.id.in_(ordered[begin : begin + _AT_ONCE]),
                Person.email.is_not(None),
                Person.email != "",
                Person.erased_at.is_(None),
                Person.id.not_in(refused),
            )
        )
        found.update((key, email) for key, email in rows if email)
    return found


def refuse(session: Session, person_id: int, kind: str, *, at: dt.datetime) -> bool:
    """This person wants no more letters of this kind; False where that was so."""
    assert kind in REFUSABLE, kind
    return insert_new(session, MailRefused, person_id=person_id, kind=kind, at=at)


def accept(session: Session, person_id: int, kind: str) -> bool:
    """They want them again; False where that was so."""
    gone = session.execute(
        delete(MailRefused)
        .where(MailRefused.person_id == person_id, MailRefused.kind == kind)
        .returning(MailRefused.kind)
    )
    return gone.first() is not None


def refused_by(session: Session, person_id: int) -> frozenset[str]:
    """The kinds of letters that this person does not want."""
    return frozenset(
        session.scalars(select(MailRefused.kind).where(MailRefused.person_id == person_id))
    )


# --- the worker -----------------------------------------------------------------------------------


def claim(session: Session, *, limit: int, at: dt.datetime) -> Sequence[tuple[Mail, Person | None]]:
    """Take up to ``limit`` letters that are due, with whom they are for (None: nobody whom we know
    yet); nobody else gets them until `LEASE` has passed."""
    due = (
        select(Mail)
        .where(Mail.state == "waiting", Mail.next_at <= at)
        .order_by(_URGENCY, Mail.next_at, Mail.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = session.scalars(due).all()
    for mail in taken:
        mail.tries, mail.next_at = mail.tries + 1, at + LEASE
    session.flush()
    people = {
        one.id: one
        for one in session.scalars(
            select(Person).where(Person.id.in_({mail.person_id for mail in taken}))
        )
    }
    return [
        (mail, people[mail.person_id] if mail.person_id is not None else None) for mail in taken
    ]


def give_back(session: Session, mails: Collection[int]) -> None:
    """These were taken and not tried: they are due as before, and it counts as no try."""
    session.execute(
        update(Mail)
        .where(Mail.id.in_(mails), Mail.state == "waiting")
        .values(tries=Mail.tries - 1, next_at=Mail.created_at)
    )


def is_any_due(session: Session, *, at: dt.datetime) -> bool:
    """Whether there is anything to `claim`."""
    due = select(Mail.id).where(Mail.state == "waiting", Mail.next_at <= at).limit(1)
    return session.scalar(due) is not None


def sent_since(session: Session, since: dt.datetime) -> int:
    """How many went out since then."""
    return (
        session.scalar(select(func.count()).where(Mail.state == "sent", Mail.done_at > since)) or 0
    )


def note_sent(session: Session, mail_id: int, *, at: dt.datetime) -> None:
    """The server took it: what stood in it is forgotten."""
    _finish(session, mail_id, state="sent", facts=None, why=None, done_at=at)


def note_shown(session: Session, mail_id: int, *, at: dt.datetime) -> None:
    """It lies in the demonstration's own mailbox, to be read there."""
    _finish(session, mail_id, state="shown", why=None, done_at=at)


def note_dead(session: Session, mail_id: int, why: str, *, at: dt.datetime) -> None:
    """It will not be sent, for a reason that the administrator reads."""
    _finish(session, mail_id, state="dead", facts=None, why=why[:500], done_at=at)


def note_failed(session: Session, mail_id: int, tries: int, why: str, *, at: dt.datetime) -> None:
    """It was not taken this time; later again, unless it was tried often enough."""
    if tries >= MOST_TRIES:
        note_dead(session, mail_id, why, at=at)
        return
    wait = min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT)
    session.execute(update(Mail).where(Mail.id == mail_id).values(next_at=at + wait, why=why[:500]))


def forget_old(session: Session, *, at: dt.datetime) -> int:
    """Remove what was done with long ago; how many."""
    gone = session.execute(delete(Mail).where(Mail.done_at < at - KEPT).returning(Mail.id))
    return len(gone.all())


def _finish(session: Session, mail_id: int, **values: Any) -> None:
    if values["state"] != "shown":  # an address that nobody confirmed is not kept beside it
        values["address"] = case((Mail.person_id.is_(None), ""), else_=Mail.address)
    session.execute(
        update(Mail)
        .where(Mail.id == mail_id, or_(Mail.state == "waiting", Mail.state == "shown"))
        .values(**values)
    )


# --- what the administrator sees ------------------------------------------------------------------


def count_by_state(session: Session) -> dict[str, int]:
    """How many letters are in each state."""
    rows = session.execute(select(Mail.state, func.count()).group_by(Mail.state))
    return {str(state): int(n) for state, n in rows}


def waiting_since(session: Session) -> dt.datetime | None:
    """When the oldest letter was written that still waits; None where none does."""
    return session.scalar(select(func.min(Mail.created_at)).where(Mail.state == "waiting"))


def latest(session: Session, state: str, *, limit: int) -> Sequence[tuple[Mail, Person | None]]:
    """The newest letters of a state, with whom they are for; None: nobody whom we know yet."""
    rows = session.execute(
        select(Mail, Person)
        .outerjoin(Person, Person.id == Mail.person_id)
        .where(Mail.state == state)
        .order_by(Mail.id.desc())
        .limit(limit)
    )
    return [(mail, person) for mail, person in rows]
