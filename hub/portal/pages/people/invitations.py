"""Codes by which people register: make one, see how many came by it, end it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from core.calendar import today_in_vietnam
from core.messages import Message, Refused
from hub.portal import forms
from hub.portal.pages.officer import OfficerPage
from hub.portal.returned_forms import collect
from records import Session
from records.people import entry
from records.programme.counting import UnitNode, load_units_tree
from records.tables.entry import Invitation
from school import access
from school.people import acts, entering, entry_acts
from school.people.unit_names.finding import NEWEST
from school.people.unit_names.keys import find_one

DONE = {
    "made": Message("Đã tạo mã mời."),
    "revoked": Message("Đã thu hồi mã mời; ai đã vào bằng mã ấy thì vẫn học tiếp."),
}


@dataclass(frozen=True)
class Listed:
    """What the page shows: invitations of the actor's units, or all."""

    lines: Sequence[Invitation]
    units: Mapping[int, UnitNode]


class InvitationsPage(OfficerPage):
    """The list, and the form for a new one."""

    async def get(self) -> None:
        self.require(access.may_invite(self.actor))
        listed = await self.read(self._load)
        self.page(
            "people/invitations.html",
            listed=listed,
            groups=entering.GROUP_NAMES,
            shown_code=entering.shown_code,
            standing=lambda one: _standing(one, today_in_vietnam(self.now)),
            everywhere=access.may_invite_for(self.actor, ()),
            today=today_in_vietnam(self.now),
            door=self.portal.settings.door,
            address=self.portal.settings.address.rstrip("/") + self.url("register"),
            done=DONE.get(self.get_query_argument("done", "")),
            count=self.count,
        )

    async def post(self) -> None:
        self.require(access.may_invite(self.actor))
        revoked = forms.read_key(self.get_body_argument("revoke", ""))
        if revoked is not None:
            await self.act(entry_acts.revoke_invitation, revoked, at=self.now)
            self.redirect(self.url("invitations", done="revoked"), status=HTTPStatus.SEE_OTHER)
            return
        collect(lambda: self._day("opens_on"), lambda: self._day("closes_on"), self._places)
        terms = entry_acts.Terms(
            title=self.get_body_argument("title", "")[:400],
            group=self.get_body_argument("group", ""),
            unit_id=await self._unit(),
            places=self._places(),
            opens_on=self._day("opens_on"),
            closes_on=self._day("closes_on"),
        )
        await self.act(entry_acts.invite, terms, programme=self.programme, at=self.now)
        self.redirect(self.url("invitations", done="made"), status=HTTPStatus.SEE_OTHER)

    async def _unit(self) -> int | None:
        """The unit whose code was typed. An officer of a unit must name one of theirs."""
        code = self.get_body_argument("unit", "").strip()[:100]
        if not code and access.may_invite_for(self.actor, ()):
            return None
        if not code:
            raise Refused(Message("Hãy điền mục này"), field="unit")
        tree = await self.read(load_units_tree)
        unit = find_one(tree.values(), code, vintage=NEWEST, field="unit")
        mine = await self.read(acts.units_to_fill, self.actor)
        if mine is not None and unit.id not in mine:
            raise Refused(Message("Đơn vị ngoài phạm vi của anh/chị"), field="unit")
        return unit.id

    def _day(self, name: str) -> dt.date:
        try:
            return dt.date.fromisoformat(self.get_body_argument(name, "").strip())
        except ValueError:
            raise Refused(Message("Ngày không đúng; ví dụ 2026-12-31"), field=name) from None

    def _places(self) -> int:
        said = forms.read_key(self.get_body_argument("places", "").strip())
        if said is None or not 1 <= said <= entering.MOST_PLACES:
            most = {"most": entering.MOST_PLACES}
            raise Refused(Message("Cần số nguyên từ 1 đến {most}", most), field="places")
        return said

    def _load(self, session: Session) -> Listed:
        mine = acts.units_to_fill(session, self.actor)
        return Listed(entry.list_invitations(session, mine), load_units_tree(session))


def _standing(one: Invitation, today: dt.date) -> Message:
    if one.revoked_at is not None:
        return Message("đã thu hồi")
    if one.opens_on > today:
        return Message("sắp tới")
    if one.closes_on < today:
        return Message("đã hết hạn")
    return Message("hết chỗ") if one.used >= one.places else Message("đang dùng")
