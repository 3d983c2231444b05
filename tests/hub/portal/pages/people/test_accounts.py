"""Officers hand out one-time links: to their own people, upward to nobody."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import quote

import pypdf
import pytest

from hub.mail.wishes import Wishes
from records.assessment import certificates
from records.people import account_links, persons
from records.platform import outbox
from records.tables.people import AccountLink
from records.tables.platform import AuditEntry, Mail


@pytest.fixture
def peopled(site: Any) -> Any:
    """Learners of two provinces beside those of the site, one with an address."""
    with site.records.begin() as session:
        for number, (name, code, email) in enumerate(
            (("hoa", "15", "hoa@example.org"), ("lan", "15", None), ("xa", "48", "xa@example.org"))
        ):
            unit = persons.find_unit(session, "province", "2025", code)
            persons.add_person(
                session, username=name, full_name=f"Vũ Thị {name.title()} (mẫu)",
                code=f"TN-8{number}", email=email, unit_id=unit.id, at=site.clock.at,
            )  # fmt: skip
    site.portal.settings.secrets.mkdir(parents=True, exist_ok=True)
    (site.portal.settings.secrets / "mail-key").write_text("kh" * 32)
    return site


def visible_text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def unit_of(site: Any, code: str) -> int:
    with site.records.read() as session:
        return persons.find_unit(session, "province", "2025", code).id


def words_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def links(site: Any) -> dict[str, int]:
    """How many open links each person has."""
    with site.records.read() as session:
        found: dict[str, int] = {}
        for row in session.query(AccountLink).filter(AccountLink.ended_at.is_(None)):
            name = persons.find_person_by_id(session, row.person_id).username
            found[name] = found.get(name, 0) + 1
        return found


async def test_a_unit_s_slips_are_for_its_own_people_without_a_role(peopled: Any) -> None:
    officer = peopled.as_("can-bo")
    page = visible_text((await officer.get("accounts")).text)
    assert "Lào Cai" in page and "Đà Nẵng" not in page
    answer = await officer.post_form(
        "accounts", whom="unit", unit=unit_of(peopled, "15"), how="slips"
    )
    assert answer.headers["Content-Type"] == "application/pdf"
    said = words_of(answer.body)
    for name in ("Vũ Thị Hoa", "Vũ Thị Lan", "Nguyễn Thị An"):
        assert name in said
    for above in ("Đỗ Thị Quản", "Hoàng Thị Bộ", "Lê Thị Giảng", "Phạm Văn Đơn", "Vũ Thị Xa"):
        assert above not in said
    assert set(links(peopled)) == {"hoa", "lan", "an", "binh"}
    code = re.search(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", said)
    assert code
    with peopled.records.read() as session:
        assert account_links.find_link(session, code[0], at=peopled.clock.at) is not None
        entry = session.query(AuditEntry).filter_by(action="account.links").one()
        assert entry.detail == {"people": 4, "mailed": False}


async def test_nobody_hands_out_an_account_above_their_own(peopled: Any) -> None:
    for who, whom in (
        ("can-bo", "quan"), ("can-bo", "bo"), ("can-bo", "thay"), ("can-bo", "can-bo"),
        ("can-bo", "xa"), ("bo", "quan"), ("bo", "kiem"), ("bo", "khong-co-ai"),
    ):  # fmt: skip
        for how in ("slips", "mail"):
            answer = await peopled.as_(who).post_form(
                "accounts", whom="one", username=whom, how=how
            )
            assert answer.status == 422, (who, whom)
            assert "Không có ai mang tên đăng nhập" in answer.text, "as for nobody's name"
    elsewhere = unit_of(peopled, "48")
    answer = await peopled.as_("can-bo").post_form(
        "accounts", whom="unit", unit=elsewhere, how="slips"
    )
    assert answer.status == 404
    assert links(peopled) == {}
    answer = await peopled.as_("bo").post_form("accounts", whom="one", username="thay", how="x")
    assert answer.status == 200
    assert links(peopled) == {"thay": 1}


async def test_letters_go_to_those_who_have_an_address_and_end_no_other_s_slip(
    peopled: Any,
) -> None:
    officer, unit = peopled.as_("can-bo"), unit_of(peopled, "15")
    await officer.post_form("accounts", whom="one", username="lan", how="slips")
    answer = await officer.post_form("accounts", whom="unit", unit=unit, how="mail")
    page = visible_text(answer.text)
    assert "Đã viết thư cho 1 người" in page
    assert "3 người chưa có email" in page
    assert links(peopled) == {"lan": 1, "hoa": 1}
    with peopled.records.read() as session:
        mail = session.query(Mail).one()
        assert (mail.kind, mail.address) == ("setup", "hoa@example.org")
    answer = await officer.post_form("accounts", whom="one", username="lan", how="mail")
    assert answer.status == 422 and "chưa có email" in answer.text
    assert links(peopled) == {"lan": 1, "hoa": 1}, "a refusal ends nothing"


async def test_where_passwords_are_kept_elsewhere_nothing_is_handed_out(
    peopled: Any,
) -> None:
    object.__setattr__(peopled.portal, "keeps_passwords", False)
    officer = peopled.as_("can-bo")
    assert "<form method=\"post\" action=\"/services/portal/accounts\"" not in (
        await officer.get("accounts")
    ).text  # fmt: skip
    answer = await officer.post_form("accounts", whom="one", username="an", how="slips")
    assert answer.status == 422
    assert links(peopled) == {}


async def test_a_letter_s_link_ends_its_kind_and_nothing_else(peopled: Any) -> None:
    with peopled.records.read() as session:
        hoa = persons.find_person(session, "hoa").id
    stranger = peopled.as_(None)
    token = Wishes(peopled.portal.settings.mail_key).sign(hoa, "message")
    forged = token.replace(".message.", ".deadline.")
    path = f"letters/stop?token={quote(token)}"
    assert "Thông báo của giảng viên" in (await stranger.get(path)).text
    for bad in ("", forged, token[:-1], f"{hoa}.setup.x", "²." + token):
        answer = await stranger.ask("POST", f"letters/stop?token={quote(bad)}", body=b"")
        assert answer.status == 422 and "không đầy đủ" in answer.text
    with peopled.records.read() as session:
        assert outbox.refused_by(session, hoa) == frozenset()
    answer = await stranger.ask("POST", path, body=b"List-Unsubscribe=One-Click")
    assert answer.status == 200 and "Đã ghi nhận" in answer.text
    assert "Vũ Thị Hoa" not in answer.text, "whoever has the letter is not logged in by it"
    assert (await stranger.ask("POST", path, body=b"")).status == 200, "a second time, too"
    with peopled.records.read() as session:
        assert outbox.refused_by(session, hoa) == {"message"}
    await peopled.as_("hoa").post_form("letters", kind=["message", "certificate"])
    with peopled.records.read() as session:
        assert outbox.refused_by(session, hoa) == {
            *("deadline", "marked", "class", "answer", "assessment")
        }
    page = (await peopled.as_("hoa").get("letters")).text
    assert "hoa@example.org" in page
    assert page.count(" checked>") == 2


async def test_a_message_goes_out_as_a_letter_too_where_that_was_asked_for(peopled: Any) -> None:
    officer = peopled.as_("can-bo")
    unit = unit_of(peopled, "15")
    said = {"to": f"unit:{unit}", "title": "Nhắc học <mẫu>", "body": "Xin vào học."}
    answer = await officer.post_form("notices", **said)
    assert answer.status == 200, answer.text
    with peopled.records.read() as session:
        assert session.query(Mail).count() == 0
    answer = await officer.post_form("notices", **said, mail="all")
    assert "Đã viết 1 thư" in answer.text
    with peopled.records.begin() as session:
        assert session.query(Mail).one().address == "hoa@example.org"
        certificates.record_certificate(
            session, person_id=persons.find_person(session, "hoa").id,
            programme=peopled.portal.settings.programme, points=1, max_points=1,
            framework="vn-tt02-2025", at=peopled.clock.at,
        )  # fmt: skip
        persons.find_person(session, "lan").email = "lan@example.org"
    await officer.post_form("notices", **said, mail="unfinished")
    with peopled.records.read() as session:
        assert sorted(one.address for one in session.query(Mail)) == [
            "hoa@example.org", "lan@example.org",
        ]  # fmt: skip


async def test_the_administrator_reads_what_was_not_sent_and_the_demonstration_s_letters(
    peopled: Any,
) -> None:
    at = peopled.clock.at
    with peopled.records.begin() as session:
        hoa = persons.find_person(session, "hoa").id
        facts = {"username": "hoa", "token": "abcd-efgh-jkmn-pqrs", "expires_at": at.isoformat()}
        for _ in range(3):
            outbox.put(session, "setup", hoa, facts, at=at)
        dead, shown, failed = (mail.id for mail, _to in outbox.claim(session, limit=3, at=at))
        outbox.note_dead(session, dead, "550 <no> such user", at=at)
        outbox.note_shown(session, shown, at=at)
        outbox.note_failed(session, failed, 1, "451 later", at=at)
    page = (await peopled.as_("quan").get("mail")).text
    assert "550 &lt;no&gt; such user" in page and "451 later" in page
    assert page.count("set-password?token=abcd-efgh-jkmn-pqrs") == 1
    assert "bản dùng thử" in page.lower()


async def test_one_person_is_found_by_code_or_name_before_they_have_a_login_name(
    peopled: Any,
) -> None:
    with peopled.records.begin() as session:
        for code, name, unit in (
            ("TN-95", "Đặng Văn Sơn (mẫu)", "15"), ("TN-96", "Đặng Văn Sơn (mẫu)", "15"),
            ("TN-97", "Đặng Văn Sơn (mẫu)", "48"), ("TN/98", "Cao Thị Én (mẫu)", "15"),
        ):  # fmt: skip
            persons.add_person(
                session, username=None, full_name=name, code=code, at=peopled.clock.at,
                unit_id=persons.find_unit(session, "province", "2025", unit).id,
            )  # fmt: skip
    officer = peopled.as_("can-bo")
    for said, login in (("tn-95", "tn-95"), ("cao thi en", "tn-98")):
        answer = await officer.post_form("accounts", whom="one", username=said, how="slips")
        assert answer.headers["Content-Type"] == "application/pdf", said
        assert login in words_of(answer.body)
    choice = await officer.post_form("accounts", whom="one", username="Đặng Văn Sơn", how="slips")
    assert choice.status == 200
    said = visible_text(choice.text)
    assert "TN-95" in said and "TN-96" in said
    assert "TN-97" not in said, "of another unit"
    with peopled.records.read() as session:
        keys = {code: persons.find_person_by_code(session, code).id for code in ("TN-96", "TN-97")}
    answer = await officer.post_form("accounts", whom="one", person=keys["TN-96"], how="slips")
    assert answer.headers["Content-Type"] == "application/pdf"
    for elsewhere in (
        {"person": keys["TN-97"]},
        {"username": "TN-97"},
        {"username": "Lê Thị Giảng"},
    ):
        answer = await officer.post_form("accounts", whom="one", how="slips", **elsewhere)
        assert answer.status == 422
        assert "Không có ai mang tên đăng nhập" in answer.text
    assert set(links(peopled)) == {"tn-95", "tn-96", "tn-98"}


async def test_a_code_that_is_somebody_else_s_login_name_is_asked_about(peopled: Any) -> None:
    with peopled.records.begin() as session:
        unit = persons.find_unit(session, "province", "2025", "15").id
        for username, code in (("tn-71", "TN-70"), (None, "TN-71")):
            persons.add_person(
                session, username=username, full_name="Tô Văn Đôi (mẫu)", code=code,
                unit_id=unit, at=peopled.clock.at,
            )  # fmt: skip
    officer = peopled.as_("can-bo")
    choice = await officer.post_form("accounts", whom="one", username="TN-71", how="slips")
    assert choice.text.count('name="person"') == 2
    assert links(peopled) == {}
