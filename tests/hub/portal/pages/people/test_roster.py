"""A list is sent once: looked at, mended on the page, then imported."""

from __future__ import annotations

import asyncio
import re
import threading
from typing import Any

import pytest

from hub.portal.pages.people import roster
from hub.portal.roster_jobs import RosterJobs
from records.people import persons
from records.platform import audit

GAPPY = (
    "Mã cán bộ,Họ tên,Nhóm đối tượng,Danh mục,Mã đơn vị\n"
    "TN-9,Trần Thị Ánh,c,2025,{}\nTN-10,Lê Văn Bình,z,2025,15\n"
)
GOOD = GAPPY.format("15").replace(",z,", ",c,")


@pytest.fixture
def site(bare_site: Any) -> Any:
    return bare_site


def kept_in(page: Any) -> str:
    return re.findall(r'name="kept" value="([0-9a-f]+)"', page.text)[0]


async def test_what_is_wrong_is_mended_on_the_page_and_imported_without_a_second_file(site):
    officer = site.as_("can-bo")
    wrong = await officer.upload("roster", "ds.csv", GAPPY.format("99").encode(), how="check")
    assert wrong.status == 422
    assert 'name="fix-2-unit" value="99"' in wrong.text
    assert 'name="fix-3-group" value="z"' in wrong.text
    half = await officer.post_form(
        "roster", how="check", kept=kept_in(wrong), **{"fix-2-unit": "15", "fix-3-group": "y"}
    )
    assert half.status == 422
    assert 'type="hidden" name="fix-2-unit" value="15"' in half.text, "what was mended stays so"
    assert 'name="fix-3-group" value="y"' in half.text
    mended = {"fix-2-unit": "15", "fix-3-group": "c"}
    good = await officer.post_form("roster", how="check", kept=kept_in(half), **mended)
    assert good.status == 200
    assert "đã sửa 2 ô" in good.text
    assert "Người mới (2)" in good.text
    done = await officer.post_form("roster", how="import", kept=kept_in(good), **mended)
    assert "Đã nhập xong" in done.text
    with site.records.read() as session:
        assert persons.find_person_by_code(session, "TN-10").full_name == "Lê Văn Bình"
    again = await officer.post_form("roster", how="import", kept=kept_in(good), **mended)
    assert again.status == 422
    assert "chỉ được giữ một giờ" in again.text


async def test_what_changes_and_who_may_be_there_twice_is_shown(site):
    officer = site.as_("can-bo")
    good = GOOD
    assert (
        "Đã nhập xong"
        in (await officer.upload("roster", "ds.csv", good.encode(), how="import")).text
    )
    changed = good.replace("TN-9,Trần Thị Ánh,c", "TN-9,Trần Thị Ánh,d").replace("TN-10", "TN-11")
    page = (await officer.upload("roster", "ds.csv", changed.encode(), how="check")).text
    assert "Thay đổi (1)" in page
    assert "<del>c</del> → <ins>d</ins>" in page
    assert "Có thể trùng: 1 người mới" in page
    assert "người mang mã TN-10" in page


async def test_another_officers_file_is_not_to_be_had(site):
    looked = await site.as_("bo").upload("roster", "ds.csv", GOOD.encode(), how="check")
    other = await site.as_("can-bo").post_form("roster", how="import", kept=kept_in(looked))
    assert other.status == 422
    with site.records.read() as session:
        assert persons.find_person_by_code(session, "TN-9") is None


async def test_a_file_beyond_all_bounds_is_told_at_its_field_and_never_held(site):
    content = b"x" * 27_000_000
    for who, page in (("can-bo", "roster"), ("bo", "units/import")):
        answer = await site.as_(who).upload(page, "ds.csv", content, how="check")
        assert answer.status == 422
        assert "Tệp lớn hơn 10 MB nên không nhận" in answer.text
        assert 'id="file-fault"' in answer.text


# --- long lists ---------------------------------------------------------------------------------


@pytest.fixture
def any_list_is_long(monkeypatch):
    monkeypatch.setattr(roster, "DIRECT_ROWS", 1)


@pytest.fixture
def held(site):
    """The portal's jobs, each held while it says how far it is, until the event is set."""
    jobs, go_on = site.portal.roster_jobs, threading.Event()
    work = jobs._work

    def wait_and_work(order, step, tell):
        step("checking")
        tell.checked(12_000, 50_000)
        go_on.wait(20)
        return work(order, step, tell)

    jobs._work = wait_and_work
    yield go_on
    go_on.set()


async def begun(officer):
    """The page of the officer's job once its turn has come."""
    while "chờ đến lượt" in (page := await officer.get("roster/progress")).text:
        await asyncio.sleep(0.02)
    return page


async def outcome_of(officer):
    """The page of the officer's job once it is done."""
    for _ in range(400):
        page = await officer.get("roster/progress")
        if "Refresh" not in page.headers:
            return page
        await asyncio.sleep(0.02)
    raise AssertionError("the job does not end")


@pytest.mark.usefixtures("any_list_is_long")
async def test_a_long_list_is_checked_mended_and_imported_behind_a_page_of_its_own(site):
    officer = site.as_("can-bo")
    sent = await officer.upload("roster", "ds.csv", GAPPY.format("99").encode(), how="check")
    assert (sent.status, sent.headers["Location"]) == (303, "/services/portal/roster/progress")
    wrong = await outcome_of(officer)
    assert 'name="fix-2-unit" value="99"' in wrong.text
    mended = {"fix-2-unit": "15", "fix-3-group": "c"}
    await officer.post_form("roster", how="check", kept=kept_in(wrong), **mended)
    good = await outcome_of(officer)
    assert "đã sửa 2 ô" in good.text
    assert "Người mới (2)" in good.text
    await officer.post_form("roster", how="import", kept=kept_in(good), **mended)
    assert "Đã nhập xong" in (await outcome_of(officer)).text
    assert "Đã nhập xong" in (await officer.get("roster/progress")).text, "a reload says it again"
    assert "đã xử lý xong" in (await officer.get("roster")).text
    with site.records.read() as session:
        assert persons.find_person_by_code(session, "TN-10").full_name == "Lê Văn Bình"
        (line,) = audit.entries(session, actions=("roster.import",))
        assert line.actor == f"person:{persons.find_person(session, 'can-bo').id}"
        assert line.detail["added"] == 2


@pytest.mark.usefixtures("any_list_is_long")
async def test_how_far_it_is_is_shown_to_its_owner_alone_who_starts_no_second(site, held):
    officer = site.as_("can-bo")
    await officer.upload("roster", "ds.csv", GOOD.encode(), how="import")
    page = await begun(officer)
    assert page.headers["Refresh"] == "2"
    assert "Đã kiểm tra 12.000 trên 50.000 dòng." in page.text
    assert '<progress max="50000" value="12000"' in page.text
    assert "Refresh" not in (await officer.get("roster/progress?xem=dung")).headers
    assert (await officer.get("roster")).headers["Location"].endswith("roster/progress")
    second = await officer.upload("roster", "ds.csv", GOOD.encode(), how="import")
    assert second.status == 422
    assert "đang được xử lý; xin chờ" in second.text
    other = await site.as_("bo").get("roster/progress")
    assert other.status == 200
    assert "<progress" not in other.text
    assert "ds.csv" not in other.text
    assert (await site.as_("an").get("roster/progress")).status == 404
    assert (await site.as_("an").get("catalogue")).status == 200, "others are answered meanwhile"
    held.set()
    assert "Đã nhập xong" in (await outcome_of(officer)).text


@pytest.mark.usefixtures("any_list_is_long")
async def test_who_loses_the_role_while_the_list_waits_imports_nothing(site, held):
    officer = site.as_("can-bo")
    await officer.upload("roster", "ds.csv", GOOD.encode(), how="import")
    with site.records.begin() as session:
        person = persons.find_person(session, "can-bo")
        assert persons.withdraw_role(session, person.id, "unit-officer", person.unit_id)
    held.set()
    job = site.portal.roster_jobs.of(person.id, at=site.clock.at)
    while job.running:
        await asyncio.sleep(0.02)
    assert job.outcome is None
    with site.records.read() as session:
        assert persons.find_person_by_code(session, "TN-9") is None


@pytest.mark.usefixtures("any_list_is_long")
async def test_a_portal_that_is_ended_in_the_middle_saves_nothing_and_says_so(site, held, tmp_path):
    officer = site.as_("can-bo")
    await officer.upload("roster", "ds.csv", GOOD.encode(), how="import")
    jobs = site.portal.roster_jobs
    jobs.close()
    held.set()
    jobs._thread.shutdown(wait=True)
    again = RosterJobs(jobs._folder, jobs._work)
    object.__setattr__(site.portal, "roster_jobs", again)
    said = (await officer.get("roster/progress")).text  # where the page reloads by itself
    assert said.count("chưa lưu gì cả") == 1
    said = (await officer.get("roster")).text
    assert "khi đang nhập danh sách ds.csv: chưa lưu gì cả" in said
    assert "gửi lại từ đầu" in said
    assert "khởi động lại" not in (await site.as_("bo").get("roster")).text
    with site.records.read() as session:
        assert persons.find_person_by_code(session, "TN-9") is None
    await officer.upload("roster", "ds.csv", GOOD.encode(), how="import")
    assert "Đã nhập xong" in (await outcome_of(officer)).text
    assert "khởi động lại" not in (await officer.get("roster")).text
    again.close()


@pytest.mark.usefixtures("any_list_is_long")
async def test_a_list_that_was_imported_just_before_the_end_is_not_called_lost(site):
    officer = site.as_("can-bo")
    await officer.upload("roster", "ds.csv", GOOD.encode(), how="import")
    jobs = site.portal.roster_jobs
    owner, order = next((owner, job.order) for owner, job in jobs._jobs.items())
    await outcome_of(officer)
    jobs.note_down(owner, order)  # as if the power had gone between the commit and this
    object.__setattr__(site.portal, "roster_jobs", RosterJobs(jobs._folder, jobs._work))
    assert "đã nhập xong, ngay trước khi" in (await officer.get("roster")).text
    site.portal.roster_jobs.close()


@pytest.mark.usefixtures("any_list_is_long")
async def test_a_long_list_that_cannot_be_read_is_told_at_its_field(site, monkeypatch):
    monkeypatch.setattr(roster, "DIRECT_BYTES", 1)
    officer = site.as_("can-bo")
    await officer.upload("roster", "ds.csv", b"a,b\n1,2\n", how="check")
    page = await outcome_of(officer)
    assert 'id="file-fault"' in page.text
    assert "Chưa nhập" not in page.text
