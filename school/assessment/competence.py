"""One competence for whoever wants to know what it is: what it means level by level, which lessons
practise it, and where the asker stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from records import Session
from school.learning import overview
from school.learning.overview import Standing
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
class CompetenceView:
    """``about`` and ``status`` (whose words these are) are {} where nobody has explained the
    framework; ``standing`` is None for somebody who is no learner."""

    row: Row
    domain: Domain
    about: Mapping[str, str]
    status: Mapping[str, str]
    stages: tuple[StageView, ...]
    standing: Standing | None


def load_competence(
    session: Session, person_id: int | None, code: str, *, pass_share: float | None
) -> CompetenceView | None:
    """The competence with this code; None where the framework has none."""
    curriculum = load_curriculum(session, person_id, pass_share=pass_share)
    if curriculum.find_row(code) is None:
        return None
    profile = overview.load_profile(session, person_id) if person_id is not None else []
    standings = [one for domain in profile for one in domain.competences]
    standing = next((one for one in standings if one.code == code), None)
    return view_of(curriculum, code, find_explained(curriculum.framework.id), standing)


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
