"""What people do about learning: open, save and hand in their own work; call a class and record
who was there; send and put aside messages.

One's own drafts are saved many times an hour: their rows say who and when, and the audit log is
left to what people do to others and to what counts (docs/decisions/0049).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from core.marks import MarkedCell
from core.messages import Message, Refused
from records import Session
from records.courses import releases
from records.learning import checks, drafts, enrolments, meetings, notices
from records.people import persons
from records.people.persons import unit_and_below
from records.platform import audit, outbox
from records.tables.learning import Meeting
from school import access
from school.access import Actor
from school.acts import act, require
from school.learning import lessons, notebooks
from school.learning.languages.words import in_own_words
from school.learning.practice import fresh
from school.settling import Matter, settle

MOST_CODES = 1000


# --- one's own work -----------------------------------------------------------------------------


@act(may=access.may_submit, kept_in="draft")
def open_lesson(
    session: Session, actor: Actor, place: lessons.Place, *, at: dt.datetime
) -> lessons.Work:
    """The draft; opening a lesson for the first time begins the course."""
    return lessons.open_work(session, _key(actor), place, at)


@act(may=access.may_submit, kept_in="draft")
def save_notebook(
    session: Session,
    actor: Actor,
    place: lessons.Place,
    notebook: dict[str, Any],
    *,
    revision: int,
    worked: Mapping[str, int] | None = None,
    at: dt.datetime,
) -> lessons.Work:
    """Store the whole notebook, as JupyterLab has it (`lessons.save_work`)."""
    notebook = in_own_words(session, _key(actor), place, notebook)
    return lessons.save_work(
        session, _key(actor), place, notebook, revision=revision, at=at, worked=worked
    )


@act(may=access.may_submit, kept_in="draft")
def save_answers(
    session: Session,
    actor: Actor,
    place: lessons.Place,
    answers: Mapping[str, Any],
    *,
    revision: int,
    worked: Mapping[str, int] | None = None,
    language: str = "vi",
    at: dt.datetime,
) -> lessons.Work:
    """Store the answers that changed, as the player sends them (`lessons.save_answers`)."""
    return lessons.save_answers(
        session,
        _key(actor),
        place,
        answers,
        revision=revision,
        at=at,
        worked=worked,
        language=language,
    )


@act(may=access.may_submit, kept_in="draft")
def restore_lesson(
    session: Session, actor: Actor, place: lessons.Place, work: lessons.Work, *, at: dt.datetime
) -> lessons.Work:
    """Put back cells that the draft lost; every answer stays."""
    return lessons.restore(session, _key(actor), place, work, at=at)


@act(may=access.may_submit, kept_in="draft")
def keep_place(
    session: Session, actor: Actor, place: lessons.Place, cell: str, *, at: dt.datetime
) -> None:
    """Note the step one is in, by a cell of it, so that the next device opens there."""
    drafts.keep_place(
        session,
        person_id=_key(actor),
        release_id=place.release_id,
        lesson=place.lesson,
        stands_at=cell,
    )


@act(may=access.may_submit, kept_in="checked_answer")
def keep_check(
    session: Session,
    actor: Actor,
    place: lessons.Place,
    notebook: Mapping[str, Any],
    cell: MarkedCell,
    *,
    at: dt.datetime,
) -> None:
    """Keep what a check said of this answer. It is no submission: no attempt, mark or evidence."""
    digests = notebooks.digests(notebook, place.answers)
    checks.keep_check(
        session,
        person_id=_key(actor),
        release_id=place.release_id,
        lesson=place.lesson,
        cell=cell,
        answer=digests[cell.grade_id],
        at=at,
    )


@act(may=access.may_submit, kept_in="draft")
def draw_again(
    session: Session,
    actor: Actor,
    place: lessons.Place,
    work: lessons.Work,
    grade_id: str,
    *,
    at: dt.datetime,
) -> lessons.Work:
    """Other numbers for one exercise that was missed in practice (`fresh.draw_again`)."""
    return fresh.draw_again(session, _key(actor), place, work, grade_id, at=at)


@act(may=access.may_submit, kept_in="submission")
def hand_in(
    session: Session,
    actor: Actor,
    place: lessons.Place,
    notebook: dict[str, Any],
    *,
    device: str | None = None,
    language: str = "vi",
    at: dt.datetime,
) -> int:
    """Queue a notebook for marking; the submission's key (`lessons.hand_in`)."""
    notebook = in_own_words(session, _key(actor), place, notebook)
    return lessons.hand_in(
        session, _key(actor), place, notebook, at=at, device=device, language=language
    )


@act(may=access.may_submit, kept_in="submission")
def hand_in_once(
    session: Session,
    actor: Actor,
    place: lessons.Place,
    sent: lessons.Sent,
    *,
    device: str | None = None,
    language: str = "vi",
    at: dt.datetime,
) -> int:
    """Save answers and hand in, once for a key (`lessons.hand_in_once`)."""
    return lessons.hand_in_once(
        session, _key(actor), place, sent, at=at, device=device, language=language
    )


def _key(actor: Actor) -> int:
    assert actor.person_id is not None  # whoever may submit is in the list of people
    return actor.person_id


# --- classes ------------------------------------------------------------------------------------


@act(may=access.may_call_class, audited="class.call")
def call_class(
    session: Session,
    actor: Actor,
    course: str,
    lesson: str,
    *,
    place: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    unit_id: int | None = None,
    by_mail: bool = False,
    at: dt.datetime,
) -> int:
    """Announce a class in person for the people of a unit; its key; ``by_mail`` also to those of
    them who take the course and have not done the lesson. `Refused` as in
    `records.learning.meetings`."""
    unit = persons.find_unit_by_id(session, unit_id) if unit_id is not None else None
    if unit_id is not None and unit is None:
        raise Refused(Message("Không có đơn vị này"), field="unit")
    meeting = meetings.call_meeting(
        session,
        course=course,
        lesson=lesson,
        place=place,
        starts_at=starts_at,
        ends_at=ends_at,
        by=actor.username or "",
        unit_id=unit_id,
    )
    audit.append(
        session,
        at=at,
        actor=actor.username or "",
        action="class.call",
        subject=f"meeting/{meeting.id}",
        detail={
            "lesson": f"{course}/{lesson}",
            "starts_at": starts_at.isoformat(),
            "unit": unit.name if unit else None,
        },
    )
    if by_mail:
        _tell_of_class(session, meeting, at)
    return meeting.id


def _tell_of_class(session: Session, meeting: Meeting, at: dt.datetime) -> None:
    release = releases.current_release(session, meeting.course)
    entry = releases.find_lesson(release, meeting.lesson) if release else None
    assert entry is not None  # else it was refused
    facts = {
        "title": {"vi": entry.title, "en": entry.title_en or entry.title},
        "place": meeting.place,
        "starts_at": meeting.starts_at.isoformat(),
    }
    units = None if meeting.unit_id is None else unit_and_below(session, meeting.unit_id)
    people = enrolments.without_submission(session, meeting.course, meeting.lesson, units=units)
    outbox.put_many(session, "class", dict.fromkeys(people, facts), at=at)


@act(may=access.may_call_class, audited="attendance.list")
def record_attendance(
    session: Session,
    actor: Actor,
    meeting_id: int,
    codes: Sequence[str],
    *,
    pass_share: float | None,
    at: dt.datetime,
) -> int:
    """Record everybody on a list of officials' codes; how many are new.

    All or nothing: `Refused` names every code that nobody has.
    """
    new = meetings.attend_by_list(
        session, meeting_id, codes[:MOST_CODES], by=actor.username or "", at=at
    )
    meeting = meetings.find_meeting(session, meeting_id)
    assert meeting is not None  # else it was refused
    for person_id in new:
        settle(session, Matter(person_id, meeting.course, None, pass_share, at))
    return len(new)


@act(may=access.may_submit, kept_in="attendance")
def attend(
    session: Session,
    actor: Actor,
    meeting_id: int,
    code: str,
    *,
    pass_share: float | None,
    at: dt.datetime,
) -> Meeting:
    """Record one's own attendance by the code on the screen; `Refused` for a wrong one."""
    person_id = _key(actor)
    meeting = meetings.attend_by_code(session, meeting_id, person_id, code, at=at)
    settle(session, Matter(person_id, meeting.course, None, pass_share, at))
    return meeting


# --- messages -----------------------------------------------------------------------------------


@act(may=access.may_notify_somebody, audited="notice.send")
def send_notice(
    session: Session,
    actor: Actor,
    *,
    title: str,
    body: str,
    course: str | None,
    unit_id: int | None,
    by_mail: bool = False,
    without_certificate: str | None = None,
    at: dt.datetime,
) -> int:
    """Send a message to the learners of a course, or to the people of a unit and all below it; with
    ``by_mail`` also as a letter to those who can be written to: how many. A reminder goes, as a
    letter, only to those ``without_certificate`` of this programme."""
    if unit_id is not None:
        require(access.may_notify_unit(actor, notices.path_of(session, unit_id)))
    else:
        require(access.may_notify_course(actor))
    notice = notices.send_notice(
        session,
        title=title,
        body=body,
        by=actor.username or "",
        at=at,
        course=course,
        unit_id=unit_id,
    )
    if not by_mail:
        return 0
    units = None if unit_id is None else unit_and_below(session, unit_id)
    people = enrolments.learners_of(session, course, units, without_certificate=without_certificate)
    facts = {person_id: {"notice": notice.id} for person_id in people}
    return outbox.put_many(session, "message", facts, at=at)


@act(may=access.may_learn, kept_in="notice_read")
def put_aside(session: Session, actor: Actor, notice_id: int, *, at: dt.datetime) -> None:
    """Have read a message."""
    notices.put_aside(session, notice_id, _key(actor), at=at)
