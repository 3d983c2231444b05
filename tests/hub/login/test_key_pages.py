"""A security key after the password, at a running platform: nothing opens before it was shown."""

from __future__ import annotations

import datetime as dt
import html
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from soft_key import SoftKey

from hub.login import accounts
from hub.platform.ports import free_port
from records import open_records
from records.people import persons, security_keys
from records.tables.platform import AuditEntry, Mail

pytestmark = pytest.mark.timeout(400)
GOOD = "voi xôi cày tím 7"


@pytest.fixture(scope="module")
def site(start_module_s_platform: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Where administrators must have a key, opened by the name that keys are for."""
    port = free_port()
    started = start_module_s_platform(
        tmp_path_factory.mktemp("keys") / "data", port=port, MOTCHAM_LAB_SPAWNER="none",
        MOTCHAM_DEMO_LEARNERS="0", MOTCHAM_SECOND_FACTOR="administrator",
    )  # fmt: skip
    started.wait_until_ready()
    started.url = f"http://localhost:{port}/"
    return started


class Browser(requests.Session):
    """Somebody at a browser, with a password and perhaps a key."""

    def __init__(self, site: Any, name: str, password: str, key: SoftKey | None = None) -> None:
        super().__init__()
        self.site, self.name, self.password = site, name, password
        self.key = key or SoftKey(site.url.rstrip("/"))
        self.headers["Accept-Language"] = "vi"
        self.hooks["response"].append(lambda answer, **_: setattr(answer, "encoding", "utf-8"))

    def open(self, path: str) -> Any:
        return self.get(self.site.url + path)

    def fill(self, path: str, **fields: str) -> Any:
        page = self.open(path).text
        found = re.search(r'name="_xsrf" value="([^"]+)"', page)
        assert found, page
        return self.post(self.site.url + path, data={"_xsrf": found[1], **fields})

    def log_in(self) -> Any:
        return self.fill("hub/login", username=self.name, password=self.password)

    def asked(self, path: str) -> str:
        """What the page at this address asks a key."""
        found = re.search(r'data-options="([^"]+)"', self.open(path).text)
        assert found, path
        return html.unescape(found[1])

    def register(self, name: str = "khóa USB (mẫu)") -> Any:
        said = self.key.create(self.asked("hub/register-key"))
        return self._answer("hub/register-key", said, name=name)

    def show_key(self, key: SoftKey | None = None) -> Any:
        said = (key or self.key).get(self.asked("hub/second-factor"))
        return self._answer("hub/second-factor", said)

    def _answer(self, path: str, said: str, **fields: str) -> Any:
        """To the question shown last: the page is not asked again, that would be a new one."""
        token = next(
            one.value for one in self.cookies if one.name == "_xsrf" and one.path == "/hub/"
        )
        data = {"_xsrf": token or "", "answer": said, **fields}
        return self.post(self.site.url + path, data=data)

    def is_in(self) -> bool:
        """Whether anything of the hub or the portal opens."""
        portal = self.open("services/portal/marks").url.endswith("/marks")
        hub = self.open("hub/change-password").url.endswith("/change-password")
        token = self.post(
            f"{self.site.url}hub/api/users/{self.name}/tokens",
            json={"auth": {"username": self.name, "password": self.password}},
        ).ok  # fmt: skip
        assert portal == hub
        return portal or token


@pytest.fixture
def records(site: Any) -> Iterator[Any]:
    opened = open_records(site.records_url)
    yield opened
    opened.close()


_people = iter(range(100))


@pytest.fixture
def person(site: Any, records: Any) -> Browser:
    """A learner with a password and nothing else."""
    return make_person(site, records)


@pytest.fixture
def other(site: Any, records: Any) -> Browser:
    """Another one."""
    return make_person(site, records)


def make_person(site: Any, records: Any) -> Browser:
    number = next(_people)
    name = f"khoa{number}"
    with records.begin() as session:
        unit = persons.find_unit(session, "province", "2025", "15")
        persons.add_person(
            session, username=name, code=f"TN-04{number}", full_name=f"Lý Thị Khóa {number} (mẫu)",
            email=f"{name}@example.org", unit_id=unit.id, at=dt.datetime.now(dt.UTC),
        )  # fmt: skip
    with accounts.open_accounts(f"sqlite:///{site.data / 'jupyterhub.sqlite'}") as session:
        accounts.set_password(session, name, GOOD)
    return Browser(site, name, GOOD)


def add_key(person: Browser) -> list[str]:
    """From the page of one's own keys; the codes."""
    assert "hub/register-key" in person.fill(
        "hub/security-keys", action="add", old_password=GOOD
    ).url  # fmt: skip
    return codes_in(person.register().text)


def codes_in(page: str) -> list[str]:
    return re.findall(r"<code>([^<]+)</code>", page)


def motcham(site: Any, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "hub.cli", *arguments, "--data", str(site.data)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_whoever_has_a_key_is_asked_for_it_before_anything_opens(
    person: Browser, records: Any
) -> None:
    assert "services/portal" in person.log_in().url
    before = Browser(person.site, person.name, GOOD)
    before.log_in()
    codes = add_key(person)
    assert len(set(codes)) == 10
    assert person.open("hub/security-keys").text.count("khóa USB (mẫu)") >= 1
    assert "/hub/login" in before.open("hub/change-password").url, "sessions before it end"

    again = Browser(person.site, person.name, GOOD, person.key)
    assert "hub/second-factor" in again.log_in().url
    assert not again.is_in()
    assert "hub/second-factor" in again.log_in().url
    assert not [one.name for one in again.cookies if "login" in one.name]
    assert "services/portal" in again.show_key().url
    assert again.open("services/portal/marks").url.endswith("/marks")

    with records.read() as session:
        owner = persons.find_person(session, person.name)
        letters = session.query(Mail).filter_by(kind="security", person_id=owner.id).count()
        done = {(one.actor, one.action) for one in session.query(AuditEntry)}
    assert letters == 1
    assert (f"person:{owner.id}", "key.add") in done


def test_another_key_another_page_or_an_answer_twice_opens_nothing(
    person: Browser, site: Any
) -> None:
    person.log_in()
    add_key(person)
    thief = Browser(site, person.name, GOOD, person.key)
    thief.log_in()
    assert thief.show_key(SoftKey(thief.key.origin)).status_code == 422
    thief.key.origin = "https://ke-gian.example"
    assert thief.show_key().status_code == 422
    thief.key.origin = site.url.rstrip("/")
    earlier = thief.key.get(thief.asked("hub/second-factor"))
    thief.asked("hub/second-factor")  # a new question
    assert thief._answer("hub/second-factor", earlier).status_code == 422
    thief.log_in()
    for odd in ("", "{}", "[1]", "x" * 30_000, '{"id": 1}'):
        thief.asked("hub/second-factor")
        assert thief._answer("hub/second-factor", odd).status_code == 422, odd
    assert "đã dừng" in thief._answer("hub/second-factor", "").text, "five were wrong"
    assert "/hub/login" in thief.open("hub/second-factor").url
    assert not thief.is_in()

    honest = Browser(site, person.name, GOOD, person.key)
    honest.log_in()
    question = honest.asked("hub/second-factor")
    said = honest.key.get(question)
    elsewhere = Browser(site, person.name, GOOD)
    elsewhere.log_in()
    elsewhere.asked("hub/second-factor")
    assert elsewhere._answer("hub/second-factor", said).status_code == 422, "another browser"
    assert honest._answer("hub/second-factor", said).ok
    assert honest.open("services/portal/marks").url.endswith("/marks")
    honest_again = honest._answer("hub/second-factor", said)
    assert "hub/second-factor" not in honest_again.url


def test_a_copy_of_a_key_counts_no_further_and_is_refused(person: Browser, site: Any) -> None:
    person.log_in()
    add_key(person)
    first = Browser(site, person.name, GOOD, person.key)
    first.log_in()
    assert first.show_key().ok
    person.key.count -= 1
    copy = Browser(site, person.name, GOOD, person.key)
    copy.log_in()
    assert copy.show_key().status_code == 422
    assert not copy.is_in()


def test_a_code_from_paper_stands_in_once(person: Browser, site: Any, records: Any) -> None:
    person.log_in()
    codes = add_key(person)
    lost = Browser(site, person.name, GOOD)
    lost.log_in()
    assert "chưa đúng" in lost.fill("hub/second-factor", code="aaaa-bbbb-cccc-dddd").text
    assert lost.fill("hub/second-factor", code=codes[3].upper().replace("-", " ")).ok
    assert lost.open("services/portal/marks").url.endswith("/marks")
    again = Browser(site, person.name, GOOD)
    again.log_in()
    assert again.fill("hub/second-factor", code=codes[3]).status_code == 422
    assert "Còn 9 mã" in lost.open("hub/security-keys").text
    assert not codes_in(lost.fill("hub/security-keys", action="codes", old_password=GOOD).text)
    fresh = codes_in(lost.fill("hub/second-factor", code=codes[4]).text)
    assert len(fresh) == 10
    assert again.fill("hub/second-factor", code=codes[0]).status_code == 422, "of the old paper"
    with records.read() as session:
        owner = f"person:{persons.find_person(session, person.name).id}"
        done = [one.action for one in session.query(AuditEntry) if one.actor == owner]
    assert {"key.code-used", "key.codes"} <= set(done)
    log = site.log.read_text()
    assert not any(code in log for code in codes)


def test_changes_take_the_password_and_removing_ends_other_sessions(
    person: Browser, site: Any
) -> None:
    person.log_in()
    refused = person.fill("hub/security-keys", action="add", old_password="sai")
    assert refused.status_code == 422
    assert "chưa đúng" in refused.text
    add_key(person)
    other = Browser(site, person.name, GOOD, person.key)
    other.log_in()
    other.show_key()
    found = re.search(r'value="(remove:\d+)"', person.open("hub/security-keys").text)
    assert found
    person.fill("hub/security-keys", action=found[1], old_password=GOOD)
    gone = person.show_key()
    assert "Chưa có khóa nào" in gone.text
    assert "/hub/login" in other.open("hub/change-password").url
    assert Browser(site, person.name, GOOD).log_in().url.endswith("/services/portal/")


def test_no_key_and_no_code_changes_before_a_key_was_shown(
    person: Browser, other: Browser, records: Any
) -> None:
    """Whoever found the browser open, and knows the password besides."""
    person.log_in()
    codes = add_key(person)
    key = re.search(r'value="(remove:\d+)"', person.open("hub/security-keys").text)
    assert key
    for action in ("codes", "add", key[1]):
        asked = person.fill("hub/security-keys", action=action, old_password=GOOD)
        assert asked.url.endswith("/hub/second-factor"), action
        assert "trước hết hãy dùng một khóa đang có" in asked.text
        assert not codes_in(asked.text)
        assert "Xác nhận bằng khóa" in person.show_key(SoftKey(person.site.url.rstrip("/"))).text
        assert person.open("hub/register-key").url.endswith("/hub/security-keys")
    page = person.open("hub/security-keys").text
    assert "Còn 10 mã" in page
    assert key[1] in page
    person.fill("hub/security-keys", action="add", old_password=GOOD)
    other.log_in()  # the question is of this browser's owner, and nobody else's
    cookie = next(one for one in person.cookies if "second-factor" in one.name)
    other.cookies.set_cookie(cookie)
    assert other.open("hub/second-factor").url.endswith("/hub/security-keys")
    assert person.show_key().url.endswith("/hub/register-key")
    person.key = SoftKey(person.site.url.rstrip("/"))
    person.register("khóa thứ hai (mẫu)")
    assert "khóa thứ hai (mẫu)" in person.open("hub/security-keys").text
    assert codes


def test_whoever_must_have_a_key_registers_one_before_anything_opens(
    site: Any, records: Any
) -> None:
    boss = Browser(site, "quantri", site.accounts["quantri"])
    assert "hub/register-key" in boss.log_in().url
    assert not boss.is_in()
    boss.log_in()
    assert boss.register(" ").status_code == 422
    assert len(codes_in(boss.register().text)) == 10
    assert boss.open("services/portal/marks").url.endswith("/marks")
    page = boss.open("hub/security-keys").text
    found = re.search(r'value="(remove:\d+)"[^>]*disabled', page)
    assert found
    boss.fill("hub/security-keys", action=found[1], old_password=boss.password)
    last = boss.show_key()
    assert last.status_code == 422
    assert "ít nhất một khóa" in last.text
    thief = Browser(site, "quantri", site.accounts["quantri"])
    assert "hub/second-factor" in thief.log_in().url
    assert "hub/register-key" not in thief.open("hub/register-key").url, "no key beside it"


def test_who_is_appointed_or_loses_the_keys_is_soon_out(
    person: Browser, other: Browser, site: Any, records: Any
) -> None:
    """Both at once: the hub asks the records again once a minute."""
    person.log_in()
    add_key(person)
    other.log_in()
    assert motcham(site, "account", "keys", "khong-co-ai").returncode == 2
    taken = motcham(site, "account", "keys", person.name, "--take")
    assert taken.returncode == 0, taken.stderr
    assert motcham(site, "account", "keys", person.name, "--take").returncode == 2
    assert motcham(site, "role", "grant", other.name, "administrator").returncode == 0
    until = time.monotonic() + 90
    inside = {person, other}
    while inside:
        assert time.monotonic() < until, "still in"
        time.sleep(2)
        ends = "/change-password"
        inside = {one for one in inside if one.open("hub/change-password").url.endswith(ends)}
    assert "hub/register-key" in other.log_in().url
    fresh = Browser(site, person.name, GOOD)
    assert fresh.log_in().url.endswith("/services/portal/")
    time.sleep(2)
    assert fresh.open("hub/change-password").url.endswith("/change-password"), "and stays in"
    with records.read() as session:
        found = persons.find_person(session, person.name)
        assert not security_keys.has_keys(session, found.id)


def test_a_password_that_was_changed_meanwhile_opens_nothing(person: Browser, site: Any) -> None:
    person.log_in()
    add_key(person)
    thief = Browser(site, person.name, GOOD, person.key)
    thief.log_in()
    said = thief.key.get(thief.asked("hub/second-factor"))
    assert motcham(site, "account", "password", person.name).returncode == 0
    assert thief._answer("hub/second-factor", said).status_code == 403
    assert not thief.is_in()
