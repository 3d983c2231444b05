"""A class in person shows where it belongs: on the home page of those whom it calls."""

from __future__ import annotations

import datetime as dt
from typing import Any

from records.learning import meetings
from records.people import persons

HOUR = dt.timedelta(hours=1)


def call(site: Any, place: str, code: str) -> None:
    with site.records.begin() as session:
        unit = persons.find_unit(session, "province", "2025", code)
        meetings.call_meeting(
            session, course="nhan-thuc-chung", lesson="muoi-nghin-can-bo", place=place,
            starts_at=site.clock.at, ends_at=site.clock.at + HOUR, by="thay", unit_id=unit.id,
        )  # fmt: skip


async def test_a_class_of_another_province_is_not_on_my_home_and_still_takes_me_in(
    site: Any,
) -> None:
    call(site, "Hội trường Hà Nội (mẫu)", "01")
    an = site.as_("an")
    assert "Có lớp học đang điểm danh." not in (await an.get("learning")).text
    page = (await an.get("attend")).text
    assert "không có lớp nào của anh/chị" in page
    assert page.index("Lớp ở nơi khác đang điểm danh (1)") < page.index("Hội trường Hà Nội (mẫu)")
    call(site, "Hội trường Lào Cai (mẫu)", "15")
    assert "Có lớp học đang điểm danh." in (await an.get("learning")).text
    page = (await an.get("attend")).text
    assert page.index("Hội trường Lào Cai (mẫu)") < page.index("Lớp ở nơi khác đang điểm danh (1)")


async def test_who_calls_a_class_says_for_whom_their_own_unit_first(site: Any) -> None:
    thay = site.as_("thay")
    page = (await thay.get("teaching/classes")).text
    chosen = page.partition('<select id="unit"')[2].partition("</select>")[0]
    assert "selected>Lào Cai</option>" in chosen
    assert chosen.index("Lào Cai") < chosen.index("Hà Nội")
    with site.records.read() as session:
        unit = persons.find_unit(session, "province", "2025", "01").id
    called = await thay.post_form(
        "teaching/classes", lesson="nhan-thuc-chung/muoi-nghin-can-bo", place="P1 (mẫu)",
        day="2026-11-22", starts="10:00", ends="11:00", unit=str(unit),
    )  # fmt: skip
    assert called.status == 302
    with site.records.read() as session:
        ((meeting, _count),) = meetings.meetings(session)
        assert meeting.unit_id == unit
    unknown = await thay.post_form(
        "teaching/classes", lesson="nhan-thuc-chung/muoi-nghin-can-bo", place="P1 (mẫu)",
        day="2026-11-22", starts="10:00", ends="11:00", unit="999999",
    )  # fmt: skip
    assert unknown.status == 422
    assert "Không có đơn vị này" in unknown.text


async def test_a_class_in_person_runs_from_the_wall_to_the_phone(site: Any) -> None:
    teacher, learner = site.as_("thay"), site.as_("an")
    called = await teacher.post_form(
        "teaching/classes",
        lesson="khoa-mau/bai-mau",
        place="Phòng họp tầng 3 (mẫu)",
        day="2026-11-22",
        starts="10:00",  # 03:00 UTC, the site's clock
        ends="11:30",
    )
    assert called.status == 302, called.text
    wall = called.headers["Location"].removeprefix("/services/portal/")
    assert "attend" in (await learner.get("")).text
    with site.records.read() as session:
        meeting = meetings.find_meeting(session, int(wall.split("/")[-1]))
    code = meetings.code_at(meeting, site.clock.at)
    assert f"{code[:3]} {code[3:]}" in (await teacher.get(wall)).text
    wrong = await learner.post_form("attend", meeting=meeting.id, code="000000")
    assert wrong.status == 422
    right = await learner.post_form("attend", meeting=meeting.id, code=code)
    assert "Đã ghi nhận" in right.text
    assert "Nguyễn Thị An (mẫu)" in (await teacher.get(wall)).text
    assert (await learner.get(wall)).status == 404
