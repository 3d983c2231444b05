"""Importing lists of learners in the browser: look first, then import all or nothing."""

from __future__ import annotations

from typing import ClassVar

from core.messages import Message, Refused
from hub.portal.returned_forms import at_field
from hub.portal.web import BaseHandler, PageHandler
from records import Session
from records.programme.counting import load_units_tree
from school import access
from school.people import acts
from school.people.roster import COLUMNS, Outcome, make_template, read_table
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
            convert = self._wanted_conversion()
            if dry_run:
                outcome = await self.read(
                    acts.check_roster, self.actor, name, content, convert, table, at=self.now
                )
            else:
                outcome = await self.act(
                    acts.import_roster, name, content, convert, table, at=self.now
                )
        if outcome.faults or outcome.conversion:
            self.set_status(422)
        self._show(outcome)

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
        tree, scope = load_units_tree(session), acts.units_to_fill(session, self.actor)
        return make_template(unit for unit in tree.values() if scope is None or unit.id in scope)
