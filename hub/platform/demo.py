"""The demonstration: courses, one account for each role, and who these (synthetic) people are.

Everybody here is made up and marked as such: codes begin with TN, names end in "(mẫu)". The
passwords are random, made anew for each installation and kept in a file only its owner may read.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.calendar import today_in_vietnam
from core.messages import Message
from hub.login import accounts
from hub.platform.private_files import write_private
from hub.settings import ROOT, Settings
from records import Records, Session
from records.courses import lecturers, releases
from records.people import logins, persons
from school.access import (
    ADMINISTRATOR,
    AUDITOR,
    INSTRUCTOR,
    LEARNER,
    MINISTRY_OFFICER,
    UNIT_OFFICER,
)

ACCOUNTS_FILE = "demo-accounts.json"  # in the folder of secrets
RELEASES_FILE = "demo-releases.json"  # in the data folder
CONTENT = ROOT / "courses" / "content"


@dataclass(frozen=True)
class DemoPerson:
    """Somebody made up. ``province`` is a code of the 2025 list, empty for the ministry's own."""

    username: str
    full_name: str
    role: str
    what: Message
    province: str = ""
    audience_group: str | None = None
    position: str | None = None


PEOPLE = (
    DemoPerson(
        "hocvien",
        "Nguyễn Thị Học (mẫu)",
        LEARNER,
        Message("học viên, Lào Cai"),
        province="15",
        audience_group="c",
        position="Chuyên viên",
    ),
    DemoPerson(
        "hocvien2",
        "Trần Văn Hành (mẫu)",
        LEARNER,
        Message("học viên, Đà Nẵng"),
        province="48",
        audience_group="đ",
        position="Công chức cấp xã",
    ),
    DemoPerson("giangvien", "Lê Thị Giảng (mẫu)", INSTRUCTOR, Message("giảng viên")),
    DemoPerson(
        "canbo",
        "Phạm Văn Tỉnh (mẫu)",
        UNIT_OFFICER,
        Message("cán bộ đầu mối, Lào Cai"),
        province="15",
    ),
    DemoPerson("bo", "Hoàng Thị Bộ (mẫu)", MINISTRY_OFFICER, Message("cán bộ của Bộ")),
    DemoPerson("kiemtra", "Vũ Văn Kiểm (mẫu)", AUDITOR, Message("kiểm tra, chỉ xem")),
    DemoPerson("quantri", "Đỗ Thị Trị (mẫu)", ADMINISTRATOR, Message("quản trị hệ thống")),
)


@dataclass(frozen=True)
class DemoAccount:
    """What is printed: ``password`` is None when the person has since chosen an own one."""

    username: str
    password: str | None
    what: Message


def publish_courses(
    records: Records, *, at: dt.datetime, tell: Callable[[Message], None], kept: Path
) -> list[str]:
    """Publish every course under ``courses/content``; one already published changes nothing.

    ``kept`` is a file that remembers which release each folder made, so that the next start reads
    only what changed since. Whatever stands in it, the records say what is published.
    """
    from courses import origin_of

    before = _remembered(kept)
    now: dict[str, Any] = {}
    for folder in sorted(path.parent for path in CONTENT.glob("*/course.toml")):
        origin = origin_of(folder)
        now[folder.name] = before.get(folder.name)
        if not _is_current(records, now[folder.name], origin):
            made = _publish(records, folder, at=at, tell=tell)
            now[folder.name] = {"origin": origin, **made}
    if now != before:
        write_private(kept, json.dumps(now, indent=1).encode())
    return [known["course"] for known in now.values()]


def _is_current(records: Records, known: Any, origin: str) -> bool:
    """Whether what is remembered of a folder is of this origin, and still what is published."""
    if not isinstance(known, dict) or known.get("origin") != origin:
        return False
    with records.read() as session:
        current = releases.current_release(session, str(known.get("course")))
        return current is not None and current.digest == known.get("digest")


def _publish(
    records: Records, folder: Path, *, at: dt.datetime, tell: Callable[[Message], None]
) -> dict[str, str]:
    """Publish one course; which it is and the digest of its release."""
    from courses import load_course, make_release

    release = make_release(load_course(folder))
    with records.begin() as session:
        before = releases.current_release(session, release.course.slug)
        stored = releases.publish(session, release, at=at, by="motcham up")
        changed = before is None or before.id != stored.id
    if changed:
        tell(Message("Đã công bố khóa học {title}", {"title": release.course.title}))
    return {"course": release.course.slug, "digest": release.digest}


def add_people(session: Session, *, at: dt.datetime) -> None:
    """Put the demonstration's people in the records; who is there already stays as is."""
    for number, someone in enumerate(PEOPLE, start=1):
        if logins.owners(session, [someone.username]):  # also one who was erased since
            continue
        unit = persons.find_unit(session, "province", "2025", someone.province)
        person = persons.add_person(
            session,
            username=someone.username,
            full_name=someone.full_name,
            code=f"TN-MAU-{number:03}",
            position=someone.position,
            audience_group=someone.audience_group,
            unit_id=unit.id if unit else None,
            at=at,
        )
        persons.grant_role(
            session,
            person.id,
            someone.role,
            unit.id if unit and someone.role == UNIT_OFFICER else None,
        )
        if someone.role == INSTRUCTOR:
            lecturers.add_lecturer(
                session,
                person.id,
                None,
                from_on=today_in_vietnam(at),
                until_on=None,
                certificate="Giấy chứng nhận giảng viên (mẫu)",
                by="motcham up",
                at=at,
            )


def open_accounts(settings: Settings, known: Collection[str]) -> list[DemoAccount]:
    """Make the accounts that are missing, of those people who are ``known`` by login name, and
    return what to print."""
    path = settings.secrets / ACCOUNTS_FILE
    remembered = _remembered(path)
    found = []
    with accounts.open_accounts(settings.hub_database_url) as session:
        for someone in [one for one in PEOPLE if one.username in known]:
            stored = accounts.password_hash(session, someone.username)
            if stored is None:
                password = accounts.new_password()
                stored = accounts.set_password(session, someone.username, password)
                remembered[someone.username] = {"password": password, "hash": stored.decode()}
            known = remembered.get(someone.username, {})
            same = known.get("hash") == stored.decode()
            found.append(
                DemoAccount(
                    someone.username, str(known["password"]) if same else None, someone.what
                )
            )
    write_private(path, json.dumps(remembered, indent=1).encode())
    return found


def _remembered(path: Path) -> dict[str, dict[str, Any]]:
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError):
        return {}
