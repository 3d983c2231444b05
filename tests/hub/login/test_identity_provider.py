"""Logging in at an identity provider: a real one on this machine, with made-up people."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from core.messages import Refused
from hub.login.identity_provider import with_endpoints
from hub.platform.ports import free_port
from hub.platform.up import answers
from hub.settings import Settings
from records import open_records
from records.people import persons

SECRET = "mật-khẩu-của-máy-chủ"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout
        reader = threading.Thread(target=process.stdout.read)
        reader.start()  # so that it never waits for us to read its log
        address = f"http://localhost:{port}"
        try:
            until = time.monotonic() + 60
            while not answers(f"{address}/.well-known/openid-configuration"):
                assert process.poll() is None and time.monotonic() < until, "no provider"
                time.sleep(0.1)
            yield address
        finally:
            process.terminate()
            reader.join()


@contextmanager
def describing(said: Callable[[str], Any]) -> Iterator[str]:
    """Something that says ``said(issuer)`` of itself, as a provider would."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = said(f"http://127.0.0.1:{server.server_port}")
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, *_: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def settings_for(issuer: str, **more: Any) -> Settings:
    return Settings(oidc_issuer=issuer, oidc_client_id="motcham", oidc_client_secret=SECRET, **more)  # type: ignore[arg-type]


# --- what a provider says of itself -------------------------------------------------------------


def test_a_providers_addresses_are_those_it_names(issuer: str) -> None:
    found = with_endpoints(settings_for(issuer))
    assert found.oidc_authorize_url == f"{issuer}/oauth2/authorize"
    assert found.oidc_token_url == f"{issuer}/oauth2/token"
    assert found.oidc_userinfo_url == f"{issuer}/userinfo"
    assert found.oidc_token_auth == "basic"


def test_a_provider_that_takes_the_secret_in_the_form_only_gets_it_there() -> None:
    def said(own: str) -> Any:
        named = {f"{name}_endpoint": own for name in ("authorization", "token", "userinfo")}
        methods = ["client_secret_post", "private_key_jwt"]
        return {"issuer": own, **named, "token_endpoint_auth_methods_supported": methods}

    with describing(said) as address:
        assert with_endpoints(settings_for(address)).oidc_token_auth == "post"


def test_an_address_that_the_operator_names_wins(issuer: str) -> None:
    found = with_endpoints(settings_for(issuer, oidc_token_url="https://khac.example/token"))
    assert found.oidc_token_url == "https://khac.example/token"
    assert found.oidc_authorize_url == f"{issuer}/oauth2/authorize"


def test_a_provider_is_not_asked_when_everything_is_named() -> None:
    named = {
        f"oidc_{name}_url": f"https://khac.example/{name}"
        for name in ("authorize", "token", "userinfo")
    }
    settings = settings_for("http://127.0.0.1:9", **named)
    assert with_endpoints(settings) is settings


def test_local_accounts_ask_nobody() -> None:
    assert with_endpoints(Settings()) == Settings()


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (lambda _: b"<html>", "Expecting value"),
        (lambda _: ["issuer"], "issuer"),
        (lambda _: {"issuer": "https://ke-gian.example"}, "issuer"),
        (lambda own: {"issuer": own}, "authorization_endpoint, token_endpoint"),
        (lambda own: {"issuer": own, "token_endpoint": "file:///etc/passwd"}, "token_endpoint"),
    ],
    ids=["no JSON", "no object", "somebody else", "nothing named", "no web address"],
)
def test_a_provider_that_describes_itself_badly_is_refused(said: Any, word: str) -> None:
    with describing(said) as address, pytest.raises(Refused) as refused:
        with_endpoints(settings_for(address))
    assert word in str(refused.value)
    assert "MOTCHAM_OIDC_ISSUER" in str(refused.value)
    assert SECRET not in str(refused.value)


def test_a_provider_that_is_away_is_named_with_what_mends_it() -> None:
    with pytest.raises(Refused, match=r"127\.0\.0\.1:9.*MOTCHAM_OIDC_TOKEN_URL"):
        with_endpoints(settings_for("http://127.0.0.1:9"))


# --- a whole login ------------------------------------------------------------------------------


def know(issuer: str, subject: str, **claims: object) -> None:
    """Make somebody known to the provider."""
    assert requests.put(f"{issuer}/users/{subject}", json=claims).status_code == 204


def log_in(platform: Any, browser: requests.Session, subject: str) -> requests.Response:
    """Go to the platform, be sent to the provider, say who one is, be sent back."""
    form = browser.get(platform.url)
    assert "/oauth2/authorize" in form.url, form.url
    return browser.post(form.url, data={"sub": subject})


def enter(platform: Any) -> None:
    """People of a list: one with a code and no login name, one with an address."""
    records = open_records(platform.records_url)
    with records.begin() as session:
        persons.add_person(
            session, username=None, code="TN-0777", full_name="Hà Thị Mã (mẫu)",
            unit_id=None, at=dt.datetime.now(dt.UTC),
        )  # fmt: skip
        persons.add_person(
            session, username="thu", full_name="Hà Văn Thư (mẫu)", email="thu@example.org",
            unit_id=None, at=dt.datetime.now(dt.UTC),
        )  # fmt: skip
    records.close()


@pytest.mark.timeout(400)
def test_an_official_logs_in_at_the_provider_and_nobody_else_gets_in(
    issuer: str, start_platform: Callable[..., Any], tmp_path: Path
) -> None:
    know(issuer, "mot", preferred_username="hocvien")
    know(issuer, "hai", preferred_username="nguoi-la")
    know(issuer, "ba", preferred_username="hocvien")  # the provider gave the name to another
    know(issuer, "bon", name="Không có tên đăng nhập")
    know(issuer, "nam", preferred_username="LAOCAI\\hocvien2")
    know(issuer, "sau", preferred_username="KHAC\\hocvien2")
    know(issuer, "bay", preferred_username=" HocVien2 ")
    know(issuer, "tam", preferred_username="ten-o-co-quan", ma="TN-0777")
    know(issuer, "chin", ma="TN-0777")
    know(issuer, "muoi", email="Thu@example.org", email_verified=True)
    know(issuer, "muoi-mot", email="thu@example.org", email_verified=False)
    port = free_port()
    client = requests.post(
        f"{issuer}/oauth2/clients",
        json={"redirect_uris": [f"http://127.0.0.1:{port}/hub/oauth_callback"]},
    ).json()
    platform = start_platform(
        tmp_path / "data",
        port=port,
        MOTCHAM_DEMO_LEARNERS="0",
        MOTCHAM_LAB_SPAWNER="none",
        MOTCHAM_OIDC_ISSUER=issuer,
        MOTCHAM_OIDC_CLIENT_ID=client["client_id"],
        MOTCHAM_OIDC_CLIENT_SECRET=client["client_secret"],
        MOTCHAM_OIDC_DOMAIN="laocai",
        MOTCHAM_OIDC_CODE_CLAIM="ma",
        MOTCHAM_OIDC_MATCH_EMAIL="true",
        MOTCHAM_SECOND_FACTOR="administrator",
        MOTCHAM_SECOND_FACTOR_AFTER_OIDC="true",
    )
    platform.wait_until_ready()
    enter(platform)
    passwords = tmp_path / "data" / "secrets" / "demo-accounts.json"
    assert not passwords.exists(), "local passwords beside the provider"

    official = requests.Session()
    home = log_in(platform, official, "mot")
    home.encoding = "utf-8"
    assert home.url == f"{platform.url}services/portal/"
    assert "Nguyễn Thị Học (mẫu)" in home.text

    stranger = log_in(platform, requests.Session(), "hai")
    assert stranger.status_code == 403
    for subject, status, says in (
        ("ba", 403, "đã gắn với một người khác"),
        ("bon", 403, "MOTCHAM_OIDC_USERNAME_CLAIM"),
        ("sau", 403, "MOTCHAM_OIDC_DOMAIN"),
        ("nam", 200, "Trần Văn Hành (mẫu)"),
        ("bay", 403, "đã gắn với một người khác"),
        ("tam", 200, "Hà Thị Mã (mẫu)"),  # by the code
        ("tam", 200, "Hà Thị Mã (mẫu)"),  # and by the subject since
        ("chin", 403, "đã gắn với một người khác"),
        ("muoi-mot", 403, "MOTCHAM_OIDC_USERNAME_CLAIM"),
        ("muoi", 200, "Hà Văn Thư (mẫu)"),
    ):
        answer = log_in(platform, requests.Session(), subject)
        answer.encoding = "utf-8"
        assert (answer.status_code, says in answer.text) == (status, True), (subject, answer.text)
    know(issuer, "muoi-hai", preferred_username="quantri")
    boss = requests.Session()
    asked = log_in(platform, boss, "muoi-hai")
    assert asked.url == f"{platform.url}hub/register-key", "a key, also after the provider"
    assert "oauth2" in boss.get(f"{platform.url}services/portal/marks").url, "nothing opens"
    assert "is known by what the identity provider says" in platform.log.read_text()
    denied = requests.Session()
    form = denied.get(platform.url)
    assert denied.post(form.url, data={"action": "deny"}).status_code in (400, 403)
    assert client["client_secret"] not in platform.log.read_text()
    local = requests.get(f"{platform.url}hub/login", allow_redirects=False)
    assert local.status_code == 302, "the local login page is closed"
    for path in ("set-password?token=abcd-efgh", "change-password", "forgot-password"):
        page = official.get(f"{platform.url}hub/{path}")
        page.encoding = "utf-8"
        assert "Mật khẩu được giữ ở nơi khác" in page.text, path
        assert 'type="password"' not in page.text
    assert "hub/change-password" not in home.text
