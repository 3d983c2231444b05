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


def typed_in(page: Any, name: str) -> str:
    """What a cell that is to be mended says, typed or chosen."""
    tag = re.search(rf'<(input|select) name="{name}"[^>]*>(<option value="([^"]*)")?', page.text)
    assert tag, name
    return tag[3] if tag[1] == "select" else re.findall(r' value="([^"]*)"', tag[0])[0]


def kept_in(page: Any) -> str:
    return re.findall(r'name="kept" value="([0-9a-f]+)"', page.text)[0]


async def test_what_is_wrong_is_mended_on_the_page_and_imported_without_a_second_file(site):
    officer = site.as_("can-bo")
    wrong = await officer.upload("roster", "ds.csv", GAPPY.format("99").encode(), how="check")
    assert wrong.status == 422
    assert typed_in(wrong, "fix-2-unit") == "99"
    assert typed_in(wrong, "fix-3-group") == "z"
    half = await officer.post_form(
        "roster", how="check", kept=kept_in(wrong), **{"fix-2-unit": "15", "fix-3-group": "y"}
    )
    assert half.status == 422
    assert 'type="hidden" name="fix-2-unit" value="15"' in half.text, "what was mended stays so"
    assert typed_in(half, "fix-3-group") == "y"
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


# --- what is said beside the file ---------------------------------------------------------------

BARE = "Mã cán bộ,Họ tên,Thư cơ quan\nTN-9,Trần Thị Ánh,anh@example.vn\nTN-10,Lê Văn Bình,\n"
LAO_CAI = "tỉnh/2025/15"


def visible_text(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def person_of(site: Any, code: str) -> Any:
    with site.records.read() as session:
        return persons.find_person_by_code(session, code)


async def test_a_list_without_unit_and_group_is_for_one_unit_and_one_group(site):
    officer = site.as_("can-bo")
    asked = await officer.upload("roster", "ds.csv", BARE.encode(), how="import")
    assert asked.status == 422
    said = visible_text(asked)
    assert "Chưa thấy cột “Mã đơn vị”" in said and "Chưa thấy cột “Nhóm đối tượng”" in said
    assert "d) Nhân sự chuyển đổi số cấp huyện" in said, "the letters are said in words"
    assert person_of(site, "TN-9") is None
    wrong = await officer.post_form("roster", how="check", kept=kept_in(asked), unit="xx")
    assert wrong.status == 422 and 'id="all-unit-fault"' not in wrong.text
    assert 'id="new-unit-fault"' in wrong.text
    said_so = {"unit": LAO_CAI, "group": "d", "col-2": "email"}
    good = await officer.post_form("roster", how="check", kept=kept_in(wrong), **said_so)
    assert good.status == 200
    assert "Lào Cai" in good.text and "anh@example.vn" in good.text
    done = await officer.post_form("roster", how="import", kept=kept_in(good), **said_so)
    assert "Đã nhập xong" in done.text
    person = person_of(site, "TN-9")
    assert (person.audience_group, person.email) == ("d", "anh@example.vn")
    assert person.unit_id == person_of(site, "TN-10").unit_id is not None


async def test_the_unit_of_all_is_one_of_the_officer_s_own(site):
    for unit in ("tỉnh/2025/48", "48", "Đà Nẵng"):
        answer = await site.as_("can-bo").upload(
            "roster", "ds.csv", BARE.encode(), how="import", unit=unit, group="d"
        )
        assert answer.status == 422, unit
        assert 'id="new-unit-fault"' in answer.text
    assert person_of(site, "TN-9") is None
    done = await site.as_("bo").upload(
        "roster", "ds.csv", BARE.encode(), how="import", unit="Đà Nẵng", group="d"
    )
    assert "Đã nhập xong" in done.text


async def test_which_column_is_which_is_said_without_the_file_again(site):
    head = "STT,Số hiệu,Cán bộ,Nhóm,Nơi <b>làm\n"
    listed = f"{head}1,TN-9,Trần Thị Ánh,c,15\n2,TN-10,Lê Bình,c,15\n"
    asked = await site.as_("bo").upload("roster", "ds.csv", listed.encode(), how="check")
    assert asked.status == 422
    assert "không dùng đến: STT, Số hiệu, Cán bộ, Nơi &lt;b&gt;làm" in asked.text
    for field in ("col-0", "col-1", "col-2", "col-3", "col-4"):
        assert f'name="{field}"' in asked.text
    columns = {"col-0": "", "col-1": "code", "col-2": "full_name", "col-3": "group"}
    again = await site.as_("bo").post_form(
        "roster", how="check", kept=kept_in(asked), **columns, **{"col-4": "unit"}
    )
    assert "khớp 2 đơn vị" in again.text, "15 is in two lists"
    good = await site.as_("bo").post_form(
        "roster", how="check", kept=kept_in(again), **columns, **{"col-4": ""}, unit=LAO_CAI
    )
    assert good.status == 200
    assert "Người mới (2)" in good.text


async def test_rows_are_left_out_and_taken_back(site):
    officer = site.as_("can-bo")
    wrong = await officer.upload("roster", "ds.csv", GAPPY.format("15").encode(), how="check")
    assert wrong.text.count('name="leave"') == 1, "of the row that is wrong"
    good = await officer.post_form("roster", how="check", kept=kept_in(wrong), leave="3")
    assert good.status == 200
    assert "Người mới (1)" in good.text
    assert 'name="leave" value="3" checked' in good.text
    back = await officer.post_form("roster", how="check", kept=kept_in(good))
    assert back.status == 422
    done = await officer.post_form("roster", how="import", kept=kept_in(back), leave="3")
    assert "Đã nhập xong" in done.text
    assert person_of(site, "TN-9") and not person_of(site, "TN-10")
    with site.records.read() as session:
        (line,) = audit.entries(session, actions=("roster.import",))
        assert line.detail["left_out"] == 1


async def test_a_unit_is_chosen_among_those_of_its_code_and_by_its_whole_key(site):
    listed = "Mã cán bộ,Họ tên,Nhóm,Mã đơn vị\nTN-9,Trần Thị Ánh,c,44\nTN-10,Lê Văn Bình,c,48\n"
    listed = listed.replace("48", "tỉnh/2025/48")
    asked = await site.as_("bo").upload("roster", "ds.csv", listed.encode(), how="check")
    assert asked.status == 422
    assert '<option value="tỉnh/2025/44">Quảng Trị – tỉnh/2025/44</option>' in asked.text
    good = await site.as_("bo").post_form(
        "roster", how="check", kept=kept_in(asked), **{"fix-2-unit": "tỉnh/2025/44"}
    )
    assert good.status == 200
    said = visible_text(good)
    assert "Quảng Trị" in said and "Đà Nẵng" in said


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
    assert typed_in(wrong, "fix-2-unit") == "99"
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
