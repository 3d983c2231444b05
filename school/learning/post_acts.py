"""Questions and answers under an exercise, and what learners think of a lesson they finished.

A question goes to instructors; to fellow learners as well where the course allows it, but in an
exam never, and only once an instructor let it through. Beside a question stands no name, except
for the course's own lecturers where its rule says so. Ratings are counted without names.
"""

from __future__ import annotations

import datetime as dt

from core.manifest import LessonEntry
from core.messages import Message, Refused
from records import Session
from records.courses import releases
from records.learning import posts, progress
from records.learning.meetings import attended_lessons
from records.platform import outbox
from records.tables.learning import Post
from school import access
from school.access import Actor
from school.acts import act, log, require
from school.learning import lessons

LONGEST, LONGEST_RATING = 1000, 300
IN_AN_HOUR, IN_A_DAY = 5, 20
BEST = 5


@act(may=access.may_submit, kept_in="post")
def ask(
    session: Session,
    actor: Actor,
    place: lessons.Place,
    grade_id: str,
    text: str,
    *,
    to_fellows: bool,
    at: dt.datetime,
) -> int:
    """Ask about an exercise; the question's key. `Refused` for no text, too much of it, or too many
    in a short time."""
    if place.entry.find_exercise(grade_id) is None:
        raise Refused(Message("Hãy chọn một bài tập của bài học này"), field="about")
    row = posts.add_post(
        session,
        _key(actor),
        course=place.course,
        lesson=place.lesson,
        grade_id=grade_id,
        text=_said(session, actor, text, at),
        to_fellows=to_fellows and fellows_read(session, place.course, place.entry),
        at=at,
    )
    return row.id


@act(may=access.may_submit, kept_in="post")
def reply(
    session: Session,
    actor: Actor,
    place: lessons.Place,
    question: int,
    text: str,
    *,
    at: dt.datetime,
) -> int:
    """Answer a fellow learner, or add to one's own question; shown once it was let through."""
    found = posts.find_post(session, question)
    readable = posts.questions_for(
        session,
        _key(actor),
        place.course,
        place.lesson,
        fellows=fellows_read(session, place.course, place.entry),
    )
    require(found is not None and found.id in {one.id for one in readable})
    assert found is not None
    return _answer(session, actor, found, _said(session, actor, text, at), at).id


@act(may=access.may_mark, audited="question.answer")
def answer_question(
    session: Session, actor: Actor, question: int, text: str, *, at: dt.datetime
) -> int:
    """Answer as the instructor; who asked is told, by letter too where they have an address."""
    found = _question(session, question)
    row = _answer(session, actor, found, _text(text), at, by_teacher=True)
    log(
        session,
        actor,
        "question.answer",
        f"{found.course}/{found.lesson}",
        at,
        {"question": question},
    )
    entry = _entry(session, found)
    facts = {
        "course": found.course,
        "lesson": found.lesson,
        "title": {"vi": entry.title, "en": entry.title_en or entry.title},
    }
    if found.person_id != actor.person_id:
        outbox.put(session, "answer", found.person_id, facts, at=at)
    return row.id


@act(may=access.may_mark, audited="question.moderate")
def moderate(session: Session, actor: Actor, key: int, *, shown: bool, at: dt.datetime) -> None:
    """Let fellow learners read a question or answer, or take it out of their sight."""
    row = posts.find_post(session, key)
    require(row is not None)
    assert row is not None
    by = actor.username or ""
    if shown:
        row.shown_at, row.shown_by, row.hidden_at, row.hidden_by = at, by, None, None
    else:
        row.hidden_at, row.hidden_by = at, by
    detail = {"post": key, "shown": shown}
    log(session, actor, "question.moderate", f"{row.course}/{row.lesson}", at, detail)


@act(may=access.may_publish, audited="question.rule")
def set_question_rule(
    session: Session, actor: Actor, course: str, *, fellows: bool, names: bool, at: dt.datetime
) -> None:
    """Decide whether fellow learners read questions in a course, and whether its own lecturers see
    who asks."""
    require(releases.current_release(session, course) is not None)
    by = actor.username or ""
    posts.set_rule(session, course, fellows=fellows, names=names, by=by, at=at)
    detail = {"fellows": fellows, "names": names}
    log(session, actor, "question.rule", f"course:{course}", at, detail)


@act(may=access.may_submit, kept_in="lesson_rating")
def rate_lesson(
    session: Session, actor: Actor, place: lessons.Place, *, stars: int, text: str, at: dt.datetime
) -> None:
    """Say what one thinks of a lesson: 1 to 5 and a sentence. `Refused` before it is finished."""
    if not has_finished(session, _key(actor), place):
        raise Refused(Message("Hãy nộp bài hoặc dự lớp trước khi đánh giá bài học này."))
    said = " ".join(text.split())
    wrong = {}
    if not 1 <= stars <= BEST:
        wrong["stars"] = Message("Hãy chọn từ 1 đến 5")
    if len(said) > LONGEST_RATING:
        wrong["text"] = Message("Không quá {n} ký tự", {"n": LONGEST_RATING})
    if wrong:
        raise Refused.at_fields(wrong)
    posts.rate(session, _key(actor), place.course, place.lesson, stars=stars, text=said, at=at)


# --- asked by pages too -------------------------------------------------------------------------


def fellows_read(session: Session, course: str, entry: LessonEntry) -> bool:
    """Whether fellow learners read what is asked in this lesson."""
    rule = posts.find_rule(session, course)
    return rule is not None and rule.fellows and not entry.exam


def has_finished(session: Session, person_id: int, place: lessons.Place) -> bool:
    """Whether somebody handed the lesson in and had it marked, or attended it."""
    marked = {row.lesson for row in progress.progress_in(session, person_id, place.course)}
    attended = attended_lessons(session, place.course, [person_id])[person_id]
    return place.lesson in marked | attended


def _answer(
    session: Session,
    actor: Actor,
    found: Post,
    text: str,
    at: dt.datetime,
    *,
    by_teacher: bool = False,
) -> Post:
    return posts.add_post(
        session,
        _key(actor),
        course=found.course,
        lesson=found.lesson,
        grade_id=found.grade_id,
        text=text,
        parent=found,
        by_teacher=by_teacher,
        at=at,
    )


def _question(session: Session, key: int) -> Post:
    found = posts.find_post(session, key)
    require(found is not None and found.parent_id is None)
    assert found is not None
    return found


def _entry(session: Session, found: Post) -> LessonEntry:
    release = releases.current_release(session, found.course)
    entry = releases.find_lesson(release, found.lesson) if release else None
    return entry or LessonEntry(slug=found.lesson, title=found.lesson, file="", max_points=0.0)


def _said(session: Session, actor: Actor, text: str, at: dt.datetime) -> str:
    """The text, where this person may write once more now."""
    for span, most in ((dt.timedelta(hours=1), IN_AN_HOUR), (dt.timedelta(days=1), IN_A_DAY)):
        if posts.count_since(session, _key(actor), at - span) >= most:
            raise Refused(
                Message("Anh/chị đã gửi nhiều câu trong thời gian ngắn; xin chờ rồi gửi tiếp."),
                field="text",
            )
    return _text(text)


def _text(text: str) -> str:
    said = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not 0 < len(said) <= LONGEST:
        raise Refused(
            Message("Hãy viết câu hỏi hoặc câu trả lời, không quá {n} ký tự", {"n": LONGEST}),
            field="text",
        )
    return said


def _key(actor: Actor) -> int:
    require(actor.person_id is not None)
    assert actor.person_id is not None
    return actor.person_id
