"""The certificate comes with whatever was the last thing missing, and bears the day of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from core.manifest import Manifest, read_manifest
from core.marks import CellMarks, Marks
from hub.platform.completion import make_on_attended, make_on_marked
from hub.platform.grading import issue_after_decisions
from hub.settings import Settings
from records import Records
from records.assessment import certificates
from records.courses import releases
from records.learning import enrolments, meetings
from records.marking import queue, reviewing
from records.people import persons
from records.people.tables import Person
from records.programme.requirements import end_requirement
from records.programme.tables import Requirement

AT = dt.datetime(2025, 12, 30, 3, 0, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(days=7)
COURSE, OTHER, PROGRAMME = "khoa-thu", "khoa-khac", "chuyen-doi-so-10000"
HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Publication:
    digest: str = "0" * 64
    learner_files: dict[str, bytes] = field(default_factory=dict)
    source_files: dict[str, bytes] = field(default_factory=dict)

    @property
    def manifest(self) -> Manifest:
        """Two lessons of 2 points each; half of all passes."""
        exercise = {"grade_id": "cau", "competence": "1.1", "level": 1, "points": 2}
        return read_manifest(
            {
                "programme": PROGRAMME,
                "course": COURSE,
                "title": "Khóa thử (mẫu)",
                "framework": "vn-tt02-2025",
                "pass_share": 0.5,
                "lessons": [
                    {
                        "slug": slug,
                        "file": f"{slug}.ipynb",
                        "max_points": 2,
                        "exercises": [exercise],
                    }
                    for slug in ("mot", "hai")
                ],
            }
        )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


@pytest.fixture
def learner(records: Records) -> Person:
    with records.begin() as session:
        releases.publish(session, Publication(), at=AT, by="TN")
        for course in (COURSE, OTHER):
            session.add(
                Requirement(
                    programme=PROGRAMME, course=course, from_at=AT - HOUR, source="QĐ (mẫu)",
                    until_at=AT - HOUR / 2 if course == OTHER else None,
                    decided_by="bo", decided_at=AT - HOUR,
                )
            )  # fmt: skip
        person = persons.add_person(
            session, username="an", full_name="Nguyễn Thị An (mẫu)", code="TN-1", at=AT
        )
        persons.add_person(session, username="thay", full_name="Lê Thị Giảng (mẫu)", at=AT)
        enrolments.begin_course(session, person.id, COURSE, at=AT)
    return person


def hand_in(records: Records, learner: Person, lesson: str, *, review: bool = False) -> int:
    """Marked with full points, or with none and for a person to look at."""
    cell = CellMarks("cau", 0.0 if review else 2.0, 2.0, needs_review=review)
    with records.begin() as session:
        release = releases.current_release(session, COURSE)
        assert release is not None
        given = {"person_id": learner.id, "release_id": release.id, "notebook": b"{}", "at": AT}
        queue.submit(session, lesson=lesson, **given)
        claimed = queue.claim(session, worker="w", at=AT, lease=HOUR)
        assert claimed is not None
        marks = Marks("marked", cell.points, 2.0, (cell,))
        assert queue.store_marks(session, claimed.id, marks, worker="w", at=AT)
        return claimed.id


def call_class(records: Records, lesson: str) -> int:
    with records.begin() as session:
        return meetings.call_meeting(
            session, course=COURSE, lesson=lesson, place="P1 (mẫu)", starts_at=LATER,
            ends_at=LATER + HOUR, by="thay",
        ).id  # fmt: skip


def certificate_of(records: Records, learner: Person) -> Any:
    with records.read() as session:
        return certificates.find_certificate_of(session, learner.id, PROGRAMME)


def test_a_class_attended_last_completes_the_course_and_brings_the_certificate(
    records: Records, settings: Settings, learner: Person
) -> None:
    hand_in(records, learner, "mot")  # 2 of 4 points: enough, and a lesson is missing
    meeting = call_class(records, "hai")
    with records.begin() as session:
        attended = meetings.attend_by_list(session, meeting, ["TN-1"], by="thay", at=LATER)
        for person_id in attended:
            make_on_attended(settings)(session, person_id, COURSE, LATER)
    issued = certificate_of(records, learner)
    assert issued is not None and issued.issued_at == LATER
    with records.read() as session:
        enrolment = enrolments.find_enrolment(session, learner.id, COURSE)
    assert enrolment is not None and enrolment.completed_at == LATER


def test_a_class_attended_first_brings_nothing_yet(
    records: Records, settings: Settings, learner: Person
) -> None:
    meeting = call_class(records, "hai")
    with records.begin() as session:
        meetings.attend_by_list(session, meeting, ["TN-1"], by="thay", at=LATER)
        make_on_attended(settings)(session, learner.id, COURSE, LATER)
    assert certificate_of(records, learner) is None


def test_a_certificate_that_a_person_s_marks_earned_is_not_dated_back(
    records: Records, settings: Settings, learner: Person
) -> None:
    submission_id = hand_in(records, learner, "mot", review=True)
    hand_in(records, learner, "hai", review=True)
    on_marked = make_on_marked(settings)
    with records.begin() as session:
        marker = persons.find_person(session, "thay")
        assert marker is not None
        reviewing.record_review(
            session, submission_id, "cau", marker_id=marker.id, marker="thay", points=2.0,
            comment="", at=LATER,
        )  # fmt: skip
        submission = queue.find_submission(session, submission_id)
        assert submission is not None
        on_marked(session, submission, LATER)
    issued = certificate_of(records, learner)
    assert issued is not None
    assert issued.issued_at == LATER
    assert issued.number.startswith("MC-2026-")  # marked by the machine in 2025


def test_who_is_due_because_a_course_ceased_to_be_required_gets_the_certificate(
    records: Records, learner: Person, settings: Settings
) -> None:
    now = dt.datetime.now(dt.UTC)
    with records.begin() as session:
        other = session.query(Requirement).filter_by(course=OTHER).one()
        other.until_at = None
    for lesson in ("mot", "hai"):
        hand_in(records, learner, lesson)
    day = {"since": now - HOUR, "at": now + HOUR}
    assert issue_after_decisions(records, settings, **day) == 0
    with records.begin() as session:
        end_requirement(
            session, PROGRAMME, OTHER, until_at=now, source="QĐ 2 (mẫu)", by="bo", at=now
        )
    later = {"since": now + HOUR, "at": now + 2 * HOUR}
    assert issue_after_decisions(records, settings, **later) == 0, "nothing ended since then"
    assert issue_after_decisions(records, settings, **day) == 1
    assert issue_after_decisions(records, settings, **day) == 0
