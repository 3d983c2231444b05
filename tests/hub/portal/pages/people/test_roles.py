"""Giving and taking roles on the page: what stands there, who may, what a refused form says."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from records.people import persons
from records.platform import audit
from school import access


def give(site: Any, by: str, **said: str) -> Any:
    return site.as_(by).post_form("roles", **{"who": "binh", "role": "instructor", **said})


def roles(site: Any, username: str, at: dt.datetime | None = None) -> frozenset[str]:
    with site.records.read() as session:
        return access.load_actor(session, username, at=at or site.clock.at).roles


def grant_of(page: str, name: str) -> str:
    found = re.search(rf"{re.escape(name)}.*?name=\"withdraw\" value=\"(\d+)\"", page, re.S)
    assert found, page
    return found[1]


async def test_a_role_is_given_shown_with_its_history_and_taken_back(site: Any) -> None:
    given = await give(site, "quan", ends_on="2026-12-31")
    assert given.status == 302
    page = (await site.as_("quan").get("roles?q=tran+van+binh")).text
    assert "Trần Văn Bình (mẫu)" in page
    assert "Lê Thị Giảng (mẫu)" not in page.partition("Thay đổi gần đây")[0], "searched"
    assert "đến hết 31/12/2026" in page
    history = re.sub(r"<[^>]+>", " ", page.partition("Thay đổi gần đây")[2])
    assert "Giao: giảng viên" in history
    assert "Đỗ Thị Quản (mẫu)" in history
    number = grant_of(page, "Trần Văn Bình")
    gone = await site.as_("quan").post_form("roles", withdraw=number)
    assert gone.status == 302
    assert roles(site, "binh") == {"learner"}
    again = await site.as_("quan").post_form("roles", withdraw=number)
    assert (again.status, "đã được thôi giao" in again.text) == (422, True)
    with site.records.read() as session:
        actions = [entry.action for entry in audit.entries(session)]
    assert actions == ["role.withdraw", "role.grant"]


async def test_a_role_that_ends_gives_nothing_the_day_after_in_an_open_session(site: Any) -> None:
    await give(site, "quan", ends_on="2026-11-23")
    browser = site.as_("binh")
    assert (await browser.get("teaching")).status == 200
    site.clock.at = dt.datetime(2026, 11, 23, 16, 59, tzinfo=dt.UTC)
    assert (await browser.get("teaching")).status == 200
    site.clock.at += dt.timedelta(minutes=1)
    assert (await browser.get("teaching")).status == 404
    assert "đã hết" in (await site.as_("quan").get("roles?q=binh")).text


async def test_a_refused_form_says_why_at_its_field_and_keeps_what_was_typed(site: Any) -> None:
    for said, field, why in (
        ({"who": "khong-co"}, "who", "Không có ai mang tên đăng nhập hoặc mã khong-co"),
        ({"role": "unit-officer"}, "unit", "cần mã đơn vị"),
        ({"role": "unit-officer", "unit": "xyz"}, "unit", "mang mã “xyz”"),
        ({"ends_on": "hôm qua"}, "ends_on", "Ngày không đúng"),
        ({"starts_on": "2026-12-02", "ends_on": "2026-12-01"}, "ends_on", "Ngày cuối phải từ"),
        ({"who": ""}, "who", "Hãy điền mục này"),
    ):
        answer = await give(site, "quan", **said)
        assert answer.status == 422, said
        at = re.search(rf'<span class="fault" id="{field}-fault">([^<]*)<', answer.text)
        assert at and why in at[1], (said, answer.text)
    answer = await give(site, "quan", who="khong-co", unit="15")
    assert 'value="khong-co"' in answer.text
    assert 'name="unit" maxlength="100" autocomplete="off" value="15"' in answer.text
    english = await site.as_("quan", "en").post_form("roles", who="khong-co", role="auditor")
    assert "Nobody has the login name or code khong-co" in english.text


async def test_an_officer_of_the_ministry_gives_no_role_of_their_own_height(site: Any) -> None:
    page = (await site.as_("bo").get("roles")).text
    offered = re.findall(r'<option value="([a-z-]+)"', page.partition("<h2>Giao vai trò</h2>")[2])
    assert offered == ["instructor", "unit-officer"]
    for said in ({"role": "administrator"}, {"role": "auditor"}, {"who": "bo"}):
        answer = await give(site, "bo", **said)
        assert answer.status == 422, said
        assert "không giao hoặc thôi giao được" in answer.text
    assert roles(site, "binh") == {"learner"}
    assert roles(site, "bo") == {"ministry-officer"}
    own = await site.as_("quan").get("roles")
    number = grant_of(own.text, "Đỗ Thị Quản")
    assert (await site.as_("bo").post_form("roles", withdraw=number)).status == 422
    assert "administrator" in roles(site, "quan")


async def test_an_officer_of_a_unit_sees_and_appoints_below_only(site: Any) -> None:
    with site.records.begin() as session:
        province = persons.find_unit(session, "province", "2025", "15")
        assert province
        persons.add_unit(
            session, kind="commune", vintage="2025", code="02650", name="Xã Một (mẫu)",
            parent_id=province.id,
        )  # fmt: skip
    page = (await site.as_("can-bo").get("roles")).text
    assert "Phạm Văn Đơn (mẫu)" in page
    assert "Đỗ Thị Quản (mẫu)" not in page
    assert "Thay đổi gần đây" not in page
    high = await give(site, "can-bo", role="unit-officer", unit="15")
    assert high.status == 422
    below = await give(site, "can-bo", role="unit-officer", unit="02650")
    assert below.status == 302
    assert "unit-officer" in roles(site, "binh")


async def test_the_last_administrator_stays(site: Any) -> None:
    page = (await site.as_("quan").get("roles")).text
    answer = await site.as_("quan").post_form("roles", withdraw=grant_of(page, "Đỗ Thị Quản"))
    assert answer.status == 422
    assert "quan là người quản trị cuối cùng" in answer.text
    ended = await give(site, "quan", who="quan", role="administrator", ends_on="2026-12-31")
    assert ended.status == 422
    assert "administrator" in roles(site, "quan")


async def test_an_auditor_looks_and_changes_nothing(site: Any) -> None:
    page = await site.as_("kiem").get("roles")
    assert page.status == 200
    assert 'name="withdraw"' not in page.text
    assert "<h2>Giao vai trò</h2>" not in page.text
    assert (await give(site, "kiem")).status == 404
    assert (await site.as_("an").get("roles")).status == 404
