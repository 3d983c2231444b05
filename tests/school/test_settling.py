"""What follows from marks and attendance: the certificate comes with whatever was the last thing
missing and bears the day of it; and what breaks undoes nothing and is tried again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from settled import record_review, store_marks

from core.manifest import Manifest, read_manifest
from core.marks import CellMarks, Marks
from hub.platform.grading import issue_after_decisions
from hub.settings import Settings
from records import Records
from records.assessment import certificates
from records.courses import releases
from records.learning import enrolments, meetings, progress
from records.marking import queue, remarking, unsettled
from records.people import persons
from records.programme.requirements import end_requirement
from records.tables.people import Person
from records.tables.programme import Requirement
from school import settling
from school.access import INSTRUCTOR, Actor
from school.learning import acts, overview
from school.marking import acts as marking_acts

AT = dt.datetime(2025, 12, 30, 3, 0, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(days=7)
COURSE, OTHER, PROGRAMME = "khoa-thu", "khoa-khac", "chuyen-doi-so-10000"
HOUR = dt.timedelta(hours=1)
TEACHER = Actor("thay", person_id=2, grants=((INSTRUCTOR, None),))


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


def hand_in(
    records: Records,
    learner: Person,
    lesson: str,
    *,
    review: bool = False,
    points: float = 2.0,
    settled: bool = True,
) -> int:
    """Marked with ``points`` of 2, or with none and for a person to look at. Not ``settled``:
    nothing has followed yet."""
    cell = CellMarks("cau", 0.0 if review else points, 2.0, needs_review=review)
    with records.begin() as session:
        release = releases.current_release(session, COURSE)
        assert release is not None
        given = {"person_id": learner.id, "release_id": release.id, "notebook": b"{}", "at": AT}
        queue.submit(session, lesson=lesson, **given)
        claimed = queue.claim(session, worker="w", at=AT, lease=HOUR)
        assert claimed is not None
        marks = Marks("marked", cell.points, 2.0, (cell,))
        store = store_marks if settled else queue.store_marks
        assert store(session, claimed.id, marks, worker="w", at=AT)
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
    records: Records, learner: Person
) -> None:
    hand_in(records, learner, "mot")  # 2 of 4 points: enough, and a lesson is missing
    meeting = call_class(records, "hai")
    with records.begin() as session:
        acts.record_attendance(session, TEACHER, meeting, ["TN-1"], pass_share=None, at=LATER)
    issued = certificate_of(records, learner)
    assert issued is not None and issued.issued_at == LATER
    with records.read() as session:
        enrolment = enrolments.find_enrolment(session, learner.id, COURSE)
    assert enrolment is not None and enrolment.completed_at == LATER


def test_a_class_attended_first_brings_nothing_yet(records: Records, learner: Person) -> None:
    meeting = call_class(records, "hai")
    with records.begin() as session:
        acts.record_attendance(session, TEACHER, meeting, ["TN-1"], pass_share=None, at=LATER)
    assert certificate_of(records, learner) is None


def test_a_certificate_that_a_person_s_marks_earned_is_not_dated_back(
    records: Records, learner: Person
) -> None:
    submission_id = hand_in(records, learner, "mot", review=True)
    hand_in(records, learner, "hai", review=True)
    with records.begin() as session:
        marker = persons.find_person(session, "thay")
        assert marker is not None
        record_review(
            session, submission_id, "cau", marker_id=marker.id, marker="thay", points=2.0,
            comment="", at=LATER,
        )  # fmt: skip
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


# --- what breaks ------------------------------------------------------------------------------


@pytest.fixture
def no_certificates(monkeypatch: pytest.MonkeyPatch) -> Callable[[], pytest.MonkeyPatch]:
    """From the call on none can be issued, until what it gives is undone."""

    def refuse(*_: Any, **__: Any) -> None:
        raise RuntimeError("máy ký đang hỏng")

    def breaks() -> pytest.MonkeyPatch:
        monkeypatch.setattr(settling, "issue_if_due", refuse)
        return monkeypatch

    return breaks


def test_a_certificate_that_breaks_undoes_no_mark_by_hand_and_comes_later(
    records: Records, learner: Person, no_certificates: Callable[[], pytest.MonkeyPatch]
) -> None:
    submission_id = hand_in(records, learner, "mot", review=True)
    hand_in(records, learner, "hai", points=0.0)
    broken = no_certificates()
    with records.begin() as session:
        assert marking_acts.give_marks(
            session, TEACHER, submission_id, "cau", points=2.0, picks={}, comment="",
            pass_share=None, at=LATER,
        )  # fmt: skip
    with records.read() as session:
        submission = queue.find_submission(session, submission_id)
        assert submission is not None and submission.points == 2.0
        (waiting,) = unsettled.due_again(session, at=LATER + HOUR)
        assert "certificates: RuntimeError: máy ký đang hỏng" in waiting.why
    assert certificate_of(records, learner) is None
    broken.undo()
    assert settling.settle_again(records, pass_share=None, at=LATER) == 0, "not due yet"
    assert settling.settle_again(records, pass_share=None, at=LATER + HOUR) == 1
    assert certificate_of(records, learner) is not None
    with records.read() as session:
        assert unsettled.count_unsettled(session) == 0


def test_a_certificate_that_breaks_undoes_no_attendance(
    records: Records, learner: Person, no_certificates: Callable[[], pytest.MonkeyPatch]
) -> None:
    hand_in(records, learner, "mot")
    broken = no_certificates()
    meeting = call_class(records, "hai")
    with records.begin() as session:
        new = acts.record_attendance(session, TEACHER, meeting, ["TN-1"], pass_share=None, at=LATER)
    assert new == 1
    with records.read() as session:
        assert len(meetings.attendance_of(session, meeting)) == 1
        assert unsettled.count_unsettled(session) == 1
    broken.undo()
    assert settling.settle_again(records, pass_share=None, at=LATER + HOUR) == 1
    assert certificate_of(records, learner) is not None


def test_a_certificate_that_breaks_undoes_no_remark(
    records: Records, learner: Person, no_certificates: Callable[[], pytest.MonkeyPatch]
) -> None:
    submission_id = hand_in(records, learner, "mot", points=0.0)
    no_certificates()
    with records.begin() as session:
        releases.publish(session, Publication(digest="1" * 64), at=AT, by="TN")
        number = marking_acts.begin_remark(
            session, TEACHER, COURSE, "mot", reason="Sửa phần kiểm tra", at=AT
        )
        remark = remarking.find_remark(session, number)
        submission = queue.find_submission(session, submission_id)
        assert remark is not None and submission is not None
        marks = Marks("marked", 2.0, 2.0, (CellMarks("cau", 2.0, 2.0),))
        remarking.record_try(session, remark, submission, marks.as_dict())
        remarking.finish_counting(session, remark)
    with records.begin() as session:
        outcome = marking_acts.apply_remark(
            session, TEACHER, number, also_lower=False, pass_share=None, at=LATER
        )
    assert outcome.raised == (submission_id,)
    with records.read() as session:
        submission = queue.find_submission(session, submission_id)
        assert submission is not None and submission.points == 2.0
        (best,) = progress.progress_in(session, learner.id, COURSE)
        assert best.points == 2.0, "the followers before the one that broke have done their work"


def test_what_breaks_again_waits_longer_each_time_and_never_longer_than_an_hour(
    records: Records, learner: Person, no_certificates: Callable[[], pytest.MonkeyPatch]
) -> None:
    hand_in(records, learner, "mot")
    no_certificates()
    at, waits = LATER, []
    with records.begin() as session:
        settling.settle(session, settling.Matter(learner.id, COURSE, None, None, at))
    for _ in range(9):
        with records.read() as session:
            (one,) = unsettled.due_again(session, at=at + 2 * HOUR)
            waits.append(one.next_at - at)
        at = one.next_at
        assert settling.settle_again(records, pass_share=None, at=at) == 0
    assert waits == sorted(waits) and waits[0] == HOUR / 60 and waits[-1] == HOUR


def test_a_share_of_the_ministry_s_own_is_asked_for_by_everybody(
    records: Records, learner: Person
) -> None:
    """Half is enough for the course, and not for the ministry."""
    handed_in = [
        hand_in(records, learner, "mot", settled=False),
        hand_in(records, learner, "hai", points=0.0, settled=False),
    ]
    for share, passed in ((0.9, False), (None, True)):
        with records.begin() as session:
            for one in handed_in:
                assert settling.settle_submission(session, one, pass_share=share, at=LATER)
            course = overview.find_course(session, learner.id, COURSE, pass_share=share)
        assert course is not None and course.passed is passed
        assert (certificate_of(records, learner) is not None) is passed
