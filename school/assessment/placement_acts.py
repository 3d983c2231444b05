"""What people do at a placement: begin, answer, go away and come back, end.

Answers are given many times a sitting: their rows say who and when. That one began and how it ended
is audited. Whoever ends early keeps what was said so far.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from core.messages import Message, Refused
from records import Session
from records.assessment import sittings as kept
from records.tables.assessment import Sitting, SittingAnswer
from school import access
from school.access import Actor
from school.acts import act, log, nothing_changed, require
from school.assessment import campaigns, item_turns, retained, sittings, voids
from school.assessment.item_bank import ItemBank
from school.assessment.sittings import PLACEMENT, RETAINED
from school.learning.notebooks import Answers


@act(may=access.may_sit, audited="placement.begin")
def begin(
    session: Session, actor: Actor, bank: ItemBank, *, seed: int, again_days: int, at: dt.datetime
) -> int:
    """Begin a placement and ask its first item; the sitting's key. One that is open goes on.
    `Refused` before ``again_days`` have passed since the last one."""
    person = item_turns.held(session, actor)
    found = kept.find_open(session, person, PLACEMENT)
    if found is not None:
        nothing_changed(session)
        return found.id
    last = next(iter(kept.ended_of(session, person, PLACEMENT)), None)
    until = may_again_at(last, again_days)
    if until is not None and at < until:
        raise Refused(TOO_SOON)
    sitting = item_turns.begin(session, person, PLACEMENT, bank, seed=seed, at=at)
    _ask_next(session, sitting, bank, at)
    log(
        session, actor, "placement.begin", f"sitting:{sitting.id}", at, {"bank": sitting.parameters}
    )
    return sitting.id


def may_again_at(last: Sitting | None, again_days: int) -> dt.datetime | None:
    """From when a placement may be repeated; None where nothing keeps anybody from it."""
    if last is None or last.ended_at is None:
        return None
    return last.ended_at + dt.timedelta(days=again_days)


@act(may=access.may_sit, audited="retained.begin")
def begin_retained(
    session: Session, actor: Actor, bank: ItemBank, *, seed: int, at: dt.datetime
) -> int:
    """Begin a check of what was retained, where one is due (`retained.due_since`); the sitting's
    key. One that is open goes on."""
    person = item_turns.held(session, actor)
    found = kept.find_open(session, person, RETAINED)
    if found is not None:
        nothing_changed(session)
        return found.id
    require(retained.load_due(session, person, at=at) is not None)
    sitting = item_turns.begin(session, person, RETAINED, bank, seed=seed, at=at)
    _ask_next(session, sitting, bank, at)
    log(session, actor, "retained.begin", f"sitting:{sitting.id}", at, {"bank": sitting.parameters})
    return sitting.id


@act(may=access.may_sit, kept_in="sitting_answer")
def answer(
    session: Session,
    actor: Actor,
    number: int,
    answers: Answers | None,
    *,
    kind: str = PLACEMENT,
    at: dt.datetime,
) -> None:
    """Keep an answer as it was given; None: "I do not know yet", which is marked with that. The
    second time, and of an item that is not the one asked, nothing changes: what was given stays."""
    sitting = _open(session, actor, kind)
    row = _asked(session, sitting)
    if row is None or row.number != number or sitting.state != "open":
        return
    item_turns.give(row, answers, at=at)
    session.flush()


@act(may=access.may_sit, kept_in="sitting_answer")
def go_on(
    session: Session,
    actor: Actor,
    bank: ItemBank,
    earned: Mapping[int, float],
    *,
    kind: str = PLACEMENT,
    at: dt.datetime,
) -> str:
    """Write down what answers earned, by number, and ask the next item; why it is to end, where
    there is none, "" else. What was marked once stays."""
    sitting = _open(session, actor, kind)
    item_turns.keep_credit(kept.answers_of(session, sitting.id), earned)
    session.flush()
    if sitting.state != "open" or _asked(session, sitting) is not None:
        return ""
    return _ask_next(session, sitting, bank, at)


@act(may=access.may_sit, kept_in="sitting")
def pause(
    session: Session,
    actor: Actor,
    number: int,
    typed: Answers,
    *,
    kind: str = PLACEMENT,
    at: dt.datetime,
) -> None:
    """Go away: time stands still, and what was typed of the item is kept, not given."""
    del at
    sitting = _open(session, actor, kind)
    row = _asked(session, sitting)
    item_turns.keep_typed(row, number, typed)
    sitting.state = "paused"
    session.flush()


@act(may=access.may_sit, kept_in="sitting")
def resume(session: Session, actor: Actor, *, kind: str = PLACEMENT, at: dt.datetime) -> None:
    """Come back to the item that was asked; its time begins anew."""
    sitting = _open(session, actor, kind)
    row = _asked(session, sitting)
    if row is not None:
        row.asked_at = at
    sitting.state = "open"
    session.flush()


@act(may=access.may_sit, audited=("placement.end", "retained.end"))
def end(
    session: Session, actor: Actor, *, ending: str, kind: str = PLACEMENT, at: dt.datetime
) -> int:
    """End the sitting and keep what it says; its key. An item that was asked and not answered
    does not count. `Refused` while nothing was answered: then there is nothing to say."""
    sitting = _open(session, actor, kind)
    parameters = item_turns.parameters_for(session, sitting, None)
    rows = [row for row in kept.answers_of(session, sitting.id) if row.given_at is not None]
    if not sittings.engine_answers(parameters, rows):
        raise Refused(NOTHING_GIVEN)
    sitting.state, sitting.ending, sitting.ended_at = "ended", ending, at
    valid = voids.counted(rows, voids.voids_in_force(session, None))
    kept.keep_results(session, sitting, sittings.results_of(parameters, valid))
    if kind == RETAINED:
        retained.keep_figures(session, sitting, parameters, valid)
    campaigns.note_ended(session, sitting.id)
    detail = {"ending": ending, "items": len(rows)}
    log(session, actor, f"{kind}.end", f"sitting:{sitting.id}", at, detail)
    return sitting.id


def _ask_next(session: Session, sitting: Sitting, bank: ItemBank, at: dt.datetime) -> str:
    """Ask the next item; why there is none, "" where there is."""
    return item_turns.ask_next(
        session,
        sitting,
        voids.bank_in_force(session, bank, None),
        rules=sittings.RULES_OF[sitting.kind],
        before=retained.answers_before(session, sitting, bank) if sitting.kind == RETAINED else (),
        at=at,
    )


def _open(session: Session, actor: Actor, kind: str) -> Sitting:
    found = kept.find_open(session, item_turns.held(session, actor), kind)
    require(found is not None)
    assert found is not None
    return found


def _asked(session: Session, sitting: Sitting) -> SittingAnswer | None:
    """The item that waits for an answer."""
    return item_turns.asked_of(kept.answers_of(session, sitting.id))


TOO_SOON = Message("Chưa làm lại được: mỗi lần kiểm tra đầu vào cách nhau một số ngày.")
NOTHING_GIVEN = Message("Chưa có câu nào được trả lời và chấm xong, nên chưa có kết quả để xem.")
