"""Who logs in to JupyterHub, and with which roles.

Two ways in, one by setting: local accounts (`LocalAccounts`, passwords hashed with bcrypt) or an
identity provider (`ProviderAccounts`, OpenID Connect). Either way the name must belong to a person
of the records, and the person's roles become the hub's groups, at login and again every few
minutes, so that a role withdrawn is soon withdrawn everywhere. Nothing here decides what a role
may do: that is `school.access` for pages, and `jupyterhub_config.py` for the hub's scopes.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import bcrypt
from jupyterhub import orm
from nativeauthenticator import NativeAuthenticator
from nativeauthenticator.handlers import LoginHandler
from nativeauthenticator.orm import UserInfo
from oauthenticator.generic import GenericOAuthenticator
from oauthenticator.oauth2 import OAuthCallbackHandler
from tornado import web
from traitlets import Any as AnyTrait
from traitlets import Bool, Bytes, HasTraits, Instance, Integer, List, Unicode

from core.messages import Message, Refused
from hub.locale import translate
from hub.locale.cookie import keep_language
from hub.login import accounts, key_pages, password_pages
from hub.login.callers import caller_of
from hub.login.login_limits import LinkLimits, LoginLimits
from hub.login.reader import translator_for
from hub.login.same_site import Logout, comes_from_here
from hub.login.waiting import SecondFactor, WaitingRoom
from records import Records, open_records
from records.people import account_links, security_keys
from school import access
from school.people import account_acts, login_acts
from school.people.login import claims
from school.people.login.strength import LONGEST_BYTES
from school.people.login_acts import Described

WRONG = Message("Tên đăng nhập hoặc mật khẩu chưa đúng. Sai nhiều lần liên tiếp sẽ phải chờ.")
UNKNOWN = login_acts.UNKNOWN
TOO_OFTEN = Message("Có quá nhiều lần đăng nhập sai từ nơi này. Hãy chờ một phút rồi thử lại.")
EXPIRED = Message("Trang đăng nhập đã hết hạn. Xin đăng nhập lại.")
NAMELESS = "-"  # in place of a login name that a provider does not say; nobody's
# Compared with when there is no such account, so that both answers take the same time.
NOBODY = bcrypt.hashpw(b"nobody", bcrypt.gensalt())
# Whoever was refused unheard is answered late, so that asking again at once costs them and not us;
# but no more than so many at a time are kept waiting.
LATE_S, MOST_LATE = 4.0, 200


@dataclass(frozen=True)
class Known:
    """What the records say of a login name. ``lacks_key``: they must have a security key and have
    none. ``ends``: their sessions are to end."""

    person_id: int
    model: dict[str, Any]
    has_key: bool
    lacks_key: bool
    ends: bool


class RolesFromRecords(HasTraits):
    """Mixed into an authenticator: the records say who exists and which groups they are in."""

    records_url = Unicode(help="The database of records.").tag(config=True)
    audit_key = Bytes(help="What its audit log is chained with.").tag(config=True)
    sends_mail = Bool(help="Whether letters leave this platform.").tag(config=True)
    front_proxies = Integer(0, help="Proxies before the hub's own.").tag(config=True)
    asks_second_factor = Bool(help="Whether security keys are asked for here.").tag(config=True)
    second_factor_roles = List(Unicode(), help="Roles that must have a key.").tag(config=True)
    keys_origin = Unicode(help="The address that keys are for.").tag(config=True)
    keeps_passwords = False  # here, rather than elsewhere
    _records = AnyTrait(None, allow_none=True)

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.waiting = WaitingRoom()
        self._ending = asyncio.Lock()
        self._tasks: set[asyncio.Future[None]] = set()  # kept until they are done

    async def run_post_auth_hook(self, handler: Any, auth_model: Any) -> Any:
        """Add the groups; a name that is nobody's is turned away with a reason."""
        auth_model = await super().run_post_auth_hook(handler, auth_model)  # type: ignore[misc]
        known = await self.look_up(auth_model["name"]) if auth_model else None
        if known is None:
            raise web.HTTPError(403, UNKNOWN.template)
        if known.ends:
            await self.end_if_asked(auth_model["name"], known.person_id)
        return {**auth_model, **known.model}

    async def ask_second_factor(self, username: str) -> None:
        """Last of all: `SecondFactor` where the password alone opens nothing. Every way to a
        session or a token by a password comes by here."""
        known = await self.look_up(username) if self.asks_second_factor else None
        if known and (known.has_key or known.lacks_key):
            raise SecondFactor(username, known.person_id, registers=not known.has_key)

    async def refresh_user(self, user: Any, handler: Any = None) -> Any:
        """Called by the hub every ``auth_refresh_age`` seconds for whoever is active."""
        if not await super().refresh_user(user, handler):  # type: ignore[misc]
            return False
        known = await self.look_up(user.name)
        if known is None:
            return False
        if known.ends or known.lacks_key:
            # Soon, not now: the request at hand may have come by a token that is then gone.
            asyncio.get_running_loop().call_later(1, self._end_soon, user.name, known)
            return False
        return known.model

    def pre_spawn_start(self, user: Any, spawner: Any) -> Any:
        """A lab is about to start, and has its token."""
        db = self.db  # type: ignore[attr-defined]  # the hub's, of the authenticator
        accounts.note_lab_token(db, spawner.api_token)
        db.commit()
        return super().pre_spawn_start(user, spawner)  # type: ignore[misc]  # JupyterHub says no types

    def open_records(self) -> Records:
        if self._records is None:
            self._records = open_records(self.records_url, audit_key=self.audit_key)
        records: Records = self._records
        return records

    async def look_up(self, username: str) -> Known | None:
        """What the records say of this name now; None where it is nobody's."""
        return await asyncio.to_thread(self._look_up, username)

    def _look_up(self, username: str) -> Known | None:
        with self.open_records().read() as session:
            actor = access.load_actor(session, username, at=dt.datetime.now(dt.UTC))
            if actor.person_id is None:
                return None
            has_key = security_keys.has_keys(session, actor.person_id)
            ends = security_keys.ending_asked(session, actor.person_id) is not None
        model = {
            "groups": sorted(actor.roles | {access.LEARNER}),  # everybody known may learn
            "admin": access.may_administer(actor),
        }
        obliged = self.asks_second_factor and access.must_have_key(actor, self.second_factor_roles)
        return Known(actor.person_id, model, has_key, obliged and not has_key, ends)

    async def end_if_asked(self, username: str, person_id: int) -> None:
        """End the sessions of this person, where an act wants it: first that, then the order is
        done with, or a hub that stops in between would forget it. One at a time, so that nobody
        ends the session that begins after the first."""
        async with self._ending:
            asked_at = await asyncio.to_thread(self._ending_asked, person_id)
            if asked_at is None:
                return
            self._end_sessions(username)
            await asyncio.to_thread(self._note_ended, person_id, asked_at)

    def _ending_asked(self, person_id: int) -> dt.datetime | None:
        with self.open_records().read() as session:
            return security_keys.ending_asked(session, person_id)

    def _note_ended(self, person_id: int, asked_at: dt.datetime) -> None:
        with self.open_records().begin() as session:
            security_keys.note_ended(session, person_id, asked_at)

    def _end_sessions(self, username: str) -> None:
        db = self.db  # type: ignore[attr-defined]  # the hub's, of the authenticator
        accounts.end_sessions(db, username, keep_labs=True)
        db.commit()

    def _end_soon(self, username: str, known: Known) -> None:
        if known.lacks_key:
            self._end_sessions(username)
        else:
            task = asyncio.ensure_future(self.end_if_asked(username, known.person_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


class LocalAccounts(RolesFromRecords, NativeAuthenticator):  # type: ignore[misc]
    """Passwords in the hub's database; `hub.login.login_limits` says who may try how many."""

    keeps_passwords = True

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._limits, self.late = LoginLimits(), 0
        self.link_limits = LinkLimits()

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str | None:
        """The user name, or None. Hashing runs in a thread: the hub serves others meanwhile."""
        username = self.normalize_username(data.get("username", ""))
        password = data.get("password", "").encode()
        caller = caller_of(handler.request, front_proxies=self.front_proxies)
        account = UserInfo.find(self.db, username)
        stored = bytes(account.password) if account else NOBODY
        short_enough = len(password) <= LONGEST_BYTES and b"\0" not in password
        if not short_enough:
            password = b"x"  # hashed all the same: so that it counts, and takes its time
        right = await self._limits.try_password(
            username, caller, lambda: bcrypt.checkpw(password, stored)
        )
        if right is None:
            handler.refused_unheard = True
        if right and short_enough and account is not None and account.is_authorized:
            return str(username)
        return None

    async def run_post_auth_hook(self, handler: Any, auth_model: Any) -> Any:
        """A password that somebody else chose opens nothing but the page for a new one."""
        auth_model = await super().run_post_auth_hook(handler, auth_model)
        name = auth_model["name"]
        if token := await asyncio.to_thread(self._begin_change, name):
            raise password_pages.MustChange(token)
        if (user := orm.User.find(self.db, name)) is not None:
            self.db.refresh(user)  # a command may have ended the sessions of this name meanwhile
        await self.ask_second_factor(name)
        return auth_model

    def _begin_change(self, username: str) -> str:
        """The token for choosing another password, where the one at hand is for that only."""
        at = dt.datetime.now(dt.UTC)
        with self.open_records().read() as session:
            actor = access.load_actor(session, username, at=at)
            person_id = actor.person_id
            if person_id is None or not account_links.must_change(session, person_id):
                return ""
        with self.open_records().begin() as session:
            return account_acts.begin_change(session, actor, at=at)

    def get_handlers(self, app: Any) -> list[tuple[str, Any]]:
        """Login and one's own password: no sign-up, no list of accounts to authorise."""
        return [
            (r"/login", VietnameseLogin),
            (r"/logout", Logout),
            *password_pages.HANDLERS,
            *key_pages.HANDLERS,
        ]


class AfterProvider(OAuthCallbackHandler):  # type: ignore[misc]  # oauthenticator is untyped
    """Where the provider sends people back to."""

    async def get(self) -> None:
        try:
            await super().get()
        except SecondFactor as found:
            key_pages.let_wait(self, found, self.get_next_url())


class ProviderAccounts(RolesFromRecords, GenericOAuthenticator):  # type: ignore[misc]
    """Login at an identity provider; one of its claims is the user name.

    The name belongs to whoever came by it first, and some are known without one: see
    `school.people.login_acts.find_login`.
    """

    callback_handler = AfterProvider
    issuer = Unicode(help="Who the provider says it is.").tag(config=True)
    domain = Unicode(help="The domain whose names are known without it.").tag(config=True)

    trust = Instance(claims.Trust, ()).tag(config=True)

    def user_info_to_username(self, user_info: dict[str, Any]) -> str:
        """The name that the provider says; where somebody may be known without one, `NAMELESS`."""
        try:
            return claims.read_login_name(user_info.get(self.username_claim), self.domain)
        except Refused as refused:
            if self.trust.anything and refused.messages[0] == claims.NO_CLAIM:
                return NAMELESS
            raise web.HTTPError(403, refused.messages[0].template) from None

    async def run_post_auth_hook(self, handler: Any, auth_model: Any) -> Any:
        said = (auth_model.get("auth_state") or {}).get(self.user_auth_state_key) or {}
        try:
            name = await asyncio.to_thread(self._find_login, auth_model["name"], said)
        except Refused as refused:
            raise web.HTTPError(403, refused.messages[0].template) from None
        auth_model = await super().run_post_auth_hook(handler, {**auth_model, "name": name})
        await self.ask_second_factor(name)
        return auth_model

    def _find_login(self, name: str, said: dict[str, Any]) -> str:
        subject, at = claims.read_subject(self.issuer, said.get("sub")), dt.datetime.now(dt.UTC)
        described = claims.read_description(said, self.trust)
        known = "" if name == NAMELESS else name
        if not known and described == Described():
            raise Refused(claims.NO_CLAIM)
        with self.open_records().begin() as session:
            found = login_acts.find_login(
                session, known, subject, described, roles_too=self.trust.roles, at=at
            )
        if found != known:
            self.log.info("%s is known by what the identity provider says of them", found)
        return found

    def get_handlers(self, app: Any) -> list[tuple[str, Any]]:
        handlers = [one for one in super().get_handlers(app) if one[0] != r"/logout"]
        return [
            *handlers,
            (r"/logout", Logout),
            *password_pages.HANDLERS,
            *key_pages.HANDLERS,
        ]


class VietnameseLogin(LoginHandler):  # type: ignore[misc]
    """The login page in the reader's language."""

    def _render(
        self, login_error: Any = None, username: str | None = None, sync: bool = False, **_ns: Any
    ) -> Any:
        """The hub also comes here with an error of its own: a form that has expired."""
        _ = translator_for(self)
        ours = (WRONG.template, UNKNOWN.template, TOO_OFTEN.template)
        shown = str(login_error or "")
        return self.render_template(
            "native-login.html",
            _=_,
            language=_.language,
            username=username or "",
            forgot_url=f"{self.hub.base_url}forgot-password",
            set_url=f"{self.hub.base_url}set-password",
            login_error=_(shown if shown in ours else EXPIRED.template) if shown else "",
            sync=sync,
            authenticator_login_url=self._address(),
            languages=[
                (code, name, self._address(language=code))
                for code, name in translate.LANGUAGES.items()
                if code != _.language
            ],
        )

    async def get(self) -> None:
        """The form; ``language`` chooses how it and all pages after it speak."""
        chosen = self.get_argument("language", "")
        if chosen and comes_from_here(self.request.headers, self.request.host):
            keep_language(self, chosen)
            self.redirect(self._address())
            return
        await super().get()

    async def post(self) -> None:
        data = {name: self.get_argument(name, strip=False) for name in self.request.arguments}
        try:
            user = await self.login_user(data)
        except password_pages.MustChange as must:
            await password_pages.show_setting(self, code=must.token, chosen_by_another=True)
            return
        except SecondFactor as found:
            key_pages.let_wait(self, found, self.get_next_url())
            return
        if user:
            self._jupyterhub_user = user
            self.redirect(self.get_next_url(user))
            return
        wrong = WRONG
        if getattr(self, "refused_unheard", False):
            wrong = TOO_OFTEN
            if not await self._answer_late():
                self.set_status(429)  # a flood: no page is drawn for it
                self.finish()
                return
        self.set_status(403 if wrong is WRONG else 429)
        self.finish(await self._render(login_error=wrong, username=data.get("username")))

    async def _answer_late(self) -> bool:
        """Wait, unless too many wait already; False then."""
        if self.authenticator.late >= MOST_LATE:
            return False
        self.authenticator.late += 1
        try:
            await asyncio.sleep(LATE_S)
        finally:
            self.authenticator.late -= 1
        return True

    def _address(self, **more: str) -> str:
        """This page's own, with where the person wanted to go."""
        wanted = self.get_argument("next", "")
        query = urlencode(({"next": wanted} if wanted else {}) | more)
        address: str = self.authenticator.login_url(self.hub.base_url)
        return f"{address}?{query}" if query else address
