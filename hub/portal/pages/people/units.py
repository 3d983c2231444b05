"""The tree of units: finding one with its key, lists to bring and to take away, changing one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from analytics.programme.places import path_of
from analytics.programme.report import write_rows
from core import names
from core.calendar import today_in_vietnam
from core.folding import fold
from core.messages import Message, Refused
from courses.handouts.csv_cells import safe_cell
from hub.portal.pages.officer import PAGE, XLSX, OfficerPage
from hub.portal.returned_forms import at_field
from hub.portal.uploads import UploadPage
from hub.portal.web import BaseHandler
from records import Session
from records.people import persons, units
from records.programme.counting import UnitNode, load_units_tree
from records.tables.people import FormerName
from school import access
from school.people import acts, unit_acts
from school.people.roster.old_encodings import NAMES as ENCODINGS
from school.people.roster.old_encodings import encoding_named
from school.people.sheets.opening import LARGEST_FILE_MB
from school.people.unit_names.keys import KINDS, key_of
from school.people.units.code_lists import as_list
from school.people.units.judging import Judged
from school.people.units.reading import (
    CENTRAL_2025,
    TITLES,
    UnitTable,
    in_unicode,
    one_row,
    read_units,
    write_list,
)

SHOWN = 200  # faults and lines of a tree on one page
DONE = {
    "imported": Message("Đã ghi danh sách đơn vị."),
    "changed": Message("Đã ghi thay đổi."),
}


@dataclass(frozen=True)
class Found:
    """One page of units, and the tree they stand in."""

    total: int
    lines: Sequence[UnitNode]
    tree: dict[int, UnitNode]


class UnitsPage(OfficerPage):
    """Every unit, found by name, code or kind, with the key that lists name it by."""

    async def get(self) -> None:
        self.require(access.may_see_units(self.actor))
        search = persons.clean(self.get_argument("q", ""))[:100]
        kind = self.get_argument("kind", "")
        kind = kind if kind in KINDS else ""
        found = await self.read(self._find, search, kind)
        self.page(
            "people/units.html",
            found=found,
            search=search,
            kind=kind,
            kinds=KINDS,
            key_of=key_of,
            done=DONE.get(self.get_argument("done", "")),
            today=today_in_vietnam(self.now),
            offset=self.offset(),
            size=PAGE,
            count=self.count,
        )

    def _find(self, session: Session, search: str, kind: str) -> Found:
        tree = load_units_tree(session)
        words = fold(search).split()
        lines = [
            unit
            for unit in _seen_by(session, self.actor, tree)
            if (not kind or unit.kind == kind)
            and all(word in fold(unit.name) or word in fold(unit.code) for word in words)
        ]
        lines.sort(key=lambda unit: (list(KINDS).index(unit.kind) if unit.kind in KINDS else 99,
                                     names.sort_key(unit.name), unit.vintage))  # fmt: skip
        return Found(len(lines), lines[self.offset() : self.offset() + PAGE], tree)


def _seen_by(session: Session, actor: access.Actor, tree: dict[int, UnitNode]) -> list[UnitNode]:
    """The units whose codes this reader needs: all, or the own ones and below."""
    if access.may_see_nation(actor):
        return list(tree.values())
    own = acts.units_to_fill(session, actor) or ()
    return [unit for unit in tree.values() if unit.id in own]


class CodeList(BaseHandler):
    """Every unit this reader sees, in the columns that an import reads."""

    cost: ClassVar[float] = 4

    async def get(self, kind: str) -> None:
        self.require(access.may_see_units(self.actor))
        rows = await self.read(self._rows)
        name = f"don-vi-{today_in_vietnam(self.now):%Y%m%d}.{kind}"
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        if kind == "xlsx":
            self.set_header("Content-Type", XLSX)
            self.finish(write_rows([list(TITLES.values()), *rows], sheet="Đơn vị"))
            return
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        self.finish(
            write_list([[safe_cell(cell, keep_text=False) for cell in row] for row in rows])
        )

    def _rows(self, session: Session) -> list[list[str]]:
        tree = load_units_tree(session)
        return as_list(_seen_by(session, self.actor, tree), tree)


class ImportUnits(UploadPage, OfficerPage):
    """A list is looked at as the tree that would be, then brought in whole; or one unit by form."""

    cost: ClassVar[float] = 4
    body_mb = LARGEST_FILE_MB + 0.5  # with the rest of the form

    async def get(self) -> None:
        self._show(None)

    async def post(self) -> None:
        self.require(access.may_keep_units(self.actor))
        self.take_form("file")
        if self.get_body_argument("one", ""):
            await self._add_one()
            return
        with at_field("file"):
            name, content = self._sent()
            table = await self._table(content)
        imports = self.get_body_argument("how", "check") == "import"
        judged = None
        if not table.conversion:
            judged = await (
                self.act(unit_acts.import_units, table, at=self.now)
                if imports
                else self.read(unit_acts.check_units, table)
            )
        if judged is None or judged.faults:
            self.set_status(422)
        elif imports:
            self.kept.forget(self.owner)
            self.redirect(self.url("units", done="imported"))
            return
        kept = "" if self._shipped else self.kept.keep(self.owner, name, content, at=self.now)
        self._show(judged, table, kept, name)

    @property
    def _shipped(self) -> bool:
        return bool(self.get_body_argument("shipped", ""))

    def _sent(self) -> tuple[str, bytes]:
        if self._shipped:
            return CENTRAL_2025.name, CENTRAL_2025.read_bytes()
        return self.sent_or_kept(Message("Hãy chọn một tệp xlsx, ods hoặc CSV"))

    async def _table(self, content: bytes) -> UnitTable:
        opener = self.portal.sheets.open if self.portal.sheets and not self._shipped else None
        wanted = encoding_named(self.get_body_argument("convert", ""))
        return await self.in_thread(lambda: in_unicode(read_units(content, opener), wanted))

    async def _add_one(self) -> None:
        said = {key: self.get_body_argument(key, "")[:200] for key in TITLES}
        judged = await self.act(unit_acts.import_units, one_row(**said), at=self.now)
        if judged.faults:
            raise Refused.at_fields({fault.key: fault.reason for fault in judged.faults})
        if not judged.new:
            raise Refused(Message("Mã này đã có; hãy mở đơn vị ấy để sửa"), field="code")
        self.redirect(self.url("units", q=persons.clean(said["code"]), done="imported"))

    def _show(
        self,
        judged: Judged | None,
        table: UnitTable | None = None,
        kept: str = "",
        name: str = "",
    ) -> None:
        self.require(access.may_keep_units(self.actor))
        self.page(
            "people/units_import.html",
            judged=judged,
            table=table,
            titles=TITLES,
            kinds={kind: name for kind, name in KINDS.items() if kind != "nation"},
            shipped=bool(self.get_argument("shipped", "")),
            shown=SHOWN,
            kept=kept,
            name=name,
            encodings=ENCODINGS,
            converted=encoding_named(self.get_argument("convert", "")) or "",
        )

    async def show_again(self) -> None:
        self._show(None)


@dataclass(frozen=True)
class Shown:
    """A unit with what stands around it."""

    unit: UnitNode
    path: Sequence[UnitNode]
    below: Sequence[UnitNode]
    before: Sequence[UnitNode]
    former: Sequence[FormerName]
    members: int
    tree: dict[int, UnitNode]


class ChangeUnit(OfficerPage):
    """Rename, move, end or merge a unit; nothing of it is deleted."""

    async def get(self, number: str) -> None:
        self.require(access.may_keep_units(self.actor))
        shown = await self.read(_load, int(number))
        if shown is None:
            raise self.absent()
        self.page(
            "people/unit_change.html",
            shown=shown,
            kinds=KINDS,
            key_of=key_of,
            today=today_in_vietnam(self.now),
            done=DONE.get(self.get_query_argument("done", "")),
        )

    async def post(self, number: str) -> None:
        self.require(access.may_keep_units(self.actor))
        if self.get_body_argument("what", "") == "end":
            await self.act(
                unit_acts.end_unit,
                int(number),
                last_day=self._last_day(),
                successor=persons.clean(self.get_body_argument("successor", ""))[:200],
                at=self.now,
            )
        else:
            await self.act(
                unit_acts.change_unit,
                int(number),
                name=self.get_body_argument("name", ""),
                parent=persons.clean(self.get_body_argument("parent", ""))[:200],
                at=self.now,
            )
        self.redirect(self.url("units", number, "change", done="changed"))

    def _last_day(self) -> dt.date:
        try:
            return dt.date.fromisoformat(self.get_body_argument("last_day", ""))
        except ValueError:
            raise Refused(Message("Hãy chọn một ngày"), field="last_day") from None


def _load(session: Session, unit_id: int) -> Shown | None:
    tree = load_units_tree(session)
    unit = tree.get(unit_id)
    if unit is None:
        return None
    around = sorted(tree.values(), key=lambda one: names.sort_key(one.name))
    return Shown(
        unit,
        path_of(tree, unit_id),
        [one for one in around if one.parent_id == unit_id],
        [one for one in around if one.successor_id == unit_id],
        units.former_names(session, [unit_id]).get(unit_id, ()),
        units.count_members(session, unit_id),
        tree,
    )
