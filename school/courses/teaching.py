"""Who teaches a course, by the register of lecturers."""

from __future__ import annotations

import datetime as dt

from core.calendar import today_in_vietnam
from records import Session
from records.courses import lecturers
from school import access
from school.access import Actor


def may_see_names(session: Session, actor: Actor, course: str, *, at: dt.datetime) -> bool:
    """Whether the actor sees who is behind marks and questions of this course."""
    teaches = actor.person_id is not None and lecturers.teaches(
        session, actor.person_id, course, on=today_in_vietnam(at)
    )
    return access.may_see_gradebook(actor, teaches)
