"""How far the programme is: counted on demand, nation and unit alike.

`find_figures` is the one place where page, workbook and open data get their numbers;
`find_unit_figures` counts one unit and everything below it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from analytics.programme.places import Places, Vintage, bucket_of, path_of
from analytics.programme.targets import EXPERTS, Goal, find_goals, load_groups
from core.calendar import midnight, reporting_window, today_in_vietnam
from records import Session
from records.people.persons import unit_and_below
from records.programme.counting import (
    Cell,
    UnitNode,
    count_certificates,
    count_certificates_between,
    count_learning,
    count_people,
    count_states,
    load_units_tree,
)
from records.programme.targets import targets_of

BUCKETS = ("central", "local", "press")
FORECAST_MONTHS = 3
COUNTED = ("listed", "learning", "certified", "in_window")
NOWHERE = "nowhere"  # key of the line of people who are in no unit


@dataclass
class Line:
    """One line of a table. Counts of people: on the list, begun, certified, certified in the
    reporting window; ``planned`` None where no number is set (0 is a number); ``expected`` by an
    even pace, None without a plan and before anybody was certified.

    ``toward``: of the certified, those that count toward the plan, where these are not all."""

    key: str
    name: Mapping[str, str] | str
    planned: int | None = None
    expected: float | None = None
    listed: int = 0
    learning: int = 0
    certified: int = 0
    in_window: int = 0
    unit_id: int | None = None
    code: str = ""
    source: str = ""
    deadline_on: dt.date | None = None
    former: bool = False  # a unit that was merged into another
    toward: int | None = None

    @property
    def counted(self) -> int:
        """What is held against the plan."""
        return self.certified if self.toward is None else self.toward

    @property
    def share(self) -> float | None:
        """Counted against planned, 0..; None without a plan, and for a plan of 0, of which there
        are no parts."""
        return self.counted / self.planned if self.planned else None

    @property
    def reached(self) -> bool:
        """The plan is fulfilled; one of 0 always is."""
        return self.planned is not None and self.counted >= self.planned

    @property
    def behind(self) -> bool:
        """Fewer than an even pace would have brought."""
        return self.expected is not None and self.counted < self.expected


@dataclass(frozen=True)
class Forecast:
    """At the pace of the last months: ``per_month`` people, the goal reached on ``reached_on``
    (None when the pace is nought or the day lies beyond ten years)."""

    per_month: float
    reached_on: dt.date | None
    done: bool


@dataclass(frozen=True)
class Figures:
    """All that the national page shows. The same object feeds the workbook."""

    programme: str
    vintage: Vintage
    at: dt.datetime
    window: tuple[dt.date, dt.date]
    total: Line
    buckets: tuple[Line, ...]
    outside: Line  # groups without a number of their own, and units that count for none
    ungrouped: Line  # no audience group is known
    everybody: Line  # total, outside and ungrouped together: what the units' pages add up to
    provinces: tuple[Line, ...]
    unplaced: Line  # local people whose unit leads to no province of this vintage
    groups: tuple[Line, ...]
    experts: Line
    months: tuple[tuple[str, int], ...]  # ("2026-03", certified up to its end), counted ones only
    forecast: Forecast
    planned_for_provinces: int = field(default=0)


def find_figures(session: Session, programme: str, *, at: dt.datetime, vintage: Vintage) -> Figures:
    """Count everything, as it stands at ``at``, with provinces of the given vintage."""
    tree = load_units_tree(session)
    places = Places(tree, vintage)
    today = today_in_vietnam(at)
    since, until = reporting_window(today)
    goals = find_goals(session, programme)
    counts = _Counts(
        listed=count_people(session),
        learning=count_learning(session, programme),
        certified=count_certificates(session, programme, until=at),
        in_window=count_certificates_between(session, programme, since=midnight(since), until=at),
    )
    buckets = {key: _goal_line(goals[key], today) for key in BUCKETS if key in goals}
    outside, ungrouped = Line("outside", ""), Line("ungrouped", "")
    groups = {key: Line(key, group.name) for key, group in load_groups().items()}
    provinces = _province_lines(session, programme, tree, places, vintage)
    unplaced = Line("unplaced", "")
    for attribute, cells in counts.by_attribute():
        for cell in cells:
            place = places.of(cell.unit_id)
            bucket = bucket_of(cell.group, place.root)
            if cell.group in groups:
                _add(groups[cell.group], attribute, cell.count)
                _add(buckets.get(bucket, outside), attribute, cell.count)
            else:
                _add(ungrouped, attribute, cell.count)
            if bucket == "local":
                _add(provinces.get(place.province_id or 0, unplaced), attribute, cell.count)
    total = _goal_line(goals["total"], today)
    for attribute, _cells in counts.by_attribute():
        setattr(total, attribute, sum(getattr(line, attribute) for line in buckets.values()))
    everybody = Line("everybody", "")
    for line in (total, outside, ungrouped):
        _add_all(everybody, line)
    months = _cumulative(counts.certified, places, today)
    if counts.certified:
        _expect(provinces.values(), goals.get("local"), today)
    else:  # before the first certificate nobody is late: the platform may be a day old
        for line in (total, *buckets.values()):
            line.expected = None
    return Figures(
        programme=programme,
        vintage=vintage,
        at=at,
        window=(since, until),
        total=total,
        buckets=tuple(buckets.values()),
        outside=outside,
        ungrouped=ungrouped,
        everybody=everybody,
        provinces=tuple(sorted(provinces.values(), key=lambda line: line.code)),
        unplaced=unplaced,
        groups=tuple(groups.values()),
        experts=_experts(session, at, today),
        months=months,
        forecast=forecast(months, total.planned or 0, today),
        planned_for_provinces=sum(line.planned or 0 for line in provinces.values()),
    )


@dataclass(frozen=True)
class _Counts:
    listed: Sequence[Cell]
    learning: Sequence[Cell]
    certified: Sequence[Cell]
    in_window: Sequence[Cell]

    def by_attribute(self) -> tuple[tuple[str, Sequence[Cell]], ...]:
        return (
            ("listed", self.listed),
            ("learning", self.learning),
            ("certified", self.certified),
            ("in_window", self.in_window),
        )


def _add(line: Line, attribute: str, count: int) -> None:
    setattr(line, attribute, getattr(line, attribute) + count)


def _add_all(line: Line, other: Line) -> None:
    for attribute in COUNTED:
        _add(line, attribute, getattr(other, attribute))


def _goal_line(goal: Goal, today: dt.date) -> Line:
    return Line(
        goal.key,
        goal.name,
        planned=goal.amount,
        expected=goal.expected(today),
        source=goal.source,
        deadline_on=goal.deadline_on,
    )


def _experts(session: Session, at: dt.datetime, today: dt.date) -> Line:
    line = _goal_line(find_goals(session, EXPERTS)["total"], today)
    line.learning = sum(cell.count for cell in count_learning(session, EXPERTS))
    line.certified = sum(cell.count for cell in count_certificates(session, EXPERTS, until=at))
    since, _until = reporting_window(today)
    if not line.certified:
        line.expected = None
    in_window = count_certificates_between(session, EXPERTS, since=midnight(since), until=at)
    line.in_window = sum(cell.count for cell in in_window)
    return line


def _province_lines(
    session: Session,
    programme: str,
    tree: Mapping[int, UnitNode],
    places: Places,
    vintage: Vintage,
) -> dict[int, Line]:
    """A line for each province of the vintage, also where nothing was counted."""
    lines = {
        unit.id: Line(unit.code, unit.name, unit_id=unit.id, code=unit.code)
        for unit in tree.values()
        if unit.kind == "province" and unit.vintage == vintage
    }
    for target in targets_of(session, programme):
        province = places.of(target.unit_id).province_id if target.unit_id else None
        if target.key == "local" and province in lines:
            line = lines[province]
            line.planned = (line.planned or 0) + target.amount
    return lines


def _expect(lines: Iterable[Line], goal: Goal | None, today: dt.date) -> None:
    """The same pace for every province's share."""
    if goal is None or not goal.amount:
        return
    pace = goal.expected(today) / goal.amount
    for line in lines:
        if line.planned is not None:
            line.expected = line.planned * pace


def _cumulative(
    cells: Sequence[Cell], places: Places, today: dt.date
) -> tuple[tuple[str, int], ...]:
    """Month by month to the current one, months without a certificate included."""
    by_month: dict[str, int] = defaultdict(int)
    for cell in cells:
        if bucket_of(cell.group, places.of(cell.unit_id).root):
            by_month[cell.month] += cell.count
    if not by_month:
        return ()
    found, total = [], 0
    month = dt.date.fromisoformat(f"{min(by_month)}-01")
    while month <= today:
        total += by_month.get(f"{month:%Y-%m}", 0)
        found.append((f"{month:%Y-%m}", total))
        month = (month + dt.timedelta(days=32)).replace(day=1)
    return tuple(found)


def forecast(months: Sequence[tuple[str, int]], goal: int, today: dt.date) -> Forecast:
    """When the goal is reached if people finish as in the last three full months, on average."""
    done = bool(months) and months[-1][1] >= goal
    full = [count for _month, count in months[:-1]]  # the current month is not over
    if not full:
        return Forecast(0.0, None, done)
    span = min(FORECAST_MONTHS, len(full))
    before = full[-span - 1] if len(full) > span else 0
    per_month = (full[-1] - before) / span
    if done or per_month <= 0:
        return Forecast(per_month, None, done)
    days = (goal - months[-1][1]) / per_month * 365.25 / 12
    return Forecast(per_month, today + dt.timedelta(days=days) if days < 3653 else None, done)


# --- one unit ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnitFigures:
    """A unit, the way down to it, itself, and the units right below it."""

    unit: UnitNode
    path: tuple[UnitNode, ...]  # from the top to the unit's parent
    whole: Line
    children: tuple[Line, ...]
    states: Mapping[str, int]  # of the people on the list: `records.programme.counting.STATES`


def find_unit_figures(
    session: Session, unit_id: int, programme: str, *, at: dt.datetime
) -> UnitFigures | None:
    """Figures of a unit and everything below it, every audience group; None for an unknown one.

    What is held against a plan is what the national page counts for localities. The nation's own
    page has a line for people who are in no unit, so that it adds up to the nation's figures.
    """
    tree = load_units_tree(session)
    if unit_id not in tree:
        return None
    today = today_in_vietnam(at)
    since, _until = reporting_window(today)
    below = _children(tree)
    places = Places(tree, "2025")
    by_unit: dict[int | None, Line] = defaultdict(lambda: Line("", "", toward=0))
    counts = _Counts(
        listed=count_people(session),
        learning=count_learning(session, programme),
        certified=count_certificates(session, programme, until=at),
        in_window=count_certificates_between(session, programme, since=midnight(since), until=at),
    )
    for attribute, cells in counts.by_attribute():
        for cell in cells:
            line = by_unit[cell.unit_id if cell.unit_id in tree else None]
            _add(line, attribute, cell.count)
            is_local = bucket_of(cell.group, places.of(cell.unit_id).root) == "local"
            if attribute == "certified" and is_local:
                line.toward = (line.toward or 0) + cell.count
    plans = {t.unit_id: t.amount for t in targets_of(session, programme) if t.unit_id is not None}
    whole = _whole_line(tree[unit_id], below, by_unit, plans)
    children = [
        _whole_line(tree[child], below, by_unit, plans)
        for child in sorted(below[unit_id], key=lambda c: (tree[c].code, c))
    ]
    is_nation = tree[unit_id].kind == "nation"
    if is_nation:
        elsewhere = _elsewhere(tree, below, by_unit, plans, unit_id)
        _add_all(whole, elsewhere)
        children += [elsewhere] if any(getattr(elsewhere, name) for name in COUNTED) else []
    goal = find_goals(session, programme).get("local")
    _expect([whole], goal, today)
    units = None if is_nation else unit_and_below(session, unit_id)
    return UnitFigures(
        unit=tree[unit_id],
        path=path_of(tree, unit_id),
        whole=whole,
        children=tuple(children),
        states=count_states(session, units, programme),
    )


def _elsewhere(
    tree: Mapping[int, UnitNode],
    below: Mapping[int, Sequence[int]],
    by_unit: Mapping[int | None, Line],
    plans: Mapping[int, int],
    nation_id: int,
) -> Line:
    """People in no unit, and in units that stand below nothing."""
    line = Line(NOWHERE, "", toward=0)
    if None in by_unit:
        _add_all(line, by_unit[None])
    for unit in tree.values():
        if unit.parent_id is None and unit.successor_id is None and unit.id != nation_id:
            _add_all(line, _whole_line(unit, below, by_unit, plans))
    return line


def _whole_line(
    unit: UnitNode,
    below: Mapping[int, Sequence[int]],
    by_unit: Mapping[int | None, Line],
    plans: Mapping[int, int],
) -> Line:
    former = unit.successor_id is not None
    line = Line(unit.code, unit.name, unit_id=unit.id, code=unit.code, former=former, toward=0)
    waiting, seen = [unit.id], {unit.id}
    while waiting:
        one = waiting.pop()
        if one in plans:
            line.planned = (line.planned or 0) + plans[one]
        if one in by_unit:
            _add_all(line, by_unit[one])
            line.toward = (line.toward or 0) + (by_unit[one].toward or 0)
        waiting.extend(child for child in below[one] if child not in seen)
        seen.update(below[one])
    return line


def _children(tree: Mapping[int, UnitNode]) -> dict[int, list[int]]:
    """Children and merged predecessors of each unit; a merged province hangs below its successor
    only, so that nobody is counted twice."""
    below: dict[int, list[int]] = defaultdict(list)
    for unit in tree.values():
        above = unit.successor_id if unit.successor_id is not None else unit.parent_id
        if above is not None:
            below[above].append(unit.id)
    return below
