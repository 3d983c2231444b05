"""The figures to reach: what the sources say, and the ministry's plan.

What the sources say stands in ``data/targets.toml``. A new deadline and the provinces' shares are
the ministry's plan and live in the records (`records.programme.targets`); no source allots numbers
to provinces. How far the programme is: `analytics.programme.figures`.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from core.calendar import reporting_window
from core.messages import Message, Refused
from records import Session
from records.programme.counting import load_units_tree
from records.programme.targets import set_target, targets_of

PROGRAMME = "chuyen-doi-so-10000"
EXPERTS = "chuyen-gia-1000"
LARGEST_PLAN = 1_000_000


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


def check_programme(programme: str) -> None:
    """`Refused` for a programme for which `targets.toml` has no figure: nothing to count toward."""
    known = [one.id for one in load_programmes().values() if one.goals]
    if programme not in known:
        raise Refused(
            Message(
                "MOTCHAM_PROGRAMME là “{programme}”, hệ thống không biết chương trình này. Có: "
                "{known}",
                {"programme": programme, "known": ", ".join(known)},
            )
        )


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
    return tomllib.loads(
        (files("analytics.programme") / "data" / "targets.toml").read_text("utf-8")
    )


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
    if "local" not in goals:
        raise Refused(Message("Chương trình này không có chỉ tiêu cho địa phương để phân bổ"))
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
    for goal in load_programmes()[programme].goals:  # as the source has them, not an earlier plan
        set_target(session, programme=programme, key=goal.key, amount=goal.amount,
                   source=f"{goal.source}; {source}", deadline_on=deadline_on)  # fmt: skip
    for unit, share in sorted(shares.items()):
        set_target(session, programme=programme, key="local", amount=share, source=source,
                   unit_id=unit, deadline_on=deadline_on)  # fmt: skip
