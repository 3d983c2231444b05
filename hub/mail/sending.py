"""From the outbox to the mail server: a few at a time, each noted as soon as it was taken.

Beside marking, in the grading service (`hub.platform.grading`); any number of these may run. A
letter that is refused for good is dead and says why; one that the server is too busy for, or
cannot be brought there, comes again later.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import aiosmtplib

from core.messages import Message, Refused
from hub.locale import translate
from hub.locale.translate import Translator
from hub.mail import letters
from hub.mail.wishes import Wishes
from hub.settings import Settings
from records import Records, Session
from records.learning.notices import find_notice
from records.people import entry
from records.platform import outbox
from records.tables.people import Person
from records.tables.platform import Mail

AT_ONCE = 20  # each may take `TIMEOUT_S`; together less than `outbox.LEASE`
TIMEOUT_S = 10.0
MINUTE = dt.timedelta(minutes=1)
NO_SERVER = Message("Chưa đặt máy chủ thư (MOTCHAM_MAIL_HOST)")
UNWORDED = Message("Không viết được thư này; xem nhật ký của hệ thống")
ERASED = Message("Người nhận đã được xóa khỏi danh sách")
logger = logging.getLogger("motcham.mail")


@dataclass(frozen=True)
class Written:
    """A letter as it goes out. ``reader``: the words around it."""

    mail_id: int
    tries: int
    to: str
    name: str
    letter: letters.Letter
    reader: Translator
    stop: str
    message_id: str


class Postman:
    """Takes what is due to the server that the settings name, into the demonstration's mailbox
    where none is named, and nowhere where that is no demonstration."""

    _began: tuple[dt.datetime, float]  # when, and by the clock that never jumps, sending began

    def __init__(self, records: Records, settings: Settings) -> None:
        self._records, self._settings = records, settings
        self._readers = translate.load_translators()
        self._writer = Writer(settings, self._readers)

    def send_some(self, at: dt.datetime) -> bool:
        """Send a few; whether there were any. ``at``: now; what follows is noted by the time that
        has passed since."""
        self._began = (at, time.monotonic())
        with self._records.read() as session:
            if not outbox.is_any_due(session, at=at):
                return False
        with self._records.begin() as session:
            left = self._settings.mail_per_minute
            if self._settings.mail_host:
                left -= outbox.sent_since(session, at - MINUTE)
            taken = outbox.claim(session, limit=min(AT_ONCE, left), at=at) if left > 0 else ()
            written = [self._write(session, mail, person, at) for mail, person in taken]
        ready = [one for one in written if one is not None]
        if ready:
            asyncio.run(self._send(ready))
        return bool(taken)

    def tidy(self, at: dt.datetime) -> None:
        """Forget what was done with long ago, and who asked to come in and did not confirm it."""
        with self._records.begin() as session:
            outbox.forget_old(session, at=at)
            entry.forget_expired(session, at=at)

    def _write(
        self, session: Session, mail: Mail, person: Person | None, at: dt.datetime
    ) -> Written | None:
        """None where there is nothing to send: that is noted."""
        if not self._settings.mail_host:
            if self._settings.demonstration:
                outbox.note_shown(session, mail.id, at=at)
            else:
                outbox.note_dead(session, mail.id, NO_SERVER.template, at=at)
            return None
        if mail.facts is None or (person is not None and person.erased_at is not None):
            outbox.note_dead(session, mail.id, ERASED.template, at=at)
            return None
        try:
            return self._writer.write(session, mail, person)
        except Exception:  # one that cannot be worded must not hold up all others for ever
            logger.exception("mail not worded", extra={"fields": {"mail": mail.id}})
            outbox.note_dead(session, mail.id, UNWORDED.template, at=at)
            return None

    async def _send(self, ready: Sequence[Written]) -> None:
        """One connection for all. Where it breaks, the letter in hand has failed and those after it
        were not tried; where it cannot be made, all have."""
        waiting, connected = list(ready), False
        try:
            async with open_server(self._settings) as server:
                connected = True
                while waiting:
                    await self._send_one(server, waiting[0])
                    waiting.pop(0)
        except (aiosmtplib.SMTPException, OSError) as error:
            failed, untried = (waiting[:1], waiting[1:]) if connected else (waiting, [])
            for one in failed:
                self._note(one, "failed", _reason(error))
            with self._records.begin() as session:
                outbox.give_back(session, [one.mail_id for one in untried])

    async def _send_one(self, server: aiosmtplib.SMTP, one: Written) -> None:
        try:
            mail = letters.make_mail(
                one.letter,
                one.reader,
                to=one.to,
                name=one.name,
                sender=self._settings.mail_sender,
                message_id=one.message_id,
                at=self._now(),
                stop=one.stop,
            )
            await server.send_message(mail)
        except Refused as refused:
            self._note(one, "dead", str(refused))
        except ValueError as error:  # what no header can hold
            self._note(one, "dead", _reason(error))
        except aiosmtplib.SMTPRecipientsRefused as error:
            if any(each.code == 421 for each in error.recipients):  # it closes the line
                raise
            for_good = all(500 <= each.code < 600 for each in error.recipients)
            self._note(one, "dead" if for_good else "failed", _reason(error))
        except aiosmtplib.SMTPResponseException as error:
            if error.code == 421:  # it closes the line
                raise
            self._note(one, "dead" if 500 <= error.code < 600 else "failed", _reason(error))
        else:
            self._note(one, "sent", "")

    def _now(self) -> dt.datetime:
        at, then = self._began
        return at + dt.timedelta(seconds=time.monotonic() - then)

    def _note(self, one: Written, how: str, why: str) -> None:
        at = self._now()
        with self._records.begin() as session:
            if how == "sent":
                outbox.note_sent(session, one.mail_id, at=at)
            elif how == "dead":
                outbox.note_dead(session, one.mail_id, why, at=at)
            else:
                outbox.note_failed(session, one.mail_id, one.tries, why, at=at)
        if why:
            logger.warning("mail not taken", extra={"fields": {"mail": one.mail_id, "how": how}})


def open_server(settings: Settings) -> aiosmtplib.SMTP:
    """The way to the server that the settings name; `OSError` where the password cannot be read."""
    file = settings.mail_password_file
    return aiosmtplib.SMTP(
        hostname=settings.mail_host,
        port=settings.mail_port,
        username=settings.mail_user or None,
        password=file.read_text(encoding="utf-8").strip() if file else None,
        use_tls=settings.mail_security == "tls",
        start_tls=settings.mail_security == "starttls",
        timeout=TIMEOUT_S,
    )


def try_server(settings: Settings) -> str:
    """Connect and log in, send nothing; "" where that works, else what was said."""

    async def connect() -> None:
        async with open_server(settings) as server:
            await server.noop()

    try:
        asyncio.run(connect())
    except (aiosmtplib.SMTPException, OSError) as error:
        return _reason(error)
    return ""


class Writer:
    """Words a letter of the outbox for its reader."""

    def __init__(self, settings: Settings, readers: Mapping[str, Translator]) -> None:
        self._readers, self._wishes = readers, Wishes(settings.mail_key)
        address = settings.address
        self._host = urlsplit(address).hostname or "localhost"
        self._places = letters.Places(
            address=address,
            portal=f"{address.rstrip('/')}/services/portal/",
            set_password=settings.set_password_url,
            ministry=settings.ministry,
        )

    def write(self, session: Session, mail: Mail, person: Person | None) -> Written:
        """The letter; its facts are those the act wrote. To somebody whom we do not know yet it
        goes without a name."""
        facts = dict(mail.facts or {})
        language = person.language if person else str(facts.get("language"))
        reader = self._readers.get(language, self._readers[translate.DEFAULT])
        if "notice" in facts:
            facts |= _notice(session, facts["notice"])
        stop = ""
        if person and (token := self._wishes.sign(person.id, mail.kind)):
            stop = f"{self._places.portal}letters/stop?token={quote(token)}"
        unique = hashlib.sha256(f"{mail.id} {mail.created_at.isoformat()}".encode()).hexdigest()
        return Written(
            mail.id,
            mail.tries,
            mail.address,
            person.full_name if person else "",
            letters.compose(mail.kind, facts, reader, self._places),
            reader,
            stop,
            f"<{unique[:32]}@{self._host}>",  # the same if it comes twice
        )


def _notice(session: Session, notice_id: int) -> dict[str, Any]:
    notice = find_notice(session, notice_id)
    return {"title": notice.title, "body": notice.body} if notice else {"title": "", "body": ""}


def _reason(error: Exception) -> str:
    """What the server or the way there said, in one line and without the letter."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    said = str(getattr(error, "message", "") or error)
    code = getattr(error, "code", "")
    return " ".join(f"{type(error).__name__} {code}: {said}".split())[:300]
