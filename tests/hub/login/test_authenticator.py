"""The door of a running platform: a real hub, a real proxy, and people who should not come in."""

from __future__ import annotations

import datetime as dt
import html
import re
import socket
import stat
import subprocess
import sys
import threading
import time
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter

from hub.login import accounts
from records import open_records
from records.people import persons

pytestmark = pytest.mark.timeout(400)


class From(HTTPAdapter):
    """Connects from another address of this machine: another caller."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **given: Any) -> None:
        super().init_poolmanager(*args, source_address=(self._address, 0), **given)


def browser(address: str = "127.0.0.1") -> requests.Session:
    session = requests.Session()
    session.mount("http://", From(address))
    session.headers["Accept-Language"] = "vi"
    session.hooks["response"].append(lambda answer, **_: setattr(answer, "encoding", "utf-8"))
    return session


def xsrf_of(page: str) -> str:
    found = re.search(r'name="_xsrf" value="([^"]+)"', page)
    assert found, page
    return found[1]


def log_in(platform: Any, session: requests.Session, name: str, password: str) -> Any:
    page = session.get(platform.url)
    form = {"_xsrf": xsrf_of(page.text), "username": name, "password": password}
    return session.post(f"{platform.url}hub/login?next=", data=form)


def send_list(platform: Any, session: requests.Session, content: str) -> str:
    page = session.get(f"{platform.url}services/portal/roster")
    answer = session.post(
        f"{platform.url}services/portal/roster",
        data={"_xsrf": xsrf_of(page.text), "how": "import"},
        files={"file": ("ds.csv", content.encode(), "text/csv")},
    )
    return str(answer.text)


def motcham(platform: Any, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "hub.cli", *arguments, "--data", str(platform.data)],
        capture_output=True,
        text=True,
        timeout=120,
    )


# --- somebody else's account ----------------------------------------------------------------------


def known_learner(platform: Any, name: str, code: str) -> tuple[str, str]:
    """A learner of Lào Cai whose login name and password are known to others."""
    records = open_records(platform.records_url)
    with records.begin() as session:
        unit = persons.find_unit(session, "province", "2025", "15")
        persons.add_person(
            session, username=name, code=code, full_name="Trần Thị Mẫu E",
            unit_id=unit.id, at=dt.datetime.now(dt.UTC),
        )  # fmt: skip
    records.close()
    with accounts.open_accounts(f"sqlite:///{platform.data / 'jupyterhub.sqlite'}") as session:
        accounts.set_password(session, name, password := accounts.new_password())
    return name, password


@pytest.fixture
def learner(platform: Any) -> tuple[str, str]:
    return known_learner(platform, "mau21", "TN-0021")


HEAD = "Mã cán bộ,Họ tên,Chức vụ,Nhóm đối tượng,Loại đơn vị,Danh mục,Mã đơn vị,Email,Tài khoản\n"


def test_whoever_knows_the_password_of_a_freed_name_becomes_nobody(
    platform: Any, learner: tuple[str, str]
) -> None:
    name, password = learner
    thief = browser("127.0.0.5")
    assert "Trần Thị Mẫu E" in log_in(platform, thief, name, password).text

    officer = browser("127.0.0.6")
    log_in(platform, officer, "canbo", platform.accounts["canbo"])
    first = HEAD + "TN-0021,Trần Thị Mẫu E,,b,tỉnh,2025,15,,mau21x\n"
    assert "Đã nhập" in send_list(platform, officer, first)
    home = thief.get(f"{platform.url}services/portal/")
    assert home.status_code == 403, "the old session is out of force at once"

    ministry = browser("127.0.0.7")
    log_in(platform, ministry, "bo", platform.accounts["bo"])
    second = HEAD + "TN-MAU-007,Đỗ Thị Trị (mẫu),,b,trung ương,,TW,,mau21\n"
    assert "của người khác" in send_list(platform, ministry, second)

    again = log_in(platform, browser("127.0.0.5"), name, password)
    assert again.status_code == 403
    assert "chưa có trong danh sách học viên" in again.text
    assert log_in(platform, browser("127.0.0.8"), "mau21x", password).status_code == 403
    assert motcham(platform, "account", "password", "mau21").returncode == 2
    given = motcham(platform, "account", "password", "mau21x")
    fresh = given.stdout.partition(": ")[2].strip()
    assert "Đặt mật khẩu" in log_in(platform, browser("127.0.0.8"), "mau21x", fresh).text
    link = motcham(platform, "account", "link", "mau21x").stdout.partition("token=")[2].strip()
    chooser, own = browser("127.0.0.8"), "bò cơm múa vàng 5"
    form = {"_xsrf": xsrf_of(chooser.get(f"{platform.url}hub/set-password").text), "code": link}
    form |= {"new_password": own, "new_password_confirmation": own}
    chooser.post(f"{platform.url}hub/set-password", data=form)
    assert "Trần Thị Mẫu E" in log_in(platform, browser("127.0.0.8"), "mau21x", own).text


def test_an_officer_changes_no_name_of_the_administrator(platform: Any) -> None:
    officer = browser("127.0.0.6")
    log_in(platform, officer, "canbo", platform.accounts["canbo"])
    line = "TN-MAU-004,Phạm Văn Tỉnh (mẫu),,b,tỉnh,2025,15,,canbo-moi\n"
    assert "có vai trò" in html.unescape(send_list(platform, officer, HEAD + line))


# --- floods ---------------------------------------------------------------------------------------


def quiet_time(platform: Any, address: str) -> float:
    began = time.monotonic()
    answer = log_in(platform, browser(address), "hocvien", platform.accounts["hocvien"])
    assert answer.status_code == 200, answer.text
    return time.monotonic() - began


def test_an_honest_login_beside_forty_threads_of_wrong_ones_is_not_twice_as_slow(
    platform: Any,
) -> None:
    quiet = min(quiet_time(platform, "127.0.0.9") for _ in range(3))
    stop = threading.Event()

    def flood(number: int) -> None:
        stranger = browser("127.0.0.66")
        page = stranger.get(f"{platform.url}hub/login").text
        while not stop.is_set():
            form = {"_xsrf": xsrf_of(page), "username": f"mau{number}", "password": "sai"}
            stranger.post(f"{platform.url}hub/login", data=form)

    threads = [threading.Thread(target=flood, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(20)  # what the address may try is soon used up
        beside = min(quiet_time(platform, "127.0.0.9") for _ in range(3))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert beside < 2 * quiet + 1, (quiet, beside)


def test_ten_wrong_ones_of_a_stranger_lock_nobody_out(platform: Any) -> None:
    officer = "127.0.0.10"
    assert log_in(platform, browser(officer), "canbo", platform.accounts["canbo"]).ok
    stranger = browser("127.0.0.67")
    said = [log_in(platform, stranger, "canbo", "sai").status_code for _ in range(12)]
    assert said == [403] * 10 + [429] * 2
    assert log_in(platform, browser(officer), "canbo", platform.accounts["canbo"]).ok


def test_a_caller_who_names_another_address_is_still_the_same(platform: Any) -> None:
    stranger = browser("127.0.0.68")
    said = []
    for number in range(14):
        invented = f"198.51.100.{number}"
        stranger.headers.update({"X-Real-Ip": invented, "X-Forwarded-For": invented})
        said.append(log_in(platform, stranger, "canbo", "sai").status_code)
    assert said[-1] == 429
    public = browser("127.0.0.69")
    slowed = False
    for number in range(80):
        public.headers["X-Real-Ip"] = f"198.51.100.{number}"
        page = public.get(f"{platform.url}services/portal/verify/MC-2026-000001-AAAAAAAA")
        slowed = slowed or page.status_code == 429
    assert slowed, "guessing numbers"


# --- links on foreign pages -----------------------------------------------------------------------

FOREIGN = {"Sec-Fetch-Site": "cross-site", "Referer": "https://ke-gian.example/"}


@pytest.mark.parametrize("headers", [FOREIGN, {"Sec-Fetch-Site": "same-site"}, {}])
def test_a_foreign_link_logs_nobody_out(platform: Any, headers: dict[str, str]) -> None:
    person = browser("127.0.0.11")
    log_in(platform, person, "hocvien", platform.accounts["hocvien"])
    asked = person.get(f"{platform.url}hub/logout", headers=headers)
    assert "Đăng xuất?" in asked.text
    assert person.get(f"{platform.url}services/portal/marks").ok
    page = person.get(f"{platform.url}hub/token").text
    assert page
    done = person.post(f"{platform.url}hub/logout", data={"_xsrf": xsrf_of(asked.text)})
    assert done.ok
    assert person.get(f"{platform.url}services/portal/marks").url.startswith(
        f"{platform.url}hub/login"
    )


def test_a_foreign_link_changes_no_language_and_our_own_does(platform: Any) -> None:
    person = browser("127.0.0.11")
    page = person.get(platform.url)
    found = re.search(r'href="([^"]+)" lang="en"', page.text)
    assert found
    address = urljoin(page.url, html.unescape(found[1]))
    assert '<html lang="vi">' in person.get(address, headers=FOREIGN).text
    assert '<html lang="en">' in person.get(address, headers={"Referer": page.url}).text


def test_every_cookie_stays_at_home(platform: Any) -> None:
    person = browser("127.0.0.11")
    log_in(platform, person, "hocvien", platform.accounts["hocvien"])
    person.get(f"{platform.url}services/portal/marks")
    cookies = list(person.cookies)
    assert {"service-portal", "jupyterhub-hub-login"} <= {cookie.name for cookie in cookies}
    loose = [
        cookie.name
        for cookie in cookies
        if cookie.name != "jupyterhub-session-id"
        and (cookie.get_nonstandard_attr("SameSite") or "").lower() not in ("lax", "strict")
    ]
    assert loose == []


# --- what lies on the disk, and how long a stranger may hold a line ------------------------------


def test_databases_are_for_their_owner_only(platform: Any) -> None:
    files = [path for path in platform.data.glob("*.sqlite*") if path.is_file()]
    found = {path.name: path.stat().st_mode for path in files}
    assert {"motcham.sqlite", "jupyterhub.sqlite"} <= set(found)
    assert {name: oct(stat.S_IMODE(mode)) for name, mode in found.items()} == dict.fromkeys(
        found, "0o600"
    )


def test_the_log_s_head_was_signed_and_is_found_again(platform: Any) -> None:
    checked = motcham(platform, "audit", "check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "Chuỗi liền mạch" in checked.stdout
    assert '"signature"' in motcham(platform, "audit", "head").stdout


def raw(platform: Any, sent: bytes, patience: float = 20) -> bytes:
    """What comes back for these very bytes, until the other side closes or falls silent."""
    place = urlsplit(platform.url)
    with socket.create_connection((place.hostname, place.port), patience) as line:
        line.settimeout(patience)
        line.sendall(sent)
        heard = b""
        try:
            while piece := line.recv(65536):
                heard += piece
        except (TimeoutError, ConnectionError):
            pass
        return heard


SMUGGLED = b"GET /services/portal/health HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 60\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        b"Content-Length: 4\r\nContent-Length: 60\r\n",
        b"Content-Length: +4\r\n",
        b"Content-Length: 0x4\r\n",
    ],
)
def test_two_readings_of_one_body_are_not_two_requests(platform: Any, framing: bytes) -> None:
    head = b"POST /services/portal/language HTTP/1.1\r\nHost: x\r\n" + framing
    answer = raw(platform, head + b"\r\n0\r\n\r\n" + SMUGGLED + b"", patience=5)
    assert answer.count(b"HTTP/1.1 200") <= 1
    assert b"HTTP/1.1 400" in answer or b"HTTP/1.1 403" in answer or not answer


def test_huge_headers_and_many_cookies_are_refused_and_the_rest_goes_on(platform: Any) -> None:
    huge = b"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 200_000 + b"\r\n\r\n"
    heard = raw(platform, huge)
    assert b" 431 " in heard or b" 400 " in heard or not heard
    many = "; ".join(f"c{number}=1" for number in range(700))
    answer = requests.get(f"{platform.url}services/portal/verify", headers={"Cookie": many})
    assert answer.status_code in (200, 400, 431)
    assert requests.get(f"{platform.url}services/portal/health").ok


def test_two_hundred_clients_that_say_nothing_more_keep_nobody_waiting(platform: Any) -> None:
    place = urlsplit(platform.url)
    lines = []
    try:
        for _ in range(200):
            line = socket.create_connection((place.hostname, place.port), 5)
            line.sendall(
                b"POST /services/portal/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n"
            )
            lines.append(line)
        for line in lines[:100]:
            line.sendall(b"\r\nabc")  # the head is whole, the body never comes
        began = time.monotonic()
        assert requests.get(f"{platform.url}services/portal/health", timeout=20).ok
        assert requests.get(f"{platform.url}hub/health", timeout=20).ok
        assert time.monotonic() - began < 5
    finally:
        for line in lines:
            line.close()


# --- where the door leads -------------------------------------------------------------------------

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "http:evil.example",
    "javascript:alert(1)",
    "http://127.0.0.1:1@evil.example/",
    "%2f%2fevil.example/",
]


def test_no_login_page_leads_to_another_host(platform: Any) -> None:
    name, password = known_learner(platform, "mau31", "TN-0031")
    someone = browser("127.0.0.21")
    xsrf = xsrf_of(someone.get(platform.url).text)
    home = urlsplit(platform.url)
    inside = log_in(platform, browser("127.0.0.22"), name, password)
    assert inside.ok
    looked = 0
    for wanted in ELSEWHERE:
        form = {"_xsrf": xsrf, "username": name, "password": password}
        answer = someone.post(
            f"{platform.url}hub/login", params={"next": wanted}, data=form, allow_redirects=False
        )
        if answer.status_code == 403:  # a session began meanwhile: its own token
            xsrf = xsrf_of(someone.get(f"{platform.url}hub/change-password").text)
            answer = someone.get(
                f"{platform.url}hub/login", params={"next": wanted}, allow_redirects=False
            )
        assert answer.status_code == 302, (wanted, answer.status_code)
        led = urlsplit(urljoin(platform.url, answer.headers["Location"].replace("\\", "/")))
        assert (led.scheme, led.netloc) == (home.scheme, home.netloc), wanted
        looked += 1
        for page in ("set-password", "forgot-password", "change-password", "security-keys"):
            shown = someone.get(f"{platform.url}hub/{page}", params={"next": wanted})
            assert urlsplit(shown.url).netloc == home.netloc, (page, wanted)
            assert 'href="https://evil' not in shown.text, (page, wanted)
            assert 'href="//evil' not in shown.text, (page, wanted)
    assert looked == len(ELSEWHERE)
