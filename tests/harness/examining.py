"""An examination made on pages, as the ministry and an invigilator make it; synthetic people."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from core.calendar import HANOI
from records.assessment import sittings as kept
from records.examination import candidates as listed
from records.examination import planned
from records.people import persons
from records.tables.assessment import SittingAnswer
from records.tables.examination import Candidate, ExamRoom

FIGURES = {"minutes": 60, "least_items": 6, "most_items": 8, "pass_level": 2}


def local(moment: dt.datetime) -> str:
    """A moment as a browser's field for day and hour sends it."""
    return moment.astimezone(HANOI).strftime("%Y-%m-%dT%H:%M")


def key_in(answer: Any) -> int:
    """The key at the end of where an answer leads."""
    found = re.search(r"/(\d+)$", answer.headers["Location"])
    assert found, answer.headers["Location"]
    return int(found[1])


async def plan(site: Any, *, invigilator: str = "binh", who: str = "an") -> tuple[int, int]:
    """Planned, with a room from now on, looked after and filled, and told; keys of examination and
    room."""
    ministry, now = site.as_("bo"), site.clock.at
    hours = {"opens_at": local(now), "closes_at": local(now + dt.timedelta(days=2))}
    made = await ministry.post_form(
        "examinations/plans", title="Kỳ thi thử (mẫu)", **FIGURES, **hours
    )
    assert made.status == 303, made.text
    key = key_in(made)
    room = await ministry.post_form(
        f"examinations/plans/{key}",
        action="room",
        name="Phòng 1 (mẫu)",
        place="Trụ sở (mẫu)",
        starts_at=local(now),
        ends_at=local(now + dt.timedelta(hours=3)),
    )
    assert room.status == 303, room.text
    with site.records.read() as session:
        number = planned.rooms_of(session, key)[0].id
    for said in (
        {"action": "name", "room": number, "who": invigilator},
        {"action": "register", "room": number, "who": who},
        {"action": "publish"},
    ):
        done = await ministry.post_form(f"examinations/plans/{key}", **said)
        assert done.status == 303, done.text
    return key, number


def room_of(site: Any, number: int) -> ExamRoom:
    with site.records.read() as session:
        found = planned.find_room(session, number)
        assert found is not None
        return found


def candidate_of(site: Any, examination: int, username: str = "an") -> Candidate:
    with site.records.read() as session:
        person = persons.find_person(session, username)
        assert person is not None
        found = listed.find_in_examination(session, examination, person.id)
        assert found is not None
        return found


def rows_of(site: Any, examination: int, username: str = "an") -> list[SittingAnswer]:
    """Everything the candidate was asked."""
    sitting = candidate_of(site, examination, username).sitting_id
    assert sitting is not None
    with site.records.read() as session:
        return list(kept.answers_of(session, sitting))


async def begin(site: Any, examination: int, room: int, username: str = "an") -> Any:
    """Open, look at papers, enter; the candidate's browser."""
    desk, candidate = site.as_("binh"), candidate_of(site, examination, username)
    await desk.post_form(f"exam-rooms/{room}", action="open")
    await desk.post_form(f"exam-rooms/{room}", confirm=candidate.id)
    person = site.as_(username)
    entered = await person.post_form("examinations", code=room_of(site, room).code)
    assert entered.status == 303, entered.text
    return person
