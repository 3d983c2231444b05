"""Questions and answers under exercises, and what learners thought of lessons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from records.people.merging import same_person
from records.tables.learning import LessonRating, Post, QuestionRule

LISTED = 100


def add_post(
    session: Session,
    person_id: int,
    *,
    course: str,
    lesson: str,
    grade_id: str,
    text: str,
    parent: Post | None = None,
    to_fellows: bool = False,
    by_teacher: bool = False,
    at: dt.datetime,
) -> Post:
    """Keep a question, or an answer to ``parent``."""
    row = Post(
        parent_id=parent.id if parent is not None else None,
        course=course,
        lesson=lesson,
        grade_id=grade_id,
        person_id=person_id,
        text=text,
        to_fellows=to_fellows,
        by_teacher=by_teacher,
        at=at,
    )
    session.add(row)
    session.flush()
    return row


def find_post(session: Session, key: int) -> Post | None:
    """The one with this key."""
    return session.get(Post, key)


def count_since(session: Session, person_id: int, since: dt.datetime) -> int:
    """How many this person wrote since then."""
    written = select(func.count()).where(Post.person_id == person_id, Post.at >= since)
    return session.scalar(written.select_from(Post)) or 0


def questions_for(
    session: Session, person_id: int, course: str, lesson: str, *, fellows: bool
) -> Sequence[Post]:
    """What this learner reads in a lesson, newest first: what they asked, and with ``fellows`` what
    others asked of all and was let through."""
    mine = Post.person_id.in_(same_person(session, person_id))
    others = (Post.to_fellows.is_(True), Post.shown_at.is_not(None), Post.hidden_at.is_(None))
    found = select(Post).where(
        Post.parent_id.is_(None), Post.course == course, Post.lesson == lesson, Post.text != ""
    )
    found = found.where(or_(mine, and_(*others)) if fellows else mine)
    return session.scalars(found.order_by(Post.id.desc()).limit(LISTED)).all()


def answers_to(session: Session, questions: Sequence[Post]) -> dict[int, list[Post]]:
    """Every answer to these, oldest first, by question."""
    found: dict[int, list[Post]] = {one.id: [] for one in questions}
    rows = session.scalars(
        select(Post).where(Post.parent_id.in_(found), Post.text != "").order_by(Post.id)
    )
    for row in rows:
        assert row.parent_id is not None
        found[row.parent_id].append(row)
    return found


def latest_questions(session: Session, course: str = "") -> Sequence[Post]:
    """The latest questions (of one course), newest first."""
    found = select(Post).where(Post.parent_id.is_(None), Post.text != "")
    if course:
        found = found.where(Post.course == course)
    return session.scalars(found.order_by(Post.id.desc()).limit(LISTED)).all()


def count_unanswered(session: Session) -> int:
    """Questions that no instructor has answered or hidden."""
    answered = select(Post.parent_id).where(Post.by_teacher.is_(True), Post.parent_id.is_not(None))
    waiting = select(func.count()).where(
        Post.parent_id.is_(None),
        Post.hidden_at.is_(None),
        Post.text != "",
        Post.id.not_in(answered),
    )
    return session.scalar(waiting.select_from(Post)) or 0


def find_rule(session: Session, course: str) -> QuestionRule | None:
    """What was decided about the course; None: instructors alone, without names."""
    return session.get(QuestionRule, course)


def set_rule(
    session: Session, course: str, *, fellows: bool, names: bool, by: str, at: dt.datetime
) -> None:
    """Decide who reads and what stands beside a question."""
    session.merge(QuestionRule(course=course, fellows=fellows, names=names, decided_by=by, at=at))
    session.flush()


# --- ratings ------------------------------------------------------------------------------------


def rate(
    session: Session,
    person_id: int,
    course: str,
    lesson: str,
    *,
    stars: int,
    text: str,
    at: dt.datetime,
) -> None:
    """Keep what somebody thinks of a lesson; the later word replaces the earlier."""
    session.merge(
        LessonRating(
            person_id=person_id, course=course, lesson=lesson, stars=stars, text=text, at=at
        )
    )
    session.flush()


def find_rating(session: Session, person_id: int, course: str, lesson: str) -> LessonRating | None:
    """What this person said of it."""
    return session.get(LessonRating, (person_id, course, lesson))


def ratings_of(session: Session, course: str, lesson: str) -> Sequence[tuple[int, str]]:
    """(stars, sentence) of all who said something, in no order that tells who or when."""
    rows = session.execute(
        select(LessonRating.stars, LessonRating.text)
        .where(LessonRating.course == course, LessonRating.lesson == lesson)
        .order_by(LessonRating.stars.desc(), LessonRating.text)
    )
    return [(stars, text) for stars, text in rows]
