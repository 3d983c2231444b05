"""The door as strangers meet it: absent while closed, the same answer to everybody while open."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from hub.login.callers import SpeedLimit
from hub.portal.pages.people.registering import Register
from hub.settings import Settings
from records.people import persons
from records.tables.entry import Invitation, Registration
from records.tables.people import Person
from records.tables.platform import AuditEntry, Mail

GIVEN = {"full_name": "Lò Thị Mới (mẫu)", "email": "moi@example.org", "group": "citizen",
         "agreed": "yes"}  # fmt: skip


@pytest.fixture
def site(bare_site: Any) -> Any:
    return bare_site


def set_door(site: Any, door: str, **other: Any) -> None:
    changed = site.portal.settings.model_copy(update={"registration": door, **other})
    object.__setattr__(site.portal, "settings", changed)


async def stranger_at(site: Any) -> Any:
    """Somebody without an account, on one of the pages for them."""
    browser = site.as_(None)
    assert (await browser.get("verify")).status == 200
    return browser


async def register(site: Any, **said: str) -> Any:
    """Send the form, and wait for what is written meanwhile."""
    answer = await (await stranger_at(site)).post_form("register", **GIVEN | said)
    await asyncio.gather(*Register._writing)
    return answer


def letters(site: Any) -> list[tuple[str, str, Any]]:
    with site.records.read() as session:
        return [(one.kind, one.address, one.facts) for one in session.query(Mail).all()]


def people(site: Any) -> int:
    with site.records.read() as session:
        return int(session.query(Person).count())


def without_tokens(page: str) -> str:
    return re.sub(r'name="_xsrf" value="[^"]*"', "", page)


def test_the_door_is_closed_unless_somebody_opens_it(tmp_path: Any) -> None:
    plain = Settings(data=tmp_path, demo=True)
    assert (plain.registration, plain.door, plain.open_reading) == ("closed", "closed", False)
    real = Settings(data=tmp_path, registration="open").with_kind(demonstration=False)
    assert real.door == "closed", "the letter that confirms would not leave"
    mailing = {"mail_host": "mail.example.org", "mail_sender": "a@example.org"}
    open_one = Settings(data=tmp_path, registration="open", **mailing)  # type: ignore[arg-type]  # texts
    assert open_one.with_kind(demonstration=False).door == "open"
    with pytest.raises(ValueError, match="MOTCHAM_REGISTRATION"):
        Settings(
            data=tmp_path, registration="open", oidc_issuer="https://id.example.org",  # type: ignore[arg-type]  # pydantic reads the text
            oidc_client_id="a", oidc_client_secret="b",  # type: ignore[arg-type]  # likewise
        )  # fmt: skip


async def test_a_closed_door_looks_absent(site: Any) -> None:
    set_door(site, "closed")
    for path in ("register", "register/confirm?token=x", "register/data"):
        assert (await site.as_(None).get(path)).status == 404, path
    for path in ("register", "register/confirm"):
        assert (await (await stranger_at(site)).post_form(path, **GIVEN)).status == 404, path
    assert letters(site) == []
    set_door(site, "open")
    object.__setattr__(site.portal, "keeps_passwords", False)
    assert (await site.as_(None).get("register")).status == 404


async def test_from_the_form_to_the_login_name(site: Any) -> None:
    before = people(site)
    answer = await register(site)
    assert answer.status == 200 and "moi@example.org" in answer.text
    [(kind, address, facts)] = letters(site)
    assert (kind, address) == ("confirm", "moi@example.org")
    assert "Lò" not in str(facts), "a stranger's words go to nobody"
    stranger = await stranger_at(site)
    page = await stranger.get(f"register/confirm?token={facts['token']}")
    assert "Xác nhận và tạo tài khoản" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert people(site) == before, "looking at a link changes nothing"
    answer = await stranger.post_form("register/confirm", token=facts["token"])
    assert answer.status == 200 and people(site) == before + 1
    name = re.search(r"<code>(tdk-[a-z2-9]{4}-[a-z2-9]{4})</code>", answer.text)
    assert name and re.search(r"hub/set-password\?token=[a-z2-9-]{19}", answer.text)
    assert "Đăng xuất" not in answer.text, "whoever has the letter is not logged in by it"
    with site.records.read() as session:
        person = persons.find_person(session, name[1])
        assert person is not None and person.made_up, "a demonstration takes them out again"
    again = await stranger.post_form("register/confirm", token=facts["token"])
    assert again.status == 422 and "không còn dùng được" in again.text
    own = site.as_(name[1])
    assert (await own.get("")).status == 200
    for path in ("national", "roster", "accounts", "roles", "units", "invitations", "audit"):
        assert (await own.get(path)).status == 404, path
    assert (await own.get("my-data.json")).json["rows"]["registration"][0]["email"] is None


async def test_the_answer_is_the_same_whether_an_address_is_known_or_not(site: Any) -> None:
    with site.records.begin() as session:
        persons.find_person(session, "an").email = "moi@example.org"
    known = await register(site)
    unknown = await register(site, email="kia@example.org")
    assert [one[:2] for one in letters(site)] == [
        ("known", "moi@example.org"), ("confirm", "kia@example.org"),
    ]  # fmt: skip
    assert without_tokens(known.text) == without_tokens(unknown.text).replace("kia@", "moi@")
    assert known.status == unknown.status == 200
    differ = {"Etag", "Date", "Set-Cookie", "Content-Length"}
    told = [
        {key: value for key, value in answer.headers.get_all() if key not in differ}
        for answer in (known, unknown)
    ]
    assert told[0] == told[1]


async def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(site: Any) -> None:
    answer = await (await stranger_at(site)).post_form(
        "register", full_name="An 1 đã gõ", email="đã gõ", group="a", code="mã đã gõ"
    )
    assert answer.status == 422
    for field in ("full_name", "email", "group", "agreed"):
        assert f'id="{field}-fault"' in answer.text, field
    for typed in ("An 1 đã gõ", "đã gõ", "mã đã gõ"):
        assert f'value="{typed}"' in answer.text
    hostile = '"><script>alert(1)</script>'
    answer = await (await stranger_at(site)).post_form("register", **dict.fromkeys(GIVEN, hostile))
    assert answer.status == 422 and "<script>alert" not in answer.text
    answer = await register(site, email="a@example.org\r\nBcc: b@example.org")
    assert answer.status == 422 and letters(site) == []


async def test_nobody_floods_the_door_nor_one_letter_box(site: Any) -> None:
    # However fast pages may be asked for: the door has bounds of its own.
    object.__setattr__(site.portal, "speed", SpeedLimit(burst=10_000, per_second=1_000))
    for _ in range(5):
        assert (await register(site)).status == 200
    assert len(letters(site)) == 3, "the same answer, and no more letters"
    statuses = []
    for n in range(60):
        statuses.append((await register(site, email=f"n{n}@example.org")).status)
    assert 200 in statuses and statuses[-1] == 429
    with site.records.read() as session:
        assert session.query(Registration).count() < 62
        assert session.query(AuditEntry).filter(AuditEntry.actor.like("self%")).count() == 0


async def test_by_invitation_nobody_comes_without_one(site: Any) -> None:
    set_door(site, "invitation")
    officer = site.as_("can-bo")
    terms = {"title": "Lớp tối (mẫu)", "group": "worker", "unit": "tỉnh/2025/15", "places": "1",
             "opens_on": "2026-11-22", "closes_on": "2026-12-31"}  # fmt: skip
    made = await officer.post_form("invitations", **terms)
    assert made.status in (302, 303), made.text
    page = await officer.get("invitations?done=made")
    code = re.search(r"<code>([a-z2-9]{4}(?:-[a-z2-9]{4}){2})</code>", page.text)
    assert code and "Lớp tối" in page.text and "0 / 1" in page.text
    for wrong in ("", "sai", code[1][:-1]):
        answer = await register(site, code=wrong)
        assert answer.status == 422 and 'id="code-fault"' in answer.text
    shown = await site.as_(None).get(f"register?code={code[1]}")
    assert f'value="{code[1]}"' in shown.text and 'name="group"' not in shown.text
    assert (await register(site, code=code[1], group="")).status == 200
    [(_kind, _address, facts)] = letters(site)
    answer = await (await stranger_at(site)).post_form("register/confirm", token=facts["token"])
    assert answer.status == 200
    assert "1 / 1" in (await officer.get("invitations")).text
    assert (await register(site, code=code[1], email="b@example.org")).status == 422
    with site.records.read() as session:
        key = session.query(Invitation).one().id
    assert (await officer.post_form("invitations", revoke=key)).status == 303
    assert "đã thu hồi" in (await officer.get("invitations")).text


async def test_an_officer_of_a_unit_names_one_of_theirs(site: Any) -> None:
    terms = {"title": "Lớp (mẫu)", "group": "worker", "places": "5", "opens_on": "2026-11-22",
             "closes_on": "2026-12-31"}  # fmt: skip
    for unit in ("", "tỉnh/2025/01", "khong-co"):
        answer = await site.as_("can-bo").post_form("invitations", unit=unit, **terms)
        assert answer.status == 422 and 'id="unit-fault"' in answer.text, unit
    bad = await site.as_("bo").post_form("invitations", title="", places="x", opens_on="", unit="")
    for field in ("places", "opens_on", "closes_on"):
        assert f'id="{field}-fault"' in bad.text
    assert (await site.as_("bo").post_form("invitations", unit="", **terms)).status == 303
    mine = (await site.as_("can-bo").get("invitations")).text
    assert "Chưa có mã nào" in mine, "those of others are not shown"
