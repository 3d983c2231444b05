"""An examination with two rooms, who looks after them and who sits there: synthetic people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from records import Records, Session
from records.assessment import sittings as kept
from records.examination import candidates as listed
from records.examination.planned import Rules
from records.people import persons
from records.tables.assessment import Sitting, SittingAnswer
from records.tables.examination import Candidate
from school import access
from school.access import Actor, load_actor
from school.assessment.item_bank import the_bank
from school.examination import candidate_acts, invigilating_acts, planning_acts
from school.examination.planning_acts import Plan, RoomPlan

START = dt.datetime(2026, 3, 9, 1, 0, tzinfo=dt.UTC)  # 8 o'clock in Việt Nam
PLANNED = START - dt.timedelta(days=7)
MINUTES, LEAST, MOST, LEVEL = 60, 8, 12, 3
MINUTE = dt.timedelta(minutes=1)
OFFICER, INVIGILATOR, OTHER_INVIGILATOR = "TNbo", "TNcoithi", "TNcoithi2"
CANDIDATES, ELSEWHERE = ("TNthi1", "TNthi2", "TNthi3"), "TNthi9"


@dataclass(frozen=True)
class Examined:
    """What was made: keys of the examination, its two rooms, and of the candidates by login name
    (the first room's, and `ELSEWHERE` of the second)."""

    records: Records
    examination: int
    room: int
    other_room: int
    code: str
    other_code: str
    candidates: Mapping[str, int]

    def actor(self, username: str, at: dt.datetime = START) -> Actor:
        with self.records.read() as session:
            return load_actor(session, username, at=at)

    def candidate(self, username: str) -> Candidate:
        with self.records.read() as session:
            found = listed.find_candidate(session, self.candidates[username])
            assert found is not None
            return found

    def sitting(self, username: str) -> Sitting:
        key = self.candidate(username).sitting_id
        with self.records.read() as session:
            return session.get_one(Sitting, key)

    def rows(self, username: str) -> list[SittingAnswer]:
        key = self.candidate(username).sitting_id
        assert key is not None
        with self.records.read() as session:
            return list(kept.answers_of(session, key))

    def open(self, at: dt.datetime = START - 30 * MINUTE) -> None:
        """Both rooms, each by its own."""
        with self.records.begin() as session:
            for room, who in ((self.room, INVIGILATOR), (self.other_room, OTHER_INVIGILATOR)):
                invigilating_acts.open_room(session, self.actor(who), room, at=at)

    def confirm(self, *usernames: str, at: dt.datetime = START) -> None:
        with self.records.begin() as session:
            for username in usernames:
                who = OTHER_INVIGILATOR if username == ELSEWHERE else INVIGILATOR
                key = self.candidates[username]
                invigilating_acts.confirm_identity(session, self.actor(who), key, at=at)

    def enter(self, *usernames: str, at: dt.datetime = START, seed: int = 1) -> None:
        """Open, confirm and let them begin."""
        self.open()
        self.confirm(*usernames)
        for place, username in enumerate(usernames):
            code = self.other_code if username == ELSEWHERE else self.code
            with self.records.begin() as session:
                actor = self.actor(username)
                candidate_acts.enter(session, actor, the_bank(), code, seed=seed + place, at=at)

    def answer(
        self, username: str, earned: Iterable[float], *, at: dt.datetime, every: dt.timedelta
    ) -> tuple[str, dt.datetime]:
        """Give one answer after another with what each earns, as the marker would say; why the
        sitting is to end ("" where it goes on), and when that was."""
        actor, ending = self.actor(username), ""
        for credit in earned:
            at += every
            number = self.rows(username)[-1].number
            with self.records.begin() as session:
                candidate_acts.answer(session, actor, number, {"x": "y"}, at=at)
            with self.records.begin() as session:
                known = {number: credit}
                ending = candidate_acts.go_on(session, actor, the_bank(), known, at=at)
            if ending:
                break
        return ending, at

    def finish(self, username: str, *, ending: str = "person", at: dt.datetime) -> None:
        with self.records.begin() as session:
            candidate_acts.finish(session, self.actor(username), {}, ending=ending, at=at)


def add_people(session: Session) -> None:
    """Everybody of the examination, and one of each other role."""
    unit = persons.find_nation(session) or persons.add_unit(
        session, kind="nation", code="vn", name="Việt Nam"
    )
    roles = {
        OFFICER: access.MINISTRY_OFFICER,
        "TNquantri": access.ADMINISTRATOR,
        "TNkiemtra": access.AUDITOR,
        "TNgiangvien": access.INSTRUCTOR,
        "TNdaumoi": access.UNIT_OFFICER,
    }
    names = [*roles, INVIGILATOR, OTHER_INVIGILATOR, *CANDIDATES, ELSEWHERE, "TNngoai"]
    for username in names:
        person = persons.add_person(
            session, username=username, full_name=f"Người {username} (mẫu)", at=PLANNED
        )
        if username in roles:
            role = roles[username]
            below = unit.id if role == access.UNIT_OFFICER else None
            persons.grant_role(session, person.id, role, below)


def examine(records: Records, *, minutes: int = MINUTES, publish: bool = True) -> Examined:
    """Make it, from plan to published; nobody is in the room yet."""
    with records.begin() as session:
        add_people(session)
    with records.begin() as session:
        bo = load_actor(session, OFFICER, at=PLANNED)
        rules = Rules(minutes, most_items=MOST, least_items=LEAST, pass_level=LEVEL)
        plan = Plan("Kỳ thi thử (mẫu)", rules, START - 60 * MINUTE, START + 600 * MINUTE)
        key = planning_acts.plan_examination(session, bo, plan, at=PLANNED)
        rooms = []
        for name, who in (("P1 (mẫu)", INVIGILATOR), ("P2 (mẫu)", OTHER_INVIGILATOR)):
            room = RoomPlan(name, "Trụ sở (mẫu)", None, START, START + 2 * minutes * MINUTE)
            rooms.append(planning_acts.plan_room(session, bo, key, room, at=PLANNED))
            planning_acts.name_invigilator(session, bo, rooms[-1], who, at=PLANNED)
        planning_acts.register_candidates(session, bo, rooms[0], CANDIDATES, at=PLANNED)
        planning_acts.register_candidates(session, bo, rooms[1], [ELSEWHERE], at=PLANNED)
        if publish:
            planning_acts.publish_examination(session, bo, key, at=PLANNED)
        people = {p.username: c.id for c, p in listed.in_examination(session, key)}
        codes = [planning_acts.planned.find_room(session, room).code for room in rooms]
    return Examined(records, key, rooms[0], rooms[1], codes[0], codes[1], people)
