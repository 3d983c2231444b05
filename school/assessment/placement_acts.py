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
from records.writing import hold_person
from school import access
from school.access import Actor
from school.acts import act, log, nothing_changed, require
from school.assessment import asking, campaigns, sittings
from school.assessment.item_bank import FRAMEWORK, ItemBank, Parameters
from school.assessment.sittings import PLACEMENT
from school.learning.notebooks import Answers


@act(may=access.may_sit, audited="placement.begin")
def begin(
    session: Session, actor: Actor, bank: ItemBank, *, seed: int, again_days: int, at: dt.datetime
) -> int:
    """Begin a placement and ask its first item; the sitting's key. One that is open goes on.
    `Refused` before ``again_days`` have passed since the last one."""
    person = _held(session, actor)
    found = kept.find_open(session, person, PLACEMENT)
    if found is not None:
        nothing_changed(session)
        return found.id
    last = next(iter(kept.ended_of(session, person)), None)
    until = may_again_at(last, again_days)
    if until is not None and at < until:
        raise Refused(TOO_SOON)
    parameters = bank.parameters
    kept.keep_parameters(
        session,
        parameters.version,
        rule=parameters.content["rule"],
        content=parameters.content,
        at=at,
    )
    exposed = kept.exposed(session, PLACEMENT, parameters.version, most=sittings.WINDOW)
    sitting = kept.begin(
        session,
        person,
        PLACEMENT,
        parameters=parameters.version,
        framework=FRAMEWORK,
        seed=seed,
        eligible=sittings.first_eligible(parameters, exposed, seed),
        at=at,
    )
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


@act(may=access.may_sit, kept_in="sitting_answer")
def answer(
    session: Session,
    actor: Actor,
    number: int,
    answers: Answers | None,
    *,
    at: dt.datetime,
) -> None:
    """Keep an answer as it was given; None: "I do not know yet", which is marked with that. The
    second time, and of an item that is not the one asked, nothing changes: what was given stays."""
    sitting = _open(session, actor)
    row = _asked(session, sitting)
    if row is None or row.number != number or sitting.state != "open":
        return
    row.answer = None if answers is None else asking.write_answers(answers)
    row.unknown, row.given_at = answers is None, at
    row.credit = 0.0 if answers is None else None
    row.seconds = max(0.0, (at - row.asked_at).total_seconds())
    session.flush()


@act(may=access.may_sit, kept_in="sitting_answer")
def go_on(
    session: Session,
    actor: Actor,
    bank: ItemBank,
    earned: Mapping[int, float],
    *,
    at: dt.datetime,
) -> str:
    """Write down what answers earned, by number, and ask the next item; why it is to end, where
    there is none, "" else. What was marked once stays."""
    sitting = _open(session, actor)
    for row in kept.answers_of(session, sitting.id):
        if row.number in earned and row.given_at is not None and row.credit is None:
            row.credit = earned[row.number]
    session.flush()
    if sitting.state != "open" or _asked(session, sitting) is not None:
        return ""
    return _ask_next(session, sitting, bank, at)


@act(may=access.may_sit, kept_in="sitting")
def pause(session: Session, actor: Actor, number: int, typed: Answers, *, at: dt.datetime) -> None:
    """Go away: time stands still, and what was typed of the item is kept, not given."""
    del at
    sitting = _open(session, actor)
    row = _asked(session, sitting)
    if row is not None and row.number == number and not asking.is_empty(typed):
        row.answer = asking.write_answers(typed)
    sitting.state = "paused"
    session.flush()


@act(may=access.may_sit, kept_in="sitting")
def resume(session: Session, actor: Actor, *, at: dt.datetime) -> None:
    """Come back to the item that was asked; its time begins anew."""
    sitting = _open(session, actor)
    row = _asked(session, sitting)
    if row is not None:
        row.asked_at = at
    sitting.state = "open"
    session.flush()


@act(may=access.may_sit, audited="placement.end")
def end(session: Session, actor: Actor, *, ending: str, at: dt.datetime) -> int:
    """End the sitting and keep what it says; its key. An item that was asked and not answered
    does not count. `Refused` while nothing was answered: then there is nothing to say."""
    sitting = _open(session, actor)
    parameters = parameters_for(session, sitting, None)
    rows = [row for row in kept.answers_of(session, sitting.id) if row.given_at is not None]
    if not sittings.engine_answers(parameters, rows):
        raise Refused(NOTHING_GIVEN)
    sitting.state, sitting.ending, sitting.ended_at = "ended", ending, at
    kept.keep_results(session, sitting, sittings.results_of(parameters, rows))
    campaigns.note_ended(session, sitting.id)
    detail = {"ending": ending, "items": len(rows)}
    log(session, actor, "placement.end", f"sitting:{sitting.id}", at, detail)
    return sitting.id


def parameters_for(session: Session, sitting: Sitting, bank: ItemBank | None) -> Parameters:
    """The parameters that the sitting began with."""
    if bank is not None and bank.parameters.version == sitting.parameters:
        return bank.parameters
    content = kept.find_parameters(session, sitting.parameters)
    assert content is not None
    return Parameters(sitting.parameters, content)


def _ask_next(session: Session, sitting: Sitting, bank: ItemBank, at: dt.datetime) -> str:
    parameters = parameters_for(session, sitting, bank)
    found = sittings.next_of(
        bank,
        parameters,
        kept.answers_of(session, sitting.id),
        seed=sitting.seed,
        eligible=sitting.eligible,
        exposed=kept.exposed(session, sitting.kind, sitting.parameters, most=sittings.WINDOW),
        seen=kept.seen_items(session, sitting.person_id, since=at - sittings.SEEN_AGAIN),
    )
    if found.asked is not None:
        kept.ask(session, sitting, found.asked, at=at)
    return found.ending


def _held(session: Session, actor: Actor) -> int:
    assert actor.person_id is not None
    hold_person(session, actor.person_id)  # two windows of one person wait for each other
    return actor.person_id


def _open(session: Session, actor: Actor) -> Sitting:
    found = kept.find_open(session, _held(session, actor), PLACEMENT)
    require(found is not None)
    assert found is not None
    return found


def _asked(session: Session, sitting: Sitting) -> SittingAnswer | None:
    """The item that waits for an answer."""
    rows = kept.answers_of(session, sitting.id)
    return rows[-1] if rows and rows[-1].given_at is None else None


TOO_SOON = Message("Chưa làm lại được: mỗi lần kiểm tra đầu vào cách nhau một số ngày.")
NOTHING_GIVEN = Message("Chưa có câu nào được trả lời và chấm xong, nên chưa có kết quả để xem.")
