"""One's own password at a running platform: set by a link, changed, forgotten."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from records import open_records
from records.people import account_links, persons
from records.tables.platform import Mail

pytestmark = pytest.mark.timeout(400)
NAME, FULL_NAME = "matkhau21", "Bùi Thị Ngân Hà (mẫu)"
GOOD, OTHER = "voi xôi cày tím 7", "mèo phở bơi cam 9"


def browser() -> requests.Session:
    session = requests.Session()
    session.headers["Accept-Language"] = "vi"
    session.hooks["response"].append(lambda answer, **_: setattr(answer, "encoding", "utf-8"))
    return session


def xsrf_of(page: str) -> str:
    found = re.search(r'name="_xsrf" value="([^"]+)"', page)
    assert found, page
    return found[1]


def log_in(platform: Any, session: requests.Session, password: str, name: str = NAME) -> Any:
    form = {"_xsrf": xsrf_of(session.get(f"{platform.url}hub/login").text)}
    form |= {"username": name, "password": password}
    return session.post(f"{platform.url}hub/login?next=", data=form)


def motcham(platform: Any, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "hub.cli", *arguments, "--data", str(platform.data)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.fixture
def records(platform: Any) -> Iterator[Any]:
    """With a learner in it who has an address and no password yet."""
    opened = open_records(platform.records_url)
    with opened.begin() as session:
        unit = persons.find_unit(session, "province", "2025", "15")
        if persons.find_person(session, NAME) is None:
            persons.add_person(
                session, username=NAME, code="TN-0210", full_name=FULL_NAME,
                email="ngan.ha@example.org", unit_id=unit.id, at=dt.datetime.now(dt.UTC),
            )  # fmt: skip
    yield opened
    opened.close()


def link_for(platform: Any, name: str = NAME) -> str:
    made = motcham(platform, "account", "link", name)
    assert made.returncode == 0, made.stderr
    found = re.search(r"http\S+", made.stdout)
    assert found
    return found[0].replace("http://127.0.0.1:8000/", platform.url)


def set_by(session: requests.Session, link: str, new: str, again: str | None = None) -> Any:
    page = session.get(link)
    code = re.search(r'name="code" value="([^"]*)"', page.text)
    form = {"_xsrf": xsrf_of(page.text), "code": code[1] if code else ""}
    form |= {"new_password": new, "new_password_confirmation": again or new}
    return session.post(link.partition("?")[0], data=form)


def test_a_link_sets_a_password_once(platform: Any, records: Any) -> None:
    first, link = link_for(platform), link_for(platform)
    spent = browser().get(first).text
    assert "không còn dùng được" in spent, "a newer one took its place"
    assert FULL_NAME not in spent, "only a good code says whose it is"
    assert FULL_NAME in browser().get(link).text
    assert NAME in browser().get(link).text
    me = browser()
    for bad, said in (
        ("ngắn", "ít nhất 10 ký tự"), ("aaaaaaaaaaaaa", "lặp lại"), ("1234567890", "hay gặp"),
        ("buithinganha1990", "dựa vào tên"), ("ngân hà lào cai", "dựa vào tên"),
    ):  # fmt: skip
        answer = set_by(me, link, bad)
        assert answer.status_code == 422
        assert said in answer.text, (bad, answer.text)
        assert bad not in answer.text
    assert "không giống nhau" in set_by(me, link, GOOD, GOOD + "x").text
    assert "Đã đặt mật khẩu" in set_by(me, link, GOOD).text
    assert "không còn dùng được" in set_by(browser(), link, OTHER).text
    assert FULL_NAME in log_in(platform, browser(), GOOD).text
    log = (platform.data / "logs" / "platform.log").read_text()
    assert "set-password" in log
    assert link.partition("token=")[2] not in log
    assert GOOD not in log


def test_everybody_is_out_when_a_password_is_set(platform: Any, records: Any) -> None:
    set_by(browser(), link_for(platform), GOOD)
    before = browser()
    assert FULL_NAME in log_in(platform, before, GOOD).text
    xsrf = before.cookies.get("_xsrf", path="/hub/")
    token = before.post(
        f"{platform.url}hub/api/users/{NAME}/tokens?_xsrf={xsrf}",
        json={"note": "mẫu"}, headers={"Referer": f"{platform.url}hub/token"},
    ).json()["token"]  # fmt: skip
    mine = {"Authorization": f"token {token}"}
    assert requests.get(f"{platform.url}hub/api/user", headers=mine).ok
    assert "Đã đặt mật khẩu" in set_by(browser(), link_for(platform), OTHER).text
    assert requests.get(f"{platform.url}hub/api/user", headers=mine).status_code == 403
    assert "/hub/login" in before.get(f"{platform.url}hub/change-password").url
    until = time.monotonic() + 75  # the portal asks the hub again within a minute
    while (home := before.get(f"{platform.url}services/portal/marks")).url.endswith("/marks"):
        assert time.monotonic() < until, "still in"
        time.sleep(3)
    assert "/hub/login" in home.url
    assert log_in(platform, browser(), GOOD).status_code == 403
    assert FULL_NAME in log_in(platform, browser(), OTHER).text


def test_a_password_that_another_chose_opens_only_the_page_for_an_own_one(
    platform: Any, records: Any
) -> None:
    given = motcham(platform, "account", "password", NAME).stdout.partition(": ")[2].strip()
    me = browser()
    page = log_in(platform, me, given)
    assert "do người khác cấp" in page.text
    assert "/hub/login" in me.get(f"{platform.url}services/portal/marks").url, "no session"
    code = re.search(r'name="code" value="([^"]+)"', page.text)
    assert code
    form = {"_xsrf": xsrf_of(page.text), "code": code[1]}
    form |= {"new_password": GOOD, "new_password_confirmation": GOOD}
    assert "Đã đặt mật khẩu" in me.post(f"{platform.url}hub/set-password", data=form).text
    assert log_in(platform, browser(), given).status_code == 403
    assert FULL_NAME in log_in(platform, browser(), GOOD).text


def test_who_forgot_gets_a_letter_and_nobody_learns_who_has_an_account(
    platform: Any, records: Any
) -> None:
    def ask(name: str) -> str:
        me = browser()
        form = {"_xsrf": xsrf_of(me.get(f"{platform.url}hub/forgot-password").text)}
        page = me.post(f"{platform.url}hub/forgot-password", data=form | {"username": name}).text
        return re.sub(r'name="_xsrf" value="[^"]+"', "", page)

    assert ask(NAME.upper()) == ask("khong-co-ai")
    until = time.monotonic() + 20
    letters: list[Mail] = []
    while not letters:
        assert time.monotonic() < until
        with records.read() as session:
            letters = list(session.query(Mail).filter_by(kind="reset"))
        time.sleep(0.2)
    assert [one.address for one in letters] == ["ngan.ha@example.org"]
    token = letters[0].facts["token"]
    assert "Đã đặt mật khẩu" in set_by(
        browser(), f"{platform.url}hub/set-password?token={token}", OTHER
    ).text  # fmt: skip


def test_codes_are_not_guessed(platform: Any, records: Any) -> None:
    me = browser()
    page = me.get(f"{platform.url}hub/set-password").text
    assert 'id="code"' in page, "a slip's code can be typed"
    form = {"_xsrf": xsrf_of(page), "new_password": GOOD, "new_password_confirmation": GOOD}
    foreign = {"code": "x", **form} | {"_xsrf": ""}
    assert browser().post(f"{platform.url}hub/set-password", data=foreign).status_code == 403
    said = ""
    for number in range(60):
        answer = me.post(f"{platform.url}hub/set-password", data=form | {"code": f"sai-{number}"})
        assert answer.status_code == 422
        said = answer.text
        if "quá nhiều lần thử" in said:
            break
    assert "quá nhiều lần thử" in said
    with records.read() as session:
        assert account_links.find_link(session, "", at=dt.datetime.now(dt.UTC)) is None
