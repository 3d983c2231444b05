"""One person's page: who sees it, and each act on it by its form."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from records.people import persons, security_keys
from records.platform import audit
from records.tables.people import Person

DAY = "2026-11-20"


def key_of(site: Any, username: str) -> int:
    with site.records.read() as session:
        person = persons.find_person(session, username)
        assert person
        return int(person.id)


def the_person(site: Any, key: int) -> Person:
    with site.records.read() as session:
        found: Person = session.get_one(Person, key)
        return found


async def test_officers_see_people_of_their_units_and_learners_nobody(site: Any) -> None:
    an = key_of(site, "an")
    assert "Nguyễn Thị An (mẫu)" in (await site.as_("can-bo").get(f"people/{an}")).text
    for username in ("binh", "thay", "an"):
        assert (await site.as_(username).get(f"people/{an}")).status == 404, username
    with site.records.begin() as session:
        elsewhere = persons.find_unit(session, "province", "2025", "48")
        assert elsewhere
        session.get_one(Person, an).unit_id = elsewhere.id
    assert (await site.as_("can-bo").get(f"people/{an}")).status == 404
    assert (await site.as_("bo").get("people/999999")).status == 404


async def test_forms_transfer_let_go_and_take_back(site: Any) -> None:
    an, bo = key_of(site, "an"), site.as_("bo")
    with site.records.read() as session:
        there = persons.find_unit(session, "province", "2025", "48")
        assert there
    path = f"people/{an}"
    refused = await bo.post_form(path, act="transfer", unit=there.id, day=DAY, reason="")
    assert refused.status == 422
    assert 'aria-describedby="why-transfer-fault"' in refused.text
    assert f'value="{there.id}" selected' in refused.text, "what was chosen stays"
    odd = await bo.post_form(path, act="transfer", unit="x", day="hôm qua", reason="x")
    assert odd.status == 422 and "Hãy chọn ngày" in odd.text
    done = await bo.post_form(path, act="transfer", unit=there.id, day=DAY, reason="Điều động")
    assert done.status == 302
    assert the_person(site, an).unit_id == there.id
    assert "Điều động" in (await bo.get(path)).text
    await bo.post_form(path, act="leave", day=DAY, reason="Nghỉ hưu")
    assert "Đã rời đi" in (await bo.get(path)).text
    assert (await site.as_("an").get("")).status == 403, "no login any more"
    await bo.post_form(path, act="return", day=DAY, reason="Trở lại")
    assert (await site.as_("an").get("")).status == 200


async def test_erasing_asks_twice_and_who_holds_a_role_is_kept(site: Any) -> None:
    an, thay, bo = key_of(site, "an"), key_of(site, "thay"), site.as_("bo")
    unsure = await bo.post_form(f"people/{an}", act="erase", reason="Theo yêu cầu")
    assert unsure.status == 422 and the_person(site, an).full_name
    refused = await bo.post_form(f"people/{thay}", act="erase", reason="x", sure="1")
    assert refused.status == 422 and "instructor" in refused.text
    by_unit = await site.as_("can-bo").post_form(f"people/{an}", act="erase", reason="x", sure="1")
    assert by_unit.status == 404
    done = await bo.post_form(f"people/{an}", act="erase", reason="Theo yêu cầu", sure="1")
    assert done.status == 302
    page = await bo.get(f"people/{an}")
    assert "Nguyễn Thị An" not in page.text and "đã xóa" in page.text
    assert (await site.as_("an").get("")).status == 403


async def test_two_who_are_one_are_joined_by_the_code_of_the_other(site: Any) -> None:
    an, binh, bo = key_of(site, "an"), key_of(site, "binh"), site.as_("bo")
    with site.records.begin() as session:
        session.get_one(Person, binh).code = "TN-02"
    wrong = await bo.post_form(f"people/{an}", act="merge", code="TN-99", reason="Trùng")
    assert wrong.status == 422 and 'value="TN-99"' in wrong.text
    done = await bo.post_form(f"people/{an}", act="merge", code="TN-02", reason="Trùng")
    assert done.status == 302
    assert the_person(site, binh).merged_into == an
    assert "gộp vào" in (await bo.get(f"people/{binh}")).text


async def test_administrators_take_lost_keys_away_and_officers_cannot(site: Any) -> None:
    an, quan = key_of(site, "an"), site.as_("quan")
    path, button = f"people/{an}", "Thu hồi khóa và mã dự phòng"
    assert button not in (await quan.get(path)).text, "there are none"
    for person_id in (an, key_of(site, "quan")):
        with site.records.begin() as session:
            assert security_keys.add_key(
                session, person_id, name="khóa (mẫu)", credential_id=b"%d" % person_id,
                public_key=b"x", sign_count=0, transports=(), at=site.clock(),
            )  # fmt: skip
    for username in ("bo", "can-bo"):
        officer = site.as_(username)
        assert button not in (await officer.get(path)).text
        assert (await officer.post_form(path, act="keys")).status == 404
    assert button in (await quan.get(path)).text
    assert (await quan.post_form(path, act="keys")).status == 302
    with site.records.read() as session:
        assert not security_keys.has_keys(session, an)
        assert security_keys.ending_asked(session, an)
    again = await quan.post_form(path, act="keys")
    assert (again.status, "không có khóa bảo mật nào" in again.text) == (422, True)
    own = f"people/{key_of(site, 'quan')}"
    assert button not in (await quan.get(own)).text
    assert "nhờ một quản trị khác" in (await quan.post_form(own, act="keys")).text


async def test_the_new_unit_is_found_by_words_without_script(site: Any) -> None:
    an, bo = key_of(site, "an"), site.as_("bo")
    asked = f"people/{an}"
    with site.records.begin() as session:
        above = persons.find_unit(session, "province", "2025", "48")
        for number in range(70):
            about = {"code": f"{number:05}", "name": f"Phường Mẫu {number}", "vintage": "2025"}
            persons.add_unit(session, kind="commune", parent_id=above.id, **about)
    assert "hãy tìm trước rồi chọn" in (await bo.get(asked)).text
    page = (await bo.get(f"{asked}?{urlencode({'unit_q': 'da nang'})}")).text
    assert re.search(r"<option value=\"\d+\">Đà Nẵng</option>", page)
    assert "Lào Cai</option>" not in page
    assert "Có 71 đơn vị khớp, ô bên dưới có 60" in page
    none = (await bo.get(f"{asked}?{urlencode({'unit_q': '<b>không có'})}")).text
    assert "Không tìm thấy đơn vị nào" in none and "<b>không" not in none


async def test_the_reason_for_an_erasure_is_kept_and_says_nothing_of_whom(site: Any) -> None:
    an, bo = key_of(site, "an"), site.as_("bo")
    path = f"people/{an}"
    for said in ("Chị Nguyễn Thị An xin xóa (mẫu): nguyen thi an (mau)", "Thẻ 0123 4567 8901"):
        refused = await bo.post_form(path, act="erase", reason=said, sure="1")
        assert refused.status == 422 and "giữ mãi trong nhật ký" in refused.text
    assert (await bo.post_form(path, act="erase", reason="Theo yêu cầu", sure="1")).status == 302
    with site.records.read() as session:
        [entry] = audit.entries(session, actions=["person.erase"])
        assert entry.detail == {"reason": "Theo yêu cầu"}


@pytest.fixture
def asking(site: Any) -> Any:
    """The site, where people are asked what they open somebody's page for."""
    settings = site.portal.settings.model_copy(update={"ask_purpose": True})
    object.__setattr__(site.portal, "settings", settings)
    return site


async def test_nobody_is_asked_what_for_unless_the_ministry_wants_it(site: Any) -> None:
    assert "Nguyễn Thị An" in (await site.as_("bo").get(f"people/{key_of(site, 'an')}")).text


async def test_who_opens_somebodys_page_says_what_for_and_the_person_reads_it(asking: Any) -> None:
    path, officer = f"people/{key_of(asking, 'an')}", asking.as_("can-bo")
    first = await officer.get(path)
    assert "để làm gì?" in first.text
    assert "Nguyễn Thị An" not in first.text, "nothing is shown before it is said"
    for said, reason in (
        ({"words": "x"}, "Hãy chọn mục đích"),
        ({"purpose": "other", "words": " 12 "}, "Hãy ghi rõ là việc gì"),
        ({"purpose": "other", "words": "a" * 151}, "Dài quá 150 ký tự"),
    ):
        refused = await officer.post_form(path, act="purpose", **said)
        assert refused.status == 422
        assert reason in refused.text
        assert "Nguyễn Thị An" not in refused.text
        assert said["words"].strip() in refused.text, "what was typed stays"
    said = await officer.post_form(path, act="purpose", purpose="other", words="Đối chiếu <b>")
    assert (said.status, said.headers["Location"]) == (303, "/services/portal/" + path)
    assert "Nguyễn Thị An" in (await officer.get(path)).text
    own = await asking.as_("an").get("my-data")
    assert "trang cá nhân – Việc khác: Đối chiếu &lt;b&gt;" in own.text
    assert own.text.count("trang cá nhân") == 1, "to say it and to look are one look"


async def test_a_purpose_holds_an_hour_and_for_one_person(asking: Any) -> None:
    path, bo = f"people/{key_of(asking, 'an')}", asking.as_("bo")
    await bo.post_form(path, act="purpose", purpose="account")
    asking.clock.at += dt.timedelta(minutes=59)
    assert "Nguyễn Thị An" in (await bo.get(path)).text
    assert "để làm gì?" in (await bo.get(f"people/{key_of(asking, 'binh')}")).text
    assert "để làm gì?" in (await asking.as_("quan").get(path)).text, "another one is asked"
    asking.clock.at += dt.timedelta(minutes=2)
    assert "để làm gì?" in (await bo.get(path)).text
    await bo.post_form(path, act="purpose", purpose="account")
    assert "Nguyễn Thị An" in (await bo.get(path)).text, "the same purpose may be given again"


async def test_no_act_on_the_page_goes_around_the_question(asking: Any) -> None:
    path, bo = f"people/{key_of(asking, 'an')}", asking.as_("bo")
    tried = await bo.post_form(path, act="nothing")
    assert (tried.status, tried.headers["Location"]) == (303, "/services/portal/" + path)
    await bo.post_form(path, act="purpose", purpose="record")
    asking.clock.at += dt.timedelta(hours=2)  # over the form
    refused = await bo.post_form(path, act="leave", day=DAY, reason="")
    assert refused.status == 422
    assert "Nguyễn Thị An" in refused.text, "whoever is at work keeps what was typed"


async def test_who_may_not_see_somebody_is_not_asked_what_for(asking: Any) -> None:
    path = f"people/{key_of(asking, 'an')}"
    for username in ("binh", "thay"):
        assert (await asking.as_(username).get(path)).status == 404
        sent = await asking.as_(username).post_form(path, act="purpose", purpose="account")
        assert sent.status == 404
    mine = f"people/{key_of(asking, 'can-bo')}"
    assert "Phạm Văn Đơn" in (await asking.as_("can-bo").get(mine)).text, "nor about oneself"
