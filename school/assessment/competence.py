"""One competence for whoever wants to know what it is: what it means level by level, which lessons
practise it, and where the asker stands in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from records import Session
from records.assessment import contests
from records.tables.assessment import LevelContest
from school.assessment.growth import Growth, load_growth
from school.learning import overview
from school.learning.overview import Standing
from school.levels import FRAMEWORK, Level, load_levels
from school.programme.curriculum import Cell, Curriculum, Row, load_curriculum
from skills_framework.explained import Explained, find_explained
from skills_framework.framework import Domain, Framework


@dataclass(frozen=True)
class StageView:
    """Neighbouring levels: the name of their stage, what they mean ({} where nobody has said), and
    what practises them."""

    name: Mapping[str, str]
    means: Mapping[str, str]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Own:
    """The asker's own: the level with all that it rests on, the way to the next one, and what they
    said against it, the latest first. ``numbers``: of exercises in their lessons, by their task."""

    level: Level
    numbers: Mapping[str, int]
    growth: Growth
    contests: Sequence[LevelContest]

    @property
    def contested(self) -> bool:
        """Whether a contest waits for its answer."""
        return any(one.state == "open" for one in self.contests)


@dataclass(frozen=True)
class CompetenceView:
    """``about`` and ``status`` (whose words these are) are {} where nobody has explained the
    framework; ``standing`` and ``own`` are None for somebody who is no learner."""

    row: Row
    domain: Domain
    about: Mapping[str, str]
    status: Mapping[str, str]
    stages: tuple[StageView, ...]
    standing: Standing | None
    own: Own | None = None

    def meaning(self, level: int) -> Mapping[str, str]:
        """What a level means in plain words; {} where nobody has said."""
        stages = (one for one in self.stages if any(cell.level == level for cell in one.cells))
        return next((one.means for one in stages), {})


def load_competence(
    session: Session,
    person_id: int | None,
    code: str,
    *,
    pass_share: float | None,
    at: dt.datetime,
) -> CompetenceView | None:
    """The competence with this code; None where the framework has none."""
    curriculum = load_curriculum(session, person_id, pass_share=pass_share)
    if curriculum.find_row(code) is None:
        return None
    explained = find_explained(curriculum.framework.id)
    if person_id is None:
        return view_of(curriculum, code, explained, None)
    courses = overview.load_courses(session, person_id, pass_share=pass_share)
    profile = overview.load_profile(session, person_id, at=at)
    grown = load_growth(session, person_id, profile, courses, at=at)
    growth = next(
        one for domain in grown for one in domain.competences if one.standing.code == code
    )
    level = load_levels(session, person_id, at=at)[code]
    said = contests.contests_of(session, person_id, FRAMEWORK, code)
    view = view_of(curriculum, code, explained, growth.standing)
    return replace(view, own=Own(level, _numbers(view.row), growth, said))


def _numbers(row: Row) -> dict[str, int]:
    return {
        f"{practice.course.course}/{practice.lesson.slug}/{exercise.grade_id}": number
        for cell in row.cells
        for practice in cell.practices
        for number, exercise in practice.exercises
    }


def view_of(
    curriculum: Curriculum, code: str, explained: Explained | None, standing: Standing | None
) -> CompetenceView:
    """Put together what is known of the competence with this code, which must be on the map."""
    domain, row = next(
        (one.domain, row)
        for one in curriculum.domains
        for row in one.rows
        if row.competence.code == code
    )
    explanation = explained.competences.get(code) if explained else None
    return CompetenceView(
        row=row,
        domain=domain,
        about=explanation.about if explanation else {},
        status=explained.status if explained and explanation else {},
        stages=_stages(curriculum.framework, row, explained, code),
        standing=standing,
    )


def _stages(
    framework: Framework, row: Row, explained: Explained | None, code: str
) -> tuple[StageView, ...]:
    """The levels of each stage of the framework together."""
    meanings = explained.competences[code].stages if explained else ()
    cells: dict[str, list[Cell]] = {}
    names: dict[str, Mapping[str, str]] = {}
    for level, cell in zip(framework.levels, row.cells, strict=True):
        key = level.stage["vi"]
        names[key] = level.stage
        cells.setdefault(key, []).append(cell)
    return tuple(
        StageView(
            names[key],
            next((one.means for one in meanings if one.has(own[0].level)), {}),
            tuple(own),
        )
        for key, own in cells.items()
    )
