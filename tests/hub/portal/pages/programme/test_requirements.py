"""The ministry decides what the certificate takes: previewed, dated, audited; learners are told."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hub.settings import Settings
from records.assessment import certificates
from records.courses import releases
from records.learning import enrolments
from records.people import persons
from records.platform import audit
from records.programme.requirements import requirements_of

PROGRAMME = Settings.model_fields["programme"].default
TEMPLATE_COURSE, REQUIRED = "khoa-mau", "nhan-thuc-chung"
DECISION = {"kind": "require", "course": TEMPLATE_COURSE, "source": "QĐ 12 (mẫu)"}


def begin(site: Any, username: str, course: str = REQUIRED) -> None:
    with site.records.begin() as session:
        person = persons.find_person(session, username)
        person.audience_group = "c"
        enrolments.begin_course(session, person.id, course, at=site.clock.at)


def certify(site: Any, username: str) -> None:
    with site.records.begin() as session:
        person = persons.find_person(session, username)
        certificates.record_certificate(
            session, person_id=person.id, programme=PROGRAMME, points=1, max_points=1,
            framework="vn-tt02-2025", at=site.clock.at,
        )  # fmt: skip


async def test_a_change_is_previewed_then_decided_and_audited(site: Any) -> None:
    begin(site, "an")
    certify(site, "binh")
    ministry = site.as_("bo")
    typed = {**DECISION, "day": "2026-12-15"}
    preview = await ministry.post_form("requirements", **typed)
    assert preview.status == 200
    assert "Xem trước: chưa có gì thay đổi" in preview.text
    assert "1 người đã bắt đầu và chưa có chứng nhận: giữ điều kiện" in preview.text
    assert "1 người đang giữ chứng nhận: không thay đổi gì." in preview.text
    with site.records.read() as session:
        before = requirements_of(session, PROGRAMME)
        assert TEMPLATE_COURSE not in {one.course for one in before}
        assert audit.entries(session) == []
    assert (await ministry.post_form("requirements", **typed, decide="1")).status == 302
    with site.records.read() as session:
        (new,) = set(requirements_of(session, PROGRAMME)) - {
            one for one in requirements_of(session, PROGRAMME) if one.course != TEMPLATE_COURSE
        }
        assert new.from_at == dt.datetime(2026, 12, 14, 17, tzinfo=dt.UTC)  # midnight in Hà Nội
        assert [one.action for one in audit.entries(session)] == ["programme.require"]
    assert "sắp tới" in (await ministry.get("requirements?done=1")).text


async def test_the_last_required_course_cannot_be_released(site: Any) -> None:
    ministry = site.as_("bo")
    released = {"kind": "end", "day": "2026-12-15", "source": "QĐ 13 (mẫu)", "decide": "1"}
    one = await ministry.post_form("requirements", course="xa-hoi-so-an-toan", **released)
    assert one.status == 302
    last = await ministry.post_form("requirements", course=REQUIRED, **released)
    assert last.status == 422
    assert "phải còn ít nhất một khóa bắt buộc" in last.text


async def test_today_means_from_now_on_and_yesterday_is_refused(site: Any) -> None:
    ministry = site.as_("bo")
    past = await ministry.post_form("requirements", **DECISION, day="2026-11-21", decide="1")
    assert past.status == 422
    assert "không được ở quá khứ" in past.text
    begin(site, "an")
    site.clock.at += dt.timedelta(hours=1)
    today = await ministry.post_form("requirements", **DECISION, day="2026-11-22", decide="1")
    assert today.status == 302
    site.clock.at += dt.timedelta(hours=1)
    home = (await site.as_("an").get()).text
    assert "nay bắt buộc với người mới bắt đầu" in home
    assert "Anh/chị đã bắt đầu ngày 22/11/2026" in home


async def test_everybody_is_told_the_truth_on_home(site: Any) -> None:
    begin(site, "an")
    await site.as_("bo").post_form("requirements", **DECISION, day="2026-12-15", decide="1")
    between = (await site.as_("an").get()).text
    assert "bắt buộc với người bắt đầu từ ngày 15/12/2026" in between
    assert "Anh/chị đã bắt đầu trước ngày ấy nên không cần học khóa này." in between
    new = (await site.as_("binh").get()).text
    assert "Ai bắt đầu trước ngày ấy không cần học khóa này." in new
    assert "Chưa công bố: chưa học được" in new, "a required course that nobody has published yet"


async def test_a_holder_is_never_told_to_begin(site: Any) -> None:
    certify(site, "an")
    home = (await site.as_("an").get()).text
    assert "Bắt đầu từ đây" not in home
    assert "certificate-way" not in home
    english = (await site.as_("an", "en").get()).text
    assert "You have completed every lesson you need" in english


async def test_a_newcomer_is_sent_to_what_is_required_and_not_to_what_was_just_published(
    site: Any,
) -> None:
    home = (await site.as_("an").get()).text
    begins = home.index("Bắt đầu từ đây")
    assert f"courses/{REQUIRED}/lessons/" in home[begins : begins + 1500]
    found = (await site.as_("an").get("api/v1/courses")).json["courses"]
    assert {one["course"]: one["required"] for one in found} == {
        REQUIRED: True,
        TEMPLATE_COURSE: False,
    }


async def test_publishing_says_that_it_requires_nothing(site: Any) -> None:
    with site.records.read() as session:
        assert releases.current_release(session, TEMPLATE_COURSE) is not None
        assert TEMPLATE_COURSE not in {one.course for one in requirements_of(session, PROGRAMME)}
    auditor = (await site.as_("kiem").get("requirements")).text
    assert "Công bố một khóa học không làm đổi điều kiện" in auditor
    assert "<button>Xem trước" not in auditor, "an auditor decides nothing"
