"""Pages of figures: the nation, one unit, its people, and what everybody may see.

Every figure leads down: nation → province → unit → people → certificate, as far as the reader may
go. What is counted and how is `analytics.programme.figures`; nothing is counted here.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from markupsafe import Markup

from analytics.programme import assessed, by_themselves, charts
from analytics.programme.figures import (
    NOWHERE,
    Figures,
    UnitFigures,
    find_figures,
    find_unit_figures,
)
from analytics.programme.places import Vintage
from analytics.programme.report import write_report, write_rows
from analytics.programme.small_cells import SMALLEST, Withheld, protect
from analytics.programme.targets import (
    EXPERTS,
    Goal,
    find_goals,
    load_groups,
    load_programmes,
)
from core.calendar import today_in_vietnam
from core.messages import Message
from courses.handouts.csv_cells import csv_file
from hub.portal.pages.officer import PAGE, VINTAGE_NAMES, XLSX, OfficerPage
from hub.portal.web import BaseHandler
from records import Session
from records.people import persons
from records.programme import counting
from records.programme.public_counts import PublicCount, count_public
from records.tables.people import Unit
from school import access
from school.people import looks
from school.people.entering import GROUP_NAMES

STATES = {
    "all": Message("Tất cả"),
    "certified": Message("Đã có chứng nhận"),
    "revoked": Message("Chứng nhận đã thu hồi"),
    "learning": Message("Đang học"),
    "waiting": Message("Chưa bắt đầu"),
}


class National(OfficerPage):
    """How far the programme is, with a picture and its table."""

    async def get(self) -> None:
        self.require(access.may_see_nation(self.actor))
        vintage = self.vintage()
        figures = await self.read(find_figures, self.programme, at=self.now, vintage=vintage)
        goals = await self.read(find_goals, self.programme)
        public = await self.read(count_public, self.programme, until=self.now)
        sort, provinces = self.sorted_lines(figures.provinces)
        self.page(
            "programme/national.html",
            figures=figures,
            programme=load_programmes()[self.programme],
            experts=load_programmes()[EXPERTS],
            groups=load_groups(),
            years=await self.read(assessed.find_years),
            public=public,
            public_names=GROUP_NAMES,
            bars={line.key: self.bar(line) for line in (*figures.buckets, figures.total)},
            expert_bar=self.bar(figures.experts),
            tiles=self.tiles(figures.provinces, vintage, links=True),
            months=self._months(figures, goals["total"]),
            provinces=provinces,
            sorted_by=sort,
            vintages=VINTAGE_NAMES,
            count=self.count,
            whole=_nation_id(await self.read(persons.find_nation)),
            sample=self.portal.settings.demonstration,
        )

    def _months(self, figures: Figures, goal: Goal) -> Markup:
        words = charts.LineWords(
            title=self._("Số chứng nhận lũy kế theo tháng; số liệu ở bảng kèm theo"),
            goal=self._("Chỉ tiêu {n}", n=self.count(goal.amount)),
            number=self.count,
        )
        drawn = charts.draw_months(
            figures.months,
            goal=goal.amount,
            begins_on=goal.begins_on,
            deadline_on=goal.deadline_on,
            today=today_in_vietnam(self.now),
            words=words,
        )
        return Markup(drawn)  # noqa: S704 - escaped by draw_months


class Workbook(OfficerPage):
    """The same figures as xlsx."""

    cost: ClassVar[float] = 10

    async def get(self) -> None:
        self.require(access.may_see_nation(self.actor))
        vintage, demo = self.vintage(), self.portal.settings.demonstration
        book = io.BytesIO()

        def write(session: Session) -> Figures:
            return write_report(
                session,
                book,
                at=self.now,
                vintage=vintage,
                programme=self.programme,
                sample=demo,
            )

        await self.read(write)
        today = today_in_vietnam(self.now)
        self.set_header("Content-Type", XLSX)
        self.set_header(
            "Content-Disposition", f'attachment; filename="bao-cao-{today:%Y-%m-%d}.xlsx"'
        )
        self.finish(book.getvalue())


class UnitPage(OfficerPage):
    """A unit and the units below it."""

    async def get(self, unit: str) -> None:
        figures = await self.read(self._load, int(unit))
        self.require(figures is not None)
        assert figures is not None
        path = {node.id for node in (*figures.path, figures.unit)}
        self.require(access.may_see_unit(self.actor, path))
        sort, children = self.sorted_lines(figures.children)
        public = await self.read(self._public, figures.unit)
        self.page(
            "programme/unit.html",
            figures=figures,
            path_nodes=_visible_path(self.actor, figures),
            bar=self.bar(figures.whole) if figures.whole.planned is not None else None,
            children=children,
            public=sum(one.registered for one in public),
            states=STATES,
            nowhere=NOWHERE,
            sorted_by=sort,
            count=self.count,
            sample=self.portal.settings.demonstration,
        )

    def _public(self, session: Session, unit: counting.UnitNode) -> list[PublicCount]:
        """Who came by themselves and says to be from here; of the nation, all."""
        units = None if unit.kind == "nation" else persons.unit_and_below(session, unit.id)
        return count_public(session, self.programme, units=units, until=self.now)

    def _load(self, session: Session, unit_id: int) -> UnitFigures | None:
        return find_unit_figures(session, unit_id, self.programme, at=self.now)


@dataclass(frozen=True)
class PeopleOfUnit:
    figures: UnitFigures
    total: int
    lines: Sequence[counting.PersonLine]
    units: dict[int, counting.UnitNode]


class UnitPeople(OfficerPage):
    """Who is behind a unit's figures."""

    async def get(self, unit: str) -> None:
        state = self.get_argument("state", "all")
        state = state if state in STATES else "all"
        search = persons.clean(self.get_argument("q", ""))[:100]
        found = await self.look(self._load, int(unit), state, search, self.offset())
        self.require(found is not None)
        assert found is not None
        self.page(
            "programme/people.html",
            figures=found.figures,
            found=found,
            path_nodes=_visible_path(self.actor, found.figures),
            state=state,
            search=search,
            states=STATES,
            offset=self.offset(),
            size=PAGE,
            groups=load_groups(),
            count=self.count,
        )

    def _load(
        self, session: Session, unit_id: int, state: str, search: str, offset: int
    ) -> PeopleOfUnit | None:
        figures = find_unit_figures(session, unit_id, self.programme, at=self.now)
        if figures is None:
            return None
        path = {node.id for node in (*figures.path, figures.unit)}
        if not access.may_see_people_of(self.actor, path):
            return None
        below = persons.unit_and_below(session, unit_id)
        total, lines = counting.list_people(
            session,
            below,
            self.programme,
            state=state,
            search=search,
            offset=offset,
            limit=PAGE,
        )
        looks.show(session, (line.person_id for line in lines), "list")
        return PeopleOfUnit(figures, total, lines, counting.load_units_tree(session))


# --- without login ----------------------------------------------------------------------------


class _Open(BaseHandler):
    """What the page and the open data share."""

    public: ClassVar[bool] = True
    cost: ClassVar[float] = 4

    async def themselves(self) -> dict[str, int | Withheld] | None:
        door = self.portal.settings.door != "closed"
        count = by_themselves.count_by_themselves
        return await self.read(count, self.programme, door_is_open=door, until=self.now)


class PublicProgress(_Open, OfficerPage):
    """The programme's progress for everybody, small numbers withheld."""

    async def get(self) -> None:
        vintage = self.vintage()
        figures = await self.read(find_figures, self.programme, at=self.now, vintage=vintage)
        self.page(
            "programme/public.html",
            figures=figures,
            shown=_protected(figures),
            themselves=await self.themselves(),
            programme=load_programmes()[self.programme],
            bars={line.key: self.bar(line) for line in (*figures.buckets, figures.total)},
            smallest=SMALLEST,
            withheld=Withheld,
            vintages=VINTAGE_NAMES,
            count=self.count,
            sample=self.portal.settings.demonstration,
        )


class OpenData(_Open):
    """The same as CSV, or as a workbook whose codes keep their zeros: free, machine-readable, no
    identification asked."""

    async def get(self, kind: str) -> None:
        vintage: Vintage = "2008" if self.get_argument("vintage", "") == "2008" else "2025"
        figures = await self.read(find_figures, self.programme, at=self.now, vintage=vintage)
        shown = _protected(figures)
        themselves = await self.themselves()
        today = today_in_vietnam(self.now).isoformat()
        rows: list[list[Any]] = [["danh_muc", "ma", "ten", "ke_hoach", "da_cap", "ngay"]]
        for line in figures.provinces:
            certified = by_themselves.as_open_data(shown[line.code])
            rows.append([vintage, line.code, str(line.name), line.planned, certified, today])
        if themselves is not None:  # in no province, and under a sign of their own: never summed
            certified = by_themselves.as_open_data(themselves["certified"])
            rows.append([by_themselves.SIGN, "", "Người tự đăng ký", None, certified, today])
        if kind == "xlsx":
            self.set_header("Content-Type", XLSX)
            self.finish(write_rows(rows, sheet="Tiến độ"))
            return
        # A Vietnamese spreadsheet parts columns by semicolons, an English one by commas.
        by_language = ";" if self._.language == "vi" else ","
        asked = self.get_argument("separator", by_language)
        separator = asked if asked in (",", ";") else by_language
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        self.finish(csv_file(rows, separator=separator, keep_text=False))


def _protected(figures: Figures) -> dict[str, int | Withheld]:
    return protect({line.code: line.certified for line in figures.provinces})


def _visible_path(
    actor: access.Actor, figures: UnitFigures
) -> list[tuple[counting.UnitNode, bool]]:
    """The way from the top to the unit, and which steps this reader may open."""
    found, above = [], set[int]()
    for node in figures.path:
        above.add(node.id)
        found.append((node, access.may_see_unit(actor, above)))
    return found


def _nation_id(nation: Unit | None) -> int | None:
    return nation.id if nation else None
