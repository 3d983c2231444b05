"""A ministry's platform from an empty folder on: people, letters, a course, a certificate, and what
becomes of all that when a name is mended, somebody moves, somebody is erased, and the machine is
lost. Everything by the pages and commands that people use."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import io
import json
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from aiosmtpd.controller import Controller

import courses
from core.calendar import today_in_vietnam
from hub.platform.ports import free_port
from records import open_records
from records.learning import enrolments
from records.people import persons

pytestmark = [pytest.mark.timeout(900), pytest.mark.postgres, pytest.mark.slow]

CONTENT = Path(__file__).parents[3] / "courses" / "content" / "nhan-thuc-chung"
PEOPLE = 200
PASSWORDS = {name: f"voi xôi cày tím {name} 7" for name in ("quan", "bo", "thay", "lao-cai", "an")}
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng")
GIVEN = ("An", "Bình", "Châu", "Dũng", "Hà", "Lan", "Minh", "Nga")


class Box:
    """A mail server's: the newest letter to each address."""

    def __init__(self) -> None:
        self.letters: dict[str, Any] = {}

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters[envelope.rcpt_tos[0]] = letter
        return "250 OK"

    def link_to(self, address: str, seconds: float = 60) -> str:
        """The link in the letter to this address."""
        until = time.monotonic() + seconds
        while address not in self.letters:
            assert time.monotonic() < until, f"no letter to {address}: {sorted(self.letters)[:5]}"
            time.sleep(0.1)
        text = self.letters[address].get_body(("plain",)).get_content()
        return str(re.findall(r"http\S+set-password\?token=\S+", text)[0])


@pytest.fixture
def box() -> Iterator[tuple[Box, int]]:
    kept, port = Box(), free_port()
    server = Controller(kept, hostname="127.0.0.1", port=port)
    server.start()
    yield kept, port
    server.stop()


class Visitor:
    """Somebody with a browser, without script."""

    def __init__(self, platform: Any) -> None:
        self.platform = platform
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = "vi"

    def get(self, path: str, status: int = 200) -> requests.Response:
        answer = self.session.get(self.platform.url + path)
        answer.encoding = "utf-8"
        assert answer.status_code == status, (path, answer.status_code, answer.text[:500])
        return answer

    def page(self, path: str) -> str:
        return self.get(f"services/portal/{path}").text

    def post(self, path: str, *, files: Any = None, **fields: str) -> requests.Response:
        answer = self.session.post(
            f"{self.platform.url}services/portal/{path}",
            data={"_xsrf": _xsrf(self.page(path.partition("?")[0])), **fields},
            files=files,
        )
        answer.encoding = "utf-8"
        assert answer.status_code == 200, (path, answer.status_code, _told(answer.text))
        return answer

    def set_password(self, link: str, password: str) -> None:
        """By a one-time link, which opens nothing a second time."""
        page = self.get(link[len(self.platform.url) :]).text
        code = re.findall(r'name="code" value="([^"]+)"', page)[0]
        both = {"new_password": password, "new_password_confirmation": password}
        form = {"_xsrf": _xsrf(page), "code": code, **both}
        answer = self.session.post(f"{self.platform.url}hub/set-password", data=form)
        assert answer.status_code == 200, _told(answer.text)
        again = self.session.post(f"{self.platform.url}hub/set-password", data=form)
        assert again.status_code == 422 or "không còn dùng được" in again.text

    def log_in(self, name: str, password: str) -> Visitor:
        form = {"_xsrf": _xsrf(self.get("hub/login").text), "username": name, "password": password}
        answer = self.session.post(f"{self.platform.url}hub/login?next=", data=form)
        assert answer.url.startswith(f"{self.platform.url}services/portal/"), _told(answer.text)
        return self

    def hand_in(self, lesson: courses.Lesson, seed: int) -> None:
        """The author's own answers, as a program that speaks the interface."""
        token = self.session.cookies.get("_xsrf", path="/services/portal/")
        work = "services/portal/api/v1/submissions"
        answer = self.session.post(
            self.platform.url + work,
            json={
                "course": CONTENT.name,
                "lesson": lesson.slug,
                "notebook": json.loads(json.dumps(courses.variant(lesson.source, seed))),
            },
            headers={"X-XSRFToken": str(token)},
        )
        assert answer.status_code == 202, answer.text
        said: dict[str, Any] = {}
        until = time.monotonic() + 120
        while said.get("state") not in ("marked", "failed"):
            assert time.monotonic() < until, said
            said = self.get(
                f"services/portal/api/v1/submissions/{answer.json()['id']}?wait=20"
            ).json()
        assert said["state"] == "marked"


def _xsrf(page: str) -> str:
    return re.findall(r'name="_xsrf" value="([^"]+)"', page)[0]


def _told(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())[:900]


def motcham(*arguments: str, **settings: str) -> str:
    """What a command says; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "hub.cli", *arguments],
        capture_output=True, text=True, timeout=300, encoding="utf-8",
        env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8", **settings},
    )  # fmt: skip
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout


def ugly_list() -> str:
    """As an office keeps it: a title, a head in two storeys, numbers, a total, a signature."""
    lines = [
        "UBND TỈNH (mẫu);;;;;;;",
        "DANH SÁCH CÁN BỘ DỰ BỒI DƯỠNG;;;;;;;",
        ";;;;;;;",
        "TT;Mã cán bộ;Họ và tên;Chức vụ;Nhóm;Danh mục;Mã đơn vị;Thư điện tử",
        "(1);(2);(3);(4);(5);(6);(7);(8)",
        "1;LC/001;Vũ Thị An;Chuyên viên;c;2025;15;an@example.org",
    ]
    for n in range(2, PEOPLE + 1):
        name = f"{FAMILY[n % 5]} {GIVEN[n % 8]} {GIVEN[n // 8 % 8]} {GIVEN[n // 64 % 8]}"
        lines.append(f"{n};LC/{n:03};{name};;c;2025;15;lc{n}@example.org")
    lines += [f";;Tổng cộng: {PEOPLE} người;;;;;", ";;;;;;NGƯỜI LẬP;"]
    return "\r\n".join(lines)


def course_archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(CONTENT.rglob("*")):
            if path.is_file():
                archive.write(path, Path(CONTENT.name) / path.relative_to(CONTENT))
    return content.getvalue()


def key_and_seed(platform: Any, username: str) -> tuple[int, int]:
    """The person's key, and the seed of the numbers drawn for them."""
    records = open_records(platform.records_url)
    try:
        with records.read() as session:
            person = persons.find_person(session, username)
            assert person is not None
            enrolment = enrolments.find_enrolment(session, person.id, CONTENT.name)
            return person.id, enrolment.seed if enrolment else 0
    finally:
        records.close()


def test_from_an_empty_folder_to_a_certificate_that_outlives_the_machine(
    start_platform: Callable[..., Any], postgres: Any, tmp_path: Path, box: tuple[Box, int]
) -> None:
    letters, mail_port = box
    data, port = tmp_path / "data", free_port()
    today = today_in_vietnam(dt.datetime.now(dt.UTC)).isoformat()

    # The folder is real, and has an administrator.
    said = motcham(
        "init", "--real", "--username", "quan", "--name", "Đỗ Thị Quản", "--data", str(data),
        MOTCHAM_PORT=str(port),
    )  # fmt: skip
    link = re.findall(r"http\S+set-password\S+", said)[0]
    platform = start_platform(
        data,
        port=port,
        MOTCHAM_LAB_SPAWNER="none",
        MOTCHAM_MAIL_HOST="127.0.0.1",
        MOTCHAM_MAIL_PORT=str(mail_port),
        MOTCHAM_MAIL_SECURITY="none",
        MOTCHAM_MAIL_SENDER="mot-cham@example.org",
        MOTCHAM_MAIL_PER_MINUTE="10000",
    )
    platform.wait_until_ready()
    Visitor(platform).set_password(link, PASSWORDS["quan"])
    quan = Visitor(platform).log_in("quan", PASSWORDS["quan"])
    assert "Bản dùng thử" not in quan.page("")

    # Units, then who keeps them: officers and an instructor, each by a letter.
    press = "Loại;Mã;Tên\nbáo chí;BC-1;Báo Một (mẫu)\n"
    quan.post("units/import", files={"file": ("bc.csv", press.encode())}, how="import")
    assert "Báo Một (mẫu)" in quan.page("units?q=B%C3%A1o")
    staff = "Mã cán bộ,Họ tên,Nhóm đối tượng,Danh mục,Mã đơn vị,Email,Tài khoản\n" + "".join(
        f"B-{n},{name},c,2025,15,{login}@example.org,{login}\n"
        for n, (login, name) in enumerate(
            (("bo", "Lê Văn Bộ"), ("thay", "Hồ Thị Thầy"), ("lao-cai", "Cao Văn Cai"))
        )
    )
    done = quan.post("roster", files={"file": ("bo.csv", staff.encode())}, how="import").text
    assert "Đã nhập xong" in done, _told(done)
    roles = (("bo", "ministry-officer", ""), ("thay", "instructor", ""))
    for who, role, unit in (*roles, ("lao-cai", "unit-officer", "tỉnh/2025/15")):
        quan.post("roles", who=who, role=role, unit=unit)
        quan.post("accounts", whom="one", username=who, how="mail")
        Visitor(platform).set_password(letters.link_to(f"{who}@example.org"), PASSWORDS[who])
    officer = Visitor(platform).log_in("lao-cai", PASSWORDS["lao-cai"])

    # Two hundred people by the list an office keeps, and their accounts by letter.
    looked = officer.post("roster", files={"file": ("ds.csv", ugly_list().encode())}, how="check")
    assert f"Người mới ({PEOPLE})" in looked.text, _told(looked.text)
    kept = re.findall(r'name="kept" value="(\w+)"', looked.text)[0]
    assert "Đã nhập xong" in officer.post("roster", kept=kept, how="import").text
    unit = re.findall(r'<option value="(\d+)"[^>]*>[^<]*Lào Cai', officer.page("accounts"))[0]
    opened = officer.post("accounts", whom="unit", unit=unit, how="mail").text
    Visitor(platform).set_password(letters.link_to("an@example.org"), PASSWORDS["an"])
    letters.link_to(f"lc{PEOPLE}@example.org")
    assert str(PEOPLE) in _told(opened)

    # A course is published; the ministry says that the certificate asks for no other.
    teacher = Visitor(platform).log_in("thay", PASSWORDS["thay"])
    archive = {"course": ("khoa.zip", course_archive())}
    assert "Đã công bố" in teacher.post("teaching/publish", files=archive, publish="1").text
    ministry = Visitor(platform).log_in("bo", PASSWORDS["bo"])
    decision = {"kind": "end", "course": "xa-hoi-so-an-toan", "day": today}
    ministry.post("requirements", **decision, source="Quyết định 1 (mẫu)", decide="1")

    # One of them learns, and is certified.
    an = Visitor(platform).log_in("lc-001", PASSWORDS["an"])
    course = courses.load_course(CONTENT)
    for lesson in course.lessons:
        an.page(f"courses/{course.slug}/lessons/{lesson.slug}")
        an.hand_in(lesson, key_and_seed(platform, "lc-001")[1])
    until = time.monotonic() + 60
    while not (numbers := re.findall(r"certificates/(MC-[A-Z0-9-]+)", an.page(""))):
        assert time.monotonic() < until, _told(an.page(""))
        time.sleep(0.2)
    number = numbers[0]
    paper = an.get(f"services/portal/certificates/{number}.pdf").content
    assert paper.startswith(b"%PDF")

    # The name is mended under the same number; the old paper says so.
    fields = {"act": "correct", "full_name": "Vũ Thị Ân", "reason": "Sai dấu"}
    ministry.post(f"certificates/{number}", **fields)
    stranger = Visitor(platform)
    assert "Vũ Thị Ân" in stranger.page(f"verify/{number}")
    old = stranger.post("verify", files={"file": ("giay.pdf", paper)}).text
    assert "đính chính" in old, _told(old)

    # She moves; the certificate stays where it was earned. Somebody else is erased.
    key, _ = key_and_seed(platform, "lc-001")
    there = re.findall(r'<option value="(\d+)"[^>]*>[^<]*Đà Nẵng', ministry.page(f"people/{key}"))[
        0
    ]
    move = {"act": "transfer", "unit": there, "day": today, "reason": "Điều động"}
    ministry.post(f"people/{key}", **move)
    assert "Lào Cai" in ministry.page(f"certificates/{number}")
    other, _ = key_and_seed(platform, "lc-002")
    ministry.post(f"people/{other}", act="erase", reason="Theo yêu cầu", sure="1")
    assert "Trần" not in _told(ministry.page(f"people/{other}"))
    assert "Vũ Thị Ân" in stranger.page(f"verify/{number}")

    # The machine is lost; a copy made while it ran stands up on PostgreSQL.
    phrase = tmp_path / "phrase"
    phrase.write_text("một cụm mật khẩu dài\n")
    copy = tmp_path / "copy.motcham"
    sealed = ("--passphrase-file", str(phrase))
    motcham("backup", str(copy), "--data", str(data), *sealed)
    assert platform.stop() == 0
    url, elsewhere = postgres.url(postgres.create()), tmp_path / "elsewhere"
    motcham("restore", str(copy), "--data", str(elsewhere), *sealed, MOTCHAM_DATABASE_URL=url)
    second = start_platform(elsewhere, MOTCHAM_LAB_SPAWNER="none", MOTCHAM_DATABASE_URL=url)
    second.wait_until_ready()
    found = Visitor(second).page(f"verify/{number}")
    assert "Vũ Thị Ân" in found and "đang có hiệu lực" in found
    assert "Vũ Thị Ân" in Visitor(second).log_in("lc-001", PASSWORDS["an"]).page("profile")
    held = motcham("audit", "verify", "--data", str(elsewhere), MOTCHAM_DATABASE_URL=url)
    assert "Chuỗi liền mạch" in held, held
