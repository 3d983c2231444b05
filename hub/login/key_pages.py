"""The hub's pages about security keys: asked for one after the password, the first one registered,
one's own kept, none of which changes before one was shown.

Until a key was shown (or a code on paper used up) there is no session: `hub.login.waiting` has who
they are, the browser a cookie that opens these pages only. Each question is answered once.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import Any
from urllib.parse import urlsplit

from tornado import web

from core.messages import Message, Refused
from hub.login import accounts
from hub.login.own_page import OwnPage, show
from hub.login.waiting import LASTS_S, SecondFactor, Waiting
from school import access
from school.access import Actor
from school.people import key_acts, security_keys

COOKIE = "motcham-second-factor"
WRONG_PASSWORD = Message("Mật khẩu hiện tại chưa đúng.")
CANCELLED = Message("Chưa nhận được trả lời của khóa. Hãy thử lại.")
TOO_OFTEN = Message("Có quá nhiều lần thử từ nơi này. Hãy chờ ít phút rồi thử lại.")


def let_wait(handler: Any, found: SecondFactor, next_url: str) -> None:
    """The password was right: the browser gets a cookie for the next question, and is sent to it.
    ``next_url``: where the person wanted to go."""
    _hand_cookie(handler, found, next_url, logs_in=True)
    page = "register-key" if found.registers else "second-factor"
    handler.redirect(f"{handler.hub.base_url}{page}")


def _hand_cookie(
    handler: Any, found: SecondFactor, next_url: str, *, logs_in: bool, then: str = ""
) -> None:
    token = handler.authenticator.waiting.enter(
        found.username,
        found.person_id,
        registers=found.registers,
        logs_in=logs_in,
        next_url=next_url,
        password=accounts.password_hash(handler.db, found.username),
        then=then,
    )
    name, path = _cookie_of(handler)
    handler._set_cookie(name, token, encrypted=False, path=path, max_age=LASTS_S)


def _cookie_of(handler: Any) -> tuple[str, str]:
    """Name and path. Where labs have hosts of their own, its name keeps them from tossing one."""
    if handler.hub.cookie_name.startswith("__Host-"):
        return f"__Host-{COOKIE}", "/"
    return COOKIE, handler.hub.base_url


class KeyPage(OwnPage):
    """What these pages share: who waits, and the question they were asked."""

    @property
    def token(self) -> str:
        return str(self.get_cookie(_cookie_of(self)[0]) or "")

    def waiting_for(self, *, registers: bool) -> Waiting | None:
        """Whoever waits at this browser for this page."""
        found: Waiting | None = self.authenticator.waiting.find(self.token)
        if found is None or found.registers != registers:
            return None
        user = self.current_user
        # Who adds one more to those they have is still there: nobody logged out meanwhile.
        return found if found.logs_in or (user and user.name == found.username) else None

    def leave(self, waiting: Waiting) -> None:
        self.authenticator.waiting.leave(self.token)
        name, path = _cookie_of(self)
        self.clear_cookie(name, path=path)

    def begin_again(self) -> None:
        """Nobody waits here (any more)."""
        self.redirect(f"{self.hub.base_url}security-keys" if self.current_user else self._login())

    def _login(self) -> str:
        return f"{self.hub.base_url}login"

    async def actor_of(self, waiting: Waiting) -> Actor:
        """The person who waits, as the records know them now. `Refused` where the name was given to
        another or they left meanwhile."""
        actor: Actor = await self.read(
            access.load_actor, waiting.username, at=dt.datetime.now(dt.UTC)
        )
        if actor.person_id != waiting.person_id:
            raise web.HTTPError(403)
        return actor

    @property
    def origin(self) -> str:
        return str(self.authenticator.keys_origin)

    @property
    def here(self) -> bool:
        """Whether the reader came by the name that keys are for."""
        return bool(self.origin) and self.request.host == urlsplit(self.origin).netloc

    async def enter(self, waiting: Waiting) -> None:
        """Now there is a session: all was asked."""
        if accounts.password_hash(self.db, waiting.username) != waiting.password:
            raise web.HTTPError(403)  # the password that was right is none any more
        known = await self.authenticator.look_up(waiting.username)
        if known is None or known.person_id != waiting.person_id:
            raise web.HTTPError(403)
        await self.authenticator.end_if_asked(waiting.username, waiting.person_id)
        model = {"name": waiting.username, "auth_state": None, **known.model}
        user = await self.auth_to_user(model)
        self.db.refresh(user.orm_user)
        self.set_login_cookie(user)
        self.set_hub_cookie(user)  # also of one who is in: sessions may just have ended
        user._auth_refreshed = time.monotonic()
        self.log.info("User logged in: %s", user.name)

    def begin_try(self) -> None:
        """Count an answer; `Refused` after too many."""
        if not self.authenticator.waiting.may_try(self.token):
            raise Refused(TOO_OFTEN)


class WaitingPage(KeyPage):
    """Asks whoever waits for it; nobody else sees it."""

    registers: bool  # whether the question is a new key

    async def get(self) -> None:
        if waiting := self._waiting():
            await self.ask(waiting)

    async def post(self) -> None:
        if waiting := self._waiting():
            await self.answer(waiting, waiting.take_challenge())

    def _waiting(self) -> Waiting | None:
        """Whoever waits here; else they are sent to begin again."""
        waiting = self.waiting_for(registers=self.registers)
        if waiting is None:
            self.begin_again()
        return waiting

    async def ask(self, waiting: Waiting, fault: Refused | None = None) -> None:
        """Show the question, each time a new one."""
        raise NotImplementedError

    async def answer(self, waiting: Waiting, challenge: bytes) -> None:
        """Judge what was answered to ``challenge``, which is used up whatever comes of it."""
        raise NotImplementedError


class OwnKeys(KeyPage):
    """What changes one's own keys, once it is known who asks."""

    async def change(self, actor: Actor, action: str) -> None:
        """One more ("add"), one less ("remove:3"), new codes ("codes"); and answer."""
        what, _colon, key = action.partition(":")
        codes: list[str] = []
        try:
            if what == "add":
                self._begin_adding(actor)
                return
            if what == "remove" and key.isascii() and key.isdigit():
                obliged = self.authenticator.second_factor_roles
                await self.act(key_acts.remove_key, actor, int(key[:18]), obliged=obliged)
                await self._keep_only_this_browser(actor)
            elif what == "codes":
                codes = await self.act(key_acts.make_codes, actor)
        except Refused as refused:
            await self.show_keys(refused)
            return
        home = f"{self.hub.base_url}security-keys"
        if codes:
            await show(self, "recovery-codes.html", codes=codes, next_url=home)
        else:
            self.redirect(home)

    def _begin_adding(self, actor: Actor) -> None:
        assert actor.person_id is not None
        found = SecondFactor(actor.username or "", actor.person_id, registers=True)
        _hand_cookie(self, found, f"{self.hub.base_url}security-keys", logs_in=False)
        self.redirect(f"{self.hub.base_url}register-key")

    async def _keep_only_this_browser(self, actor: Actor) -> None:
        assert actor.person_id is not None
        user = self.current_user
        await self.authenticator.end_if_asked(user.name, actor.person_id)
        self.db.refresh(user.orm_user)
        self.set_hub_cookie(user)

    async def actor_here(self) -> Actor:
        at = dt.datetime.now(dt.UTC)
        actor: Actor = await self.read(access.load_actor, self.current_user.name, at=at)
        if not actor.known:
            raise web.HTTPError(403)
        return actor

    async def show_keys(self, fault: Refused | None = None) -> None:
        actor = await self.actor_here()
        keys, left = await self.read(key_acts.load_keys, actor.person_id)
        await show(
            self,
            "security-keys.html",
            fault,
            keys=keys,
            left=left,
            obliged=access.must_have_key(actor, self.authenticator.second_factor_roles),
            here=self.here,
            origin=self.origin,
            asked_here=self.authenticator.asks_second_factor,
            user_name=self.current_user.name,
            asks_password=self.authenticator.keeps_passwords,
        )


class AskSecondFactor(WaitingPage, OwnKeys):
    """After the password, or before one's keys change: a key, or a code from paper."""

    registers = False

    async def answer(self, waiting: Waiting, challenge: bytes) -> None:
        try:
            self.begin_try()
            actor = await self.actor_of(waiting)
            if code := self.field("code")[:80].strip():
                await self.act(key_acts.pass_by_code, actor, code)
            else:
                said = self.field("answer")
                if not said or not challenge:
                    raise Refused(CANCELLED)
                await self.act(key_acts.pass_by_key, actor, self.origin, challenge, said)
        except Refused as refused:
            self.log.warning("Failed second factor for %r", waiting.username)
            await self.ask(waiting, refused)
            return
        if self.authenticator.waiting.find(self.token) is not waiting:
            self.begin_again()  # another answer was quicker
            return
        self.leave(waiting)
        self.authenticator.waiting.forgive(waiting.person_id)
        if waiting.logs_in:
            await self.enter(waiting)
            self.redirect(waiting.next_url)
        else:
            await self.change(actor, waiting.then)

    async def ask(self, waiting: Waiting, fault: Refused | None = None) -> None:
        over = self.authenticator.waiting.find(self.token) is not waiting
        options = ""
        if not over and self.here:
            keys, _left = await self.read(key_acts.load_keys, waiting.person_id)
            question = security_keys.ask_for_known(self.origin, keys)
            options, waiting.challenge = question.options, question.challenge
        await show(
            self,
            "second-factor.html",
            fault,
            options=options,
            here=self.here,
            origin=self.origin,
            over=over,
            logs_in=waiting.logs_in,
        )


class RegisterKey(WaitingPage):
    """A key is registered: the first, before anything opens, or one more."""

    registers = True

    async def answer(self, waiting: Waiting, challenge: bytes) -> None:
        try:
            self.begin_try()
            actor = await self.actor_of(waiting)
            said = self.field("answer")
            if not said or not challenge:
                raise Refused(CANCELLED)
            key = security_keys.read_new(self.origin, challenge, said)
            codes = await self.act(
                key_acts.add_key, actor, key, self.field("name"), must_be_first=waiting.logs_in
            )
        except Refused as refused:
            await self.ask(waiting, refused)
            return
        self.leave(waiting)
        self.authenticator.waiting.leave_all(waiting.person_id)
        self.authenticator.waiting.forgive(waiting.person_id)
        await self.enter(waiting)
        if codes:
            await show(self, "recovery-codes.html", codes=codes, next_url=waiting.next_url)
        else:
            self.redirect(waiting.next_url)

    async def ask(self, waiting: Waiting, fault: Refused | None = None) -> None:
        over = self.authenticator.waiting.find(self.token) is not waiting
        options = ""
        if not over and self.here:
            actor = await self.actor_of(waiting)
            keys, _left = await self.read(key_acts.load_keys, waiting.person_id)
            question = security_keys.ask_for_new(self.origin, actor, keys)
            options, waiting.challenge = question.options, question.challenge
        await show(
            self,
            "register-key.html",
            fault,
            options=options,
            here=self.here,
            origin=self.origin,
            over=over,
            key_name=self.field("name")[:60],
            logs_in=waiting.logs_in,
        )


class SecurityKeys(OwnKeys):
    """One's own keys: what there is, one more, one less, new codes. Each by the password, and by a
    key where there is one: a browser that was left open, with whatever else is known, changes
    nothing."""

    @web.authenticated
    async def get(self) -> None:
        await self.show_keys()

    @web.authenticated
    async def post(self) -> None:
        if not self.authenticator.asks_second_factor:
            await self.show_keys()
            return
        try:
            await self._check_password()
        except Refused as refused:
            await self.show_keys(refused)
            return
        actor, action = await self.actor_here(), self.field("action")[:40]
        keys, _left = await self.read(key_acts.load_keys, actor.person_id)
        if keys:
            self._ask_for_key(actor, action)
        else:
            await self.change(actor, action)

    def _ask_for_key(self, actor: Actor, action: str) -> None:
        """First a key is shown, at the page that asks for one; then it is done."""
        assert actor.person_id is not None
        found = SecondFactor(actor.username or "", actor.person_id, registers=False)
        home = f"{self.hub.base_url}security-keys"
        _hand_cookie(self, found, home, logs_in=False, then=action)
        self.redirect(f"{self.hub.base_url}second-factor")

    async def _check_password(self) -> None:
        """Whoever finds an open browser changes nothing here."""
        if not self.authenticator.keeps_passwords:
            return
        given = {"username": self.current_user.name, "password": self.field("old_password")}
        if not await self.authenticator.authenticate(self, given):
            raise Refused(WRONG_PASSWORD, field="old_password")


HANDLERS = [
    (r"/second-factor", AskSecondFactor),
    (r"/register-key", RegisterKey),
    (r"/security-keys", SecurityKeys),
]
