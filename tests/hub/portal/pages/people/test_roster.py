"""A list is sent once: looked at, mended on the page, then imported."""

from __future__ import annotations

import re
from typing import Any

import pytest

from records.people import persons

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
