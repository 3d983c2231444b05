"""A running platform, seen from outside: login, roles, what is refused, what is protected."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import stat
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import requests

from hub.login import accounts, scopes
from hub.platform import demo
from records import open_records
from records.people import persons

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def browse(platform: Any) -> requests.Session:
    return new_browser()


def new_browser() -> requests.Session:
    session = requests.Session()
    session.headers["Accept-Language"] = "vi"
    # The hub names the encoding inside its pages only.
    session.hooks["response"].append(lambda answer, **_: setattr(answer, "encoding", "utf-8"))
    return session


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def log_in(
    platform: Any, session: requests.Session, username: str, password: str
) -> requests.Response:
    page = session.get(platform.url)
    assert page.status_code == 200, page.text
    return session.post(
        f"{platform.url}hub/login?next=",
        data={
            "_xsrf": xsrf_of(page.text),
            "username": username,
            "password": password,
        },
    )


def xsrf_of(page: str) -> str:
    found = re.search(r'name="_xsrf" value="([^"]+)"', page)
    assert found, page
    return found[1]


def test_the_address_leads_to_a_vietnamese_login_page(platform: Any, browse: Any) -> None:
    page = browse.get(platform.url)
    assert page.url.startswith(f"{platform.url}hub/login")
    assert '<html lang="vi">' in page.text
    assert "Tên đăng nhập" in page.text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text), "another host is asked"
    # The one script takes away what the browser kept of whoever was here before.
    scripts = re.findall(r"<script([^>]*)>", page.text)
    assert len(scripts) == 1
    assert "built/signed_out.js" in scripts[0]


def test_the_login_page_speaks_english_to_an_english_browser(platform: Any) -> None:
    page = requests.get(platform.url, headers={"Accept-Language": "en-GB,en;q=0.8"})
    assert '<html lang="en">' in page.text


def test_a_reader_chooses_the_language_before_logging_in_and_keeps_the_way_to_the_lesson(
    platform: Any, browse: Any
) -> None:
    page = browse.get(f"{platform.url}services/portal/courses/nhan-thuc-chung")
    found = re.search(r'href="([^"]+)" lang="en" hreflang="en">English<', page.text)
    assert found, page.text
    ours = {"Referer": page.url}  # as a browser says that our own page was asked
    english = browse.get(urljoin(page.url, html.unescape(found[1])), headers=ours)
    assert '<html lang="en">' in english.text
    assert "language=" not in english.url
    assert "next=" in english.url, "where the reader wanted to go is kept"
    assert '<html lang="en">' in browse.get(f"{platform.url}services/portal/verify").text
    strange = browse.get(f"{platform.url}hub/login?language=xx", headers=ours)
    assert '<html lang="en">' in strange.text, "what is no language of ours changes nothing"


def test_whoever_logs_in_lands_on_the_portal(platform: Any, browse: Any) -> None:
    page = log_in(platform, browse, "hocvien", platform.accounts["hocvien"])
    assert page.status_code == 200
    assert page.url == f"{platform.url}services/portal/"
    assert "Nguyễn Thị Học (mẫu)" in page.text


@pytest.mark.parametrize("someone", demo.PEOPLE, ids=lambda someone: someone.role)
def test_every_role_is_a_group_and_a_scope(platform: Any, browse: Any, someone: Any) -> None:
    log_in(platform, browse, someone.username, platform.accounts[someone.username])
    page = browse.get(f"{platform.url}hub/token")  # a page of the hub, for its xsrf cookie
    assert page.status_code == 200
    model = browse.get(
        f"{platform.url}hub/api/user",
        headers={"X-XSRFToken": browse.cookies.get("_xsrf", path="/hub/")},
    )
    assert model.status_code == 200, model.text
    user = model.json()
    assert someone.role in user["groups"]
    held = {scope for scope in user["scopes"] if scope.startswith("custom:motcham:")}
    of_roles = {scopes.scope_of(role) for role in {someone.role, "learner"}}
    assert held == of_roles | {f"{scopes.LAB}!user={someone.username}"}
    assert user["admin"] is (someone.role == "administrator")


@pytest.mark.parametrize(
    "form",
    [
        {"username": "hocvien", "password": "sai mật khẩu"},
        {"username": "khong-co-ai", "password": "gì cũng được"},
        {"username": "hocvien", "password": "x" * 500},
        {"username": "hocvien", "password": "a\0b"},
        {"username": "hocvien"},
        {"password": "một mình"},
        {"username": "../../etc/passwd", "password": "' OR 1=1 --"},
    ],
    ids=["wrong", "nobody", "too long", "null byte", "no password", "no name", "odd name"],
)
def test_a_login_that_is_wrong_gets_one_sentence(platform: Any, browse: Any, form: Any) -> None:
    page = browse.get(platform.url)
    answer = browse.post(f"{platform.url}hub/login", data={"_xsrf": xsrf_of(page.text), **form})
    assert answer.status_code == 403, answer.text
    assert "Tên đăng nhập hoặc mật khẩu chưa đúng" in answer.text
    assert "Traceback" not in answer.text
    assert browse.get(platform.url).url.startswith(f"{platform.url}hub/login"), "logged in!"


def test_a_name_that_keeps_failing_has_to_wait(platform: Any, browse: Any) -> None:
    records = open_records(platform.records_url)
    with records.begin() as session:
        persons.add_person(session, username="vang", full_name="Người Vội (mẫu)", at=utc_now())
    records.close()
    with accounts.open_accounts(f"sqlite:///{platform.data / 'jupyterhub.sqlite'}") as session:
        accounts.set_password(session, "vang", password := accounts.new_password())
    assert log_in(platform, new_browser(), "vang", password).status_code == 200
    for _ in range(10):
        assert log_in(platform, browse, "vang", "sai").status_code == 403
    waits = log_in(platform, browse, "vang", password)
    assert waits.status_code == 429
    assert "Hãy chờ một phút" in waits.text


def test_an_account_without_a_person_is_turned_away(platform: Any, browse: Any) -> None:
    with accounts.open_accounts(f"sqlite:///{platform.data / 'jupyterhub.sqlite'}") as session:
        accounts.set_password(session, "nguoi-la", password := accounts.new_password())
    answer = log_in(platform, browse, "nguoi-la", password)
    assert answer.status_code == 403
    assert "chưa có trong danh sách học viên" in answer.text


def test_a_login_form_that_has_expired_is_shown_again(platform: Any, browse: Any) -> None:
    form = {"username": "hocvien", "password": platform.accounts["hocvien"], "_xsrf": "cũ"}
    answer = browse.post(f"{platform.url}hub/login", data=form)
    assert answer.status_code == 403
    assert "Trang đăng nhập đã hết hạn" in answer.text
    assert 'value="hocvien"' in answer.text


def test_a_person_changes_the_own_password(platform: Any, browse: Any) -> None:
    old, new = platform.accounts["hocvien2"], accounts.new_password()
    log_in(platform, browse, "hocvien2", old)

    def change(old_password: str, new_password: str, again: str) -> str:
        page = browse.get(f"{platform.url}hub/change-password")
        answer = browse.post(
            f"{platform.url}hub/change-password",
            data={
                "_xsrf": xsrf_of(page.text),
                "old_password": old_password,
                "new_password": new_password,
                "new_password_confirmation": again,
            },
        )
        assert answer.status_code == (422 if 'aria-invalid="true"' in answer.text else 200)
        return str(answer.text)

    assert "Mật khẩu hiện tại chưa đúng" in change("sai", new, new)
    assert "không giống nhau" in change(old, new, new + "x")
    assert "ít nhất 10 ký tự" in change(old, "ngắn", "ngắn")
    assert "dài quá 72 byte" in change(old, "ă" * 60, "ă" * 60)  # longer than bcrypt tells apart
    assert "dựa vào tên" in change(old, "tranvanhanh88", "tranvanhanh88")
    assert "Đã đổi mật khẩu" in change(old, new, new)
    assert log_in(platform, new_browser(), "hocvien2", old).status_code == 403
    assert log_in(platform, new_browser(), "hocvien2", new).status_code == 200
    assert "Đã đổi mật khẩu" in change(new, old, old)  # as others expect to find it


@pytest.mark.parametrize(
    "path",
    ["hub/signup", "hub/authorize", "hub/authorize/hocvien", "hub/discard/hocvien", "hub/nope"],
)
def test_there_is_no_sign_up_and_no_stack_trace(platform: Any, browse: Any, path: str) -> None:
    log_in(platform, browse, "hocvien", platform.accounts["hocvien"])
    answer = browse.get(platform.url + path)
    assert answer.status_code == 404
    assert "Không có trang này" in answer.text


def test_answers_carry_what_protects_them(platform: Any, browse: Any) -> None:
    page = browse.get(platform.url)
    policy = page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    log_in(platform, browse, "hocvien", platform.accounts["hocvien"])
    login = next(cookie for cookie in browse.cookies if cookie.name == "jupyterhub-hub-login")
    assert login.path == "/hub/"
    assert login.has_nonstandard_attr("HttpOnly")
    assert (login.get_nonstandard_attr("SameSite") or "").lower() == "lax"


def test_only_this_machine_can_connect(platform: Any) -> None:
    port = int(platform.url.rstrip("/").rpartition(":")[2])
    listening = [
        line.split()[1]
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(table).read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")
    ]
    assert listening == [f"0100007F:{port:04X}"]


def test_data_are_for_their_owner_only(platform: Any) -> None:
    assert stat.S_IMODE(platform.data.stat().st_mode) == 0o700
    found = [path for path in (platform.data / "secrets").rglob("*") if path.is_file()]
    assert len(found) >= 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in found} == {0o600}


def test_passwords_are_kept_hashed(platform: Any) -> None:
    files = sorted(platform.data.glob("jupyterhub.sqlite*"))
    assert len(files) > 1, "SQLite and its log"
    stored = b"".join(path.read_bytes() for path in files)
    assert b"$2b$12$" in stored
    for password in platform.accounts.values():
        assert password.encode() not in stored


def test_the_secret_of_the_provider_stays_with_the_hub() -> None:
    from hub.settings import load_settings

    settings = load_settings(
        oidc_issuer="https://id.example.vn", oidc_client_id="a", oidc_client_secret="b"
    )
    assert settings.as_environment()["MOTCHAM_OIDC_CLIENT_SECRET"] == "b"
    plain = settings.as_environment(without_secrets=True)
    assert not [name for name in plain if name.startswith("MOTCHAM_OIDC")]
    assert "b" not in json.dumps(str(settings.oidc_client_secret))
