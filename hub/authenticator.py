"""Who logs in to JupyterHub, and with which roles.

Two ways in, one by setting: local accounts (`LocalAccounts`, passwords hashed with bcrypt) or an
identity provider (`ProviderAccounts`, OpenID Connect). Either way the name must belong to a person
of the records, and the person's roles become the hub's groups, at login and again every few
minutes, so that a role withdrawn is soon withdrawn everywhere. Nothing here decides what a role
may do: that is `hub.access` for pages, and `jupyterhub_config.py` for the hub's scopes.
"""

from __future__ import annotations

import asyncio
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import bcrypt
from nativeauthenticator import NativeAuthenticator
from nativeauthenticator.handlers import ChangePasswordHandler, LoginHandler
from nativeauthenticator.orm import UserInfo
from oauthenticator.generic import GenericOAuthenticator
from tornado import web
from traitlets import Any as AnyTrait
from traitlets import HasTraits, Unicode

from hub import access, translate
from hub.accounts import LONGEST_BYTES, check_password
from hub.web import LANGUAGE_COOKIE, keep_language
from records import Records, open_records
from skills_framework.messages import Message, Refused

WRONG = Message("Tên đăng nhập hoặc mật khẩu chưa đúng. Sai nhiều lần liên tiếp sẽ phải chờ.")
UNKNOWN = Message(
    "Tài khoản này chưa có trong danh sách học viên. Hãy liên hệ cán bộ đầu mối của cơ quan."
)
EXPIRED = Message("Trang đăng nhập đã hết hạn. Xin đăng nhập lại.")
# Compared with when there is no such account, so that both answers take the same time.
NOBODY = bcrypt.hashpw(b"nobody", bcrypt.gensalt())


class RolesFromRecords(HasTraits):
    """Mixed into an authenticator: the records say who exists and which groups they are in."""

    records_url = Unicode(help="The database of records.").tag(config=True)
    _records = AnyTrait(None, allow_none=True)

    async def run_post_auth_hook(self, handler: Any, auth_model: Any) -> Any:
        """Add the groups; a name that is nobody's is turned away with a reason."""
        auth_model = await super().run_post_auth_hook(handler, auth_model)  # type: ignore[misc]
        known = auth_model and await self._known(auth_model["name"])
        if not known:
            raise web.HTTPError(403, UNKNOWN.template)
        return {**auth_model, **known}

    async def refresh_user(self, user: Any, handler: Any = None) -> Any:
        """Called by the hub every ``auth_refresh_age`` seconds for whoever is active."""
        if not await super().refresh_user(user, handler):  # type: ignore[misc]
            return False
        return await self._known(user.name) or False

    async def _known(self, username: str) -> dict[str, Any] | None:
        return await asyncio.to_thread(self._look_up, username)

    def _look_up(self, username: str) -> dict[str, Any] | None:
        if self._records is None:
            self._records = open_records(self.records_url)
        records: Records = self._records
        with records.read() as session:
            actor = access.load_actor(session, username)
        if not actor.known:
            return None
        return {
            "groups": sorted(actor.roles | {access.LEARNER}),  # everybody known may learn
            "admin": access.may_administer(actor),
        }


class LocalAccounts(RolesFromRecords, NativeAuthenticator):  # type: ignore[misc]
    """Passwords in the hub's database; too many wrong ones and the name has to wait."""

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str | None:
        """The user name, or None. Hashing runs in a thread: the hub serves others meanwhile."""
        username = self.normalize_username(data.get("username", ""))
        password = data.get("password", "").encode()
        if self.is_blocked(username):
            return None
        account = UserInfo.find(self.db, username)
        stored = bytes(account.password) if account else NOBODY
        short_enough = len(password) <= LONGEST_BYTES and b"\0" not in password
        right = short_enough and await asyncio.to_thread(bcrypt.checkpw, password, stored)
        if right and account is not None and account.is_authorized:
            self.successful_login(username)
            return str(username)
        if account is not None:
            self.add_login_attempt(username)
        return None

    def is_password_strong(self, password: str) -> bool:
        try:
            check_password(password)
        except Refused:
            return False
        return not self.is_password_common(password)

    def get_handlers(self, app: Any) -> list[tuple[str, Any]]:
        """Login and changing one's own password: no sign-up, no list of accounts to authorise."""
        return [(r"/login", VietnameseLogin), (r"/change-password", ChangePassword)]


class ProviderAccounts(RolesFromRecords, GenericOAuthenticator):  # type: ignore[misc]
    """Login at an identity provider; one of its claims is the user name."""


load_translators = cache(translate.load_translators)


def translator_for(handler: Any) -> translate.Translator:
    """The reader's language: what they chose on the portal, else what the browser asks for."""
    accepted = handler.request.headers.get("Accept-Language", "")
    wished = handler.get_cookie(LANGUAGE_COOKIE)
    return load_translators()[translate.choose_language(wished, accept=accepted)]


class VietnameseLogin(LoginHandler):  # type: ignore[misc]
    """The login page in the reader's language."""

    def _render(
        self, login_error: Any = None, username: str | None = None, sync: bool = False, **_ns: Any
    ) -> Any:
        """The hub also comes here with an error of its own: a form that has expired."""
        _ = translator_for(self)
        ours = (WRONG.template, UNKNOWN.template)
        shown = str(login_error or "")
        return self.render_template(
            "native-login.html",
            _=_,
            language=_.language,
            username=username or "",
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
        if chosen := self.get_argument("language", ""):
            keep_language(self, chosen)
            self.redirect(self._address())
            return
        await super().get()

    async def post(self) -> None:
        data = {name: self.get_argument(name, strip=False) for name in self.request.arguments}
        user = await self.login_user(data)
        if user:
            self._jupyterhub_user = user
            self.redirect(self.get_next_url(user))
            return
        self.set_status(403)
        self.finish(await self._render(login_error=WRONG, username=data.get("username")))

    def _address(self, **more: str) -> str:
        """This page's own, with where the person wanted to go."""
        wanted = self.get_argument("next", "")
        query = urlencode(({"next": wanted} if wanted else {}) | more)
        address: str = self.authenticator.login_url(self.hub.base_url)
        return f"{address}?{query}" if query else address


class ChangePassword(ChangePasswordHandler):  # type: ignore[misc]
    """A person changes the own password."""

    @web.authenticated
    async def get(self) -> None:
        await self._show()

    @web.authenticated
    async def post(self) -> None:
        user = await self.get_current_user()
        new = self.get_body_argument("new_password", "", strip=False)
        if not await self.authenticator.authenticate(
            self,
            {
                "username": user.name,
                "password": self.get_body_argument("old_password", "", strip=False),
            },
        ):
            await self._show("old_password", Message("Mật khẩu hiện tại chưa đúng."))
        elif new != self.get_body_argument("new_password_confirmation", "", strip=False):
            await self._show(
                "new_password_confirmation",
                Message("Hai lần nhập mật khẩu mới không giống nhau."),
            )
        elif not self.authenticator.change_password(user.name, new):
            await self._show(
                "new_password",
                Message("Mật khẩu mới cần từ 10 ký tự và không phải mật khẩu hay gặp."),
            )
        else:
            await self._show(done=True)

    async def _show(
        self, field: str = "", wrong: Message | None = None, *, done: bool = False
    ) -> None:
        """The form; passwords are never sent back, so all three are typed anew."""
        _ = translator_for(self)
        if wrong:
            self.set_status(HTTPStatus.UNPROCESSABLE_ENTITY)
        user = await self.get_current_user()
        self.finish(
            await self.render_template(
                "change-password.html",
                _=_,
                language=_.language,
                user_name=user.name,
                wrong=_.message(wrong),
                field=field,
                done=done,
            )
        )
