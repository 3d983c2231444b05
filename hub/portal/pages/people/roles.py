"""Who holds which role, and what has changed; giving roles, and taking them back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.calendar import today_in_vietnam
from core.messages import Message, Refused
from hub.portal import forms
from hub.portal.pages.officer import PAGE, OfficerPage
from hub.portal.returned_forms import collect
from records import Session
from records.people import holders, persons
from records.people.holders import Holder
from records.platform import audit
from records.programme.counting import UnitNode, load_units_tree
from records.tables.platform import AuditEntry
from school import access
from school.people import acts, looks
from school.people.appointing import ROLE_NAMES, Days, units_above
from school.refusals import NotAllowed

HISTORY = ("role.grant", "role.withdraw")
SHOWN_HISTORY = 30
NOT_YOURS = Message("Anh/chị không giao hoặc thôi giao được vai trò này cho người này.")
DONE = {
    "given": Message("Đã giao vai trò."),
    "same": Message("Người này đã giữ đúng vai trò ấy; không có gì đổi."),
    "withdrawn": Message("Đã thôi giao vai trò."),
}


@dataclass(frozen=True)
class Listed:
    """One page of who holds what. ``own``: keys of those that this actor may withdraw."""

    total: int
    lines: Sequence[Holder]
    units: Mapping[int, UnitNode]
    own: frozenset[int]
    history: Sequence[AuditEntry]
    names: Mapping[str, str]


class RolesPage(OfficerPage):
    """The list with its search, the form that gives a role, what changed lately."""

    async def get(self) -> None:
        await self._show()

    async def post(self) -> None:
        self.require(access.may_appoint(self.actor))
        withdrawn = forms.read_key(self.get_body_argument("withdraw", ""))
        try:
            if withdrawn is not None:
                await self.act(acts.end_grant, withdrawn, at=self.now)
                self.redirect(self.url("roles", done="withdrawn"))
                return
            new = await self._appoint()
        except NotAllowed:
            raise Refused(NOT_YOURS, field="role") from None
        who = self.get_body_argument("who", "")
        self.redirect(self.url("roles", q=who, done="given" if new else "same"))

    async def _appoint(self) -> bool:
        who, role, unit = (self._said(name) for name in ("who", "role", "unit"))
        collect(
            lambda: _filled("who", who),
            lambda: _filled("role", role),
            lambda: self._day("starts_on"),
            lambda: self._day("ends_on"),
        )
        days = Days(self._day("starts_on"), self._day("ends_on"))
        return await self.act(acts.appoint, who, role, unit, days, at=self.now)

    def _said(self, name: str) -> str:
        return persons.clean(self.get_body_argument(name, ""))[:200]

    def _day(self, name: str) -> dt.date | None:
        said = self._said(name)
        try:
            return dt.date.fromisoformat(said) if said else None
        except ValueError:
            raise Refused(Message("Ngày không đúng; ví dụ 2026-12-31"), field=name) from None

    async def _show(self) -> None:
        self.require(access.may_see_roles(self.actor))
        search = persons.clean(self.get_query_argument("q", ""))[:100]
        role = self.get_query_argument("role", "")
        role = role if role in ROLE_NAMES else ""
        listed = await self.look(self._load, search, role)
        self.page(
            "people/roles.html",
            listed=listed,
            search=search,
            role=role,
            roles=ROLE_NAMES,
            to_give=access.roles_to_give(self.actor),
            today=today_in_vietnam(self.now),
            done=DONE.get(self.get_query_argument("done", "")),
            offset=self.offset(),
            size=PAGE,
            count=self.count,
        )

    def _load(self, session: Session, search: str, role: str) -> Listed:
        everywhere = access.may_see_nation(self.actor)
        units = None if everywhere else acts.units_to_fill(session, self.actor)
        total, lines = holders.list_holders(
            session, units=units, role=role, search=search, offset=self.offset(), limit=PAGE
        )
        own = frozenset(
            line.grant_id
            for line in lines
            if access.may_withdraw_role(
                self.actor, line.role, units_above(session, line.unit_id), line.person_id
            )
        )
        history = audit.entries(session, actions=HISTORY, limit=SHOWN_HISTORY) if everywhere else ()
        names = audit.names_in(session, history)
        looks.show(session, (line.person_id for line in lines), "roles")
        looks.show(session, audit.keys_of(names), "roles")
        return Listed(total, lines, load_units_tree(session), own, history, names)


def _filled(name: str, said: str) -> None:
    if not said:
        raise Refused(Message("Hãy điền mục này"), field=name)
