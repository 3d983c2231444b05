"""What administrators do about the platform: what it is for, and its labs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from records import Session
from records.people import persons
from records.platform import audit, installation, made_up
from school import access
from school.access import Actor
from school.acts import act, nothing_changed


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


@act(may=access.may_administer, audited="installation.decide")
def decide_kind(
    session: Session, actor: Actor, kind: installation.Kind, *, at: dt.datetime
) -> bool:
    """Decide what the records are for, once; False where they are that already. `Refused` where
    they are something else, or where real people would become a demonstration."""
    if not installation.decide(session, kind, at=at):
        nothing_changed(session)
        return False
    _log_installation(session, actor, "installation.decide", {"kind": kind}, at)
    return True


@act(may=access.may_administer, audited="demo.clear")
def clear_demonstration(session: Session, actor: Actor, *, at: dt.datetime) -> made_up.Cleared:
    """Take the made-up people out, whole, and nobody else; from then on the records are real."""
    kind = installation.kind_of(session)
    cleared = made_up.clear(session, at=at)
    if not cleared and kind == installation.REAL:
        nothing_changed(session)
        return cleared
    installation.become_real(session, at=at)
    facts = {
        "people": cleared.people,
        "submissions": cleared.submissions,
        "certificates": cleared.certificates,
        "units": cleared.units,
    }
    _log_installation(session, actor, "demo.clear", facts, at)
    return cleared


def _log_installation(
    session: Session, actor: Actor, action: str, detail: Mapping[str, object], at: dt.datetime
) -> None:
    audit.append(
        session,
        at=at,
        actor=actor.username or "",
        action=action,
        subject="installation",
        detail=detail,
    )
