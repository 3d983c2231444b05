"""Certificates: one a person, numbers without gaps, facts as they were on the day."""

from __future__ import annotations

import datetime as dt
import threading

import pytest

from records.assessment import certificates
from records.people import persons


@pytest.fixture
def issue(records, at):
    def one(person, **rest):
        given = {"programme": "p", "points": 8.0, "max_points": 10.0, "framework": "f", "at": at}
        with records.begin() as session:
            return certificates.record_certificate(session, person_id=person.id, **given | rest)

    return one


def test_one_person_has_one_certificate_of_a_programme(issue, learner) -> None:
    first, is_new = issue(learner)
    second, is_new_again = issue(learner, points=9.0)
    assert (is_new, is_new_again) == (True, False)
    assert (first.number, second.points) == (second.number, 8.0)


def test_a_race_for_certificates_gives_each_a_number_without_gaps(issue, add_learner) -> None:
    learners = [add_learner() for _ in range(12)]
    threads = [threading.Thread(target=issue, args=(one,)) for one in learners for _ in "12"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(issue(one)[0].number for one in learners)
    assert [number.split("-")[2] for number in numbers] == [f"{n:06}" for n in range(1, 13)]


def test_the_year_of_a_number_is_the_year_in_vietnam(issue, learner) -> None:
    new_year = dt.datetime(2026, 12, 31, 18, 0, tzinfo=dt.UTC)  # 01:00 on 1/1/2027 in Hà Nội
    assert issue(learner, at=new_year)[0].number.startswith("MC-2027-000001-")


def test_name_and_unit_stay_as_they_were_on_the_day(records, issue, add_learner) -> None:
    with records.begin() as session:
        persons.load_units(session)
        unit = persons.find_unit(session, "province", "2008", "10")
        person = add_learner(session, unit_id=unit.id, audience_group="đ")
    number = issue(person)[0].number
    with records.begin() as session:
        moved = persons.find_person_by_id(session, person.id)
        moved.full_name, moved.unit_id = "Tên mới (mẫu)", None
    with records.read() as session:
        kept = certificates.find_certificate(session, number)
    assert (kept.full_name, kept.unit_id, kept.audience_group) == (person.full_name, unit.id, "đ")


def test_a_certificate_is_revoked_once_with_a_reason(records, issue, learner, at) -> None:
    number = issue(learner)[0].number
    with records.begin() as session:
        revoked = [
            certificates.revoke_certificate(session, number, reason=reason, at=at)
            for reason in ("cấp nhầm", "lần hai")
        ]
        unknown = certificates.revoke_certificate(session, "MC-1-1-X", reason="?", at=at)
    assert (revoked, unknown) == ([True, False], False)
    with records.read() as session:
        kept = certificates.find_certificate(session, number)
    assert (kept.revoked_at, kept.revoked_reason) == (at, "cấp nhầm")
