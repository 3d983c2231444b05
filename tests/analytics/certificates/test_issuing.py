"""Issuing once, revoking with a reason, and what the public may know."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from analytics.certificates.issuing import find_completion, issue_if_due, revoke, verify_number
from core.messages import Refused
from records import Records
from records.assessment.certificate_numbers import ALPHABET, make_number, read_number
from records.assessment.certificates import find_certificate_of
from records.people.persons import find_person_by_id
from records.platform import audit
from records.tables.platform import Mail


@pytest.fixture
def learner_id(records: Records, world, make_learner) -> int:
    """Somebody with one lesson of two still to hand in."""
    with records.begin() as session:
        world.publish_course(session, "nhan-thuc", {"mot": 4.0, "hai": 6.0})
        person = make_learner(session)
        world.hand_in(session, person, "nhan-thuc", "mot", 4)
        return person.id


def finish(records: Records, world, person_id: int, points: float = 6) -> None:
    with records.begin() as session:
        person = find_person_by_id(session, person_id)
        world.hand_in(session, person, "nhan-thuc", "hai", points)


def issue(records: Records, world, person_id: int, **choices):
    with records.begin() as session:
        choices = {"pass_share": None, **choices}
        return issue_if_due(session, person_id, world.programme, at=world.at, **choices)


def test_nothing_is_issued_before_the_last_lesson(records, world, learner_id) -> None:
    assert issue(records, world, learner_id) is None
    with records.read() as session:
        completion = find_completion(
            session, learner_id, world.programme, at=world.at, pass_share=None
        )
    assert [str(reason) for reason in completion.reasons] == [
        "Khóa “nhan-thuc” còn 1 bài chưa nộp hoặc chưa có điểm"
    ]


def test_the_certificate_is_issued_once_and_audited_once(records, world, learner_id) -> None:
    finish(records, world, learner_id)
    with records.begin() as session:
        find_person_by_id(session, learner_id).email = "an@example.org"
    certificate = issue(records, world, learner_id)
    assert certificate is not None
    assert certificate.number.startswith("MC-2026-000001-")
    with records.read() as session:
        letter = session.query(Mail).one()
        assert (letter.kind, letter.facts) == ("certificate", {"number": certificate.number})
    assert (certificate.points, certificate.max_points) == (10, 10)
    assert certificate.framework == "vn-tt02-2025"
    assert issue(records, world, learner_id) is None
    with records.read() as session:
        assert audit.verify(session).entries == 1


def test_eight_at_the_same_time_issue_one(records, world, learner_id) -> None:
    finish(records, world, learner_id)
    with ThreadPoolExecutor(8) as threads:
        issued = list(threads.map(lambda _: issue(records, world, learner_id), range(8)))
    assert sum(one is not None for one in issued) == 1


def test_the_pass_mark_is_a_setting(records, world, learner_id) -> None:
    finish(records, world, learner_id, points=3)  # 7 of 10
    assert issue(records, world, learner_id, pass_share=0.71) is None
    assert issue(records, world, learner_id, pass_share=0.70) is not None


def test_a_course_of_the_programme_that_was_never_begun_is_missing(
    records, world, learner_id
) -> None:
    finish(records, world, learner_id)
    with records.begin() as session:
        world.publish_course(session, "chinh-phu-so", {"mot": 1.0})
    assert issue(records, world, learner_id) is None


def test_a_new_lesson_does_not_hinder_who_began_on_the_earlier_release(
    records, world, learner_id
) -> None:
    with records.begin() as session:
        world.publish_course(session, "nhan-thuc", {"mot": 4.0, "hai": 6.0, "ba": 5.0})
    finish(records, world, learner_id)
    assert issue(records, world, learner_id) is not None


def test_a_revoked_certificate_is_said_to_be_and_not_given_again(
    records, world, learner_id
) -> None:
    finish(records, world, learner_id)
    number = issue(records, world, learner_id).number
    later = world.at + dt.timedelta(days=3)
    with records.begin() as session:
        revoke(session, number.lower(), reason=" Nộp  hộ bài ", actor="can-bo-bo", at=later)
    with records.read() as session:
        facts = verify_number(session, number)
        assert (facts.state, facts.revoked_at) == ("revoked", later)
        assert find_certificate_of(session, learner_id, world.programme).revoked_reason == (
            "Nộp hộ bài"
        )
    assert issue(records, world, learner_id) is None
    with records.begin() as session, pytest.raises(Refused, match="từ trước"):
        revoke(session, number, reason="lần nữa", actor="can-bo-bo", at=later)


@pytest.mark.parametrize(("reason", "says"), [("", "lý do"), ("   ", "lý do"), ("x" * 501, "500")])
def test_revoking_needs_a_reason_of_bounded_length(
    records, world, learner_id, reason: str, says: str
) -> None:
    finish(records, world, learner_id)
    number = issue(records, world, learner_id).number
    with records.begin() as session, pytest.raises(Refused, match=says):
        revoke(session, number, reason=reason, actor="can-bo-bo", at=world.at)


def test_the_public_learns_what_stands_on_the_paper_and_no_more(records, world, learner_id) -> None:
    finish(records, world, learner_id)
    number = issue(records, world, learner_id).number
    with records.read() as session:
        facts = verify_number(session, f"  {number.replace('-', ' ').lower()} ")
    assert facts.state == "valid"
    assert set(vars(facts)) == {
        "state", "number", "full_name", "programme", "issued_at", "revoked_at"
    }  # fmt: skip


def test_unknown_and_mistyped_are_told_apart(records, world) -> None:
    with records.read() as session:
        assert verify_number(session, make_number(7, 2026)).state == "unknown"
        assert verify_number(session, "MC-2026-000007-AAAAAAAA" * 9).state == "mistyped"
        assert verify_number(session, "").state == "mistyped"


# --- the number -------------------------------------------------------------------------------


def test_any_one_wrong_character_is_noticed() -> None:
    number = make_number(123, 2026)
    wrong = [
        number[:i] + other + number[i + 1 :]
        for i, own in enumerate(number)
        if i > 2 and own != "-"
        for other in ("0123456789" if i < 14 else ALPHABET)
        if other != own
    ]
    assert len(wrong) > 300
    assert [one for one in wrong if read_number(one)] == []


def test_any_two_neighbours_that_changed_places_are_noticed() -> None:
    number = make_number(120345, 2026)
    for i in range(3, len(number) - 1):
        a, b = number[i], number[i + 1]
        if a != b and "-" not in (a, b):
            assert read_number(number[:i] + b + a + number[i + 2 :]) is None


@pytest.mark.parametrize("typed", ["{}", " {} ", "số: {}"])
def test_a_number_is_read_however_it_was_spaced(typed: str) -> None:
    number = make_number(1_234_567, 2026)
    assert number.startswith("MC-2026-1234567-")
    spaced = typed.format(number.replace("-", "–").lower()).replace("số: ", "")
    assert read_number(spaced) == number
