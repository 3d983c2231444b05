"""An examination that was sat: a room, its invigilator, candidates with ended sittings."""

import dataclasses
import datetime as dt
from dataclasses import dataclass

import numpy as np

from records.assessment import sittings as kept
from records.examination import candidates, planned
from records.people import persons
from school.assessment.item_bank import FRAMEWORK, the_bank
from school.examination import sealing, voiding
from skills_framework import scale

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
ITEMS = the_bank().parameters.names[::9][:15]
RULES = planned.Rules(minutes=60, most_items=20, least_items=10, pass_level=3)


@dataclass
class Row:
    item: str
    number: int
    credit: float
    digest: str = ""
    seconds: float = 45.5
    given_at: dt.datetime = AT
    set_aside: bool = False


def find_or_add(session, username, number, role=None):
    person = persons.find_person(session, username)
    if person is None:
        person = persons.add_person(
            session, username=username, full_name=f"Người {username} (mẫu)",
            code=f"TN-9{number}", at=AT,
        )  # fmt: skip
    if role is not None:
        persons.grant_role(session, person.id, role)
    return person


def add_room(session, by, *, invigilator, pass_level=3):
    """A published examination with one open room."""
    rules = dataclasses.replace(RULES, pass_level=pass_level)
    examination = planned.add_examination(
        session, title="Kỳ thi mẫu", framework=FRAMEWORK, rules=rules,
        opens_at=AT, closes_at=AT + dt.timedelta(days=1), by=by.id, at=AT,
    )  # fmt: skip
    examination.state = "published"
    room = planned.add_room(
        session, examination, name="P1 (mẫu)", place="Số 1 (mẫu)", unit_id=None,
        starts_at=AT, ends_at=AT + dt.timedelta(hours=2), code=f"MAU{examination.id:05}",
    )  # fmt: skip
    room.state, room.opened_at = "open", AT
    planned.add_invigilator(session, room.id, invigilator.id, by=by.id, at=AT)
    return room


def sit(session, person, shares, *, kind="examination", pass_level=RULES.pass_level, items=ITEMS):
    """An ended sitting with these shares of points, one an item, and its results."""
    parameters = the_bank().parameters
    kept.keep_parameters(
        session, parameters.version, rule="start-1", content=parameters.content, at=AT
    )
    sitting = kept.begin(
        session, person.id, kind, parameters=parameters.version, framework=FRAMEWORK,
        seed=person.id, eligible=b"\xff", at=AT,
    )  # fmt: skip
    for number, (item, credit) in enumerate(zip(items, shares, strict=False), 1):
        at = AT + dt.timedelta(minutes=number)
        asked = kept.Asked(item, parameters.about(item)["digest"], 1, number)
        row = kept.ask(session, sitting, asked, at=at)
        row.answer, row.credit, row.seconds = '{"a1": "Đúng"}', credit, 45.5
        row.given_at = at + dt.timedelta(seconds=45.5)
    sitting.state, sitting.ending, sitting.ended_at = "ended", "items", AT + dt.timedelta(hours=1)
    session.flush()
    rows = kept.answers_of(session, sitting.id)
    figures = voiding.figures(parameters, rows, [])
    kept.keep_results(session, sitting, list(figures.values()))
    if kind == "examination":
        sitting.passed = figures[""].estimate >= scale.ability_at(pass_level)
    return sitting


def seat(session, room, person, shares, *, pass_level=3, items=ITEMS):
    """A candidate of the room whose sitting has ended, and is sealed."""
    number = candidates.next_number(session, room.examination_id)
    candidate = candidates.add_candidate(session, room, person.id, number=number)
    sitting = sit(session, person, shares, pass_level=pass_level, items=items)
    candidate.sitting_id, candidate.state, candidate.identity = sitting.id, "done", "confirmed"
    session.flush()
    sealing.seal_sitting(session, sitting, at=AT)
    return candidate


def close(session, room, *, at=AT + dt.timedelta(hours=2)):
    room.state, room.closed_at = "closed", at
    session.flush()


def whole_of(shares, items=ITEMS, without=()):
    """The whole's estimate by these shares, without some items."""
    rows = [
        Row(item, number, credit)
        for number, (item, credit) in enumerate(zip(items, shares, strict=False), 1)
        if item not in without
    ]
    return voiding.figures(the_bank().parameters, rows, [])[""]


def on_the_edge(level_at, seed=1):
    """Shares by which the whole is above an ability, and below it without one item; that item."""
    rng = np.random.default_rng(seed)
    for _ in range(500):
        shares = [float(one) for one in rng.integers(0, 2, len(ITEMS))]
        if whole_of(shares).estimate < level_at:
            continue
        for place, item in enumerate(ITEMS):
            if shares[place] and whole_of(shares, without=(item,)).estimate < level_at:
                return shares, item
    raise AssertionError("nobody stands on the edge")
