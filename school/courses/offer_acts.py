"""Courses between being written and being published: brought as a file, read by a second person,
published or returned; carried away as a file; taken back once they were out.

A course never publishes itself: what comes as a file waits until a person decides. Where a
programme asks for a second reader, that person is not the one who offered it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import courses
from core.messages import Message, Refused
from records import Session
from records.courses import offers, releases
from records.people.persons import clean
from records.tables.courses import Release
from records.tables.teaching import OfferedCourse
from school import access
from school.access import Actor
from school.acts import act, log, nothing_changed, require
from school.courses import packages, publishing, releasing

LONGEST = 1000
WAYS = {"import": "course.import", "review": "course.offer"}


@act(may=access.may_publish, audited=("course.import", "course.offer"))
def offer_course(
    session: Session,
    actor: Actor,
    course: courses.Course,
    files: Mapping[str, bytes],
    *,
    way: str,
    note: str = "",
    at: dt.datetime,
) -> int:
    """Keep a checked course until somebody publishes or returns it; its key. ``way``: a key of
    `WAYS`. `Refused` for one that waits already, or is published as it is."""
    said = clean(note)
    if len(said) > LONGEST:
        raise Refused(Message("Lời nhắn không quá {n} ký tự", {"n": LONGEST}), field="note")
    digest = courses.make_release(course).digest
    current = releases.current_release(session, course.slug)
    if current is not None and current.digest == digest:
        raise Refused(
            Message("Đúng nội dung này đã công bố ở bản số {number}.", {"number": current.number})
        )
    row = offers.add_offer(
        session,
        course=course.slug,
        programme=course.programme,
        title=course.title,
        way=way,
        digest=digest,
        content=packages.pack(course, files),
        note=said,
        by=actor.username or "",
        offerer_id=actor.person_id,
        at=at,
    )
    log(session, actor, WAYS[way], f"course:{course.slug}", at, {"offer": row.id, "digest": digest})
    return row.id


@act(may=access.may_publish, audited="publish")
def publish_offer(
    session: Session, actor: Actor, key: int, course: courses.Course, *, at: dt.datetime
) -> tuple[Release, bool]:
    """Publish what waits, once it was checked again (``course``: unpacked from it, and clean).

    `Refused` for what was decided already, and where the programme asks for a second reader and the
    actor is who offered it.
    """
    row = _waiting(session, key)
    require(courses.make_release(course).digest == row.digest)
    if releasing.asks_second_reader(session, course) and releasing.is_own(session, actor, row):
        raise Refused(
            Message("Chương trình này cần người khác đọc: anh/chị là người đã gửi bản này.")
        )
    stored, is_new = releasing.put_out(session, actor, course, at=at)
    offers.decide(row, "published", by=actor.username or "", at=at)
    return stored, is_new


@act(may=access.may_publish, audited="course.return")
def return_offer(session: Session, actor: Actor, key: int, *, reason: str, at: dt.datetime) -> None:
    """Send it back with a reason; nothing is published. `Refused` without one."""
    row = _waiting(session, key)
    why = _reason(reason)
    offers.decide(row, "returned", by=actor.username or "", reason=why, at=at)
    log(session, actor, "course.return", f"course:{row.course}", at, {"offer": key, "reason": why})


@act(may=access.may_publish, audited="course.export")
def export_course(session: Session, actor: Actor, slug: str, *, at: dt.datetime) -> bytes:
    """The published course as one file, with solutions and hidden tests."""
    release = releases.current_release(session, slug)
    files = publishing.published_files(session, slug)
    require(release is not None and files is not None)
    assert release is not None and files is not None
    course = publishing.load_files(files)
    log(session, actor, "course.export", f"course:{slug}", at, {"number": release.number})
    return packages.pack(course, files, number=release.number)


@act(may=access.may_decide_requirements, audited="publish.rule")
def set_second_reader(
    session: Session, actor: Actor, programme: str, wanted: bool, *, at: dt.datetime
) -> bool:
    """Ask that courses of this programme are read by a second person before they are published, or
    no longer; whether that changed anything."""
    by = actor.username or ""
    if not offers.set_second_reader(session, programme, wanted, by=by, at=at):
        nothing_changed(session)
        return False
    detail = {"second_reader": wanted}
    log(session, actor, "publish.rule", f"programme:{programme}", at, detail)
    return True


# --- taken back -----------------------------------------------------------------------------------


@act(may=access.may_publish, audited="course.withdraw")
def withdraw_course(
    session: Session, actor: Actor, slug: str, *, reason: str, at: dt.datetime
) -> None:
    """Let nobody begin the course any more. Who has begun keeps it to the end, and certificates
    stay as they are. `Refused` without a reason."""
    require(releases.current_release(session, slug) is not None)
    if offers.find_withdrawal(session, slug) is not None:
        raise Refused(Message("Khóa học này đã được rút."), field="reason")
    why = _reason(reason)
    offers.withdraw(session, slug, reason=why, by=actor.username or "", at=at)
    log(session, actor, "course.withdraw", f"course:{slug}", at, {"reason": why})


@act(may=access.may_publish, audited="course.restore")
def restore_course(session: Session, actor: Actor, slug: str, *, at: dt.datetime) -> None:
    """Let people begin it again."""
    row = offers.find_withdrawal(session, slug)
    if row is None:
        nothing_changed(session)
        return
    offers.end_withdrawal(row, by=actor.username or "", at=at)
    log(session, actor, "course.restore", f"course:{slug}", at)


@act(may=access.may_publish, audited="lesson.withdraw")
def withdraw_lesson(
    session: Session, actor: Actor, slug: str, lesson: str, *, reason: str, at: dt.datetime
) -> Release:
    """Publish the course again without this lesson: who begins from now on has none of it, who has
    begun keeps their release. `Refused` without a reason, and for the only lesson."""
    release = releases.current_release(session, slug)
    require(release is not None and releases.find_lesson(release, lesson) is not None)
    assert release is not None
    why = _reason(reason)
    if len(release.manifest.lessons) == 1:
        raise Refused(Message("Khóa học chỉ có bài này: hãy rút cả khóa học."), field="reason")
    files = publishing.published_files(session, slug)
    assert files is not None
    course = publishing.load_files(publishing.without_lesson(release.manifest, files, lesson))
    stored, _new = releasing.put_out(session, actor, course, at=at)
    detail = {"reason": why, "number": stored.number}
    log(session, actor, "lesson.withdraw", f"{slug}/{lesson}", at, detail)
    return stored


def _waiting(session: Session, key: int) -> OfferedCourse:
    row = offers.find_offer(session, key)
    require(row is not None)
    assert row is not None
    if row.state != "waiting":
        raise Refused(Message("Bản gửi này đã được xử lý rồi."))
    return row


def _reason(text: str) -> str:
    said = clean(text)
    if not 0 < len(said) <= LONGEST:
        raise Refused(Message("Hãy ghi lý do, không quá {n} ký tự", {"n": LONGEST}), field="reason")
    return said
