"""A candidate's seat: its clock as the rows say it, and how a sitting there ends.

Everything that changes a candidate at work holds that person (`hold_person`): two windows, and the
candidate and an invigilator, wait for each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from records import Session
from records.assessment import sittings as kept
from records.assessment.sittings import Known
from records.examination import candidates as listed
from records.examination import during
from records.examination.candidates import Seat
from records.tables.assessment import Sitting, SittingAnswer
from records.tables.examination import Candidate, ExamPause
from records.writing import hold_person
from school.assessment import campaigns, item_turns, voids
from school.assessment.item_bank import ItemBank
from school.examination import clock, sealing
from school.examination.rules import engine_rules, verdict


@dataclass(frozen=True)
class Clock:
    """Where a sitting's time stands. ``used``: minutes that were charged; ``allowed``: of work."""

    seconds_left: float
    allowed: dt.timedelta
    paused: ExamPause | None

    @property
    def used(self) -> float:
        return (self.allowed.total_seconds() - self.seconds_left) / 60


def clock_of(
    seat: Seat, sitting: Sitting | None, pauses: Sequence[ExamPause], at: dt.datetime
) -> Clock:
    """The clock of a seat at this moment; of one who has not begun: as if they began now."""
    candidate, minutes = seat.candidate, seat.examination.minutes
    started = sitting.begun_at if sitting is not None else at
    given = (minutes, candidate.extra_share, candidate.added_minutes)
    allowed = clock.allowed_for(*given)
    # What stood still before they came moves the closing hour for them too.
    before = clock.stood_still(seat.room.starts_at, started, pauses)
    left = clock.seconds_left(
        allowed,
        started,
        at,
        pauses,
        latest=clock.latest_for(seat.room.ends_at, *given) + before,
    )
    still = [one for one in pauses if one.kind == "pause" and one.ended_at is None]
    return Clock(left, allowed, still[0] if still else None)


def load_clock(session: Session, seat: Seat, sitting: Sitting | None, *, at: dt.datetime) -> Clock:
    return clock_of(seat, sitting, during.pauses_for(session, seat.candidate), at)


@dataclass(frozen=True)
class AtWork:
    """Somebody at work: where, their sitting and its answers."""

    seat: Seat
    sitting: Sitting
    rows: Sequence[SittingAnswer]

    @property
    def candidate(self) -> Candidate:
        return self.seat.candidate

    @property
    def asked(self) -> SittingAnswer | None:
        return item_turns.asked_of(self.rows)


def find_at_work(session: Session, candidate: Candidate | None) -> AtWork | None:
    """The candidate with the sitting that is open; None for one who is not at work."""
    if candidate is None or candidate.state != "working" or candidate.sitting_id is None:
        return None
    sitting = session.get_one(Sitting, candidate.sitting_id)
    return AtWork(
        listed.find_seat(session, candidate), sitting, kept.answers_of(session, sitting.id)
    )


def hold_at_work(session: Session, candidate: Candidate) -> AtWork | None:
    """The same, held: nothing of it changes under whoever asks."""
    hold_person(session, candidate.person_id)
    session.refresh(candidate)
    return find_at_work(session, candidate)


def ask_next(
    session: Session, work: AtWork, bank: ItemBank, found: Clock, *, at: dt.datetime
) -> str:
    """Ask the next item by the examination's rules; why there is none, "" where there is."""
    examination = work.seat.examination
    bank = voids.bank_in_force(session, bank, examination.id)
    rules = engine_rules(examination, found.allowed)
    return item_turns.ask_next(session, work.sitting, bank, at=at, rules=rules, used=found.used)


def end(
    session: Session,
    work: AtWork,
    earned: Mapping[int, float],
    *,
    ending: str,
    at: dt.datetime,
) -> dict[str, object]:
    """End a sitting: the one place where one of an examination ends. What was typed of the item
    that is asked counts as given. What is to stand in the audit line."""
    sitting, candidate, asked = work.sitting, work.candidate, work.asked
    if asked is not None and asked.answer is not None:
        asked.given_at = at
        asked.seconds = max(0.0, (at - asked.asked_at).total_seconds())
    item_turns.keep_credit(work.rows, earned)
    parameters = item_turns.parameters_for(session, sitting, None)
    examination = work.seat.examination
    valid = voids.counted(work.rows, voids.voids_in_force(session, examination.id))
    found = verdict(examination, parameters, work.rows, ending, valid=valid)
    sitting.state, sitting.ending, sitting.ended_at = "ended", ending, at
    sitting.passed, candidate.state, candidate.saved_at = found.passed, found.state, at
    figures = [
        Known(name, one.estimate, one.error, one.low, one.high)
        for name, one in found.estimates.items()
    ]
    kept.keep_results(session, sitting, figures)
    session.flush()
    campaigns.note_ended(session, sitting.id)
    sealing.seal_sitting(session, sitting, at=at)
    given = sum(row.given_at is not None for row in work.rows)
    return {"candidate": candidate.id, "ending": ending, "items": given}
