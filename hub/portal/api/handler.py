"""What every JSON answer stands on: a body read in pieces, errors as JSON, labs' pages let in."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import urlsplit

from tornado.web import HTTPError, stream_request_body

from core.messages import Message, Refused
from hub.portal import told_fields
from hub.portal.web import DRAINED_BODY_MB, BaseHandler, Portal
from hub.settings import Settings
from school.refusals import AtFields, TooLarge, WithStatus

API_BODY_MB = 16
MB_COST = (
    8  # what a megabyte of a body takes from the speed limit: one in a second goes on for ever
)


@stream_request_body
class ApiHandler(BaseHandler):
    """A JSON answer. The body is read piece by piece: what is too large is never held."""

    body_mb: ClassVar[float] = API_BODY_MB

    def initialize(self, portal: Portal) -> None:
        super().initialize(portal)
        self._pieces: list[bytes] = []
        self._received = 0
        self._paid_mb = 0
        self._too_fast = False
        self._let_in = False
        self.body_is_due = True

    async def prepare(self) -> None:
        if self.request.method == "OPTIONS":
            return
        connection: Any = self.request.connection
        connection.set_max_body_size(DRAINED_BODY_MB * 1_000_000)
        await super().prepare()
        self._let_in = True
        self.body_is_due = self._finished

    def data_received(self, chunk: bytes) -> None:
        self._received += len(chunk)
        kept_mb = min(self._received / 1_000_000, self.body_mb)
        while self._paid_mb < int(kept_mb) and not self._too_fast:
            self._paid_mb += 1  # large bodies take from the speed limit by their size
            self._too_fast = not self.portal.speed.allow(self.asker, cost=MB_COST)
        if self._received <= self.body_mb * 1_000_000 and not self._too_fast:
            self._pieces.append(chunk)
        else:
            self._pieces.clear()

    async def options(self, *_args: str) -> None:
        """What a lab's page on a host of its own asks before it may ask anything."""
        self.set_status(HTTPStatus.NO_CONTENT)
        self.finish()

    def set_default_headers(self) -> None:
        super().set_default_headers()
        origin = self.request.headers.get("Origin", "")
        portal: Portal | None = getattr(self, "portal", None)  # tornado asks before `initialize`
        if portal is not None and is_lab_origin(origin, portal.settings):
            # No Allow-Credentials: such a page speaks with its token, never with our cookie.
            self.set_header("Access-Control-Allow-Origin", origin)
            self.set_header("Access-Control-Allow-Headers", "Authorization, Content-Type")
            self.set_header("Access-Control-Allow-Methods", "GET, POST, PUT")
            self.set_header("Vary", "Origin")

    def ask_for_login(self) -> None:
        status = HTTPStatus.FORBIDDEN if self.actor.username else HTTPStatus.UNAUTHORIZED
        raise HTTPError(status)

    def body(self) -> bytes:
        """The whole body; raises `TooLarge` where it is larger than ``body_mb``, and `HTTPError`
        where this caller sends more than the speed limit allows."""
        if self._too_fast:
            raise HTTPError(HTTPStatus.TOO_MANY_REQUESTS)
        if self._received > self.body_mb * 1_000_000:
            raise TooLarge(
                Message(
                    "Dữ liệu gửi lên lớn hơn {limit} MB nên không được nhận. Hãy xóa bớt kết "
                    "quả chạy dài hoặc hình lớn rồi gửi lại.",
                    {"limit": int(self.body_mb)},
                )
            )
        return b"".join(self._pieces)

    def body_json(self) -> dict[str, Any]:
        """The body as a JSON object; raises `Refused` where it is none."""
        try:
            value = json.loads(self.body())
        except (UnicodeDecodeError, ValueError, RecursionError):
            raise Refused(Message("Dữ liệu gửi lên không phải JSON.")) from None
        if not isinstance(value, dict):
            raise Refused(Message("Dữ liệu gửi lên phải là một đối tượng JSON."))
        return value

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        raised = kwargs.get("exc_info", (None, None, None))[1]
        if not self._let_in:
            # Refused before the body was read, so tornado closes the connection. The proxy must
            # know: it would hand it to the next request, which may be an honest person's.
            self.set_header("Connection", "close")
        if isinstance(raised, AtFields):
            errors = [self._.message(message) for message in raised.messages]
            fields = [told_fields.as_json(field, self._) for field in raised.unread]
            self.json({"errors": errors, "fields": fields}, raised.status)
        elif isinstance(raised, WithStatus):
            self.answer_error(raised.status, [self._.message(m) for m in raised.messages])
        else:
            super().write_error(status_code, **kwargs)

    def answer_error(self, status: int, errors: list[str]) -> None:
        self.json({"errors": errors}, status)


def is_lab_origin(origin: str, settings: Settings) -> bool:
    """Whether a page of this origin is that of a lab on a host of its own."""
    if not settings.lab_domain or not origin:
        return False
    here, there = urlsplit(settings.address), urlsplit(origin)
    return (here.scheme, here.port) == (there.scheme, there.port) and bool(
        there.hostname and there.hostname.endswith(f".{settings.lab_domain}")
    )
