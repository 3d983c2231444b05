"""Importing lists of learners in the browser: look first, then import all or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from core.messages import Message
from hub.portal.returned_forms import at_field
from hub.portal.uploads import UploadPage
from hub.portal.web import BaseHandler
from records import Session
from records.programme.counting import load_units_tree
from school import access
from school.people import acts
from school.people.roster import COLUMNS, Outcome, correct, make_template, read_table
from school.people.roster.old_encodings import NAMES as ENCODINGS
from school.people.roster.old_encodings import encoding_named
from school.people.sheets.opening import LARGEST_FILE_MB

SHOWN_FAULTS = 200
LONGEST_CELL = 300  # characters; what is longer is refused by its column anyway
NOTHING: Mapping[tuple[int, str], str] = {}
_CORRECTION = re.compile(r"fix-(\d{1,7})-([a-z_]{2,20})")


class RosterPage(UploadPage):
    """Upload, see what is wrong row by row, import."""

    cost: ClassVar[float] = 4
    body_mb = LARGEST_FILE_MB + 0.5  # with the rest of the form

    async def get(self) -> None:
        self.require(access.may_import_roster(self.actor))
        self._show(None)

    async def post(self) -> None:
        self.require(access.may_import_roster(self.actor))
        self.take_form("file")
        dry_run = self.get_argument("how", "check") != "import"
        corrections = self._corrections()
        with at_field("file"):
            name, content = self.sent_or_kept(Message("Hãy chọn một tệp xlsx hoặc CSV"))
            opener = self.portal.sheets.open if self.portal.sheets else None
            # Before the transaction: nobody waits for the database while a file is taken apart.
            table = await self.in_thread(lambda: read_table(name, content, opener))
            table = correct(table, corrections)
            convert = encoding_named(self.get_argument("convert", ""))
            if dry_run:
                outcome = await self.look(
                    acts.check_roster, self.actor, name, content, convert, table, at=self.now
                )
            else:
                outcome = await self.act(
                    acts.import_roster, name, content, convert, table, at=self.now
                )
        refused = bool(outcome.faults or outcome.conversion)
        if refused:
            self.set_status(422)
        kept = self._keep(name, content) if dry_run or refused else self._forget()
        self._show(outcome, kept, name, corrections)

    def _corrections(self) -> dict[tuple[int, str], str]:
        """What was mended on the page: fields named by line and column."""
        found: dict[tuple[int, str], str] = {}
        for field in self.request.body_arguments:
            named = _CORRECTION.fullmatch(field)
            if named and named[2] in COLUMNS:
                found[int(named[1]), named[2]] = self.get_argument(field)[:LONGEST_CELL]
        return found

    def _keep(self, name: str, content: bytes) -> str:
        return self.kept.keep(self.owner, name, content, at=self.now)

    def _forget(self) -> str:
        self.kept.forget(self.owner)
        return ""

    def _show(
        self,
        outcome: Outcome | None,
        kept: str = "",
        name: str = "",
        corrections: Mapping[tuple[int, str], str] = NOTHING,
    ) -> None:
        # A cell may have two faults; it is typed anew at the first.
        faulty: dict[tuple[int, str], int] = {}
        for number, fault in enumerate(outcome.faults if outcome else ()):
            faulty.setdefault((fault.line, fault.key), number)
        self.page(
            "people/roster.html",
            outcome=outcome,
            shown=SHOWN_FAULTS,
            typed_at=frozenset(faulty.values()),
            converted=encoding_named(self.get_argument("convert", "")) or "",
            kept=kept,
            name=name,
            # Those whose field stands in the table of what is still wrong are typed there.
            corrections={cell: text for cell, text in corrections.items() if cell not in faulty},
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
