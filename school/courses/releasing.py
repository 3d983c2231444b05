"""What every way of publishing asks and does: whether a second person must have read the course,
who offered it, and the release with its line in the log."""

from __future__ import annotations

import datetime as dt

import courses
from records import Session
from records.courses import offers, releases
from records.people.merging import same_person
from records.platform import audit
from records.tables.courses import Release
from records.tables.teaching import OfferedCourse
from school.access import Actor
from school.acts import nothing_changed


def asks_second_reader(session: Session, course: courses.Course) -> bool:
    """Whether it may be published only after another person has read it: by the programme it names,
    or by the one that it is published in already."""
    before = releases.current_release(session, course.slug)
    was = [before.programme] if before is not None else []
    return offers.wants_second_reader(session, course.programme, *was)


def put_out(
    session: Session, actor: Actor, course: courses.Course, *, at: dt.datetime
) -> tuple[Release, bool]:
    """Publish, where that was decided already."""
    before = releases.current_release(session, course.slug)
    by = actor.username or ""
    stored = releases.publish(session, courses.make_release(course), at=at, by=by)
    if before is not None and before.id == stored.id:
        nothing_changed(session)
        return stored, False
    audit.append(
        session,
        at=at,
        actor=by,
        action="publish",
        subject=f"course:{course.slug}",
        detail={"number": stored.number, "digest": stored.digest},
    )
    return stored, True


def is_own(session: Session, actor: Actor, row: OfferedCourse) -> bool:
    """Whether the actor offered it, under whatever login name."""
    if row.offerer_id is None or actor.person_id is None:
        return row.offered_by == actor.username
    return row.offerer_id in same_person(session, actor.person_id)
