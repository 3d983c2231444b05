"""The portal's pulse: how it is found out afterwards that the portal itself was away.

While a room is open the portal writes down every few seconds that it is there. Where the last
pulse is too old, whatever kept it away (a crash, a power cut, a restart) kept everybody away, so
that time is given back to every open room. Who cuts their own line gains nothing by it.
"""

from __future__ import annotations

import datetime as dt

from records import Records, Session
from records.examination import during, planned
from records.platform import audit
from records.tables.examination import ExamRoom
from school.examination import clock

PORTAL = "portal pulse"  # who it was, in the log; no login name has a space in it


def keep(records: Records, *, at: dt.datetime) -> None:
    """One pulse, where a room is open; elsewhere nothing is written."""
    with records.read() as session:
        wanted = bool(planned.open_rooms(session))
    if wanted:
        with records.begin() as session:
            beat(session, at=at)


def beat(session: Session, *, at: dt.datetime) -> int:
    """Write down that the portal is there; to how many open rooms time was given back because it
    was not. Two portals of one database share a pulse."""
    last = during.last_pulse(session)
    rooms = planned.open_rooms(session)
    if not rooms:
        return 0
    if last is None:  # it went away before its first pulse
        last = min(room.opened_at or at for room in rooms)
    during.keep_pulse(session, max(at, last))
    away = clock.outage_between(last, at)
    return sum(_give_back(session, room, away, at) for room in rooms) if away else 0


def _give_back(session: Session, room: ExamRoom, away: clock.Stretch, at: dt.datetime) -> bool:
    """Only what lies after the room was opened: a night without any room open is no outage."""
    begun = max(away.begun_at, room.opened_at or at)
    if at - begun <= clock.LONGEST_GAP:
        return False
    during.add_outage(session, room.id, begun_at=begun, ended_at=at)
    seconds = round((at - begun).total_seconds())
    audit.append(
        session,
        at=at,
        actor=PORTAL,
        action="examination.outage",
        subject=f"exam_room:{room.id}",
        detail={"seconds": seconds},
    )
    return True
