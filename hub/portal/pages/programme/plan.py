"""The ministry's plan: how the number for localities is shared out among provinces."""

from __future__ import annotations

import datetime as dt

from analytics.programme.figures import find_figures
from analytics.programme.places import Vintage
from analytics.programme.targets import allot, find_goals
from core.calendar import reporting_window, today_in_vietnam
from core.messages import Message, Refused
from hub.portal import forms
from hub.portal.pages.officer import VINTAGE_NAMES, OfficerPage
from hub.portal.returned_forms import collect
from records import Session
from records.people import persons
from records.tables.people import Unit
from school import access
from school.programme import acts


class PlanPage(OfficerPage):
    """The ministry's allocation among provinces: a plan, never a fact of the source."""

    async def get(self) -> None:
        await self._show(self.vintage())

    async def post(self) -> None:
        self.require(access.may_set_targets(self.actor))
        vintage = self.vintage()
        typed = {
            unit: self.get_argument(name).strip()
            for name in self.request.arguments
            if name.startswith("unit-")
            and (unit := forms.read_key(name.removeprefix("unit-"))) is not None
        }
        units, amount = await self.read(self._load, vintage)
        shares: dict[int, int] = {}

        def read_shares() -> None:
            even = self.get_argument("how", "") == "even"
            shares.update(
                allot(amount, dict.fromkeys(units, 1.0)) if even else _read_shares(typed, units)
            )

        collect(self._name, self._deadline, read_shares)
        await self.act(
            acts.set_plan,
            self.programme,
            shares,
            name=self._name(),
            deadline_on=self._deadline(),
            vintage=vintage,
            at=self.now,
        )
        self.redirect(self.url("national", vintage=vintage))

    def _load(self, session: Session, vintage: Vintage) -> tuple[dict[int, Unit], int]:
        """The provinces by key, and how many people are to be allotted."""
        units = {unit.id: unit for unit in persons.find_units(session, "province", vintage)}
        goal = find_goals(session, self.programme).get("local")
        if goal is None:
            raise self.absent()  # nothing to allot
        return units, goal.amount

    def _name(self) -> str:
        name = persons.clean(self.get_argument("name", ""))[:200]
        if not name:
            why = Message("Kế hoạch phải có tên, ví dụ số và ngày của văn bản")
            raise Refused(why, field="name")
        return name

    def _deadline(self) -> dt.date:
        try:
            return dt.date.fromisoformat(self.get_argument("deadline", ""))
        except ValueError:
            raise Refused(Message("Thời hạn phải là một ngày"), field="deadline") from None

    async def _show(self, vintage: Vintage) -> None:
        self.require(access.may_see_nation(self.actor))
        figures = await self.read(find_figures, self.programme, at=self.now, vintage=vintage)
        goal = (await self.read(find_goals, self.programme)).get("local")
        if goal is None:
            raise self.absent()  # nothing to allot
        _begins, ends = reporting_window(today_in_vietnam(self.now))
        self.page(
            "programme/plan.html",
            figures=figures,
            goal=goal,
            vintages=VINTAGE_NAMES,
            deadline=max(ends, goal.deadline_on),
            count=self.count,
        )


def _read_shares(typed: dict[int, str], units: dict[int, Unit]) -> dict[int, int]:
    """Whole numbers, with or without the dots of thousands; every province must have one."""
    wrong, shares = {}, {}
    for unit_id, unit in units.items():
        text = typed.get(unit_id, "").replace(".", "").replace(" ", "")
        if text.isascii() and text.isdigit() and len(text) < 8:
            shares[unit_id] = int(text)
        else:
            why = Message("{name}: chỉ tiêu phải là số nguyên", {"name": unit.name})
            wrong[f"unit-{unit_id}"] = why
    if wrong:
        raise Refused.at_fields(wrong)
    return shares
