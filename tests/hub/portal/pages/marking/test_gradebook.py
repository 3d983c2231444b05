"""The gradebook on its page and as a file; the register of lecturers that opens it."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import openpyxl
import pytest
from stocked import COURSE, TEMPLATE, stock

from records.courses.lecturers import load_register
from records.learning.enrolments import begin_course
from records.people import persons
from records.people.looks import looks_at
from records.platform import audit
from school.marking import gradebook

BOOK = f"teaching/courses/{COURSE}/gradebook"


@pytest.fixture
async def stocked(make_site: Any) -> Any:
    made, server = await make_site(TEMPLATE)
    made.facts = stock(made)
    yield made
    server.stop()
    await server.close_all_connections()
    made.portal.threads.shutdown()
    made.portal.close()


async def test_a_lecturer_reads_filters_and_takes_it_away_and_learners_find_out(
    stocked: Any,
) -> None:
    teacher = stocked.as_("thay")
    page = (await teacher.get(BOOK)).text
    assert "Nguyễn Thị An (mẫu)" in page
    assert "Tải Excel" in page
    assert "Không có ai khớp" in (await teacher.get(f"{BOOK}?q=binh")).text
    assert (await teacher.get(f"{BOOK}?lesson=bai-mau&state=x&unit=²&class=x")).status == 200
    text = (await teacher.get(f"{BOOK}.csv?q=an")).body.decode("utf-8-sig")
    assert text.splitlines()[0].startswith('"Mã cán bộ";"Họ và tên"')
    assert '"TN-AN";"Nguyễn Thị An (mẫu)"' in text
    sheets = openpyxl.load_workbook(io.BytesIO((await teacher.get(f"{BOOK}.xlsx")).body))
    assert sheets.sheetnames == ["Sổ điểm", "Từng bài tập"]
    assert sheets["Sổ điểm"]["B2"].value == "Nguyễn Thị An (mẫu)"
    assert sheets["Từng bài tập"].max_row > 5
    with stocked.records.read() as session:
        learner = persons.find_person(session, "an")
        assert any(seen.what == "gradebook" for seen in looks_at(session, learner.id))
        taken = audit.entries(session, actions=("gradebook.export",))
        assert len(taken) == 2


async def test_names_cannot_become_formulas_in_a_file(stocked: Any) -> None:
    with stocked.records.begin() as session:
        persons.find_person(session, "an").full_name = '=HYPERLINK("x") (mẫu)'
    text = (await stocked.as_("thay").get(f"{BOOK}.csv")).text
    assert "\"'=HYPERLINK" in text


async def test_an_instructor_of_another_course_finds_no_gradebook_and_cannot_let_themselves_in(
    stocked: Any,
) -> None:
    officer, teacher = stocked.as_("bo"), stocked.as_("thay")
    with stocked.records.read() as session:
        [line] = [one.id for one in load_register(session)]
    await officer.post_form("lecturers", end=line)
    assert (await teacher.get(BOOK)).status == 404
    assert (await teacher.get(f"{BOOK}.xlsx")).status == 404
    assert "Sổ điểm chỉ mở" in (await teacher.get(f"teaching/courses/{COURSE}")).text
    said = {"who": "thay", "course": COURSE, "certificate": "GV-2 (mẫu)"}
    assert (await teacher.post_form("lecturers", **said)).status == 404
    assert (await officer.post_form("lecturers", **{**said, "who": "bo"})).status == 422
    await officer.post_form("lecturers", **said)
    page = (await officer.get("lecturers")).text
    assert "GV-2 (mẫu)" in page
    assert re.search(r"đã hết", page)
    assert (await teacher.get(BOOK)).status == 200


async def test_a_paper_of_this_platform_must_be_the_lecturers_own(stocked: Any) -> None:
    said = {"who": "binh", "course": COURSE, "certificate": stocked.facts["certificate"]}
    answer = await stocked.as_("bo").post_form("lecturers", **said)
    assert answer.status == 422
    assert "là của người khác" in answer.text


async def test_a_book_of_more_learners_than_a_page_is_paged_with_its_filter(
    stocked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gradebook, "PAGE", 1)
    with stocked.records.begin() as session:
        other = persons.find_person(session, "thay")
        begin_course(session, other.id, COURSE, at=dt.datetime.now(dt.UTC))
    page = (await stocked.as_("thay").get(f"{BOOK}?q=t")).text
    assert "1–1 trong 2" in page
    assert re.search(r'gradebook\?q=t[^"]*from=1', page)
