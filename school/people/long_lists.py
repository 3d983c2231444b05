"""A long list that somebody sent, from the file to what came of it, in one go.

Whoever runs it (`hub.portal.roster_jobs`) hears how far it is, and may end it by raising.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from records import Records, Session
from school import access
from school.access import Actor
from school.people import acts, looks
from school.people.roster.importing import Outcome, Telling
from school.people.roster.old_encodings import Encoding
from school.people.roster.table import Table, read_list, settle
from school.people.roster.told import Told
from school.people.sheets import Opener


@dataclass(frozen=True)
class Order:
    """A list and what is to be done with it."""

    actor: Actor
    name: str
    content: bytes
    dry_run: bool
    at: dt.datetime
    table: Table | None = None  # where it was read already
    told: Told = field(default_factory=Told)
    convert: Encoding | None = None
    kept: str = ""  # the word for the file (`hub.portal.kept_files`)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def carry_out(
    records: Records,
    opener: Opener,
    clock: Callable[[], dt.datetime],
    order: Order,
    step: Callable[[str], None],
    tell: Telling,
) -> Outcome:
    """Do an order, with the rights that its sender has now. Rows are judged before the transaction
    that writes, which takes the verdicts where what they stand on still holds."""
    step("reading")
    table = settle(order.table or read_list(order.content, order.told, opener), order.told)
    at = clock()
    sent = (order.name, order.content, order.convert, table)
    with records.read() as session:
        actor = access.load_actor(session, order.actor.username or "", at=at)
        judged = acts.judge_roster(session, actor, table, order.convert, at=at, tell=tell)

    def look(session: Session) -> Outcome:
        ask = functools.partial(acts.check_roster, session, actor, *sent, at=at, judged=judged)
        return looks.look(session, actor, ask, at=at)

    step("comparing")
    if order.dry_run:
        return records.note(look)
    with records.begin() as session:
        actor = access.load_actor(session, order.actor.username or "", at=at)
        do = functools.partial(
            acts.import_roster, session, actor, *sent, at=at, judged=judged, tell=tell
        )
        return looks.acted(session, actor, do, at=at)
