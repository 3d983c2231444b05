"""The officers' pages: the nation, one unit, its people, certificates, the plan, the audit log.

Every figure leads down: nation → province → unit → people → certificate, as far as the reader may
go. What is counted and how is `analytics.targets`; nothing is counted here.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from markupsafe import Markup

from analytics import pictures, targets
from analytics.certificates import revoke
from analytics.report import write_report
from analytics.small_cells import SMALLEST, protect
from analytics.targets import PROGRAMME, Figures, Line, Vintage, load_groups, load_programmes
from hub import access, translate
from hub.pages.verify import find_seen_certificate
from hub.web import BaseHandler, PageHandler
from records import Session, audit, counting, people
from records.tables import Certificate
from skills_framework.messages import Message, Refused

PAGE = 50
VINTAGE_NAMES: dict[Vintage, Message] = {
    "2025": Message("34 tỉnh, thành phố (từ 01/7/2025)"),
    "2008": Message("63 tỉnh, thành phố (đến 30/6/2025)"),
}
STATES = {
    "all": Message("Tất cả"),
    "certified": Message("Đã có chứng nhận"),
    "learning": Message("Đang học"),
    "waiting": Message("Chưa bắt đầu"),
}
CERTIFICATE_STATES = {
    "all": Message("Tất cả"),
    "valid": Message("Có hiệu lực"),
    "revoked": Message("Đã thu hồi"),
}
SORTS: dict[str, Callable[[Line], Any]] = {
    "name": lambda line: translate.sort_key(str(line.name)),
    "planned": lambda line: -(line.planned or 0),
    "listed": lambda line: -line.listed,
    "learning": lambda line: -line.learning,
    "certified": lambda line: -line.certified,
    "share": lambda line: -(line.share if line.share is not None else -1.0),
}


class OfficerPage(PageHandler):
    """What the pages of figures share."""

    def vintage(self) -> Vintage:
        asked = self.get_argument("vintage", "2025")
        return "2008" if asked == "2008" else "2025"

    def offset(self) -> int:
        asked = self.get_argument("from", "0")
        return int(asked) if asked.isdigit() and len(asked) < 9 else 0

    def count(self, value: float) -> str:
        return self._.number(value, 0)

    def sorted_lines(self, lines: Sequence[Line]) -> tuple[str, list[Line]]:
        sort = self.get_argument("sort", "name")
        sort = sort if sort in SORTS else "name"
        return sort, sorted(lines, key=SORTS[sort])

    def bar(self, line: Line) -> Markup:
        """A progress bar; its own code made every character of it, so it needs no escaping."""
        title = self._(
            "{name}: {certified} trên {planned}, nhịp đều đến nay {expected}",
            name=self._.of(line.name),
            certified=self.count(line.certified),
            planned=self.count(line.planned or 0),
            expected=self.count(line.expected or 0),
        )
        return Markup(pictures.draw_bar(line, title=title))  # noqa: S704 - escaped by draw_bar

    def tiles(self, lines: Sequence[Line], vintage: Vintage, *, links: bool) -> Markup:
        def describe(line: Line) -> str:
            if line.planned is None:
                return self._(
                    "{name}: {certified} người, chưa có kế hoạch",
                    name=line.name,
                    certified=self.count(line.certified),
                )
            return self._(
                "{name}: {certified} trên {planned} người",
                name=line.name,
                certified=self.count(line.certified),
                planned=self.count(line.planned),
            )

        drawn = pictures.draw_tiles(
            lines,
            vintage,
            title=self._("Bản đồ ô theo tỉnh; số liệu ở bảng kèm theo"),
            describe=describe,
            percent=self._.percent,
            number=self.count,
            address=(lambda line: self.url("units", line.unit_id or 0)) if links else None,
        )
        return Markup(drawn)  # noqa: S704 - escaped by draw_tiles


class National(OfficerPage):
    """How far the programme is, with a picture and its table."""

    async def get(self) -> None:
        self.require(access.may_see_nation(self.actor))
        vintage = self.vintage()
        figures = await self.read(targets.find_figures, PROGRAMME, at=self.now, vintage=vintage)
        goals = await self.read(targets.find_goals, PROGRAMME)
        sort, provinces = self.sorted_lines(figures.provinces)
        self.page(
            "officer/national.html",
            figures=figures,
            programme=load_programmes()[PROGRAMME],
            experts=load_programmes()[targets.EXPERTS],
            groups=load_groups(),
            bars={line.key: self.bar(line) for line in (*figures.buckets, figures.total)},
            expert_bar=self.bar(figures.experts),
            tiles=self.tiles(figures.provinces, vintage, links=True),
            months=self._months(figures, goals["total"]),
            provinces=provinces,
            sorted_by=sort,
            vintages=VINTAGE_NAMES,
            count=self.count,
            whole=_nation_id(await self.read(people.find_nation)),
            step_of=pictures.step_of,
            sample=self.portal.settings.demo,
        )

    def _months(self, figures: Figures, goal: targets.Goal) -> Markup:
        words = pictures.LineWords(
            title=self._("Số chứng nhận lũy kế theo tháng; số liệu ở bảng kèm theo"),
            goal=self._("Chỉ tiêu {n}", n=self.count(goal.amount)),
            number=self.count,
        )
        drawn = pictures.draw_months(
            figures.months,
            goal=goal.amount,
            begins_on=goal.begins_on,
            deadline_on=goal.deadline_on,
            today=targets.today_in_vietnam(self.now),
            words=words,
        )
        return Markup(drawn)  # noqa: S704 - escaped by draw_months


class Workbook(OfficerPage):
    """The same figures as xlsx."""

    cost: ClassVar[float] = 10

    async def get(self) -> None:
        self.require(access.may_see_nation(self.actor))
        vintage, demo = self.vintage(), self.portal.settings.demo
        book = io.BytesIO()

        def write(session: Session) -> Figures:
            return write_report(session, book, at=self.now, vintage=vintage, sample=demo)

        await self.read(write)
        today = targets.today_in_vietnam(self.now)
        self.set_header(
            "Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
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
        self.page(
            "officer/unit.html",
            figures=figures,
            path_nodes=_visible_path(self.actor, figures),
            bar=self.bar(figures.whole) if figures.whole.planned else None,
            children=children,
            sorted_by=sort,
            count=self.count,
            sample=self.portal.settings.demo,
        )

    def _load(self, session: Session, unit_id: int) -> targets.UnitFigures | None:
        return targets.find_unit_figures(session, unit_id, PROGRAMME, at=self.now)


@dataclass(frozen=True)
class PeopleOfUnit:
    figures: targets.UnitFigures
    total: int
    lines: Sequence[counting.PersonLine]
    units: dict[int, counting.UnitNode]


class UnitPeople(OfficerPage):
    """Who is behind a unit's figures."""

    async def get(self, unit: str) -> None:
        state = self.get_argument("state", "all")
        state = state if state in STATES else "all"
        found = await self.read(self._load, int(unit), state, self.offset())
        self.require(found is not None)
        assert found is not None
        self.page(
            "officer/people.html",
            figures=found.figures,
            found=found,
            path_nodes=_visible_path(self.actor, found.figures),
            state=state,
            states=STATES,
            offset=self.offset(),
            size=PAGE,
            groups=load_groups(),
            count=self.count,
        )

    def _load(self, session: Session, unit_id: int, state: str, offset: int) -> PeopleOfUnit | None:
        figures = targets.find_unit_figures(session, unit_id, PROGRAMME, at=self.now)
        if figures is None:
            return None
        path = {node.id for node in (*figures.path, figures.unit)}
        if not access.may_see_people_of(self.actor, path):
            return None
        below = people.unit_and_below(session, unit_id)
        total, lines = counting.list_people(
            session, below, PROGRAMME, state=state, offset=offset, limit=PAGE
        )
        return PeopleOfUnit(figures, total, lines, counting.load_units_tree(session))


# --- certificates -----------------------------------------------------------------------------


class Certificates(OfficerPage):
    """Certificates with search: all of them, or those of the officer's units."""

    async def get(self) -> None:
        nation = access.may_see_nation(self.actor)
        own = self.actor.units_as(access.UNIT_OFFICER)
        self.require(nation or bool(own))
        search = self.get_argument("q", "")[:100]
        state = self.get_argument("state", "all")
        state = state if state in CERTIFICATE_STATES else "all"
        total, found, tree = await self.read(
            self._load, None if nation else own, search, state, self.offset()
        )
        self.page(
            "officer/certificates.html",
            certificates=found,
            total=total,
            units=tree,
            search=search,
            state=state,
            states=CERTIFICATE_STATES,
            offset=self.offset(),
            size=PAGE,
            groups=load_groups(),
            count=self.count,
        )

    def _load(
        self, session: Session, own: Sequence[int] | None, search: str, state: str, offset: int
    ) -> tuple[int, Sequence[Certificate], dict[int, counting.UnitNode]]:
        units = None
        if own is not None:
            units = frozenset[int]().union(*(people.unit_and_below(session, u) for u in own))
        total, found = counting.list_certificates(
            session,
            units=units,
            search=people.clean(search),
            state=state,
            offset=offset,
            limit=PAGE,
        )
        return total, found, counting.load_units_tree(session)


class CertificatePage(OfficerPage):
    """One certificate, and revoking it."""

    async def get(self, number: str) -> None:
        await self._show(number, errors=[])

    async def post(self, number: str) -> None:
        self.require(access.may_revoke_certificate(self.actor))
        reason = self.get_argument("reason", "")
        try:
            await self.record(
                revoke,
                number,
                reason=reason,
                actor=self.actor.username or "",
                at=self.now,
            )
        except Refused as refused:
            self.set_status(422)
            await self._show(number, errors=[self._.message(m) for m in refused.messages])
            return
        self.redirect(self.url("certificates", number))

    async def _show(self, number: str, errors: list[str]) -> None:
        certificate, tree = await self.read(self._load, number)
        self.require(certificate is not None)
        self.page(
            "officer/certificate.html",
            certificate=certificate,
            units=tree,
            programmes=load_programmes(),
            groups=load_groups(),
            errors=errors,
        )

    def _load(
        self, session: Session, number: str
    ) -> tuple[Certificate | None, dict[int, counting.UnitNode]]:
        certificate = find_seen_certificate(session, self.actor, number)
        return certificate, counting.load_units_tree(session)


# --- the plan ---------------------------------------------------------------------------------


class PlanPage(OfficerPage):
    """The ministry's allocation among provinces: a plan, never a fact of the source."""

    async def get(self) -> None:
        await self._show(self.vintage(), {}, errors=[])

    async def post(self) -> None:
        self.require(access.may_set_targets(self.actor))
        vintage = self.vintage()
        typed = {
            int(name.removeprefix("unit-")): self.get_argument(name).strip()
            for name in self.request.arguments
            if name.startswith("unit-") and name.removeprefix("unit-").isdigit()
        }
        try:
            await self.record(self._store, vintage, typed)
        except Refused as refused:
            self.set_status(422)
            await self._show(vintage, typed, errors=[self._.message(m) for m in refused.messages])
            return
        self.redirect(self.url("national", vintage=vintage))

    def _store(self, session: Session, vintage: Vintage, typed: dict[int, str]) -> None:
        units = {unit.id: unit for unit in people.find_units(session, "province", vintage)}
        goal = targets.find_goals(session, PROGRAMME)["local"]
        try:
            deadline = dt.date.fromisoformat(self.get_argument("deadline", ""))
        except ValueError:
            raise Refused(Message("Thời hạn phải là một ngày")) from None
        if self.get_argument("how", "") == "even":
            shares = targets.allot(goal.amount, dict.fromkeys(units, 1.0))
        else:
            shares = _read_shares(typed, units)
        name = people.clean(self.get_argument("name", ""))[:200]
        if not name:
            raise Refused(Message("Kế hoạch phải có tên, ví dụ số và ngày của văn bản"))
        targets.set_plan(session, PROGRAMME, shares, source=name, deadline_on=deadline)
        audit.append(
            session,
            at=self.now,
            actor=self.actor.username or "",
            action="plan.set",
            subject=f"programme:{PROGRAMME}",
            detail={
                "vintage": vintage,
                "name": name,
                "deadline": deadline.isoformat(),
                "shares": {units[unit].code: share for unit, share in shares.items()},
            },
        )

    async def _show(self, vintage: Vintage, typed: dict[int, str], errors: list[str]) -> None:
        self.require(access.may_see_nation(self.actor))
        figures = await self.read(targets.find_figures, PROGRAMME, at=self.now, vintage=vintage)
        goals = await self.read(targets.find_goals, PROGRAMME)
        _begins, ends = targets.reporting_window(targets.today_in_vietnam(self.now))
        self.page(
            "officer/plan.html",
            figures=figures,
            goal=goals["local"],
            typed=typed,
            errors=errors,
            vintages=VINTAGE_NAMES,
            deadline=max(ends, goals["local"].deadline_on),
            count=self.count,
        )


def _read_shares(typed: dict[int, str], units: dict[int, Any]) -> dict[int, int]:
    """Whole numbers, with or without the dots of thousands; every province must have one."""
    wrong, shares = [], {}
    for unit_id, unit in units.items():
        text = typed.get(unit_id, "").replace(".", "").replace(" ", "")
        if text.isascii() and text.isdigit() and len(text) < 8:
            shares[unit_id] = int(text)
        else:
            wrong.append(Message("{name}: chỉ tiêu phải là số nguyên", {"name": unit.name}))
    if wrong:
        raise Refused(*wrong[:10])
    return shares


# --- the audit log ----------------------------------------------------------------------------


class AuditPage(OfficerPage):
    """Who did what, and whether the chain of entries holds together."""

    async def get(self) -> None:
        self.require(access.may_read_audit(self.actor))
        search = self.get_argument("q", "")[:100]
        before = self.get_argument("before", "")
        found = await self.read(
            audit.entries,
            before=int(before) if before.isdigit() and len(before) < 18 else None,
            search=search,
            limit=PAGE,
        )
        chain = await self.read(audit.verify) if self.get_argument("check", "") else None
        names = await self.read(audit.actor_names, listed=found)
        self.page(
            "officer/audit.html",
            entries=found,
            names=names,
            chain=chain,
            search=search,
            size=PAGE,
        )


# --- without login ----------------------------------------------------------------------------


class PublicProgress(OfficerPage):
    """The programme's progress for everybody, small numbers withheld."""

    public: ClassVar[bool] = True
    cost: ClassVar[float] = 4

    async def get(self) -> None:
        vintage = self.vintage()
        figures = await self.read(targets.find_figures, PROGRAMME, at=self.now, vintage=vintage)
        self.page(
            "officer/public.html",
            figures=figures,
            shown=_protected(figures),
            programme=load_programmes()[PROGRAMME],
            bars={line.key: self.bar(line) for line in (*figures.buckets, figures.total)},
            smallest=SMALLEST,
            vintages=VINTAGE_NAMES,
            count=self.count,
            sample=self.portal.settings.demo,
        )


class OpenData(BaseHandler):
    """The same as CSV: free, machine-readable, no identification asked."""

    public: ClassVar[bool] = True
    cost: ClassVar[float] = 4

    async def get(self) -> None:
        vintage: Vintage = "2008" if self.get_argument("vintage", "") == "2008" else "2025"
        figures = await self.read(targets.find_figures, PROGRAMME, at=self.now, vintage=vintage)
        shown = _protected(figures)
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["danh_muc", "ma", "ten", "ke_hoach", "da_cap", "ngay"])
        today = targets.today_in_vietnam(self.now).isoformat()
        for line in figures.provinces:
            planned = "" if line.planned is None else line.planned
            certified = shown[line.code]
            writer.writerow(
                [vintage, line.code, line.name, planned,
                 f"<{SMALLEST}" if certified is None else certified, today]
            )  # fmt: skip
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        self.finish("\ufeff" + text.getvalue())


def _protected(figures: Figures) -> dict[str, int | None]:
    return protect({line.code: line.certified for line in figures.provinces})


def _visible_path(
    actor: access.Actor, figures: targets.UnitFigures
) -> list[tuple[counting.UnitNode, bool]]:
    """The way from the top to the unit, and which steps this reader may open."""
    found, above = [], set[int]()
    for node in figures.path:
        above.add(node.id)
        found.append((node, access.may_see_unit(actor, above)))
    return found


def _nation_id(nation: Any) -> int | None:
    return nation.id if nation else None
