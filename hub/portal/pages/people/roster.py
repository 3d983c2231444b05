"""Importing lists of learners in the browser: look first, then import all or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, ClassVar

from analytics.programme.targets import load_groups
from core.messages import Message, Refused
from hub.portal.returned_forms import at_field, return_form
from hub.portal.roster_jobs import BrokenOff, Job, RosterJobs
from hub.portal.uploads import UploadPage
from hub.portal.web import BaseHandler
from records import Session
from records.programme.counting import load_units_tree
from school import access
from school.people import acts
from school.people.long_lists import Order
from school.people.roster import (
    COLUMNS,
    Outcome,
    Table,
    Told,
    make_template,
    read_list,
    settle,
)
from school.people.roster.columns import FAMILY, GIVEN
from school.people.roster.old_encodings import NAMES as ENCODINGS
from school.people.roster.old_encodings import encoding_named
from school.people.roster.told import MAY_BE
from school.people.sheets.opening import LARGEST_FILE_MB

SHOWN_FAULTS = 200
LONGEST_CELL = 300  # characters; what is longer is refused by its column anyway
# What is answered at once; a longer list is a job.
DIRECT_BYTES, DIRECT_ROWS = 250_000, 2_000
REFRESH_S = 2
_CORRECTION = re.compile(r"fix-([0-9]{1,7})-([a-z_]{2,20})")
_COLUMN, _LINE = re.compile(r"col-([0-9]{1,2})"), re.compile(r"[0-9]{1,7}")
# What a column can be said to be, as the page offers it.
TITLES = {key: column.title for key, column in COLUMNS.items()} | {
    FAMILY: Message("Họ và tên đệm"),
    GIVEN: Message("Tên (không có họ)"),
}


class _Rosters(UploadPage):
    """What both pages of a list show."""

    @property
    def jobs(self) -> RosterJobs:
        assert self.portal.roster_jobs is not None
        return self.portal.roster_jobs

    async def show_outcome(
        self, outcome: Outcome | None, kept: str = "", order: Order | None = None, **more: Any
    ) -> None:
        # A cell may have two faults; it is typed anew at the first. So is a line left out.
        faulty: dict[tuple[int, str], int] = {}
        firsts: dict[int, int] = {}
        for number, fault in enumerate(outcome.faults if outcome else ()):
            faulty.setdefault((fault.line, fault.key), number)
            firsts.setdefault(fault.line, number)
        told = order.told if order else Told()
        self.page(
            "people/roster.html",
            **{"finished": "", "broken_off": None} | more,
            outcome=outcome,
            shown=SHOWN_FAULTS,
            typed_at=frozenset(faulty.values()),
            left_at=frozenset(firsts.values()),
            converted=(order.convert if order else None) or "",
            kept=kept,
            name=order.name if order else "",
            told=told,
            # Those whose field stands in the table of what is still wrong are typed there.
            corrections={
                cell: text for cell, text in told.corrections.items() if cell not in faulty
            },
            columns=COLUMNS,
            may_be=TITLES,
            groups=load_groups(),
            units=await self.read(acts.units_for_list, self.actor),
            encodings=ENCODINGS,
        )

    async def find_broken_off(self) -> tuple[BrokenOff, bool] | None:
        """A job that an ending of the portal broke off, and whether it had come to its end."""
        found = self.jobs.broken_off(self.owner)
        if found is None:
            return None
        imported = await self.read(acts.was_imported, found.sha256, found.at)
        return found, imported

    def forget_file(self) -> str:
        """The owner's file has done its duty; the word for none."""
        self.kept.forget(self.owner)
        return ""


class RosterPage(_Rosters):
    """Upload, see what is wrong row by row, import. A long list is a job with a page of its own."""

    cost: ClassVar[float] = 4
    body_mb = LARGEST_FILE_MB + 0.5  # with the rest of the form
    # The word for a file that was not the reason why its form comes back, and what it was sent for.
    _again: tuple[()] | tuple[str, Order] = ()

    async def get(self) -> None:
        self.require(access.may_import_roster(self.actor))
        job = self.jobs.of(self.owner, at=self.now)
        if job is not None and job.running and not self.form:
            self.redirect(self.url("roster", "progress"))
            return
        finished = job.order.name if job is not None and not job.running else ""
        broken_off = await self.find_broken_off()
        await self.show_outcome(None, *self._again, finished=finished, broken_off=broken_off)

    async def post(self) -> None:
        self.require(access.may_import_roster(self.actor))
        self.take_form("file")
        with at_field("file"):
            self.jobs.refuse_second(self.owner)
            order = await self._order()
            if order.table is None or len(order.table.rows) > DIRECT_ROWS:
                kept = self.kept.keep(self.owner, order.name, order.content, at=self.now)
                self.jobs.begin(self.owner, replace(order, kept=kept))
                self.redirect(self.url("roster", "progress"), status=HTTPStatus.SEE_OTHER)
                return
            outcome = await self._directly(order, settle(order.table, order.told))
        if outcome.asks:
            self.set_status(HTTPStatus.UNPROCESSABLE_ENTITY)
        self.jobs.forget(self.owner)
        if order.dry_run or outcome.asks:
            kept = self.kept.keep(self.owner, order.name, order.content, at=self.now)
        else:
            kept = self.forget_file()
        await self.show_outcome(outcome, kept, order)

    async def _order(self) -> Order:
        """What was sent and is asked; read already, unless the file is large."""
        name, content = self.sent_or_kept(Message("Hãy chọn một tệp xlsx hoặc CSV"))
        opener = self.portal.sheets.open if self.portal.sheets else None
        order = Order(
            self.actor,
            name,
            content,
            self.get_argument("how", "check") != "import",
            self.now,
            convert=encoding_named(self.get_argument("convert", "")),
        )
        try:
            unit, group = (self.get_argument(key, "")[:LONGEST_CELL] for key in ("unit", "group"))
            for_all = await self.read(acts.read_for_all, self.actor, unit, group)
        except Refused:
            kept = self.kept.keep(self.owner, name, content, at=self.now)
            self._again = (kept, replace(order, told=self._told({})))
            raise
        told, table = self._told(for_all), None
        if len(content) <= DIRECT_BYTES:
            # Before the transaction: nobody waits for the database while a file is taken apart.
            table = await self.in_thread(lambda: read_list(content, told, opener))
        return replace(order, table=table, told=told)

    async def _directly(self, order: Order, table: Table) -> Outcome:
        sent = (order.name, order.content, order.convert, table)
        if order.dry_run:
            return await self.look(acts.check_roster, self.actor, *sent, at=self.now)
        return await self.act(acts.import_roster, *sent, at=self.now)

    def _told(self, for_all: Mapping[str, str]) -> Told:
        """What was said on the page: fields named by column, or by line and column."""
        cells: dict[tuple[int, str], str] = {}
        columns: dict[int, str] = {}
        for field in self.request.body_arguments:
            text = self.get_argument(field)[:LONGEST_CELL]
            if (named := _CORRECTION.fullmatch(field)) and named[2] in COLUMNS:
                cells[int(named[1]), named[2]] = text
            elif (named := _COLUMN.fullmatch(field)) and text in ("", *MAY_BE):
                columns[int(named[1])] = text
        lines = (int(line) for line in self.get_arguments("leave") if _LINE.fullmatch(line))
        return Told(cells, columns, for_all, frozenset(lines))


class RosterProgress(_Rosters):
    """How far the owner's long list is; then what came of it, as for a short one."""

    async def get(self) -> None:
        self.require(access.may_import_roster(self.actor))
        job = self.jobs.of(self.owner, at=self.now)
        if job is None:  # also at the first reload after a restart
            await self.show_outcome(None, broken_off=await self.find_broken_off())
        elif job.running:
            self._tell(job)
        elif job.outcome is None:
            refused = Refused(*job.refused, field="file")
            self.form = return_form(refused, {}, self._.message, had_files=True)
            await self.show_outcome(None)
        else:
            over = not (job.order.dry_run or job.outcome.asks)
            kept = self.forget_file() if over else job.order.kept
            await self.show_outcome(job.outcome, kept, job.order)

    def _tell(self, job: Job) -> None:
        moves = self.get_query_argument("xem", "") != "dung"
        if moves:
            self.set_header("Refresh", str(REFRESH_S))
        self.page("people/roster_progress.html", job=job, moves=moves, refresh_s=REFRESH_S)


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
