"""An item's turn: it is asked, answered, marked, and the next one comes. One way for every kind of
sitting; what a placement or an examination allows stands in their own acts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from records import Session
from records.assessment import sittings as kept
from records.tables.assessment import Sitting, SittingAnswer
from records.writing import hold_person
from school.access import Actor
from school.assessment import asking, sittings
from school.assessment.asking import Question, question_of, read_answers
from school.assessment.in_force import in_force
from school.assessment.item_bank import FRAMEWORK, ItemBank, Parameters
from school.learning.notebooks import Answers
from skills_framework import adaptive


def held(session: Session, actor: Actor) -> int:
    """The actor's person, held: two windows of one person wait for each other."""
    assert actor.person_id is not None
    hold_person(session, actor.person_id)
    return actor.person_id


def begin(
    session: Session, person_id: int, kind: str, bank: ItemBank, *, seed: int, at: dt.datetime
) -> Sitting:
    """A new sitting with the parameters of today, its eligible items drawn; nothing is asked."""
    parameters = in_force(session, bank).parameters
    kept.keep_parameters(
        session,
        parameters.version,
        rule=parameters.content["rule"],
        content=parameters.content,
        at=at,
    )
    exposed = kept.exposed_lately(session, kind, parameters.version, most=sittings.WINDOW, at=at)
    return kept.begin(
        session,
        person_id,
        kind,
        parameters=parameters.version,
        framework=FRAMEWORK,
        seed=seed,
        eligible=sittings.first_eligible(parameters, exposed, seed),
        at=at,
    )


def parameters_for(session: Session, sitting: Sitting, bank: ItemBank | None) -> Parameters:
    """The parameters that the sitting began with."""
    if bank is not None and bank.parameters.version == sitting.parameters:
        return bank.parameters
    content = kept.find_parameters(session, sitting.parameters)
    assert content is not None
    return Parameters(sitting.parameters, content)


def ask_next(
    session: Session,
    sitting: Sitting,
    bank: ItemBank,
    *,
    at: dt.datetime,
    rules: adaptive.Rules = sittings.RULES,
    before: Sequence[adaptive.Answer] = (),
    used: float | None = None,
) -> str:
    """Ask the next item; why there is none, "" where there is. ``before``, ``used``: as in
    `sittings.next_of`."""
    found = sittings.next_of(
        bank,
        parameters_for(session, sitting, bank),
        kept.answers_of(session, sitting.id),
        seed=sitting.seed,
        eligible=sitting.eligible,
        exposed=kept.exposed_lately(
            session, sitting.kind, sitting.parameters, most=sittings.WINDOW, at=at
        ),
        seen=kept.seen_items(session, sitting.person_id, since=at - sittings.SEEN_AGAIN),
        before=before,
        rules=rules,
        used=used,
    )
    if found.asked is not None:
        kept.ask(session, sitting, found.asked, at=at)
    return found.ending


def asked_of(rows: Sequence[SittingAnswer]) -> SittingAnswer | None:
    """The item that waits for an answer."""
    return rows[-1] if rows and rows[-1].given_at is None else None


def give(row: SittingAnswer, answers: Answers | None, *, at: dt.datetime) -> None:
    """The answer as it was given; None: "I do not know yet", which is marked with that."""
    row.answer = None if answers is None else asking.write_answers(answers)
    row.unknown, row.given_at = answers is None, at
    row.credit = 0.0 if answers is None else None
    row.seconds = max(0.0, (at - row.asked_at).total_seconds())


def keep_typed(row: SittingAnswer | None, number: int, typed: Answers) -> bool:
    """What was typed of the item that is asked, not given; False where it is of another one."""
    if row is None or row.number != number or asking.is_empty(typed):
        return False
    row.answer = asking.write_answers(typed)
    return True


def set_aside(row: SittingAnswer, *, at: dt.datetime) -> None:
    """The item counts for nothing, neither for nor against; another comes in its place."""
    row.set_aside = True
    row.given_at = row.given_at or at


def keep_credit(rows: Iterable[SittingAnswer], earned: Mapping[int, float]) -> None:
    """What answers earned, by number. What was marked once stays."""
    for row in rows:
        if row.number in earned and row.given_at is not None and row.credit is None:
            row.credit = earned[row.number]


def question_for(bank: ItemBank, row: SittingAnswer) -> Question | None:
    """The item as its person has it; None where the running bank has it no longer."""
    item = bank.find(row.item, row.digest)
    return question_of(item, row.variant, row.arranged) if item else None


def unmarked(bank: ItemBank, rows: Iterable[SittingAnswer]) -> dict[int, tuple[Question, Answers]]:
    """Answers that still wait for the marker, by number."""
    waiting = [row for row in rows if row.given_at is not None and row.credit is None]
    return to_mark(bank, (row for row in waiting if not row.set_aside))


def to_mark(bank: ItemBank, rows: Iterable[SittingAnswer]) -> dict[int, tuple[Question, Answers]]:
    """These rows as the marker takes them, by number."""
    found = ((row, question_for(bank, row)) for row in rows)
    return {row.number: (one, read_answers(row.answer)) for row, one in found if one is not None}
