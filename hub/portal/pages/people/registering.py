"""The door for whoever is in no list: ask to come in, and confirm it by the link of a letter.

Absent while the installation keeps it closed. What is answered is the same for an address that is
known and for one that is not, and written to it meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from typing import ClassVar, ParamSpec, TypeVar

from core.messages import Message, Refused
from hub.portal import forms
from hub.portal.web import PageHandler
from records.people import entry, persons
from school import access
from school.acts import Act
from school.people import entering, entry_acts
from school.people.entering import Newcomer
from school.refusals import Busy

TOO_OFTEN = Message("Có quá nhiều lần đăng ký từ nơi này. Hãy chờ ít phút rồi thử lại.")
TOO_MANY_HERE = Message(
    "Từ nơi này có quá nhiều người đã đăng ký mà chưa mở thư xác nhận. Hãy mở thư đã nhận, hoặc "
    "thử lại vào ngày mai."
)
VINTAGE = "2025"
P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger("motcham.portal")


class AtTheDoor(PageHandler):
    """What these pages share: they are for strangers, and absent while the door is closed."""

    public: ClassVar[bool] = True
    cost: ClassVar[float] = 4

    async def prepare(self) -> None:
        await super().prepare()
        self.require(self.door != "closed" and self.portal.keeps_passwords)

    @property
    def door(self) -> entry_acts.Door:
        return self.portal.settings.door

    async def act_at_the_door(self, do: Act[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """An act of somebody who has no account; who asks stays as they are for the page."""
        self.acted.append(do.about.name.removeprefix("school."))

        def work() -> T:
            with self.portal.records.begin() as session:
                return do(session, access.newcomer(), *args, **kwargs)

        return await self.in_thread(work)


class Register(AtTheDoor):
    """Name, e-mail, group, province, invitation."""

    _writing: ClassVar[set[asyncio.Task[None]]] = set()  # kept until they are done

    async def get(self) -> None:
        await self._show()

    async def post(self) -> None:
        if not self.portal.entry.may_ask(self.caller):
            raise Busy(TOO_OFTEN)
        said = {
            name: self.get_body_argument(name, "")[:400]
            for name in ("full_name", "email", "group", "code", "agreed")
        }
        newcomer = entering.read_newcomer(
            said["full_name"],
            said["email"],
            said["group"] if self.door == "open" else None,
            agreed=said["agreed"] == "yes",
        )
        await self.read(
            entry_acts.find_invitation, self.door, said["code"], self.programme, at=self.now
        )
        province = await self._province()
        if await self.read(entry.count_requests) >= entering.MOST_WAITING:
            raise Busy(entry_acts.TOO_MANY)
        if not self.portal.entry.may_wait(self.caller):
            raise Busy(TOO_MANY_HERE)
        if self.portal.entry.may_write(newcomer.email):
            # Answered meanwhile: how long it takes says nothing either.
            writing = asyncio.create_task(self._write_to(newcomer, said["code"], province))
            self._writing.add(writing)
            writing.add_done_callback(self._writing.discard)
        await self._show(sent_to=newcomer.email)

    async def _province(self) -> int | None:
        """The province that was chosen; None where none was, or what was sent is none."""
        chosen = forms.read_key(self.get_body_argument("province", ""))
        known = await self.read(persons.find_units, "province", VINTAGE)
        return chosen if chosen in {unit.id for unit in known} else None

    async def _write_to(self, newcomer: Newcomer, code: str, province: int | None) -> None:
        try:
            await self.act_at_the_door(
                entry_acts.ask_to_enter,
                newcomer,
                door=self.door,
                code=code,
                programme=self.programme,
                unit_id=province,
                language=self._.language,
                at=self.now,
            )
        except Refused:
            log.info("a registration came to nothing after it was answered")
        except Exception:
            log.exception("A letter to confirm a registration was not written")

    async def _show(self, sent_to: str = "") -> None:
        provinces = await self.read(persons.find_units, "province", VINTAGE)
        self.page(
            "people/register.html",
            door=self.door,
            sent_to=sent_to,
            groups=entering.GROUP_NAMES,
            provinces=provinces,
            code=self.get_query_argument("code", "")[:40],
            hours=entering.CONFIRM_HOURS,
        )


class Confirm(AtTheDoor):
    """What the letter's link opens. Opening the page changes nothing: mail programs look at links
    before people do."""

    async def get(self) -> None:
        token = self.get_argument("token", "")[:80]
        found = await self.read(entry.find_request, token, at=self.now)
        self._show(token=token if found else "", spent=found is None and not self.form)

    async def post(self) -> None:
        if not self.portal.entry.may_open(self.caller):
            raise Busy(TOO_OFTEN)
        entered = await self.act_at_the_door(
            entry_acts.confirm,
            self.get_body_argument("token", "")[:80],
            door=self.door,
            made_up=self.portal.settings.demonstration,
            at=self.now,
        )
        self.portal.entry.waits_no_more(self.caller)
        self._show(
            username=entered.username,
            set_password=self.portal.settings.set_password_url(entered.token),
        )

    def _show(
        self, *, token: str = "", spent: bool = False, username: str = "", set_password: str = ""
    ) -> None:
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("X-Robots-Tag", "noindex")
        self.page(
            "people/register_confirm.html",
            token=token,
            spent=entry_acts.SPENT if spent else None,
            username=username,
            set_password=set_password,
        )


class WhatIsKept(AtTheDoor):
    """What is kept of whoever registers, why, and how long."""

    async def get(self) -> None:
        self.page("people/register_data.html", hours=entering.CONFIRM_HOURS)
