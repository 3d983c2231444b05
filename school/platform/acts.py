"""What administrators do about the running platform."""

from __future__ import annotations

import datetime as dt

from records import Session
from records.people import persons
from records.platform import audit
from school import access
from school.access import Actor
from school.acts import act


@act(may=access.may_administer, audited="lab.stop")
def note_lab_stopped(session: Session, actor: Actor, username: str, *, at: dt.datetime) -> None:
    """Write down that this actor stopped somebody's lab. The lab is no row of ours: it is stopped
    first, and a lab that could not be stopped is not written down."""
    person = persons.find_person(session, username)
    audit.append(
        session,
        at=at,
        actor=actor.username or "",
        action="lab.stop",
        subject=f"person/{person.id if person else None}",
        detail={},
    )
