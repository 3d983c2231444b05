"""Forms with a file: what is too large is told in words, and never held."""

from __future__ import annotations

from typing import Any, ClassVar

from tornado.httputil import parse_body_arguments
from tornado.web import stream_request_body

from core.messages import Message, Refused
from hub.portal.kept_files import KeptFiles
from hub.portal.web import DRAINED_BODY_MB, PageHandler, Portal


@stream_request_body
class UploadPage(PageHandler):
    """A page whose form carries a file. The body is read piece by piece and dropped above
    ``body_mb``; `receive` says whether it was whole. Ask it first in ``post``."""

    body_mb: ClassVar[float] = 6

    def initialize(self, portal: Portal) -> None:
        super().initialize(portal)
        self._pieces: list[bytes] = []
        self._received, self._whole = 0, False
        self.body_is_due = True

    async def prepare(self) -> None:
        connection: Any = self.request.connection
        connection.set_max_body_size(DRAINED_BODY_MB * 1_000_000)
        await super().prepare()
        self.body_is_due = self._finished

    def data_received(self, chunk: bytes) -> None:
        self._received += len(chunk)
        if self._received <= self.body_mb * 1_000_000:
            self._pieces.append(chunk)
        else:
            self._pieces.clear()

    def check_xsrf_cookie(self) -> None:
        """The token stands in the form, which has not come yet when tornado asks."""
        if self._whole:
            super().check_xsrf_cookie()

    def take_form(self, field: str) -> None:
        """Take the form apart; `Refused` at the field of its file where that is too large."""
        if not self.receive():
            raise Refused(
                Message(
                    "Tệp lớn hơn {n} MB nên không nhận; hãy bỏ ảnh và phần thừa, hoặc chia thành "
                    "nhiều tệp",
                    {"n": int(self.body_mb)},
                ),
                field=field,
            )

    def sent_or_kept(self, missing: Message) -> tuple[str, bytes]:
        """Name and content of the file that came with the form, or of the one that was looked at
        before; `Refused` with ``missing`` where there is neither."""
        sent = self.request.files.get("file")
        if sent:
            return sent[0]["filename"], sent[0]["body"]
        token = self.get_body_argument("kept", "")
        if not token:
            raise Refused(missing)
        kept = self.kept.find(self.owner, token, at=self.now)
        if kept is None:
            raise Refused(
                Message("Tệp đã kiểm tra chỉ được giữ một giờ; xin chọn lại tệp rồi kiểm tra lại")
            )
        return kept

    @property
    def kept(self) -> KeptFiles:
        """Files between a look and the import."""
        assert self.portal.kept_files is not None
        return self.portal.kept_files

    @property
    def owner(self) -> int:
        """Whose file it is."""
        assert self.actor.person_id is not None
        return self.actor.person_id

    def receive(self) -> bool:
        """Take the form apart and check its token; False when it is too large to have been kept,
        and then nothing may be done but say so."""
        if self._received > self.body_mb * 1_000_000:
            return False
        body, self._pieces = b"".join(self._pieces), []
        request = self.request
        kind = request.headers.get("Content-Type", "")
        parse_body_arguments(kind, body, request.body_arguments, request.files)
        for name, values in request.body_arguments.items():
            request.arguments.setdefault(name, []).extend(values)
        self._whole = True
        self.check_xsrf_cookie()
        return True
