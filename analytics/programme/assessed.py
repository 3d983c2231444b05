"""Yearly assessments in numbers: how many were due, invited, reminded, excused and assessed, by
unit, and which levels the assessed have proven for the year.

*Proven*: shown in an assessment within its campaign's days, not by exercises of lessons and not by
anybody's word.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analytics.programme.places import path_of
from analytics.programme.small_cells import Withheld, protect
from records import Session
from records.assessment.campaigns import (
    MemberCell,
    all_campaigns,
    count_members,
    results_of_members,
)
from records.programme.counting import UnitNode, load_units_tree
from records.tables.assessment import Campaign
from skills_framework import scale

HEAD = ("ma_don_vi", "don_vi", "den_han", "da_moi", "da_nhac", "da_danh_gia", "duoc_mien")


@dataclass
class Assessed:
    """Counts of people. ``due``: to be assessed, whoever is excused not among them; ``invited``
    and ``reminded``: how many of these ever were; ``proven``: were assessed."""

    due: int = 0
    invited: int = 0
    reminded: int = 0
    proven: int = 0
    excused: int = 0

    def add(self, cell: MemberCell) -> None:
        if cell.state == "excused":
            self.excused += cell.count
            return
        self.due += cell.count
        self.invited += cell.invited
        self.reminded += cell.reminded
        self.proven += cell.count if cell.state == "assessed" else 0

    @property
    def share(self) -> float | None:
        """Proven against due; None where nobody is."""
        return self.proven / self.due if self.due else None


@dataclass(frozen=True)
class UnitAssessed:
    """One unit with everything below it. ``children``: the units right below it that have somebody
    due; ``elsewhere``: on the nation's page, people whose unit leads nowhere."""

    unit: UnitNode
    path: tuple[UnitNode, ...]
    whole: Assessed
    children: tuple[tuple[UnitNode, Assessed], ...]
    elsewhere: Assessed


@dataclass(frozen=True)
class Year:
    """A campaign in the programme's numbers. ``levels``: level of the whole → people who have
    proven it; a sitting that says nothing of the whole is in none."""

    campaign: Campaign
    whole: Assessed
    levels: Mapping[int, int]


def find_unit_assessed(session: Session, unit_id: int, campaign_id: int) -> UnitAssessed | None:
    """Count one unit and what lies below it; None for an unknown one."""
    tree = load_units_tree(session)
    if unit_id not in tree:
        return None
    nation = tree[unit_id].kind == "nation"
    whole, elsewhere = Assessed(), Assessed()
    children = defaultdict[int, Assessed](Assessed)
    for cell in count_members(session, campaign_id):
        way = _way(tree, cell.unit_id)
        if unit_id in way:
            below = way[way.index(unit_id) + 1 :]
            sums = [whole, *([children[below[0]]] if below else [])]
        else:
            sums = [whole, elsewhere] if nation else []
        for one in sums:
            one.add(cell)
    found = sorted(children, key=lambda key: (tree[key].code, key))
    return UnitAssessed(
        unit=tree[unit_id],
        path=path_of(tree, unit_id),
        whole=whole,
        children=tuple((tree[key], children[key]) for key in found),
        elsewhere=elsewhere,
    )


def find_years(session: Session) -> list[Year]:
    """Every campaign with its numbers, the latest first."""
    found = []
    for campaign in all_campaigns(session):
        whole = Assessed()
        for cell in count_members(session, campaign.id):
            whole.add(cell)
        levels = Counter(map(scale.level_of, results_of_members(session, campaign.id)))
        found.append(Year(campaign, whole, dict(sorted(levels.items()))))
    return found


@dataclass(frozen=True)
class Shown:
    """A line of an overview as it may be shown: small counts withheld, so that nobody is pointed
    at. ``share`` None where it would tell a withheld one."""

    unit: UnitNode | None
    due: int | Withheld
    invited: int | Withheld
    reminded: int | Withheld
    proven: int | Withheld
    excused: int | Withheld
    share: float | None


def protected(figures: UnitAssessed) -> list[Shown]:
    """The units below, each column safe beside its sum; ``unit`` None: people elsewhere."""
    lines: list[tuple[UnitNode | None, Assessed]] = list(figures.children)
    if figures.elsewhere.due or figures.elsewhere.excused:
        lines.append((None, figures.elsewhere))
    columns = {
        name: protect({place: getattr(line, name) for place, (_unit, line) in enumerate(lines)})
        for name in ("due", "invited", "reminded", "proven", "excused")
    }
    return [
        Shown(
            unit,
            **{name: column[place] for name, column in columns.items()},
            share=_share(columns["proven"][place], columns["due"][place]),
        )
        for place, (unit, _line) in enumerate(lines)
    ]


def as_rows(figures: UnitAssessed) -> Iterator[tuple[str | int, ...]]:
    """The overview as a file: a head, the whole, a line for each unit below."""
    yield HEAD
    whole = figures.whole
    yield (
        *(figures.unit.code, figures.unit.name, whole.due, whole.invited, whole.reminded),
        *(whole.proven, whole.excused),
    )
    for line in protected(figures):
        name = (line.unit.code, line.unit.name) if line.unit else ("", "Không thuộc đơn vị nào")
        counts = (line.due, line.invited, line.reminded, line.proven, line.excused)
        yield (*name, *(one.value if isinstance(one, Withheld) else one for one in counts))


def _share(proven: int | Withheld, due: int | Withheld) -> float | None:
    if isinstance(proven, Withheld) or isinstance(due, Withheld) or not due:
        return None
    return proven / due


def _way(tree: Mapping[int, UnitNode], unit_id: int | None) -> tuple[int, ...]:
    """Keys from the top down to the unit; none for nobody's."""
    if unit_id is None or unit_id not in tree:
        return ()
    return (*(node.id for node in path_of(tree, unit_id)), unit_id)
