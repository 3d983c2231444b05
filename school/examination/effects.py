"""Whom voiding an item concerns: loaded, compared, carried out (`voiding` decides); and who stands
apart from a matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from records import Session
from records.assessment import sittings as kept
from records.examination import candidates, planned, voids
from records.examination.voids import Concerned
from records.people.merging import same_person
from records.tables.assessment import Sitting
from records.tables.examination import Appeal
from school.access import Actor
from school.assessment.item_bank import Parameters
from school.assessment.voids import voids_in_force
from school.examination import voiding
from school.examination.rules import verdict
from school.examination.voiding import Change, Void

WAITS = "item_void:"  # in `sitting.pass_kept`: the void by which a pass waits for a person


def preview_void(session: Session, void: Void, examination_id: int | None) -> list[Change]:
    """Every ended sitting that was asked the item, with its figures before and after."""
    found = voids.asked_in(session, void.item, void.digest, examination_id)
    return list(_changes(session, found, [void]))


def _changes(
    session: Session, found: Sequence[Concerned], more: Sequence[Void]
) -> Iterator[Change]:
    keys = [one.sitting.id for one in found]
    answers = voids.answers_by_sitting(session, keys)
    results = voids.results_by_sitting(session, keys)
    stored: dict[str, Parameters] = {}
    in_force: dict[int | None, list[Void]] = {}
    for one in found:
        sitting, examination = one.sitting, one.examination
        key = examination.id if examination else None
        if sitting.parameters not in stored:
            stored[sitting.parameters] = _parameters(session, sitting.parameters)
        if key not in in_force:
            in_force[key] = [*voids_in_force(session, key), *more]
        parameters, rows = stored[sitting.parameters], answers[sitting.id]
        valid = voiding.counted(rows, in_force[key])
        yield Change(
            sitting_id=sitting.id,
            person_id=sitting.person_id,
            kind=sitting.kind,
            before=results.get(sitting.id, {}),
            after=voiding.figures(parameters, valid, ()),
            passed=sitting.passed if examination else None,
            would_pass=verdict(examination, parameters, rows, sitting.ending, valid=valid).passed
            if examination
            else None,
            by_name=bool(sitting.pass_kept) and not waits(sitting),
        )


def _parameters(session: Session, version: str) -> Parameters:
    content = kept.find_parameters(session, version)
    assert content is not None
    return Parameters(version, content)


def carry_out(session: Session, change: Change, void_id: int) -> None:
    """Keep the figures as a further revision, and what follows for the pass."""
    sitting = session.get(Sitting, change.sitting_id)
    assert sitting is not None
    revision = kept.last_revision(session, sitting.id) + 1
    kept.keep_results(session, sitting, list(change.after.values()), revision=revision)
    sitting.passed = change.passes
    if change.is_lost:
        sitting.pass_kept = f"{WAITS}{void_id}"
    elif waits(sitting) and change.would_pass:  # the figures carry it again
        sitting.pass_kept = ""
    session.flush()


def waits(sitting: Sitting) -> bool:
    """Whether a pass stands only until a person decides."""
    which = sitting.pass_kept.removeprefix(WAITS)
    return bool(sitting.passed) and which != sitting.pass_kept and which.isdecimal()


def people_of(session: Session, actor: Actor) -> list[int]:
    """The keys that the actor's person has had."""
    return [] if actor.person_id is None else same_person(session, actor.person_id)


def void_of(sitting: Sitting) -> int:
    """The void by which a pass waits."""
    return int(sitting.pass_kept.removeprefix(WAITS))


def is_apart(session: Session, actor: Actor, appeal: Appeal) -> bool:
    """Whether the matter of an appeal does not touch this actor yet: neither asked by them, nor
    about a decision of theirs, nor of a room they looked after."""
    candidate = candidates.find_by_sitting(session, appeal.sitting_id)
    own = people_of(session, actor)
    if candidate is None or not own or appeal.person_id in own or candidate.decided_by in own:
        return False
    return not any(planned.looks_after(session, candidate.room_id, one) for one in own)
