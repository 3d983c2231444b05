"""What officers do about the register of lecturers: enter somebody, end a line.

Train, examine, certify, then let teach: the register says who may teach which course, from which
day and by which paper. It gives no role; whoever teaches still holds the instructor's.
"""

from __future__ import annotations

import datetime as dt

from core.calendar import today_in_vietnam
from core.messages import Message, Refused
from records import Session
from records.assessment import certificates
from records.courses import lecturers, releases
from records.people.persons import clean
from records.tables.people import Person
from records.tables.teaching import Lecturer
from school import access
from school.access import Actor
from school.acts import act, log, require
from school.people.appointing import find_somebody
from school.refusals import NotAllowed

LONGEST = 200


@act(may=access.may_keep_lecturers, audited="lecturer.enter")
def enter_lecturer(
    session: Session,
    actor: Actor,
    who: str,
    course: str,
    *,
    from_on: dt.date | None,
    until_on: dt.date | None,
    certificate: str,
    at: dt.datetime,
) -> int:
    """Enter who may teach ``course`` ("": any) from a day on, by which certificate; the line's key.

    `Refused` for nobody, a course that is not there, days that hold never, no certificate, or one
    of this platform that is another's or was revoked. Nobody but an administrator enters
    themselves.
    """
    person = find_somebody(session, clean(who))
    if person.id == actor.person_id and not access.may_administer(actor):
        raise NotAllowed
    begins = from_on or today_in_vietnam(at)
    paper = clean(certificate)
    _check(session, person, course, begins, until_on, paper, today_in_vietnam(at))
    row = lecturers.add_lecturer(
        session,
        person.id,
        course or None,
        from_on=begins,
        until_on=until_on,
        certificate=paper,
        by=actor.username or "",
        at=at,
    )
    detail = {
        "course": course or "*",
        "from": begins.isoformat(),
        "to": until_on.isoformat() if until_on else "",
    }
    log(session, actor, "lecturer.enter", f"person:{person.id}", at, detail)
    return row.id


@act(may=access.may_keep_lecturers, audited="lecturer.end")
def end_lecturer(session: Session, actor: Actor, key: int, *, at: dt.datetime) -> None:
    """End a line of the register with the day before today; it stays to be read."""
    row = lecturers.find_lecturer(session, key)
    require(row is not None)
    assert row is not None
    yesterday = today_in_vietnam(at) - dt.timedelta(days=1)
    if row.until_on is not None and row.until_on <= yesterday:
        raise Refused(Message("Dòng này đã hết hạn; không có gì đổi."), field="end")
    row.until_on = yesterday
    row.ended_at, row.ended_by = at, actor.username or ""
    log(
        session, actor, "lecturer.end", f"person:{row.person_id}", at, {"course": row.course or "*"}
    )


def _check(
    session: Session,
    person: Person,
    course: str,
    from_on: dt.date,
    until_on: dt.date | None,
    paper: str,
    today: dt.date,
) -> None:
    wrong: dict[str, Message] = {}
    if course and releases.current_release(session, course) is None:
        wrong["course"] = Message("Không có khóa học {course}", {"course": course[:80]})
    if until_on is not None and until_on < max(from_on, today):
        wrong["until_on"] = Message("Ngày cuối phải từ hôm nay và từ ngày bắt đầu trở đi")
    if not 0 < len(paper) <= LONGEST:
        wrong["certificate"] = Message(
            "Hãy ghi giấy tờ cho phép giảng dạy (số, nơi cấp), không quá {n} ký tự", {"n": LONGEST}
        )
    elif reason := _wrong_paper(session, person, paper):
        wrong["certificate"] = reason
    if wrong:
        raise Refused.at_fields(wrong)
    if any(_same(one, course or None, from_on, until_on) for one in _lines(session, person)):
        raise Refused(
            Message("Người này đã có trong sổ cho khóa ấy vào những ngày ấy"), field="who"
        )


def _wrong_paper(session: Session, person: Person, paper: str) -> Message | None:
    """What is wrong with a number of this platform; of papers from elsewhere nothing is known."""
    found = certificates.find_certificate(session, paper)
    if found is None:
        return None
    if found.person_id != person.id:
        return Message("Chứng nhận {number} là của người khác", {"number": paper})
    if found.revoked_at is not None:
        return Message("Chứng nhận {number} đã thu hồi", {"number": paper})
    return None


def _lines(session: Session, person: Person) -> list[Lecturer]:
    return list(lecturers.lines_of(session, person.id))


def _same(row: Lecturer, course: str | None, begins: dt.date, ends: dt.date | None) -> bool:
    """Whether a line is for the same course on some of the same days."""
    return (
        row.course == course
        and (row.until_on is None or row.until_on >= begins)
        and (ends is None or row.from_on <= ends)
    )
