"""The yearly assessment on pages: opened by the ministry, seen by a unit's officer, by learners."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from records.assessment import campaigns
from records.people import persons
from records.tables.people import Person
from records.tables.platform import Mail
from school import access
from school.assessment import campaign_acts

SAID = {
    "year": "2026",
    "title": "Đợt một (mẫu)",
    "opens_on": "2026-11-01",
    "closes_on": "2026-12-31",
    "full_time": "1",
}


@pytest.fixture
async def called(bare_site: Any) -> AsyncIterator[Any]:
    """Of seven people “an” and “can-bo” hold full-time posts; another province has six who do."""
    with bare_site.records.begin() as session:
        for username in ("an", "can-bo"):
            person = persons.find_person(session, username)
            person.full_time_digital = True
            bare_site.facts = {"unit": person.unit_id, "officer": person.id}
        persons.find_person(session, "an").email = "an@example.vn"
        bare_site.facts["an"] = persons.find_person(session, "an").id
        other = persons.find_unit(session, "province", "2025", "01").id
        bare_site.facts["other"] = other
        for n in range(6):
            far = persons.add_person(
                session, username=f"xa{n}", full_name=f"Người Xa {n} (mẫu)", code=f"TN-X{n}",
                unit_id=other, full_time_digital=True, at=bare_site.clock.at,
            )  # fmt: skip
            bare_site.facts["far"] = far.id
    yield bare_site


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


async def opened(site: Any) -> int:
    answer = await site.as_("bo").post_form("campaigns", **SAID)
    assert answer.status == 302
    return int(re.search(r"campaigns/(\d+)", answer.headers["Location"])[1])


async def test_the_ministry_opens_invites_and_the_learner_is_told_until_when(called: Any) -> None:
    site = called
    key = await opened(site)
    assert "Đánh giá năm 2026: đến hết ngày 31/12/2026." in words((await site.as_("an").get()).text)
    assert "Assessment 2026" in words((await site.as_("an", "en").get()).text)
    assert "Đánh giá năm" not in (await site.as_("binh").get()).text
    answer = await site.as_("bo").post_form(f"campaigns/{key}", action="invite")
    assert "people=8" in answer.headers["Location"] and "letters=1" in answer.headers["Location"]
    page = await site.as_("bo").get(answer.headers["Location"].removeprefix("/services/portal/"))
    assert "Đã mời 8 người; 1 người được gửi thư" in words(page.text)
    with site.records.read() as session:
        (letter,) = session.query(Mail).filter_by(kind="assessment")
        assert letter.facts["what"] == "invite"


async def test_the_overview_withholds_small_numbers_on_the_page_and_in_the_file(
    called: Any,
) -> None:
    site = called
    key = await opened(site)
    page = await site.as_("kiem").get(f"campaigns/{key}")
    table = re.search(r'<table[^>]*id="by-unit".*?</table>', page.text, re.DOTALL)[0]
    assert "&lt;5" in table and "x</abbr>" in table, "one small number is hidden by another"
    assert 'name="action"' not in page.text, "an auditor changes nothing"
    file = await site.as_("kiem").get(f"campaigns/{key}.csv")
    rows = list(csv.reader(io.StringIO(file.text.lstrip("\ufeff")), delimiter=";"))
    assert rows[0][2] == "den_han" and rows[1][2] == "8"
    assert {row[2] for row in rows[2:]} == {"<5", "x"}


async def test_an_officer_sees_and_calls_own_people_alone(called: Any) -> None:
    site = called
    key = await opened(site)
    here = f"units/{site.facts['unit']}/campaign"
    officer = site.as_("can-bo")
    page = (await officer.get(here)).text
    assert "Nguyễn Thị An (mẫu)" in page and "Người Xa" not in page
    assert "trên 2 người đến lượt" in words(page)
    answer = await officer.post_form(here, campaign=key, action="invite")
    assert "people=2" in answer.headers["Location"]
    file = (await officer.get(f"{here}.csv")).text
    assert "Nguyễn Thị An (mẫu)" in file and "Người Xa" not in file
    elsewhere = f"units/{site.facts['other']}/campaign"
    assert (await officer.get(elsewhere)).status == 404
    assert (await officer.post_form(elsewhere, campaign=key, action="invite")).status == 404
    assert (await officer.get(f"campaigns/{key}")).status == 404
    assert (await officer.post_form("campaigns", **SAID)).status == 404
    far = {"campaign": key, "action": "excuse", "reason": "Nghỉ"}
    assert (await officer.post_form(here, person=site.facts["far"], **far)).status == 404
    assert (await officer.post_form(here, person=site.facts["officer"], **far)).status == 404


async def test_an_excuse_wants_a_reason_and_can_be_taken_back(called: Any) -> None:
    site = called
    key = await opened(site)
    here = f"units/{site.facts['unit']}/campaign"
    officer = site.as_("can-bo")
    about = {"campaign": key, "person": site.facts["an"]}
    answer = await officer.post_form(here, action="excuse", reason=" ", **about)
    assert answer.status == 422 and "Hãy ghi lý do miễn" in answer.text
    await officer.post_form(here, action="excuse", reason="Nghỉ thai sản (mẫu)", **about)
    assert "Nghỉ thai sản (mẫu)" in (await officer.get(f"{here}?state=excused")).text
    assert "Đánh giá năm" not in (await site.as_("an").get()).text
    await officer.post_form(here, action="expect", **about)
    assert "Đánh giá năm" in (await site.as_("an").get()).text


async def test_a_form_that_is_wrong_comes_back_with_each_reason_and_what_was_typed(
    called: Any,
) -> None:
    wrong = SAID | {"year": "2024", "closes_on": "2026-02-01", "title": ""}
    del wrong["full_time"]
    answer = await called.as_("bo").post_form("campaigns", **wrong, groups="b")
    text = words(answer.text)
    assert answer.status == 422
    for reason in ("Hãy ghi tên đợt", "Ngày cuối phải sau", "Năm phải là năm"):
        assert reason in text
    assert 'value="2024"' in answer.text and 'value="b" checked' in answer.text
    with called.records.read() as session:
        assert not campaigns.all_campaigns(session)


async def test_a_post_is_marked_on_the_person_s_page(called: Any) -> None:
    site = called
    with site.records.read() as session:
        binh = persons.find_person(session, "binh").id
    answer = await site.as_("can-bo").post_form(f"people/{binh}", act="post", full_time="1")
    assert answer.status == 302
    with site.records.read() as session:
        assert session.get_one(Person, binh).full_time_digital
    await site.as_("can-bo").post_form(f"people/{binh}", act="post")
    with site.records.read() as session:
        assert not session.get_one(Person, binh).full_time_digital


async def test_when_it_has_ended_nobody_is_called_any_more(called: Any) -> None:
    site = called
    key = await opened(site)
    await site.as_("quan").post_form(f"campaigns/{key}", action="close")
    page = (await site.as_("bo").get(f"campaigns/{key}")).text
    assert 'value="invite"' not in page and "đã kết thúc" in page
    answer = await site.as_("bo").post_form(f"campaigns/{key}", action="invite")
    assert answer.status == 422 and "Đợt đánh giá này đã kết thúc" in answer.text
    assert "Đánh giá năm" not in (await site.as_("an").get()).text
    assert site.clock.at < dt.datetime(2026, 12, 31, tzinfo=dt.UTC), "it ended by decision"


async def test_a_unit_without_a_campaign_says_so(called: Any) -> None:
    page = await called.as_("can-bo").get(f"units/{called.facts['unit']}/campaign")
    assert page.status == 200 and "Chưa có đợt đánh giá nào" in page.text
    with called.records.begin() as session:
        actor = access.load_actor(session, "bo", at=called.clock.at)
        said = campaign_acts.Said(
            2026, "Nhóm c (mẫu)", dt.date(2026, 11, 1), dt.date(2026, 12, 9), False, ("c",)
        )
        campaign_acts.open_campaign(session, actor, said, at=called.clock.at)
    page = await called.as_("can-bo").get(f"units/{called.facts['unit']}/campaign")
    assert "Không có ai." in page.text
