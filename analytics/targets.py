"""The figures to reach and how far the programme is: read once, counted on demand.

What the sources say stands in ``data/targets.toml``. A new deadline and the provinces' shares are
the ministry's plan and live in the records (`records.targets`); no source allots numbers to
provinces. `find_figures` is the one place where page, workbook and open data get their numbers.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from records import Session
from records.counting import (
    Cell,
    UnitNode,
    count_certificates,
    count_certificates_between,
    count_learning,
    count_people,
    load_units_tree,
)
from records.targets import set_target, targets_of
from skills_framework.messages import Message, Refused

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
Vintage = Literal["2008", "2025"]
VINTAGES: tuple[Vintage, ...] = get_args(Vintage)
PROGRAMME = "chuyen-doi-so-10000"
EXPERTS = "chuyen-gia-1000"
BUCKETS = ("central", "local", "press")
FORECAST_MONTHS = 3
LARGEST_PLAN = 1_000_000


# --- what is to be reached --------------------------------------------------------------------


@dataclass(frozen=True)
class Goal:
    """A figure to reach, from its source or, with the ministry's own deadline, from its plan."""

    key: str
    name: Mapping[str, str]
    amount: int
    begins_on: dt.date
    deadline_on: dt.date
    source: str

    def expected(self, today: dt.date) -> float:
        """What an even pace would have brought by the end of ``today``."""
        days = (self.deadline_on - self.begins_on).days + 1
        gone = (today - self.begins_on).days + 1
        return self.amount * min(max(gone / days, 0.0), 1.0)


@dataclass(frozen=True)
class Group:
    """An audience group of Decision 64 and the bucket it counts for (our reading)."""

    key: str
    name: Mapping[str, str]
    bucket: str


@dataclass(frozen=True)
class Programme:
    """A programme as the sources set it."""

    id: str
    title: Mapping[str, str]
    source: str
    deadline_source: str
    goals: tuple[Goal, ...]


@cache
def load_programmes() -> dict[str, Programme]:
    """The programmes of ``data/targets.toml``."""
    return {
        entry["id"]: Programme(
            entry["id"],
            entry["title"],
            entry["source"],
            entry["deadline_source"],
            tuple(_goals(entry)),
        )
        for entry in _data()["programme"]
    }


@cache
def load_groups() -> dict[str, Group]:
    """The eight audience groups, in the order of the decision."""
    return {g["key"]: Group(g["key"], g["name"], g["bucket"]) for g in _data()["group"]}


def _goals(programme: Mapping[str, Any]) -> Iterable[Goal]:
    for target in _data()["target"]:
        if target["programme"] == programme["id"]:
            yield Goal(
                target["key"],
                target["name"],
                target["amount"],
                programme["begins_on"],
                programme["deadline_on"],
                target["source"],
            )


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files("analytics") / "data" / "targets.toml").read_text("utf-8"))


def find_goals(session: Session, programme: str) -> dict[str, Goal]:
    """The goals by key: the source's, each with the ministry's deadline where a plan sets one."""
    goals = {goal.key: goal for goal in load_programmes()[programme].goals}
    for target in targets_of(session, programme):
        known = goals.get(target.key)
        if known and target.unit_id is None and target.deadline_on:
            begins_on, _ends_on = reporting_window(target.deadline_on)
            goals[target.key] = Goal(
                known.key, known.name, target.amount, begins_on, target.deadline_on, target.source
            )
    return goals


# --- time -------------------------------------------------------------------------------------


def reporting_window(day: dt.date) -> tuple[dt.date, dt.date]:
    """The reporting year a day falls in: 15 December to 14 December (QĐ 749/QĐ-TTg, S4:198)."""
    year = day.year + 1 if (day.month, day.day) >= (12, 15) else day.year
    return dt.date(year - 1, 12, 15), dt.date(year, 12, 14)


def today_in_vietnam(at: dt.datetime) -> dt.date:
    return at.astimezone(HANOI).date()


def midnight(day: dt.date) -> dt.datetime:
    """The first moment of a day in Việt Nam."""
    return dt.datetime.combine(day, dt.time(), HANOI)


# --- where a certificate counts ---------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """``root`` is the kind of unit the tree leads to; ``province_id`` in the vintage asked for.

    ``undivided``: a unit of today's province that was made of several of the earlier ones, which
    no rule can split back.
    """

    root: str
    province_id: int | None = None
    undivided: bool = False


class Places:
    """Finds the place of each unit of the tree in one vintage of the provinces."""

    def __init__(self, tree: Mapping[int, UnitNode], vintage: Vintage) -> None:
        self._tree, self._vintage = tree, vintage
        self._found: dict[int, Place] = {}
        self._predecessors: dict[int, list[int]] = defaultdict(list)
        for unit in tree.values():
            if unit.successor_id is not None:
                self._predecessors[unit.successor_id].append(unit.id)

    def of(self, unit_id: int | None) -> Place:
        if unit_id is None or unit_id not in self._tree:
            return Place("")
        if unit_id not in self._found:
            self._found[unit_id] = self._find(self._tree[unit_id])
        return self._found[unit_id]

    def _find(self, unit: UnitNode) -> Place:
        if unit.kind == "province":
            return self._of_province(unit)
        if unit.kind in ("central", "press", "enterprise"):
            return Place(unit.kind)
        return self.of(unit.parent_id) if unit.parent_id is not None else Place(unit.kind)

    def _of_province(self, unit: UnitNode) -> Place:
        if unit.vintage == self._vintage:
            return Place("province", unit.id)
        if unit.vintage < self._vintage:
            return self.of(unit.successor_id)
        before = self._predecessors[unit.id]
        if len(before) == 1:
            return self.of(before[0])
        return Place("province", None, undivided=True)


def bucket_of(group: str | None, root: str) -> str:
    """``central``, ``local``, ``press``, or "" where no number is set for the group."""
    known = load_groups().get(group or "")
    if known is None:
        return ""
    if known.bucket == "by-unit":
        return {"central": "central", "province": "local"}.get(root, "")
    return known.bucket


# --- the figures ------------------------------------------------------------------------------


@dataclass
class Line:
    """One line of a table. Counts of people: on the list, begun, certified, certified in the
    reporting window; ``planned`` None where no number is set."""

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

    @property
    def share(self) -> float | None:
        """Certified against planned, 0..; None without a plan."""
        return self.certified / self.planned if self.planned else None

    @property
    def behind(self) -> bool:
        """Fewer than an even pace would have brought."""
        return self.expected is not None and self.certified < self.expected


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
    outside: Line  # groups without a number of their own, and people without a unit
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
    outside = Line("outside", "")
    groups = {key: Line(key, group.name) for key, group in load_groups().items()}
    provinces = _province_lines(session, programme, tree, places, vintage)
    unplaced = Line("unplaced", "")
    for attribute, cells in counts.by_attribute():
        for cell in cells:
            place = places.of(cell.unit_id)
            bucket = bucket_of(cell.group, place.root)
            _add(buckets.get(bucket, outside), attribute, cell.count)
            if cell.group in groups:
                _add(groups[cell.group], attribute, cell.count)
            if bucket == "local":
                _add(provinces.get(place.province_id or 0, unplaced), attribute, cell.count)
    total = _goal_line(goals["total"], today)
    for attribute, _cells in counts.by_attribute():
        setattr(total, attribute, sum(getattr(line, attribute) for line in buckets.values()))
    months = _cumulative(counts.certified, places, today)
    _expect(provinces.values(), goals.get("local"), today)
    return Figures(
        programme=programme,
        vintage=vintage,
        at=at,
        window=(since, until),
        total=total,
        buckets=tuple(buckets.values()),
        outside=outside,
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


# --- the ministry's plan ----------------------------------------------------------------------


def allot(amount: int, weights: Mapping[int, float]) -> dict[int, int]:
    """Share ``amount`` out by weight in whole people (largest remainder; ties to the lower key)."""
    whole = sum(weights.values())
    if not weights or whole <= 0:
        raise Refused(Message("Không có đơn vị nào để phân bổ"))
    exact = {key: amount * weight / whole for key, weight in weights.items()}
    shares = {key: int(value) for key, value in exact.items()}
    left = amount - sum(shares.values())
    for key in sorted(exact, key=lambda key: (shares[key] - exact[key], key))[:left]:
        shares[key] += 1
    return shares


def set_plan(
    session: Session,
    programme: str,
    shares: Mapping[int, int],
    *,
    source: str,
    deadline_on: dt.date,
) -> None:
    """Store the provinces' shares and the plan's deadline. All provinces must be of one vintage,
    and the shares must add up to the number for localities; raises `Refused` otherwise."""
    goals = find_goals(session, programme)
    tree = load_units_tree(session)
    vintages = {tree[unit].vintage for unit in shares}
    wrong = []
    if len(vintages) > 1:
        wrong.append(Message("Kế hoạch phải theo cùng một danh mục tỉnh"))
    if any(not 0 <= share <= LARGEST_PLAN for share in shares.values()):
        wrong.append(Message("Chỉ tiêu của mỗi tỉnh phải là số không âm"))
    if sum(shares.values()) != goals["local"].amount:
        wrong.append(
            Message(
                "Tổng các tỉnh là {sum}, phải bằng chỉ tiêu địa phương {amount}",
                {"sum": sum(shares.values()), "amount": goals["local"].amount},
            )
        )
    if wrong:
        raise Refused(*wrong)
    for target in targets_of(session, programme):
        if target.unit_id is not None and tree[target.unit_id].vintage not in vintages:
            session.delete(target)  # a plan by the other list of provinces is replaced whole
    for key, goal in goals.items():
        set_target(session, programme=programme, key=key, amount=goal.amount,
                   source=f"{goal.source}; {source}" if source not in goal.source else goal.source,
                   deadline_on=deadline_on)  # fmt: skip
    for unit, share in sorted(shares.items()):
        set_target(session, programme=programme, key="local", amount=share, source=source,
                   unit_id=unit, deadline_on=deadline_on)  # fmt: skip


# --- one unit ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnitFigures:
    """A unit, the way down to it, itself, and the units right below it."""

    unit: UnitNode
    path: tuple[UnitNode, ...]  # from the top to the unit's parent
    whole: Line
    children: tuple[Line, ...]


def find_unit_figures(
    session: Session, unit_id: int, programme: str, *, at: dt.datetime
) -> UnitFigures | None:
    """Figures of a unit and everything below it, every audience group; None for an unknown one."""
    tree = load_units_tree(session)
    if unit_id not in tree:
        return None
    today = today_in_vietnam(at)
    since, _until = reporting_window(today)
    below = _children(tree)
    by_unit: dict[int | None, Line] = defaultdict(lambda: Line("", ""))
    counts = _Counts(
        listed=count_people(session),
        learning=count_learning(session, programme),
        certified=count_certificates(session, programme, until=at),
        in_window=count_certificates_between(session, programme, since=midnight(since), until=at),
    )
    for attribute, cells in counts.by_attribute():
        for cell in cells:
            _add(by_unit[cell.unit_id], attribute, cell.count)
    plans = {t.unit_id: t.amount for t in targets_of(session, programme) if t.unit_id is not None}
    whole = _whole_line(tree[unit_id], below, by_unit, plans)
    goal = find_goals(session, programme).get("local")
    _expect([whole], goal, today)
    return UnitFigures(
        unit=tree[unit_id],
        path=_path(tree, unit_id),
        whole=whole,
        children=tuple(
            _whole_line(tree[child], below, by_unit, plans)
            for child in sorted(below[unit_id], key=lambda c: (tree[c].code, c))
        ),
    )


def _whole_line(
    unit: UnitNode,
    below: Mapping[int, Sequence[int]],
    by_unit: Mapping[int | None, Line],
    plans: Mapping[int, int],
) -> Line:
    former = unit.successor_id is not None
    line = Line(unit.code, unit.name, unit_id=unit.id, code=unit.code, former=former)
    waiting, seen = [unit.id], {unit.id}
    while waiting:
        one = waiting.pop()
        if one in plans:
            line.planned = (line.planned or 0) + plans[one]
        if one in by_unit:
            for attribute in ("listed", "learning", "certified", "in_window"):
                _add(line, attribute, getattr(by_unit[one], attribute))
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


def _path(tree: Mapping[int, UnitNode], unit_id: int) -> tuple[UnitNode, ...]:
    found: list[UnitNode] = []
    unit = tree[unit_id]
    while True:
        above = unit.successor_id if unit.successor_id is not None else unit.parent_id
        if above is None or above not in tree or len(found) > 20:
            return tuple(reversed(found))
        unit = tree[above]
        found.append(unit)


def unit_path(tree: Mapping[int, UnitNode], unit_id: int | None) -> frozenset[int]:
    """Keys of the unit and of every unit above it; empty for none."""
    if unit_id is None or unit_id not in tree:
        return frozenset()
    return frozenset([unit_id, *(unit.id for unit in _path(tree, unit_id))])
