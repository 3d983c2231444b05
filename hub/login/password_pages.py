"""The hub's pages about one's own password: set it by a link, change it, ask for a link.

Where an identity provider keeps passwords, each of them says so. A code stands in the address only
where a link brought it, and the hub's log leaves out what is called ``token``.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from jupyterhub import orm
from tornado import web

from core.messages import Message, Refused
from hub.login import accounts
from hub.login.own_page import OwnPage, show
from records import Session
from records.people import account_links, logins, persons
from school import access
from school.access import Actor
from school.people import account_acts
from school.people.login.strength import check_password

DIFFERENT = Message("Hai lần nhập mật khẩu mới không giống nhau.")
WRONG_OLD = Message("Mật khẩu hiện tại chưa đúng.")
TOO_OFTEN = Message("Có quá nhiều lần thử từ nơi này. Hãy chờ ít phút rồi thử lại.")
FIELDS = ("code", "old_password", "new_password", "new_password_confirmation")


class MustChange(Exception):
    """The password was right, and is good for nothing but choosing another: by ``token``."""

    def __init__(self, token: str) -> None:
        super().__init__("this password must be changed")
        self.token = token


async def show_setting(
    handler: Any,
    *,
    code: str = "",
    whose: Actor | None = None,
    fault: Refused | None = None,
    done: bool = False,
    chosen_by_another: bool = False,
) -> None:
    """The page for a new password, by a code; passwords are never sent back. ``whose``: the account
    that a good code opens, said so that nobody sets somebody else's."""
    handler.set_header("Referrer-Policy", "no-referrer")
    await show(
        handler,
        "set-password.html",
        fault,
        code=code,
        whose=whose,
        done=done,
        chosen_by_another=chosen_by_another,
        action=f"{handler.hub.base_url}set-password",
    )


class PasswordPage(OwnPage):
    """What these pages share: passwords are kept here, or a page says where."""

    async def prepare(self) -> None:
        await super().prepare()
        if not self.authenticator.keeps_passwords and not self._finished:
            await show(self, "passwords-elsewhere.html")

    async def new_password(self, personal: Iterable[str]) -> str:
        """The one that was typed, twice and well chosen; `Refused` otherwise, at its field."""
        new = self.field("new_password")
        try:
            await asyncio.to_thread(check_password, new, personal=list(personal))
        except Refused as refused:
            raise Refused(*refused.messages, field="new_password") from None
        if new != self.field("new_password_confirmation"):
            raise Refused(DIFFERENT, field="new_password_confirmation")
        return new

    def keeping(self, hashed: bytes) -> Callable[[str], None]:
        """What an act calls, from its thread, to have the hub keep the hash and end sessions: done
        by the loop, whose the hub's database is, while the act waits."""
        loop = asyncio.get_running_loop()

        async def keep(username: str) -> None:
            accounts.keep_hash(self.db, username, hashed)
            accounts.end_sessions(self.db, username, keep_labs=False)
            self.db.commit()

        def keep_and_wait(username: str) -> None:
            asyncio.run_coroutine_threadsafe(keep(username), loop).result()

        return keep_and_wait

    async def stop_labs(self, username: str) -> None:
        """Whoever sits in a lab of theirs with the old password goes out with it. After the act:
        it takes its time, and the records would wait."""
        found = orm.User.find(self.db, username)
        user = found and self._user_from_orm(found)
        for name, spawner in list(user.spawners.items()) if user else ():
            if spawner.active and not spawner.pending:
                try:
                    await self.stop_single_user(user, name)
                except Exception:
                    self.log.exception("A lab did not stop when its password changed")


class SetPassword(PasswordPage):
    """By a link, or by the code that is printed on a slip."""

    async def get(self) -> None:
        code = self.get_query_argument("token", "")[:80]
        try:
            whose, _personal = await self._try(code) if code else (None, [])
        except Refused as refused:
            await show_setting(self, fault=refused)
            return
        await show_setting(self, code=code, whose=whose)

    async def post(self) -> None:
        code, whose = self.field("code")[:80], None
        try:
            actor, personal = await self._try(code)
            whose = actor
            new = await self.new_password(personal)
            hashed = await asyncio.to_thread(accounts.hash_password, new)
            await self.act(account_acts.choose_password, actor, code, self.keeping(hashed))
            await self.stop_labs(actor.username or "")
        except Refused as refused:
            await show_setting(self, code=code if whose else "", whose=whose, fault=refused)
            return
        await show_setting(self, done=True, whose=whose)

    async def _try(self, code: str) -> tuple[Actor, list[str]]:
        """Whose account a code opens, and what a password of theirs must not rest on. `Refused`
        where it opens none, or too many were tried from here."""
        if not self.authenticator.link_limits.may_try(self.caller):
            raise Refused(TOO_OFTEN, field="code")
        at = dt.datetime.now(dt.UTC)
        found: tuple[Actor, list[str]] | None = await self.read(_find_holder, code, at)
        if found is None:
            raise Refused(account_acts.SPENT, field="code")
        self.authenticator.link_limits.forgive(self.caller)
        return found


class ChangePassword(PasswordPage):
    """A person changes the own password, by giving the one before."""

    @web.authenticated
    async def get(self) -> None:
        await self._show()

    @web.authenticated
    async def post(self) -> None:
        user = self.current_user
        given = {"username": user.name, "password": self.field("old_password")}
        try:
            if not await self.authenticator.authenticate(self, given):
                raise Refused(WRONG_OLD, field="old_password")
            actor, personal = await self.read(_load_person, user.name, dt.datetime.now(dt.UTC))
            new = await self.new_password(personal)
            hashed = await asyncio.to_thread(accounts.hash_password, new)
            await self.act(account_acts.change_password, actor, self.keeping(hashed))
            await self.stop_labs(user.name)
        except Refused as refused:
            await self._show(refused)
            return
        self.set_login_cookie(user)  # this browser stays
        await self._show(done=True)

    async def _show(self, fault: Refused | None = None, *, done: bool = False) -> None:
        name = self.current_user.name
        await show(self, "change-password.html", fault, user_name=name, done=done)


class ForgotPassword(PasswordPage):
    """Asks for a letter with a link. What is answered says nothing about who has an account."""

    _writing: set[asyncio.Task[None]] = set()  # noqa: RUF012 - kept until they are done

    async def get(self) -> None:
        await self._show()

    async def post(self) -> None:
        name = logins.fold(self.field("username"))[:100]
        if not name:
            await self._show(Refused(Message("Hãy điền mục này"), field="username"))
            return
        if not self.authenticator.link_limits.may_ask(self.caller):
            await self._show(Refused(TOO_OFTEN, field="username"), name)
            self.set_status(HTTPStatus.TOO_MANY_REQUESTS)
            return
        if self.authenticator.sends_mail and self.authenticator.link_limits.may_write(name):
            # Answered meanwhile: how long it takes says nothing either.
            writing = asyncio.create_task(self._write_to(name))
            self._writing.add(writing)
            writing.add_done_callback(self._writing.discard)
        await self._show(done=True)

    async def _write_to(self, name: str) -> None:
        try:
            actor = await self.read(access.load_actor, name, at=dt.datetime.now(dt.UTC))
            if actor.known:
                await self.act(account_acts.ask_for_link, actor)
        except Exception:
            self.log.exception("A letter with a link was not written")

    async def _show(
        self, fault: Refused | None = None, username: str = "", *, done: bool = False
    ) -> None:
        await show(
            self,
            "forgot-password.html",
            fault,
            username=username,
            done=done,
            sends_mail=self.authenticator.sends_mail,
        )


def _find_holder(session: Session, code: str, at: dt.datetime) -> tuple[Actor, list[str]] | None:
    found = account_links.find_link(session, code, at=at) if code else None
    return _load_person(session, found[1].username or "", at) if found else None


def _load_person(session: Session, username: str, at: dt.datetime) -> tuple[Actor, list[str]]:
    """Whoever has this name, and what a password of theirs must not rest on."""
    actor = access.load_actor(session, username, at=at)
    unit = persons.find_unit_by_id(session, actor.unit_id) if actor.unit_id else None
    return actor, [username, actor.full_name, unit.name if unit else ""]


HANDLERS = [
    (r"/set-password", SetPassword),
    (r"/change-password", ChangePassword),
    (r"/forgot-password", ForgotPassword),
]
