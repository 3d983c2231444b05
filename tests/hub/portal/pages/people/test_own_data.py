"""A person's own page of data: what is kept, who looked, a copy, and what is asked and answered."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from typing import Any

import pytest

from core.calendar import after_working_days
from records.people import persons
from records.people.looks import looks_at
from records.schema import personal_columns
from records.tables.people import Person
from records.tables.privacy import DataRequest

ROOT_AT = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)  # a Sunday


def key_of(site: Any, username: str) -> int:
    with site.records.read() as session:
        person = persons.find_person(session, username)
        assert person
        return int(person.id)


async def test_everything_personal_is_told_with_why(site: Any) -> None:
    from hub.portal.pages.people.own_data import WHAT, WHY

    page = (await site.as_("an").get("my-data")).text
    assert set(personal_columns().values()) <= set(WHAT), "said in Vietnamese"
    assert {table for table, _column in personal_columns()} <= set(WHY)
    assert "Chưa có ai xem" in page
    assert "Họ và tên trên chứng nhận" in page


async def test_who_looks_is_seen_by_whom_they_looked_at_and_once_an_hour(site: Any) -> None:
    an = key_of(site, "an")
    for _again in range(2):
        assert (await site.as_("bo").get(f"people/{an}")).status == 200
    await site.as_("an").get("my-data")
    with site.records.read() as session:
        looks = looks_at(session, an)
        assert [(look.what, look.looker_id) for look in looks] == [("person", key_of(site, "bo"))]
    page = (await site.as_("an").get("my-data")).text
    assert "Hoàng Thị Bộ (mẫu)" in page and "trang cá nhân" in page
    assert "Hoàng Thị Bộ" not in (await site.as_("binh").get("my-data")).text
    site.clock.at += dt.timedelta(hours=2)
    with site.records.read() as session:
        unit = session.get_one(Person, an).unit_id
    await site.as_("can-bo").get(f"people/{an}")
    with site.records.begin() as session:
        session.get_one(Person, an).audience_group = "c"
    await site.as_("can-bo").get(f"units/{unit}/people")
    with site.records.read() as session:
        assert [look.what for look in looks_at(session, an)] == ["list", "person", "person"]


async def test_a_copy_of_everything_holds_one_s_own_and_nobody_else_s(site: Any) -> None:
    an, binh = key_of(site, "an"), key_of(site, "binh")
    await site.as_("bo").get(f"people/{binh}")
    await site.as_("an").send("GET", "api/v1/courses/khoa-mau/lessons/bai-mau", {})
    said = (await site.as_("an").get("my-data.json")).json
    assert said["rows"]["person"][0]["full_name"] == "Nguyễn Thị An (mẫu)"
    assert said["rows"]["draft"]
    text = json.dumps(said, ensure_ascii=False)
    assert "Bình" not in text and "looker" not in text
    assert {row["person_id"] for row in said["rows"]["draft"]} == {an}
    packed = (await site.as_("an").get("my-data.zip")).body
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert "du-lieu.json" in names
        assert json.loads(archive.read(next(one for one in names if one.endswith(".ipynb"))))


async def test_what_is_asked_is_answered_by_its_time(site: Any) -> None:
    an, bo = site.as_("an"), site.as_("bo")
    refused = await an.post_form("my-data", kind="correction", body=" ")
    assert refused.status == 422 and 'aria-invalid="true"' in refused.text
    sent = await an.post_form("my-data", kind="correction", body="Sai dấu <b>họ</b>")
    assert sent.status == 302
    assert (await an.post_form("my-data", kind="correction", body="Nữa")).status == 422
    page = (await bo.get("requests")).text
    assert "Sai dấu &lt;b&gt;họ" in page and "Hạn trả lời" in page
    with site.records.read() as session:
        [asked] = session.query(DataRequest).all()
    assert asked.due_at == after_working_days(ROOT_AT, 2)
    site.clock.at = asked.due_at + dt.timedelta(minutes=1)
    assert "Quá hạn" in (await bo.get("requests")).text
    wrong = await bo.post_form("requests", request=asked.id, outcome="done", words="")
    assert wrong.status == 422
    assert (await site.as_("can-bo").post_form("requests", request=asked.id)).status == 404
    done = await bo.post_form("requests", request=asked.id, outcome="done", words="Đã sửa")
    assert done.status == 303
    assert "Không có yêu cầu nào" in (await bo.get("requests")).text
    assert "Đã sửa" in (await an.get("my-data")).text


@pytest.mark.parametrize(
    ("asked", "days", "due"),
    [
        ("2026-11-16T10:00+07:00", 2, "2026-11-18T23:59+07:00"),  # Monday: by Wednesday's end
        ("2026-11-23T10:00+07:00", 2, "2026-11-26T23:59+07:00"),  # a feast lies between
        ("2026-11-27T23:30+07:00", 2, "2026-12-01T23:59+07:00"),  # Friday night: by Tuesday's
        ("2026-11-28T08:00+07:00", 1, "2026-11-30T23:59+07:00"),  # Saturday: by Monday's
    ],
)
def test_working_days_are_counted_without_saturdays_and_sundays(
    asked: str, days: int, due: str
) -> None:
    found = after_working_days(dt.datetime.fromisoformat(asked), days)
    assert found == dt.datetime.fromisoformat(due)
