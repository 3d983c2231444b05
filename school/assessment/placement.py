"""A placement as its person sees it: where it stands, the item that is asked, what it said, and
the lessons that follow from it. Only `load_…` read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from records import Session
from records.assessment import sittings as kept
from records.tables.assessment import Sitting, SittingAnswer
from school.assessment import sittings
from school.assessment.asking import Question, read_answers
from school.assessment.item_bank import ItemBank, Parameters
from school.assessment.item_turns import asked_of, parameters_for, question_for, unmarked
from school.assessment.placement_acts import may_again_at
from school.assessment.sittings import PLACEMENT
from school.learning.notebooks import Answers
from school.learning.overview import CourseState
from school.programme.curriculum import Curriculum, Practice, load_curriculum, make_curriculum
from skills_framework import scale
from skills_framework.explained import find_explained
from skills_framework.framework import Competence, Domain, Framework, load_framework

MOST_LESSONS = 8  # of a path: more is no next step
REACH = 2  # levels above one's own that a lesson of the path may ask for
MASTERED = 0.8  # how probable it must be that a lesson's levels are reached already
MASTERED_FOR = dt.timedelta(days=365)  # how long a placement says so


@dataclass(frozen=True)
class Desk:
    """What the start page shows. ``asked`` of about ``whole`` items; ``again_at``: before then
    there is no new one."""

    open: Sitting | None
    answered: int
    left: int
    ended: Sequence[Sitting]
    again_at: dt.datetime | None
    items: int


def load_desk(session: Session, person_id: int, bank: ItemBank, again_days: int) -> Desk:
    """Where this person stands with placements."""
    found = kept.find_open(session, person_id, PLACEMENT)
    ended = kept.ended_of(session, person_id, PLACEMENT)
    rows = kept.answers_of(session, found.id) if found else ()
    parameters = parameters_for(session, found, bank) if found else bank.parameters
    return Desk(
        found,
        sum(row.given_at is not None for row in rows),
        sittings.left(parameters, rows),
        ended,
        may_again_at(next(iter(ended), None), again_days),
        len(bank.items),
    )


@dataclass(frozen=True)
class Asked:
    """The item that is asked. ``kept``: what was typed before going away; ``unmarked``: answers
    that still wait for the marker, by number."""

    state: str
    number: int
    question: Question | None
    kept: Answers
    left: int
    minutes_left: float
    unmarked: Mapping[int, tuple[Question, Answers]]


def load_asked(
    session: Session, person_id: int, bank: ItemBank, kind: str = PLACEMENT
) -> Asked | None:
    """The open sitting's item; None where no sitting is open. ``question`` is None where none is
    asked, or the running bank has it no longer."""
    found = kept.find_open(session, person_id, kind)
    if found is None:
        return None
    rules = sittings.RULES_OF[kind]
    rows = kept.answers_of(session, found.id)
    parameters = parameters_for(session, found, bank)
    row = asked_of(rows)
    used = sittings.minutes_used(parameters, rows)
    return Asked(
        found.state,
        row.number if row else len(rows) + 1,
        question_for(bank, row) if row else None,
        read_answers(row.answer) if row else {},
        sittings.left(parameters, rows, rules),
        max(0.0, rules.most_minutes - used),
        unmarked(bank, rows),
    )


@dataclass(frozen=True)
class Answered:
    """An item as it was answered. ``question``: None where the running bank has this text no
    longer; ``credit``: the share of its points, None where no machine could mark it."""

    number: int
    competence: str
    level: int
    question: Question | None
    answers: Answers
    unknown: bool
    credit: float | None
    trial: bool


@dataclass(frozen=True)
class AnsweredSitting:
    sitting: Sitting
    answers: tuple[Answered, ...]


def load_answered(
    session: Session, person_id: int, key: int, bank: ItemBank
) -> AnsweredSitting | None:
    """Everything that was answered in one's own sitting; None for one that is another's, has not
    ended, or is of a kind whose items are not shown again."""
    sitting = kept.find_sitting(session, person_id, key)
    if sitting is None or sitting.state != "ended" or sitting.kind not in sittings.RULES_OF:
        return None
    parameters = parameters_for(session, sitting, bank)
    rows = [row for row in kept.answers_of(session, key) if row.given_at is not None]
    return AnsweredSitting(sitting, tuple(_answered(parameters, bank, row) for row in rows))


def _answered(parameters: Parameters, bank: ItemBank, row: SittingAnswer) -> Answered:
    about = parameters.about(row.item)
    return Answered(
        row.number,
        about["measures"],
        about["level"],
        question_for(bank, row),
        read_answers(row.answer),
        row.unknown,
        row.credit,
        about["trial"],
    )


# What it said ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DomainResult:
    """A domain with its estimate; ``before``: the estimate of the placement before, None without
    one; ``items``: how many answers it rests on by itself; ``means``: what its level means in plain
    words, competence by competence (below level 1: what the first level means)."""

    domain: Domain
    estimate: scale.Estimate
    stage: Mapping[str, str]
    before: scale.Estimate | None
    items: int
    means: tuple[tuple[Competence, Mapping[str, str]], ...] = ()


@dataclass(frozen=True)
class Reason:
    """Why a lesson is on the path: it practises this competence at this level; ``level``: of its
    domain now; ``missed``: an item of the competence was not solved."""

    competence: Competence
    practised: int
    level: int
    missed: bool


@dataclass(frozen=True)
class Stop:
    """A lesson of the path, with the number of the first exercise that it is there for."""

    practice: Practice
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Profile:
    """``known``: lessons that are credited: all that they practise is reached, surely enough."""

    sitting: Sitting
    domains: tuple[DomainResult, ...]
    whole: scale.Estimate
    whole_before: scale.Estimate | None
    items: int
    unmarked: int
    path: tuple[Stop, ...]
    known: tuple[Practice, ...]
    again_at: dt.datetime | None


def load_profile(
    session: Session,
    person_id: int,
    key: int,
    *,
    again_days: int,
    pass_share: float | None,
    at: dt.datetime,
) -> Profile | None:
    """What one's own sitting said; None for one that is another's, has not ended, or is no
    placement and no check of what was retained."""
    sitting = kept.find_sitting(session, person_id, key)
    if sitting is None or sitting.state != "ended" or sitting.kind not in sittings.RULES_OF:
        return None
    curriculum = load_curriculum(session, person_id, pass_share=pass_share)
    found = sittings.estimates_of(kept.results_of(session, sitting.id))
    earlier = [one for one in kept.ended_of(session, person_id, PLACEMENT) if one.id < sitting.id]
    before = sittings.estimates_of(kept.results_of(session, earlier[0].id)) if earlier else {}
    parameters = parameters_for(session, sitting, None)
    rows = [row for row in kept.answers_of(session, sitting.id) if row.given_at is not None]
    missed = _missed(parameters, rows)
    return Profile(
        sitting,
        _domains(curriculum.framework, found, before, parameters, rows),
        found[""],
        before.get(""),
        len(rows),
        sum(row.credit is None for row in rows),
        path_of(curriculum, found, missed),
        mastered(curriculum, found) if is_fresh(sitting, at=at) else (),
        may_again_at(sitting, again_days),
    )


def _missed(parameters: Parameters, rows: Iterable[SittingAnswer]) -> frozenset[str]:
    return frozenset(
        parameters.about(row.item)["measures"]
        for row in rows
        if row.credit is not None and row.credit < 0.5
    )


def _domains(
    framework: Framework,
    found: Mapping[str, scale.Estimate],
    before: Mapping[str, scale.Estimate],
    parameters: Parameters,
    rows: Sequence[SittingAnswer],
) -> tuple[DomainResult, ...]:
    asked = [framework.domains[parameters.about(row.item)["domain"]].code for row in rows]
    stages = {one.level: one.stage for one in framework.levels}
    return tuple(
        DomainResult(
            one,
            found[one.code],
            stages.get(found[one.code].level, {}),
            before.get(one.code),
            asked.count(one.code),
            _meanings(framework, one, found[one.code].level),
        )
        for one in framework.domains
    )


def _meanings(
    framework: Framework, domain: Domain, level: int
) -> tuple[tuple[Competence, Mapping[str, str]], ...]:
    said = ((one, means_of(framework.id, one.code, max(1, level))) for one in domain.competences)
    return tuple((one, means) for one, means in said if means)


def path_of(
    curriculum: Curriculum, found: Mapping[str, scale.Estimate], missed: frozenset[str]
) -> tuple[Stop, ...]:
    """The lessons to take next, the lowest level first, and at one level those of the domain that
    is lowest and of competences that were missed. Of each competence the next level above the
    domain's that a lesson practises counts."""
    wanted: dict[tuple[str, str], tuple[Practice, list[Reason]]] = {}
    for rows in curriculum.domains:
        level = found[rows.domain.code].level
        for row in rows.rows:
            cell = next((one for one in row.filled if level < one.level <= level + REACH), None)
            for practice in cell.practices if cell else ():
                reason = Reason(
                    row.competence, cell.level if cell else 0, level, row.competence.code in missed
                )
                key = (practice.course.course, practice.lesson.slug)
                wanted.setdefault(key, (practice, []))[1].append(reason)
    stops = [Stop(practice, tuple(reasons)) for practice, reasons in wanted.values()]
    return tuple(sorted(stops, key=_order)[:MOST_LESSONS])


def _order(stop: Stop) -> tuple[int, int, int, int]:
    return (
        min(one.practised for one in stop.reasons),
        min(one.level for one in stop.reasons),
        -sum(one.missed for one in stop.reasons),
        -len(stop.reasons),
    )


def mastered(curriculum: Curriculum, found: Mapping[str, scale.Estimate]) -> tuple[Practice, ...]:
    """Lessons that are credited: every exercise asks for a level that is reached with a probability
    of `MASTERED`. Reading them is spared; no mark and no completion follows from it."""
    lessons: dict[tuple[str, str], tuple[Practice, list[float]]] = {}
    for rows in curriculum.domains:
        estimate = found[rows.domain.code]
        for row in rows.rows:
            for cell in row.filled:
                for practice in cell.practices:
                    key = (practice.course.course, practice.lesson.slug)
                    chances = lessons.setdefault(key, (practice, []))[1]
                    chances.append(estimate.surely(cell.level))
    return tuple(practice for practice, chances in lessons.values() if min(chances) >= MASTERED)


def is_fresh(sitting: Sitting, *, at: dt.datetime) -> bool:
    """Whether a placement still credits lessons."""
    return sitting.ended_at is not None and at <= sitting.ended_at + MASTERED_FOR


def load_credited(
    session: Session, person_id: int, courses: Iterable[CourseState], *, at: dt.datetime
) -> frozenset[tuple[str, str]]:
    """The lessons that the latest placement credits, as (course, lesson)."""
    last = next(iter(kept.ended_of(session, person_id, PLACEMENT)), None)
    if last is None or not is_fresh(last, at=at):
        return frozenset()
    curriculum = make_curriculum(load_framework(last.framework), [one.manifest for one in courses])
    found = sittings.estimates_of(kept.results_of(session, last.id))
    return frozenset((one.course.course, one.lesson.slug) for one in mastered(curriculum, found))


def means_of(framework: str, competence: str, level: int) -> Mapping[str, str]:
    """What a level of a competence means, in plain words; {} where nobody has said."""
    explained = find_explained(framework)
    found = explained.competences.get(competence) if explained else None
    stages = found.stages if found else ()
    return next((one.means for one in stages if one.has(level)), {})
