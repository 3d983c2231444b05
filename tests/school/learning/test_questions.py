"""Questions under exercises and ratings of lessons: who reads what, and that nobody is named."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

import courses
from core.messages import Refused
from records import Records, Session
from records.courses import lecturers, releases
from records.learning import enrolments, meetings, posts
from records.people import persons
from records.platform import outbox
from records.tables.platform import Mail
from school import access
from school.learning import lessons, post_acts, questions
from school.people import looks
from school.refusals import NotAllowed

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
TEMPLATE = Path(courses.__file__).parent / "template"
COURSE, LESSON = "khoa-mau", "bai-mau"
LEARNERS = ("an", "binh", "chi", "dung", "em")


@pytest.fixture
def asked(records: Records) -> Records:
    with records.begin() as session:
        release = courses.make_release(courses.load_course(TEMPLATE))
        releases.publish(session, release, at=AT, by="x")
        for number, name in enumerate((*LEARNERS, "thay")):
            person = persons.add_person(
                session, username=name, full_name=f"{name.upper()} (mẫu)", code=f"TN-{number}",
                email=f"{name}@example.org", at=AT,
            )  # fmt: skip
            if name == "thay":
                persons.grant_role(session, person.id, access.INSTRUCTOR)
            else:
                enrolments.begin_course(session, person.id, COURSE, at=AT, seed=1)
    return records


def actor(session: Session, name: str) -> access.Actor:
    return access.load_actor(session, name, at=AT)


def place(session: Session, name: str) -> lessons.Place:
    found = lessons.find_place(session, actor(session, name).person_id or 0, COURSE, LESSON)
    assert found is not None
    return found


def ask(
    session: Session, name: str, text: str, *, fellows: bool = True, at: dt.datetime = AT
) -> int:
    own = place(session, name)
    return post_acts.ask(
        session, actor(session, name), own, own.exercises[0].grade_id, text,
        to_fellows=fellows, at=at,
    )  # fmt: skip


def read(session: Session, name: str) -> dict[str, list[str]]:
    """Question → answers, as this learner reads them."""
    key = actor(session, name).person_id or 0
    found = questions.load_for_learner(session, key, place(session, name))
    return {one.question.text: [a.text for a in one.answers] for one in found.threads}


def allow(session: Session, *, names: bool = False) -> None:
    teacher = actor(session, "thay")
    post_acts.set_question_rule(session, teacher, COURSE, fellows=True, names=names, at=AT)


def test_a_question_goes_to_instructors_alone_until_the_course_lets_fellows_read(
    asked: Records,
) -> None:
    with asked.begin() as session:
        first = ask(session, "an", "Vì sao?")
        assert read(session, "an") == {"Vì sao?": []}
        assert read(session, "binh") == {}
        allow(session)
        post_acts.moderate(session, actor(session, "thay"), first, shown=True, at=AT)
        assert read(session, "binh") == {}  # it was asked before fellows were allowed to read
        second = ask(session, "an", "Thế nào?")
        assert read(session, "binh") == {}  # nobody has let it through
        post_acts.moderate(session, actor(session, "thay"), second, shown=True, at=AT)
        assert read(session, "binh") == {"Thế nào?": []}
        post_acts.moderate(session, actor(session, "thay"), second, shown=False, at=AT)
        assert read(session, "binh") == {}
        assert "Thế nào?" in read(session, "an")


def test_answers_of_fellows_wait_too_and_an_instructors_is_told(asked: Records) -> None:
    with asked.begin() as session:
        allow(session)
        teacher = actor(session, "thay")
        question = ask(session, "an", "Vì sao?")
        with pytest.raises(NotAllowed):
            post_acts.reply(
                session, actor(session, "binh"), place(session, "binh"), question, "x", at=AT
            )
        post_acts.moderate(session, teacher, question, shown=True, at=AT)
        said = post_acts.reply(
            session, actor(session, "binh"), place(session, "binh"), question, "Vì thế.", at=AT
        )
        assert read(session, "an") == {"Vì sao?": []}
        assert read(session, "binh") == {"Vì sao?": ["Vì thế."]}
        post_acts.moderate(session, teacher, said, shown=True, at=AT)
        post_acts.answer_question(session, teacher, question, "Đúng vậy.", at=AT)
        assert read(session, "an") == {"Vì sao?": ["Vì thế.", "Đúng vậy."]}
        letter = session.query(Mail).filter_by(kind="answer").one()
        assert letter.address == "an@example.org"
        assert "answer" in outbox.REFUSABLE


def test_who_asks_is_named_to_the_courses_own_lecturer_alone_where_its_rule_says_so(
    asked: Records,
) -> None:
    def named(session: Session) -> list[str]:
        session.info.pop(looks.SHOWN, None)
        threads, _rule = questions.load_for_teacher(session, actor(session, "thay"), COURSE, at=AT)
        assert bool(session.info[looks.SHOWN][("questions", "")]) == any(
            one.name for one in threads
        )
        return [one.name for one in threads]

    with asked.begin() as session:
        ask(session, "an", "Vì sao?")
        assert named(session) == [""]
        allow(session, names=True)
        assert named(session) == [""]
        lecturers.add_lecturer(
            session, actor(session, "thay").person_id or 0, COURSE, from_on=AT.date(),
            until_on=None, certificate="GV-1", by="bo", at=AT,
        )  # fmt: skip
        assert named(session) == ["AN (mẫu)"]
        allow(session)
        assert named(session) == [""]


def test_nobody_floods_a_course_with_questions(asked: Records) -> None:
    with asked.begin() as session:
        for number in range(post_acts.IN_AN_HOUR):
            ask(session, "an", f"Câu {number}")
        with pytest.raises(Refused, match="thời gian ngắn"):
            ask(session, "an", "Một câu nữa")
        ask(session, "binh", "Của người khác")
        ask(session, "an", "Sau một giờ", at=AT + 2 * HOUR)
        for text in ("", " ", "x" * (post_acts.LONGEST + 1)):
            with pytest.raises(Refused, match="không quá"):
                ask(session, "chi", text)


def test_ratings_are_counted_from_five_on_and_only_of_who_finished(asked: Records) -> None:
    with asked.begin() as session:

        def rate(name: str, stars: int) -> None:
            post_acts.rate_lesson(
                session, actor(session, name), place(session, name), stars=stars,
                text=f"Câu {stars}", at=AT,
            )  # fmt: skip

        with pytest.raises(Refused, match="trước khi đánh giá"):
            rate("an", 5)
        meeting = meetings.call_meeting(
            session, course=COURSE, lesson=LESSON, place="P1", starts_at=AT, ends_at=AT + HOUR,
            by="thay",
        )  # fmt: skip
        codes = [f"TN-{number}" for number in range(len(LEARNERS))]
        meetings.attend_by_list(session, meeting.id, codes, by="thay", at=AT)
        for number, name in enumerate(LEARNERS[:4], start=2):
            rate(name, number)
        rate("an", 1)  # the later word counts
        few = questions.load_ratings(session, COURSE, LESSON)
        assert (few.count, few.mean, few.sentences) == (4, None, ())
        rate("em", 5)
        found = questions.load_ratings(session, COURSE, LESSON)
        assert found.count == 5
        assert found.mean == pytest.approx((1 + 3 + 4 + 5 + 5) / 5)
        assert found.by_stars == {5: 2, 4: 1, 3: 1, 2: 0, 1: 1}
        for wrong in (0, 6):
            with pytest.raises(Refused, match="1 đến 5"):
                rate("an", wrong)


def test_erasing_takes_what_was_asked_and_thought(asked: Records) -> None:
    with asked.begin() as session:
        ask(session, "an", "Vì sao?")
        key = actor(session, "an").person_id or 0
        persons.erase_person(session, key, at=AT)
        assert posts.latest_questions(session, COURSE) == []
