"""What every page and every API answer stands on: identity, language, safety headers, errors.

A handler says what it does in `get`/`post`; everything here happens around it. Database work runs
in a small thread pool (`BaseHandler.read`, `BaseHandler.record`), so that a page never waits for
another page's lock and nothing waits for marking.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
import hashlib
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode

from jinja2 import Environment
from jupyterhub.services.auth import HubOAuth, HubOAuthCallbackHandler, HubOAuthenticated
from tornado.web import HTTPError, MissingArgumentError, RequestHandler

from core.messages import Message, Refused
from graders.strict.feedback import read_feedback
from hub.labs.census import LabCensus
from hub.labs.door import LabDoor
from hub.locale import translate
from hub.locale.cookie import LANGUAGE_COOKIE
from hub.login.callers import SpeedLimit, caller_of
from hub.login.login_limits import EntryLimits
from hub.login.scopes import LAB
from hub.platform.certificate_office import CertificateOffice
from hub.portal.kept_files import KeptFiles
from hub.portal.paper_desk import PaperDesk
from hub.portal.returned_forms import NOT_FILLED, UNTOUCHED, ReturnedForm, return_form
from hub.portal.roster_jobs import RosterJobs
from hub.portal.sheet_desk import SheetDesk
from hub.portal.turns import Turns
from hub.portal.watch import Watch
from hub.settings import Settings
from records import Records, Session
from school import access
from school.access import Actor
from school.acts import Act
from school.people import looks
from school.refusals import WithStatus

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger("motcham.portal")

UTC = dt.UTC
DEVICE_COOKIE, DEVICE_DAYS = "motcham-browser", 365
PAGE_BODY_MB = 1
RUNS, THREADS = 4, 8  # places to run code in, and threads that ask the database
DRAINED_BODY_MB = 256  # the API reads (and drops) up to this much, to answer with a message

# No inline script or style, nothing from another host, no frame around us. Figures that a
# learner's code draws are PNG data URIs.
CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Portal:
    """Everything a handler may use, wired once by `hub.portal.app`."""

    settings: Settings
    prefix: str  # "/services/portal/"
    hub_prefix: str  # "/hub/"
    records: Records
    translators: Mapping[str, translate.Translator]
    templates: Environment
    hub_auth: HubOAuth
    identify: Callable[[RequestHandler], Awaitable[str | None]]
    threads: ThreadPoolExecutor
    clock: Callable[[], dt.datetime]
    speed: SpeedLimit
    watch: Watch
    marker: Any = None  # graders.Marker; None where only pages are wanted
    # One who tries out code has one run at once, and waits with one more; of the database's
    # threads a person has some, whatever their pages and programs ask for at once.
    runs: Turns = field(default_factory=lambda: Turns(RUNS, queue=1))
    desks: Turns = field(default_factory=lambda: Turns(THREADS, each=3))
    entry: EntryLimits = field(default_factory=EntryLimits)  # who asks to come in
    # Checks of single exercises: a lesson's worth at once, then ten in a minute.
    checks: SpeedLimit = field(default_factory=lambda: SpeedLimit(burst=20, per_second=1 / 6))
    office: CertificateOffice | None = None  # prints certificates; None where none are wanted
    desk: PaperDesk | None = None  # looks into strangers' PDFs
    sheets: SheetDesk | None = None  # takes officers' sheets apart
    kept_files: KeptFiles | None = None  # officers' sheets between a look and the import
    roster_jobs: RosterJobs | None = None  # officers' long lists
    census: LabCensus | None = None  # who has a lab open, for administrators
    labs: LabDoor | None = None  # what opens a learner's lab, or None when labs are off
    keeps_passwords: bool = True  # the hub does; False where people log in elsewhere
    has_editor: bool = False  # whether set-up has built the code editor

    def close(self) -> None:
        """End what handlers had started in processes of their own. Safe to repeat."""
        for desk in (self.roster_jobs, self.desk, self.sheets):
            if desk is not None:
                desk.close()


class BaseHandler(HubOAuthenticated, RequestHandler):  # type: ignore[misc]
    """Knows who asks, in which language, and how to answer safely."""

    public: ClassVar[bool] = False  # may be seen without login
    for_labs: ClassVar[bool] = False  # what the page of somebody's own lab asks
    cost: ClassVar[float] = 1  # what one request takes from the speed limit

    # A body that is read piece by piece comes after `prepare`, also where it is empty. Tornado ends
    # the connection of whoever answers before: that must be said, or the proxy sends somebody
    # else's request down it.
    body_is_due = False

    portal: Portal
    actor: Actor
    asker: str  # whose share a request takes from: a login name, or the address of who has none
    now: dt.datetime
    form: ReturnedForm = UNTOUCHED
    _: translate.Translator

    def initialize(self, portal: Portal) -> None:
        self.portal = portal
        self.hub_auth = portal.hub_auth
        self.actor = access.ANYBODY
        self.acted: list[str] = []  # the acts that were begun, for the log
        self.asker = self.caller  # until it is known who logged in
        self.now = portal.clock()
        self._ = self._translator()
        self.set_default_headers()  # again: some of them depend on the settings

    def set_default_headers(self) -> None:
        self.set_header("Content-Security-Policy", CONTENT_POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")
        self.clear_header("Server")
        portal: Portal | None = getattr(self, "portal", None)  # tornado asks before `initialize`
        for name, value in (portal.settings.transport_headers if portal else {}).items():
            self.set_header(name, value)

    async def prepare(self) -> None:
        username = await self.portal.identify(self)
        self.asker = username or self.caller
        if not self.portal.speed.allow(self.asker, cost=self.cost):
            raise HTTPError(HTTPStatus.TOO_MANY_REQUESTS)
        if username:
            self.actor = await self.read(access.load_actor, username, at=self.now)
            self._ = self._translator()
        if self.request.method not in ("GET", "HEAD", "OPTIONS"):
            # Not by tornado's own setting: that asks before a token has been recognised.
            self.check_xsrf_cookie()
        if not self.public and not self.actor.known:
            self.ask_for_login()

    @property
    def programme(self) -> str:
        """The programme that this platform runs."""
        return self.portal.settings.programme

    @property
    def pass_share(self) -> float | None:
        """The share of points that the ministry asks for, over what courses say; None: theirs."""
        return self.portal.settings.pass_share

    @property
    def caller(self) -> str:
        """The address that asks, by what our own proxies say."""
        return caller_of(self.request, front_proxies=self.portal.settings.proxies_in_front)

    def ask_for_login(self) -> None:
        if self.actor.username:  # logged in, and in no list: the error page says what to do
            raise HTTPError(HTTPStatus.FORBIDDEN)
        if self.request.method not in ("GET", "HEAD"):
            raise HTTPError(HTTPStatus.UNAUTHORIZED)
        self.redirect(self.get_login_url())

    def get_current_user(self) -> str | None:
        return self.actor.username

    # --- the database -----------------------------------------------------------------------

    async def read(
        self, ask: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """``ask(session, …)`` in a thread, in a session that only reads, and shows nobody else."""

        def work() -> T:
            with self.portal.records.read() as session:
                return looks.nobody(session, functools.partial(ask, session, *args, **kwargs))

        return await self.in_thread(work)

    async def look(
        self, ask: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same for what shows other people: ``ask`` says whom (`school.people.looks`), and in
        its transaction it is written down for them."""

        def shown(session: Session) -> T:
            asked = functools.partial(ask, session, *args, **kwargs)
            return looks.look(session, self.actor, asked, at=self.now)

        return await self.in_thread(lambda: self.portal.records.note(shown))

    async def act(self, do: Act[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Have whoever asks do an act of `school`, in a thread, in one transaction."""
        self.acted.append(do.about.name.removeprefix("school."))

        def work() -> T:
            with self.portal.records.begin() as session:
                asked = functools.partial(do, session, self.actor, *args, **kwargs)
                return looks.acted(session, self.actor, asked, at=self.now)

        return await self.in_thread(work)

    async def preview(self, do: Act[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same, refusing the same, and then undone."""

        def work() -> T:
            with self.portal.records.preview() as session:
                return do(session, self.actor, *args, **kwargs)

        return await self.in_thread(work)

    async def in_thread(self, work: Callable[[], T]) -> T:
        async with self.portal.desks.turn(self.asker):
            return await asyncio.get_running_loop().run_in_executor(self.portal.threads, work)

    # --- permission -------------------------------------------------------------------------

    def require(self, allowed: bool) -> None:
        """What one may not see looks absent."""
        if not allowed:
            raise self.absent()

    def absent(self) -> HTTPError:
        return HTTPError(HTTPStatus.NOT_FOUND)

    # --- answers ----------------------------------------------------------------------------

    def page(self, template: str, **values: Any) -> None:
        """Answer with a page; ``values`` join what every template has (see `_context`)."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(self.portal.templates.get_template(template).render(self._context(), **values))

    def json(self, value: Any, status: int = 200) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(value, ensure_ascii=False))

    def url(self, *parts: str | int, **query: Any) -> str:
        """An address in the portal: ``url("courses", slug)``."""
        asked = {name: value for name, value in query.items() if value not in (None, "")}
        tail = f"?{urlencode(asked)}" if asked else ""
        return self.portal.prefix + "/".join(str(part) for part in parts) + tail

    def finish(self, chunk: Any = None) -> Any:
        if self.body_is_due:
            self.set_header("Connection", "close")
        return super().finish(chunk)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        raised = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(raised, Refused):
            own = raised.status if isinstance(raised, WithStatus) else None
            status_code = own or HTTPStatus.UNPROCESSABLE_ENTITY
            self.set_status(status_code)
            errors = [self._.message(message) for message in raised.messages]
        else:
            errors = [self._(explain(status_code, self.actor))]
        self.answer_error(status_code, errors)

    def answer_error(self, status: int, errors: list[str]) -> None:
        self.page("error.html", status=status, errors=errors)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if isinstance(value, (Refused, HTTPError)):
            return  # the reader is told; access logs have the status
        log.error("%s %s", self.request.method, self.request.path, exc_info=(typ, value, tb))

    # --- the browser ------------------------------------------------------------------------

    def remember_browser(self) -> None:
        """Give this browser a random number to keep, so that `device` can tell it from others."""
        if not self.portal.settings.browser_sign_days:
            self.clear_cookie(DEVICE_COOKIE, path=self.portal.prefix)
        elif not self.get_signed_cookie(DEVICE_COOKIE, max_age_days=DEVICE_DAYS):
            self.set_signed_cookie(
                DEVICE_COOKIE,
                secrets.token_hex(16),
                expires_days=DEVICE_DAYS,
                path=self.portal.prefix,
                httponly=True,
                samesite="Lax",
                secure=self.portal.settings.secure,
            )

    def device(self) -> str | None:
        """A hash of the browser's number, 32 hex digits; None for a program with a token."""
        if not self.portal.settings.browser_sign_days:
            return None
        kept = self.get_signed_cookie(DEVICE_COOKIE, max_age_days=DEVICE_DAYS)
        return hashlib.sha256(kept).hexdigest()[:32] if kept else None

    # --- small parts ------------------------------------------------------------------------

    def _translator(self) -> translate.Translator:
        language = translate.choose_language(
            self.get_cookie(LANGUAGE_COOKIE),
            self.actor.language if self.actor.language != translate.DEFAULT else None,
            self.portal.settings.language
            if not self.request.headers.get("Accept-Language")
            else "",
            accept=self.request.headers.get("Accept-Language", ""),
        )
        return self.portal.translators[language]

    def _context(self) -> dict[str, Any]:
        return {
            "_": self._,
            "feedback": lambda text: self._.message(read_feedback(text)),
            "plural": self._.plural,
            "language": self._.language,
            "languages": translate.LANGUAGES,
            "actor": self.actor,
            "may": access,
            "url": self.url,
            "static": self.static_url,
            "xsrf": lambda: self.xsrf_token.decode() if self._wants_xsrf() else "",
            "number": self._.number,
            "percent": self._.percent,
            "date": self._.date,
            "time": self._.time,
            "of": self._.of,
            "titled": self._.title,
            "now": self.now,
            "form": self.form,
            "path": self.request.uri,
            "hub_prefix": self.portal.hub_prefix,
            "keeps_passwords": self.portal.keeps_passwords,
            "asks_second_factor": self.portal.keeps_passwords
            or self.portal.settings.second_factor_after_oidc,
            "ministry": self.portal.settings.ministry,
            "demonstration": self.portal.settings.demonstration,
        }

    def _wants_xsrf(self) -> bool:
        return not getattr(self, "_token_authenticated", False)


class PageHandler(BaseHandler):
    """A page; its forms are small. One that is refused comes back as it was sent, with the
    reasons at its fields (`hub.portal.returned_forms`): a handler only raises `Refused`."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        has_page = (cls.get, cls.show_again) != (RequestHandler.get, PageHandler.show_again)
        if "post" in vars(cls) and has_page:
            cls.post = _returning_its_form(cls.post)

    async def show_again(self, *path: Any, **named: Any) -> None:
        """The page that the form stands on."""
        await self.get(*path, **named)  # type: ignore[misc]


def _returning_its_form(post: Callable[..., Any]) -> Callable[..., Awaitable[None]]:
    @functools.wraps(post)
    async def answer(self: PageHandler, *path: str) -> None:
        try:
            await post(self, *path)
            return
        except MissingArgumentError as missing:
            refused: Refused = Refused(NOT_FILLED, field=missing.arg_name)
        except Refused as raised:
            refused = raised
        status = refused.status if isinstance(refused, WithStatus) else None
        self.set_status(status or HTTPStatus.UNPROCESSABLE_ENTITY)
        self.form = return_form(
            refused,
            self.request.body_arguments,
            self._.message,
            had_files=bool(self.request.files),
        )
        await self.show_again(*path)

    return answer


class NotFoundHandler(PageHandler):
    public = True

    async def get(self, *_args: str) -> None:
        raise self.absent()

    post = put = delete = get


class OAuthCallback(HubOAuthCallbackHandler):  # type: ignore[misc]
    """Where the hub sends people back to after login."""

    def initialize(self, portal: Portal) -> None:
        self.hub_auth = portal.hub_auth


async def identify_by_hub(handler: RequestHandler) -> str | None:
    """The hub's user name behind the cookie or token of this request."""
    assert isinstance(handler, BaseHandler)
    model = await handler.hub_auth.get_user(handler, sync=False)
    if not model or model.get("kind", "user") != "user":
        return None
    name = str(model["name"])
    if handler.hub_auth.check_scopes(handler.hub_auth.access_scopes, model):
        return name
    # The token of a lab's page: for the learner whose lab it is, and for what the lab does there.
    from_own_lab = f"{LAB}!server={name}/" in model["scopes"]
    return name if from_own_lab and handler.for_labs else None


def explain(status: int, actor: Actor) -> str:
    """What to tell a person about an HTTP status: a sentence and what to do next."""
    return str(_EXPLAINED.get(status) or _EXPLAINED[400 if status < 500 else 500])


_EXPLAINED = {
    400: Message("Yêu cầu này không đúng dạng. Hãy quay lại trang trước và thử lại."),
    401: Message("Phiên đăng nhập đã hết. Hãy tải lại trang để đăng nhập lại."),
    403: Message(
        "Không thực hiện được: phiên làm việc đã đổi hoặc tài khoản chưa có trong danh sách học "
        "viên. Hãy tải lại trang; nếu vẫn vậy, hãy liên hệ cán bộ đầu mối của cơ quan."
    ),
    404: Message("Không có trang này, hoặc tài khoản của anh/chị không xem được trang này."),
    405: Message("Trang này không nhận yêu cầu kiểu này."),
    409: Message("Nội dung đã được thay đổi ở nơi khác. Hãy tải lại trang."),
    413: Message("Dữ liệu gửi lên quá lớn."),
    429: Message("Anh/chị thao tác hơi nhanh. Xin chờ vài giây rồi thử lại."),
    500: Message("Hệ thống vừa gặp lỗi. Bài đã lưu vẫn còn nguyên; xin thử lại sau ít phút."),
    503: Message("Dịch vụ đang bận. Xin thử lại sau ít phút."),
}
