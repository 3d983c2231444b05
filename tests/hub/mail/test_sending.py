"""Letters to a real mail server on this machine: taken, refused, told to wait, sent again."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from hub.mail.sending import NO_SERVER, Postman, try_server
from hub.mail.wishes import Wishes
from hub.settings import Settings
from records import Records
from records.people import persons
from records.platform import outbox
from records.tables.people import Person
from records.tables.platform import Mail

AT = dt.datetime(2026, 11, 30, 3, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
TOKEN = "abcd-efgh-jkmn-pqrs"
FACTS = {"username": "an", "token": TOKEN, "expires_at": AT.isoformat()}


class Box:
    """What a server took. ``says``: its answer to a letter for this address, in order."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.says: dict[str, list[str]] = {}

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, to: str, _o: Any
    ) -> str:
        if answers := self.says.get(to):
            return answers.pop(0)
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


@pytest.fixture
def serve() -> Iterator[Callable[..., int]]:
    """Starts a server with this box; its port."""
    running: list[Controller] = []

    def start(box: Box, **options: Any) -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        controller = Controller(box, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return port

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    (data / "secrets").mkdir(parents=True)
    (data / "secrets" / "mail-key").write_text("kh" * 32)
    return Settings(data=data, demo=False)


def with_server(settings: Settings, port: int, **more: Any) -> Settings:
    chosen = {
        "mail_host": "127.0.0.1",
        "mail_port": port,
        "mail_security": "none",
        "mail_sender": "khong-tra-loi@example.org",
    }
    return settings.model_copy(update=chosen | more)


@pytest.fixture
def an(records: Records) -> int:
    with records.begin() as session:
        return persons.add_person(
            session, username="an", full_name="Nguyễn Thị Ân (mẫu)", email="an@example.org", at=AT
        ).id


def put(records: Records, person: int, kind: str = "setup", **facts: Any) -> int:
    with records.begin() as session:
        assert outbox.put(session, kind, person, facts or FACTS, at=AT)
        return int(session.query(Mail).order_by(Mail.id.desc()).first().id)  # type: ignore[union-attr]


def one(records: Records, number: int) -> Mail:
    with records.read() as session:
        found = session.get(Mail, number)
        assert found is not None
        return found


def words(mail: EmailMessage) -> tuple[str, str]:
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None and html is not None
    return text.get_content(), html.get_content()


def test_a_letter_comes_in_its_reader_s_language_and_is_then_forgotten(
    records: Records, an: int, settings: Settings, serve: Any
) -> None:
    box = Box()
    postman = Postman(records, with_server(settings, serve(box)))
    number = put(records, an)
    assert postman.send_some(AT) and not postman.send_some(AT)
    (mail,) = box.taken
    text, html = words(mail)
    assert mail["Subject"] == "Đặt mật khẩu để vào Một Chạm"
    assert mail["To"] == '"Nguyễn Thị Ân (mẫu)" <an@example.org>'
    for said in (text, html):
        assert f"hub/set-password?token={TOKEN}" in said
    assert mail["List-Unsubscribe"] is None, "who is to set a password must be told"
    sent = one(records, number)
    assert (sent.state, sent.facts) == ("sent", None)
    with records.begin() as session:
        session.get(Person, an).language = "en"  # type: ignore[union-attr]
    put(records, an, "certificate", number="MC-2026-000001-AAAAAAAA")
    assert postman.send_some(AT)
    english = box.taken[-1]
    assert "certificate" in english["Subject"].lower()
    assert english["Content-Language"] == "en"
    stop = str(english["List-Unsubscribe"])
    assert Wishes(settings.mail_key).read(stop.partition("token=")[2].rstrip(">")) == (
        an, "certificate",
    )  # fmt: skip
    assert english["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_what_somebody_typed_adds_no_header_and_no_markup(
    records: Records, an: int, settings: Settings, serve: Any
) -> None:
    box = Box()
    with records.begin() as session:
        session.get(Person, an).full_name = "Ân\r\nBcc: x@example.org"  # type: ignore[union-attr]
    put(records, an, "message", title="Chào\r\nBcc: y@example.org", body="<b>đậm</b>\n\nhai")
    assert Postman(records, with_server(settings, serve(box))).send_some(AT)
    (mail,) = box.taken
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Chào Bcc: y@example.org"
    text, html = words(mail)
    assert "<b>đậm</b>" in text and "<b>" not in html


def test_an_address_that_is_none_is_told_and_stops_nobody(
    records: Records, an: int, settings: Settings, serve: Any
) -> None:
    box = Box()
    box.says["la@example.org"] = ["550 no such user"]
    numbers = [put(records, an) for _ in range(3)]
    with records.begin() as session:
        session.get(Mail, numbers[0]).address = "an@x\r\nRCPT TO:<y@x>"  # type: ignore[union-attr]
        session.get(Mail, numbers[1]).address = "la@example.org"  # type: ignore[union-attr]
    assert Postman(records, with_server(settings, serve(box))).send_some(AT)
    found = [one(records, number) for number in numbers]
    assert [mail.state for mail in found] == ["dead", "dead", "sent"]
    assert "550" in (found[1].why or "")
    assert all(mail.facts is None for mail in found)


def test_a_server_that_is_busy_or_away_gets_the_letter_later(
    records: Records, an: int, settings: Settings, serve: Any
) -> None:
    box = Box()
    box.says["an@example.org"] = ["451 later"]
    number = put(records, an)
    nobody = with_server(settings, 1)
    assert Postman(records, nobody).send_some(AT)
    away = one(records, number)
    assert away.state == "waiting" and away.why and away.facts
    postman = Postman(records, with_server(settings, serve(box)))
    assert not postman.send_some(AT), "not at once"
    assert postman.send_some(AT + 3 * MINUTE)
    assert "451" in (one(records, number).why or "")
    assert postman.send_some(AT + 20 * MINUTE)
    assert one(records, number).state == "sent"
    assert len(box.taken) == 1


def test_one_bad_letter_holds_up_no_other(
    records: Records, an: int, settings: Settings, serve: Any
) -> None:
    box = Box()
    box.says["dut@example.org"] = ["421 closing", "421 closing"]
    postman = Postman(records, with_server(settings, serve(box)))
    unworded, breaks, after = (
        put(records, an, "certificate", x=1),
        put(records, an),
        put(records, an),
    )
    with records.begin() as session:
        session.get(Mail, breaks).address = "dut@example.org"  # type: ignore[union-attr]
    assert postman.send_some(AT)
    assert one(records, unworded).state == "dead"
    assert (one(records, breaks).state, one(records, breaks).tries) == ("waiting", 1)
    assert (one(records, after).state, one(records, after).tries) == ("waiting", 0), "not tried"
    assert postman.send_some(AT)
    assert one(records, after).state == "sent"


def test_killed_between_sending_and_noting_it_comes_twice_and_never_not(
    records: Records, an: int, settings: Settings, serve: Any, monkeypatch: Any
) -> None:
    box = Box()
    postman = Postman(records, with_server(settings, serve(box)))
    number = put(records, an)

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(postman, "_note", killed)
        postman.send_some(AT)
    assert one(records, number).state == "waiting"
    assert not postman.send_some(AT + MINUTE)
    assert postman.send_some(AT + 2 * outbox.LEASE)
    assert not postman.send_some(AT + 4 * outbox.LEASE)
    assert len(box.taken) == 2
    assert box.taken[0]["Message-ID"] == box.taken[1]["Message-ID"], "so that it can be told"


def test_no_more_a_minute_than_the_server_wants(
    records: Records, an: int, settings: Settings, serve: Any
) -> None:
    box = Box()
    postman = Postman(records, with_server(settings, serve(box), mail_per_minute=2))
    for _ in range(3):
        put(records, an)
    assert postman.send_some(AT) and not postman.send_some(AT)
    assert len(box.taken) == 2
    assert postman.send_some(AT + 2 * MINUTE)
    assert len(box.taken) == 3


def test_a_server_behind_tls_with_a_password(
    records: Records, an: int, settings: Settings, serve: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key,
         "-out", certificate], check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    def check(_s: SMTP, _x: Any, _e: Any, _how: str, given: LoginPassword) -> AuthResult:
        return AuthResult(success=given.password == b"bi-mat", handled=False)

    box = Box()
    port = serve(box, tls_context=context, require_starttls=True, authenticator=check)
    (tmp_path / "password").write_text("bi-mat\n")
    chosen = with_server(
        settings, port, mail_host="localhost", mail_security="starttls", mail_user="may",
        mail_password_file=tmp_path / "password",
    )  # fmt: skip
    number = put(records, an)
    assert Postman(records, chosen).send_some(AT)
    assert one(records, number).state == "waiting", "nobody vouches for this certificate"
    assert "CERTIFICATE_VERIFY_FAILED" in try_server(chosen)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert Postman(records, chosen).send_some(AT + 3 * MINUTE)
    assert one(records, number).state == "sent", one(records, number).why
    assert try_server(chosen) == ""
    (tmp_path / "password").write_text("sai")
    assert "535" in try_server(chosen)


def test_without_a_server_letters_lie_in_the_demonstration_s_mailbox_and_nowhere_else(
    records: Records, an: int, settings: Settings
) -> None:
    shown, dead = put(records, an), 0
    assert Postman(records, settings.model_copy(update={"demo": True})).send_some(AT)
    assert one(records, shown).state == "shown" and one(records, shown).facts
    dead = put(records, an)
    assert Postman(records, settings).send_some(AT)
    found = one(records, dead)
    assert (found.state, found.why, found.facts) == ("dead", NO_SERVER.template, None)
