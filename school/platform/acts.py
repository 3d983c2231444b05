"""What administrators do about the platform: what it is for, and its labs."""

from __future__ import annotations

import datetime as dt

from records import Session
from records.people import persons
from records.platform import audit, installation, made_up
from school import access
from school.access import Actor
from school.acts import act, log, nothing_changed


@act(may=access.may_administer, audited="lab.stop")
def note_lab_stopped(session: Session, actor: Actor, username: str, *, at: dt.datetime) -> None:
    """Write down that this actor stopped somebody's lab. The lab is no row of ours: it is stopped
    first, and a lab that could not be stopped is not written down."""
    person = persons.find_person(session, username)
    log(session, actor, "lab.stop", f"person/{person.id if person else None}", at)


@act(may=access.may_administer, audited="installation.decide")
def decide_kind(
    session: Session, actor: Actor, kind: installation.Kind, *, at: dt.datetime
) -> bool:
    """Decide what the records are for, once; False where they are that already. `Refused` where
    they are something else, or where real people would become a demonstration."""
    if not installation.decide(session, kind, at=at):
        nothing_changed(session)
        return False
    log(session, actor, "installation.decide", "installation", at, {"kind": kind})
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
    log(session, actor, "demo.clear", "installation", at, facts)
    return cleared


@act(may=access.may_read_audit, audited="audit.export")
def note_audit_export(session: Session, actor: Actor, *, at: dt.datetime) -> None:
    """Write down that somebody takes the whole log away."""
    log(session, actor, "audit.export", "platform", at)


@act(may=access.may_administer, audited="platform.backup")
def note_backup(
    session: Session, actor: Actor, name: str, size: int, sha256: str, *, at: dt.datetime
) -> None:
    """Write down that a copy was made: pages and `motcham doctor` tell how old the newest is. The
    file is no row of ours: it is made first."""
    detail = {"file": name[:200], "bytes": size, "sha256": sha256}
    log(session, actor, audit.BACKUP, "platform", at, detail)


@act(may=access.may_administer, audited="platform.drill")
def note_drill(session: Session, actor: Actor, rows: int, *, at: dt.datetime) -> None:
    """Write down that a copy was restored in a temporary place and held."""
    log(session, actor, audit.DRILL, "platform", at, {"rows": rows})
