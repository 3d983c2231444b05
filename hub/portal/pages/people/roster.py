"""Importing lists of learners in the browser: look first, then import all or nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from core.messages import Message, Refused
from hub.portal.returned_forms import at_field
from hub.portal.web import BaseHandler, PageHandler
from records import Session
from records.people import persons
from records.programme.counting import load_units_tree
from school import access
from school.people.roster import COLUMNS, Outcome, Table, import_roster, make_template, read_table
from school.people.roster.old_encodings import NAMES as ENCODINGS
from school.people.roster.old_encodings import Encoding

SHOWN_FAULTS = 200


class RosterPage(PageHandler):
    """Upload, see what is wrong row by row, import."""

    cost: ClassVar[float] = 4

    async def get(self) -> None:
        self.require(access.may_import_roster(self.actor))
        self._show(None)

    async def post(self) -> None:
        self.require(access.may_import_roster(self.actor))
        sent = self.request.files.get("file")
        dry_run = self.get_argument("how", "check") != "import"
        with at_field("file"):
            if not sent:
                raise Refused(Message("Hãy chọn một tệp xlsx hoặc CSV"))
            name, content = sent[0]["filename"], sent[0]["body"]
            opener = self.portal.sheets.open if self.portal.sheets else None
            # Before the transaction: nobody waits for the database while a file is taken apart.
            table = await self.in_thread(lambda: read_table(name, content, opener))
            ask = self.read if dry_run else self.record
            outcome = await ask(self._import, name, content, table, dry_run)
        if outcome.faults or outcome.conversion:
            self.set_status(422)
        self._show(outcome)

    def _import(
        self, session: Session, name: str, content: bytes, table: Table, dry_run: bool
    ) -> Outcome:
        return import_roster(
            session,
            name,
            content,
            at=self.now,
            actor=self.actor.username or "",
            scope=_scope(session, self.actor),
            dry_run=dry_run,
            convert=self._wanted_conversion(),
            table=table,
        )

    def _wanted_conversion(self) -> Encoding | None:
        asked = self.get_argument("convert", "")
        return next((one for one in ENCODINGS if one == asked), None)

    def _show(self, outcome: Outcome | None) -> None:
        self.page(
            "people/roster.html",
            outcome=outcome,
            shown=SHOWN_FAULTS,
            columns=COLUMNS,
            encodings=ENCODINGS,
        )


class Template(BaseHandler):
    """The empty list to fill in."""

    async def get(self) -> None:
        self.require(access.may_import_roster(self.actor))
        content = await self.read(self._make)
        self.set_header(
            "Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
        self.set_header("Content-Disposition", 'attachment; filename="danh-sach-mau.xlsx"')
        self.finish(content)

    def _make(self, session: Session) -> bytes:
        tree, scope = load_units_tree(session), _scope(session, self.actor)
        return make_template(unit for unit in tree.values() if scope is None or unit.id in scope)


def _scope(session: Session, actor: access.Actor) -> Collection[int] | None:
    """The units this actor may fill; None for all."""
    if actor.roles & {access.MINISTRY_OFFICER, access.ADMINISTRATOR}:
        return None
    own = actor.units_as(access.UNIT_OFFICER)
    return frozenset[int]().union(*(persons.unit_and_below(session, unit) for unit in own))
