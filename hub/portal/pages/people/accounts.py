"""Officers hand out one-time links: to everybody of a unit who has set no password, or to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from core.messages import Message, Refused
from hub.platform.findings import links_lead_here
from hub.portal import forms
from hub.portal.returned_forms import at_field
from hub.portal.web import PageHandler
from records.people import persons
from school import access
from school.people import account_acts
from school.people.account_acts import Opened, Slip, Whom
from school.people.paper.slips import make_paper

ELSEWHERE = Message(
    "Mọi người đăng nhập bằng tài khoản của cơ quan mình; ở đây không cấp mật khẩu nào."
)
NO_MAIL = Message("Hệ thống này không gửi thư; hãy in phiếu")
NOBODY = Message("Không có ai trong đơn vị này còn phải đặt mật khẩu")


class AccountsPage(PageHandler):
    """Slips as a PDF, or letters."""

    cost: ClassVar[float] = 8

    async def get(self) -> None:
        await self._show(None)

    async def post(self) -> None:
        self.require(access.may_open_accounts(self.actor))
        if not self.portal.keeps_passwords:
            raise Refused(ELSEWHERE)
        by_mail = self.get_body_argument("how", "slips") == "mail"
        if by_mail and not self.portal.settings.sends_mail:
            raise Refused(NO_MAIL)
        if self.get_body_argument("whom", "") == "one":
            with at_field("username"):
                await self._give_one(by_mail=by_mail)
        else:
            await self._give_many(by_mail=by_mail)

    async def _give_one(self, *, by_mail: bool) -> None:
        said = persons.clean(self.get_body_argument("username", ""))[:100]
        whom: str | int = forms.read_key(self.get_body_argument("person", "")) or said
        if not whom:
            raise Refused(Message("Hãy điền mục này"))
        if isinstance(whom, str):
            found = await self.look(account_acts.find_whom, self.actor, whom, at=self.now)
            if len(found) > 1:
                await self._show(None, found)
                return
        slip = await self.act(account_acts.make_link, whom, by_mail=by_mail, at=self.now)
        if by_mail:
            await self._show(Opened([slip], 1, 0, 0, 0))
        else:
            await self._print([slip])

    async def _give_many(self, *, by_mail: bool) -> None:
        asked = self.get_body_argument("unit", "")
        unit_id = forms.read_key(asked)
        if unit_id is None:
            raise Refused(Message("Hãy chọn một đơn vị"), field="unit")
        opened = await self.act(account_acts.make_links, unit_id, by_mail=by_mail, at=self.now)
        if opened.slips and not by_mail:
            await self._print(opened.slips)
        elif opened.slips or opened.without_mail or opened.without_name:
            await self._show(opened)
        else:
            raise Refused(NOBODY, field="unit")

    async def _print(self, slips: Sequence[Slip]) -> None:
        link = self.portal.settings.set_password_url
        kind, content = await self.in_thread(lambda: make_paper(slips, link))
        self.set_header("Content-Type", f"application/{kind}")
        named = f'attachment; filename="phieu-dat-mat-khau.{kind}"'
        self.set_header("Content-Disposition", named)
        self.finish(content)

    async def _show(self, opened: Opened | None, found: Sequence[Whom] = ()) -> None:
        self.require(access.may_open_accounts(self.actor))
        waiting = await self.read(account_acts.count_waiting, self.actor)
        self.page(
            "people/accounts.html",
            waiting=waiting,
            opened=opened,
            found=found,
            many=len(found) == account_acts.MOST_FOUND,
            elsewhere=not self.portal.keeps_passwords,
            sends_mail=self.portal.settings.sends_mail,
            leads_here=links_lead_here(self.portal.settings),
        )
