"""What pages show of the time after a sitting: whom a void would concern, passes that wait, appeals
and the answers that they are about. Only `load_…` read, and say whom they show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from records import Session
from records.assessment import sittings as kept
from records.assessment.sittings import Known
from records.examination import appeals, candidates, planned
from records.examination import voids as kept_voids
from records.examination.candidates import Seat
from records.people import persons
from records.tables.assessment import Sitting, SittingAnswer
from records.tables.examination import Appeal, Examination, ItemVoid
from school.access import Actor
from school.assessment.item_bank import ItemBank
from school.assessment.voids import voids_in_force
from school.examination import after_acts, effects, voiding
from school.examination.voiding import Change, Void
from school.people import looks

SHOWN = "examination"  # of `looks.LOOKED`
PAGE = 50
MOST_APPEALS = 200


@dataclass(frozen=True)
class Preview:
    """What voiding would do. ``changes``: those of this page, whose pass or level changes first;
    ``seen``: the fingerprint that `after_acts.void_item` wants to hear again."""

    void: Void
    examination_id: int | None
    changes: Sequence[Change]
    total: int
    won: int
    lost: int
    shifted: int
    seen: str
    is_own: bool


@dataclass(frozen=True)
class Waiting:
    """A pass that stands until a person decides, and why it came to that."""

    sitting: Sitting
    examination: Examination | None
    now: Known
    void: ItemVoid | None


@dataclass(frozen=True)
class VoidDesk:
    """``names``: of the people shown, by key."""

    preview: Preview | None
    waiting: Sequence[Waiting]
    done: Sequence[ItemVoid]
    examinations: Sequence[Examination]
    names: Mapping[int, str]


def load_void_desk(
    session: Session,
    actor: Actor,
    void: Void | None,
    examination_id: int | None,
    *,
    offset: int = 0,
) -> VoidDesk:
    """The page on which items are voided; with the preview of one where ``void`` says which."""
    preview = _preview(session, actor, void, examination_id, offset) if void else None
    waiting = [_waiting(session, one) for one in _all_waiting(session)]
    people = {one.sitting.person_id for one in waiting}
    people |= {one.person_id for one in preview.changes} if preview else set()
    looks.show(session, people, SHOWN)
    return VoidDesk(
        preview,
        waiting,
        kept_voids.every_void(session),
        planned.list_examinations(session),
        persons.names_of(session, people),
    )


def _preview(
    session: Session, actor: Actor, void: Void, examination_id: int | None, offset: int
) -> Preview:
    changes = effects.preview_void(session, void, examination_id)
    own = effects.people_of(session, actor)
    return Preview(
        void,
        examination_id,
        sorted(changes, key=_weight)[offset : offset + PAGE],
        len(changes),
        sum(one.is_won for one in changes),
        sum(one.is_lost for one in changes),
        sum(_shifts(one) for one in changes),
        voiding.fingerprint(changes),
        any(one.person_id in own for one in changes),
    )


def _weight(one: Change) -> tuple[bool, bool, bool, int]:
    return not one.is_lost, not one.is_won, not _shifts(one), one.sitting_id


def _shifts(one: Change) -> bool:
    return any(before != after for _domain, before, after in one.levels())


def _all_waiting(session: Session) -> list[Sitting]:
    found = kept_voids.lost_on_paper(session)
    return [one.sitting for one in found if effects.waits(one.sitting)]


def _waiting(session: Session, sitting: Sitting) -> Waiting:
    candidate = candidates.find_by_sitting(session, sitting.id)
    seat = candidates.find_seat(session, candidate) if candidate else None
    return Waiting(
        sitting,
        seat.examination if seat else None,
        kept.results_of(session, sitting.id)[""],
        kept_voids.find_void(session, effects.void_of(sitting)),
    )


# Candidates and appeals ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Decided:
    """A candidate about whom is decided."""

    seat: Seat
    name: str
    sitting: Sitting | None
    is_own: bool


def load_candidate(session: Session, actor: Actor, candidate_id: int) -> Decided | None:
    candidate = candidates.find_candidate(session, candidate_id)
    if candidate is None:
        return None
    looks.show(session, [candidate.person_id], SHOWN)
    return Decided(
        candidates.find_seat(session, candidate),
        persons.names_of(session, [candidate.person_id]).get(candidate.person_id, ""),
        session.get(Sitting, candidate.sitting_id) if candidate.sitting_id else None,
        candidate.person_id in effects.people_of(session, actor),
    )


def load_appeals(session: Session) -> tuple[Sequence[Appeal], Mapping[int, str]]:
    """The list of appeals, those that wait first, and the names of who asked."""
    found = appeals.appeals(session, limit=MOST_APPEALS)
    people = {one.person_id for one in found}
    looks.show(session, people, SHOWN)
    return found, persons.names_of(session, people)


@dataclass(frozen=True)
class Review:
    """An appeal with all that a person needs to judge it. ``void``: numbers of answers whose item
    is voided; ``known``: names of the items that the running bank still has in that text."""

    appeal: Appeal
    name: str
    seat: Seat | None
    sitting: Sitting
    results: Mapping[str, Known]
    answers: Sequence[SittingAnswer]
    void: frozenset[int]
    known: frozenset[str]
    may_decide: bool


def load_review(session: Session, actor: Actor, appeal_id: int, bank: ItemBank) -> Review | None:
    appeal = appeals.find_appeal(session, appeal_id)
    if appeal is None:
        return None
    looks.show(session, [appeal.person_id], SHOWN)
    candidate = candidates.find_by_sitting(session, appeal.sitting_id)
    answers = kept.answers_of(session, appeal.sitting_id)
    void = voids_in_force(session, candidate.examination_id if candidate else None)
    return Review(
        appeal,
        persons.names_of(session, [appeal.person_id]).get(appeal.person_id, ""),
        candidates.find_seat(session, candidate) if candidate else None,
        session.get_one(Sitting, appeal.sitting_id),
        kept.results_of(session, appeal.sitting_id),
        answers,
        frozenset(row.number for row in answers if any(one.covers(row) for one in void)),
        frozenset(row.item for row in answers if bank.find(row.item, row.digest)),
        effects.is_apart(session, actor, appeal),
    )


@dataclass(frozen=True)
class OwnAppeal:
    """One's own sitting with the appeal about it, if there is one. ``until``: until when it can be
    made, None before there is a result."""

    seat: Seat
    sitting: Sitting
    appeal: Appeal | None
    until: dt.datetime | None


def load_own_appeal(session: Session, person_id: int, candidate_id: int) -> OwnAppeal | None:
    """None for another's, and for who has no sitting."""
    candidate = candidates.find_candidate(session, candidate_id)
    if candidate is None or candidate.sitting_id is None:
        return None
    sitting = kept.find_sitting(session, person_id, candidate.sitting_id)
    if sitting is None:
        return None
    seat = candidates.find_seat(session, candidate)
    return OwnAppeal(
        seat,
        sitting,
        appeals.appeal_of(session, sitting.id),
        after_acts.appeal_until(seat, sitting),
    )
