"""What each page of an examination shows. Only `load_…` read; nothing here changes anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from records import Session
from records.assessment import sittings as kept
from records.examination import candidates as listed
from records.examination import during, planned
from records.examination.candidates import Seat
from records.people import persons
from records.tables.assessment import Sitting, SittingAnswer
from records.tables.examination import (
    Candidate,
    Examination,
    ExamIncident,
    ExamPause,
    ExamRoom,
)
from records.tables.people import Person
from school import access
from school.access import Actor
from school.assessment import item_turns, sittings
from school.assessment.asking import Question, read_answers
from school.assessment.item_bank import ItemBank
from school.examination import helping, seats
from school.examination.helping import Need, Standing
from school.examination.invigilating_acts import EARLY
from school.examination.rules import engine_rules
from school.learning.notebooks import Answers
from skills_framework import scale

Unmarked = Mapping[int, tuple[Question, Answers]]  # by number: what still waits for the marker


# --- a candidate's --------------------------------------------------------------------------------


@dataclass(frozen=True)
class OwnExamination:
    """A row of *Kỳ thi của tôi*. ``minutes``: with extra and added time; ``may_enter``: the room is
    open, identity is confirmed, and it is neither too early nor too late; ``sitting``: only once it
    has ended and the room is closed; ``whole`` and ``domains``: its figures then, else None."""

    seat: Seat
    minutes: int
    may_enter: bool
    sitting: Sitting | None
    whole: scale.Estimate | None
    domains: Mapping[str, scale.Estimate]

    @property
    def candidate(self) -> Candidate:
        return self.seat.candidate

    @property
    def room(self) -> ExamRoom:
        return self.seat.room

    @property
    def examination(self) -> Examination:
        return self.seat.examination


@dataclass(frozen=True)
class Paper:
    """What is in front of a candidate at work. ``paused``: time stands still, no item is shown;
    ``question`` None: none is asked, or the running bank has it no longer; ``kept``: what was typed
    of it; ``left``: about how many items are still to come; ``report``: what the candidate reported
    of this item and what was decided; ``unmarked``: given answers that wait for the marker;
    ``last``: the same with what was typed of the item that is asked, for ending."""

    seat: Seat
    sitting: Sitting
    paused: ExamPause | None
    seconds_left: float
    number: int
    question: Question | None
    kept: Answers
    given: int
    left: int
    report: ExamIncident | None
    unmarked: Unmarked
    last: Unmarked

    @property
    def time_is_up(self) -> bool:
        return self.paused is None and self.seconds_left <= 0


@dataclass(frozen=True)
class Beat:
    """What an open page asks every few seconds. ``number``: of the item that is asked, 0 for
    none: another than the page has says that it is to be loaded anew; ``answer``: what the
    invigilator said last of a reported question."""

    seconds_left: float
    paused: bool
    number: int
    answer: str


def load_own(session: Session, person_id: int, *, at: dt.datetime) -> list[OwnExamination]:
    """A person's examinations, the latest first; also those that were cancelled."""
    return [_own(session, seat, at) for seat in listed.seats_of(session, person_id)]


def _own(session: Session, seat: Seat, at: dt.datetime) -> OwnExamination:
    candidate, room = seat.candidate, seat.room
    sitting = session.get(Sitting, candidate.sitting_id) if candidate.sitting_id else None
    told = sitting if sitting and sitting.state == "ended" and room.state == "closed" else None
    figures = sittings.estimates_of(kept.results_of(session, told.id)) if told else {}
    found = seats.load_clock(session, seat, None, at=at)
    return OwnExamination(
        seat,
        round(found.allowed.total_seconds() / 60),
        seat.examination.state == "published"
        and candidate.state in ("registered", "working")
        and candidate.identity == "confirmed"
        and room.state == "open"
        and at >= room.starts_at
        and (candidate.state == "working" or found.seconds_left > 0),
        told,
        figures.get(""),
        {name: one for name, one in figures.items() if name},
    )


def load_paper(
    session: Session, person_id: int, bank: ItemBank, *, at: dt.datetime
) -> Paper | None:
    """What is in front of this person; None where they are not at work."""
    work = seats.find_at_work(session, listed.working_of(session, person_id))
    if work is None:
        return None
    found = seats.load_clock(session, work.seat, work.sitting, at=at)
    row, parameters = work.asked, item_turns.parameters_for(session, work.sitting, bank)
    number = row.number if row else len(work.rows) + 1
    reports = during.reports_of(session, work.candidate.id)
    return Paper(
        work.seat,
        work.sitting,
        found.paused,
        found.seconds_left,
        number,
        item_turns.question_for(bank, row) if row else None,
        read_answers(row.answer) if row else {},
        len(sittings.given_of(work.rows)),
        sittings.left(
            parameters,
            work.rows,
            engine_rules(work.seat.examination, found.allowed),
            used=found.used,
        ),
        next((one for one in reversed(reports) if one.number in (number, number - 1)), None),
        item_turns.unmarked(bank, work.rows),
        _last(bank, work.rows),
    )


def _last(bank: ItemBank, rows: Sequence[SittingAnswer]) -> Unmarked:
    """All that is to be marked where a sitting ends now."""
    row = item_turns.asked_of(rows)
    typed = [row] if row is not None and row.answer is not None else []
    return item_turns.unmarked(bank, rows) | item_turns.to_mark(bank, typed)


def load_beat(session: Session, person_id: int, *, at: dt.datetime) -> Beat | None:
    """How time stands; None where this person is not at work (any more)."""
    work = seats.find_at_work(session, listed.working_of(session, person_id))
    if work is None:
        return None
    found = seats.load_clock(session, work.seat, work.sitting, at=at)
    said = [one.answer for one in during.reports_of(session, work.candidate.id) if one.decision]
    number = work.asked.number if work.asked else 0
    return Beat(found.seconds_left, found.paused is not None, number, said[-1] if said else "")


# --- the room's -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A candidate on the room's page. ``needs``: why somebody should go there, the most urgent
    first; ``seconds_left`` None before they entered; ``given``: answers."""

    candidate: Candidate
    person: Person
    needs: tuple[Need, ...]
    seconds_left: float | None
    given: int
    paused: ExamPause | None
    reports: Sequence[ExamIncident]  # that wait for a decision


@dataclass(frozen=True)
class LookedAfter:
    """A room of an invigilator's own list."""

    room: ExamRoom
    examination: Examination


@dataclass(frozen=True)
class RoomPage:
    """``rows``: who needs help first at the top; ``paused``: the whole room stands still;
    ``incidents``: the latest first; ``names``: of everybody who wrote or decided one;
    ``may_invigilate``: for who looks after it; others only read, without its code."""

    room: ExamRoom
    examination: Examination
    rows: Sequence[Row]
    paused: ExamPause | None
    invigilators: Sequence[Person]
    incidents: Sequence[ExamIncident]
    names: Mapping[int, str]
    may_open_at: dt.datetime
    still_working: int  # with time left: the room does not close over them
    may_invigilate: bool

    @property
    def code(self) -> str:
        """Told in the room, and to nobody outside it."""
        return self.room.code if self.may_invigilate else ""


def load_rooms(session: Session, actor: Actor) -> list[LookedAfter]:
    """The rooms that this person looks after, the latest first."""
    assert actor.person_id is not None
    return [
        LookedAfter(room, session.get_one(Examination, room.examination_id))
        for room in planned.rooms_looked_after(session, actor.person_id)
    ]


def load_room(session: Session, actor: Actor, room_id: int, *, at: dt.datetime) -> RoomPage | None:
    """A room; None for whoever neither looks after it nor may see every result."""
    room = planned.find_room(session, room_id)
    if room is None or actor.person_id is None:
        return None
    own = planned.looks_after(session, room_id, actor.person_id) and (
        listed.find_in_examination(session, room.examination_id, actor.person_id) is None
    )
    if not own and not access.may_see_examination_results(actor):
        return None
    examination = session.get_one(Examination, room.examination_id)
    incidents = during.incidents_in(session, [room_id])
    rows = _rows(session, room, examination, incidents, at)
    written = {one.by_person for one in incidents} | {one.decided_by or 0 for one in incidents}
    return RoomPage(
        room,
        examination,
        rows,
        during.open_pause(session, room_id, None),
        planned.invigilators_of(session, [room_id])[room_id],
        incidents,
        persons.names_of(session, written - {0}),
        room.starts_at - EARLY,
        sum(row.seconds_left is not None and row.seconds_left > 0 for row in rows),
        may_invigilate=own,
    )


def _rows(
    session: Session,
    room: ExamRoom,
    examination: Examination,
    incidents: Sequence[ExamIncident],
    at: dt.datetime,
) -> list[Row]:
    """Of a whole room at once: a room of 200 is asked for every few seconds."""
    people = listed.in_room(session, room.id)
    keys = [one.sitting_id for one, _ in people if one.sitting_id is not None]
    given = listed.given_in(session, keys)
    open_sittings = kept.find_sittings(session, keys)
    pauses = during.pauses_in(session, room.id)
    waiting = [one for one in incidents if one.kind == "question" and not one.decision]
    rows = []
    for one, person in people:
        own = [p for p in pauses if p.candidate_id in (None, one.id)]
        reports = [report for report in waiting if report.candidate_id == one.id]
        sitting = open_sittings.get(one.sitting_id or 0)
        found = seats.clock_of(Seat(one, room, examination), sitting, own, at)
        working = one.state == "working"
        count = given.get(one.sitting_id or 0, 0)
        needs = helping.needs_of(
            Standing(
                one.state,
                one.identity,
                len(reports),
                at - room.starts_at if room.state == "open" else dt.timedelta(0),
                at - one.saved_at if one.saved_at else None,
                one.left_page,
                found.seconds_left if working else None,
                max(0, examination.least_items - count),
                found.paused is not None,
            )
        )
        left = found.seconds_left if working else None
        alone = found.paused if found.paused and found.paused.candidate_id else None
        rows.append(Row(one, person, needs, left, count, alone, reports))
    return sorted(
        rows, key=lambda row: helping.turn(row.needs, row.candidate.state, row.candidate.number)
    )


def load_unmarked(
    session: Session, room_id: int, bank: ItemBank, *, candidate_id: int | None = None
) -> dict[int, Unmarked]:
    """What of the people at work in a room (of one of them) is to be marked where it ends now, by
    candidate: for `end_sitting` and `close_room`."""
    found: dict[int, Unmarked] = {}
    for one, _person in listed.in_room(session, room_id):
        if candidate_id in (None, one.id) and one.state == "working" and one.sitting_id:
            found[one.id] = _last(bank, kept.answers_of(session, one.sitting_id))
    return found


# --- the ministry's -------------------------------------------------------------------------------


@dataclass(frozen=True)
class ListedExamination:
    """A row of the ministry's list. ``counts``: candidates by state."""

    examination: Examination
    rooms: int
    counts: Mapping[str, int]


@dataclass(frozen=True)
class ListedRoom:
    room: ExamRoom
    invigilators: Sequence[Person]
    counts: Mapping[str, int]


@dataclass(frozen=True)
class ListedCandidate:
    """``sitting``, ``whole``: once it has ended."""

    candidate: Candidate
    person: Person
    room: ExamRoom
    sitting: Sitting | None
    whole: scale.Estimate | None


@dataclass(frozen=True)
class ExaminationPage:
    examination: Examination
    rooms: Sequence[ListedRoom]
    candidates: Sequence[ListedCandidate]


def load_examinations(session: Session) -> list[ListedExamination]:
    """All examinations, the latest first."""
    found = []
    for one in planned.list_examinations(session):
        rooms = planned.rooms_of(session, one.id)
        counts = planned.count_candidates(session, [room.id for room in rooms])
        found.append(ListedExamination(one, len(rooms), _sum(counts.values())))
    return found


def _sum(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for one in counts:
        for state, count in one.items():
            total[state] = total.get(state, 0) + count
    return total


def load_examination(session: Session, key: int) -> ExaminationPage | None:
    """One examination with its rooms and candidates."""
    examination = planned.find_examination(session, key)
    if examination is None:
        return None
    rooms = {room.id: room for room in planned.rooms_of(session, key)}
    named = planned.invigilators_of(session, rooms)
    counts = planned.count_candidates(session, rooms)
    people = listed.in_examination(session, key)
    sat = kept.find_sittings(session, [one.sitting_id for one, _ in people if one.sitting_id])
    ended = {one.id: one for one in sat.values() if one.state == "ended"}
    wholes = sittings.estimates_of(kept.wholes_of(session, ended))
    return ExaminationPage(
        examination,
        [ListedRoom(room, named[room.id], counts[room.id]) for room in rooms.values()],
        [
            ListedCandidate(
                one,
                person,
                rooms[one.room_id],
                ended.get(one.sitting_id or 0),
                wholes.get(one.sitting_id or 0),
            )
            for one, person in people
        ],
    )
