"""Whatever happens to a learner, every part of the platform says the same of it.

Page, API, insight, counters and certificates are asked after each event of a drawn history: work
handed in, marked by the machine or by hand, marked again with a mended check, classes attended;
under the course's own pass share and under the ministry's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analytics.certificates import issuing
from core.manifest import Manifest, read_manifest
from core.marks import CellMarks, Marks
from records import Records, Session, open_records
from records.assessment import certificates
from records.courses import releases
from records.learning import enrolments, progress
from records.marking import queue, remarking
from records.people import persons
from records.programme import counting
from records.tables.programme import Requirement
from school.access import INSTRUCTOR, Actor
from school.learning import acts as learning
from school.learning import overview
from school.marking import acts as marking
from school.marking import insight
from school.settling import settle_submission

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
COURSE, PROGRAMME = "khoa-thu", "chuyen-doi-so-10000"
LESSONS = ("mot", "hai", "ba")
MOST = 4.0
TEACHER = Actor("thay", person_id=2, grants=((INSTRUCTOR, None),))


@dataclass(frozen=True)
class Publication:
    digest: str = "0" * 64
    learner_files: dict[str, bytes] = field(default_factory=dict)
    source_files: dict[str, bytes] = field(default_factory=dict)

    @property
    def manifest(self) -> Manifest:
        """Three lessons of 4 points each; half of all passes."""
        exercise = {"grade_id": "cau", "competence": "1.1", "level": 1, "points": MOST}
        lessons = [
            {"slug": slug, "file": f"{slug}.ipynb", "max_points": MOST, "exercises": [exercise]}
            for slug in LESSONS
        ]
        return read_manifest(
            {
                "programme": PROGRAMME,
                "course": COURSE,
                "title": "Khóa thử (mẫu)",
                "framework": "vn-tt02-2025",
                "pass_share": 0.5,
                "lessons": lessons,
            }
        )


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    """A course, a learner with the key 1 and a teacher; each history is undone."""
    path = tmp_path_factory.mktemp("rule") / "motcham.sqlite"
    records = open_records(f"sqlite:///{path}", migrate=True)
    with records.begin() as session:
        releases.publish(session, Publication(), at=AT, by="TN")
        session.add(
            Requirement(
                programme=PROGRAMME, course=COURSE, from_at=AT - HOUR, source="QĐ (mẫu)",
                decided_by="bo", decided_at=AT - HOUR,
            )
        )  # fmt: skip
        learner = persons.add_person(
            session, username="an", full_name="Nguyễn Thị An (mẫu)", code="TN-1",
            audience_group="g", at=AT,
        )  # fmt: skip
        persons.add_person(session, username="thay", full_name="Lê Thị Giảng (mẫu)", at=AT)
        enrolments.begin_course(session, learner.id, COURSE, at=AT)
        assert learner.id == 1
    yield records
    records.close()


# --- events -------------------------------------------------------------------------------------


@dataclass
class History:
    """What has happened so far. ``share``: the ministry's own."""

    session: Session
    share: float | None
    at: dt.datetime = AT
    editions: int = 1
    was_passed: bool = False

    def play(self, event: tuple[Any, ...]) -> None:
        self.at += HOUR
        kind, *about = event
        getattr(self, kind)(*about)

    def handed_in(self, lesson: str, points: float, needs_review: bool) -> None:
        release = releases.find_release(self.session, 1)
        assert release is not None
        queue.submit(
            self.session, person_id=1, release_id=release.id, lesson=lesson, notebook=b"{}",
            at=self.at,
        )  # fmt: skip
        claimed = queue.claim(self.session, worker="w", at=self.at, lease=HOUR)
        assert claimed is not None
        cell = CellMarks("cau", points, MOST, needs_review=needs_review)
        marks = Marks("marked", points, MOST, (cell,))
        assert queue.store_marks(self.session, claimed.id, marks, worker="w", at=self.at)
        assert settle_submission(self.session, claimed.id, pass_share=self.share, at=self.at)

    def reviewed(self, nth: int, points: float) -> None:
        """A person marks one of the submissions, whichever it is."""
        handed_in = self._submissions()
        if handed_in:
            marking.give_marks(
                self.session, TEACHER, handed_in[nth % len(handed_in)], "cau", points=points,
                picks={}, comment="", pass_share=self.share, at=self.at,
            )  # fmt: skip

    def remarked(self, lesson: str, points: float, also_lower: bool) -> None:
        """A mended check gives every submission of the lesson the same points."""
        self.editions += 1
        digest = f"{self.editions:064}"
        releases.publish(self.session, Publication(digest=digest), at=self.at, by="TN")
        number = marking.begin_remark(
            self.session, TEACHER, COURSE, lesson, reason="Sửa phần kiểm tra", at=self.at
        )
        remark = remarking.find_remark(self.session, number)
        assert remark is not None
        marks = Marks("marked", points, MOST, (CellMarks("cau", points, MOST),)).as_dict()
        for submission in remarking.find_untried(self.session, remark, limit=100):
            remarking.record_try(self.session, remark, submission, marks)
        remarking.finish_counting(self.session, remark)
        marking.apply_remark(
            self.session, TEACHER, number, also_lower=also_lower, pass_share=self.share, at=self.at
        )

    def attended(self, lesson: str) -> None:
        number = learning.call_class(
            self.session, TEACHER, COURSE, lesson, place="P1 (mẫu)", starts_at=self.at,
            ends_at=self.at + HOUR, at=self.at,
        )  # fmt: skip
        learning.record_attendance(
            self.session, TEACHER, number, ["TN-1"], pass_share=self.share, at=self.at
        )

    def _submissions(self) -> list[int]:
        return [
            one.id
            for lesson in LESSONS
            for one in queue.submissions_of(self.session, 1, [1], lesson)
        ]

    # --- what everybody says ----------------------------------------------------------------

    def all_say_the_same(self) -> None:
        session, share = self.session, self.share
        page = overview.find_course(session, 1, COURSE, pass_share=share)
        standing = progress.find_standing(session, 1, COURSE, pass_share=share)
        seen = insight.load_course_insight(session, COURSE, pass_share=share)
        completion = issuing.find_completion(session, 1, PROGRAMME, at=self.at, pass_share=share)
        held = certificates.find_certificate_of(session, 1, PROGRAMME)
        enrolment = enrolments.find_enrolment(session, 1, COURSE)
        states = counting.count_states(session, None, PROGRAMME)
        assert page and standing and seen and enrolment

        assert page.standing == standing
        assert completion.due == standing.passed == page.passed
        assert (completion.points, completion.lessons_done) == (page.points, page.lessons_done)
        assert {one.slug for one in page.lessons if one.state == "passed"} == {
            step.lesson for step in seen.steps if step.passed
        }
        self.was_passed |= page.passed
        assert (held is not None) == self.was_passed, "what was passed stays passed"
        assert states["certified"] == self.was_passed
        # Nobody stops having taken part: marks may fall, and never go away.
        assert (enrolment.completed_at is not None) == page.standing.took_part


lessons = st.sampled_from(LESSONS)
points = st.sampled_from((0.0, 0.1, 1.0, 2.0, 1 / 3, 2.8, MOST))
events = st.one_of(
    st.tuples(st.just("handed_in"), lessons, points, st.booleans()),
    st.tuples(st.just("reviewed"), st.integers(0, 9), points),
    st.tuples(st.just("remarked"), lessons, points, st.booleans()),
    st.tuples(st.just("attended"), lessons),
)
shares = st.sampled_from((None, 0.0, 0.3, 0.5, 0.7, 1.0))


@pytest.mark.slow
@given(share=shares, history=st.lists(events, max_size=9))
@example(  # half is enough for the course, and not for the ministry
    share=0.9, history=[("handed_in", one, 2.0, False) for one in LESSONS]
)
@example(share=None, history=[("handed_in", one, 2.0, False) for one in LESSONS])
@example(  # the class was the last thing missing
    share=None,
    history=[
        ("handed_in", "mot", MOST, False),
        ("handed_in", "hai", MOST, False),
        ("attended", "ba"),
    ],
)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_happens_all_say_the_same(
    school: Records, share: float | None, history: list[tuple[Any, ...]]
) -> None:
    with school.preview() as session:
        told = History(session, share)
        told.all_say_the_same()
        for event in history:
            told.play(event)
            told.all_say_the_same()
