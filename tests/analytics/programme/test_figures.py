"""The same people, counted on the nation's page, on the units' pages and in lists, agree."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from analytics.certificates.issuing import revoke
from analytics.programme.figures import COUNTED, NOWHERE, find_figures, find_unit_figures
from analytics.programme.targets import PROGRAMME, find_goals, set_plan
from records.assessment.certificates import record_certificate
from records.learning.enrolments import begin_course
from records.people import persons
from records.programme.counting import STATES, count_states, list_people, load_units_tree

AT = dt.datetime(2026, 6, 30, 8, tzinfo=dt.UTC)
GROUPS = (*persons.AUDIENCE_GROUPS, None)


def populate(session, world, make_learner, seed: int) -> None:
    """People of every group, or of none, in units of every kind, or in none; in every state."""
    dice = random.Random(seed)
    world.publish_course(session, "nhan-thuc", {"mot": 5.0})
    provinces = [unit.id for unit in persons.find_units(session, "province", "2025")][:5]
    former = [unit.id for unit in persons.find_units(session, "province", "2008")][:8]
    central = persons.find_unit(session, "central", "", "TW").id
    press = persons.add_unit(session, kind="press", code="TN-BC", name="Báo (mẫu)").id
    commune = persons.add_unit(
        session, kind="commune", code="TN-X", name="Xã (mẫu)", parent_id=provinces[0]
    ).id
    places = [*provinces, *former, central, press, commune, None]
    goal = find_goals(session, PROGRAMME)["local"].amount
    every = [unit.id for unit in persons.find_units(session, "province", "2025")]
    shares = dict.fromkeys(every, 0) | {every[0]: 1, every[1]: goal - 1}
    set_plan(session, PROGRAMME, shares, source="Mẫu", deadline_on=dt.date(2026, 12, 14))
    for _ in range(80):
        person = make_learner(
            session, audience_group=dice.choice(GROUPS), unit_id=dice.choice(places)
        )
        state = dice.choice(STATES)
        if state != "waiting":
            begin_course(session, person.id, "nhan-thuc", at=world.at)
        if state in ("certified", "revoked"):
            certificate, _new = record_certificate(
                session, person_id=person.id, programme=PROGRAMME, points=5, max_points=5,
                framework="vn-tt02-2025", at=world.at,
            )  # fmt: skip
            if state == "revoked":
                revoke(session, certificate.number, reason="Mẫu", actor="bo", at=world.at)
        if dice.random() < 0.1:
            person.unit_id = dice.choice(places)  # moved after the certificate
        if dice.random() < 0.1:
            person.audience_group = None
        if dice.random() < 0.05:
            session.flush()
            persons.erase_person(session, person.id, at=world.at)


@pytest.mark.parametrize("seed", range(4))
def test_what_the_units_pages_add_up_to_is_the_nations(
    provinces, world, make_learner, seed
) -> None:
    with provinces.begin() as session:
        populate(session, world, make_learner, seed)
    with provinces.read() as session:
        nation = persons.find_nation(session)
        figures = find_figures(session, PROGRAMME, at=AT, vintage="2025")
        page = find_unit_figures(session, nation.id, PROGRAMME, at=AT)
        assert figures.everybody.certified > 20
        for name in COUNTED:
            whole = getattr(figures.everybody, name)
            lines = (*figures.buckets, figures.outside, figures.ungrouped)
            assert sum(getattr(line, name) for line in lines) == whole, name
            assert getattr(page.whole, name) == whole, name
            assert sum(getattr(line, name) for line in page.children) == whole, name
            groups = sum(getattr(line, name) for line in figures.groups)
            assert groups + getattr(figures.ungrouped, name) == whole, name
        assert any(line.key == NOWHERE for line in page.children)


@pytest.mark.parametrize("seed", range(2))
def test_everybody_on_a_list_is_in_exactly_one_state(provinces, world, make_learner, seed) -> None:
    with provinces.begin() as session:
        populate(session, world, make_learner, seed)
    looked = 0
    with provinces.read() as session:
        for unit_id in load_units_tree(session):
            page = find_unit_figures(session, unit_id, PROGRAMME, at=AT)
            below = persons.unit_and_below(session, unit_id)
            assert set(page.states) == set(STATES)
            assert sum(page.states.values()) == page.whole.listed
            if not page.whole.listed or page.unit.kind == "nation":
                continue
            looked += 1
            total, _lines = list_people(session, below, PROGRAMME)
            assert total == page.whole.listed
            for state, count in page.states.items():
                assert list_people(session, below, PROGRAMME, state=state)[0] == count
        assert (
            sum(count_states(session, None, PROGRAMME).values())
            == find_figures(session, PROGRAMME, at=AT, vintage="2025").everybody.listed
        )
    assert looked > 10


def test_a_provinces_share_is_the_same_on_its_page_and_on_the_nations(
    provinces, world, make_learner
) -> None:
    with provinces.begin() as session:
        populate(session, world, make_learner, 3)
        unit = persons.find_units(session, "province", "2025")[0]
        for group in "cde":
            person = make_learner(session, audience_group=group, unit_id=unit.id)
            record_certificate(
                session, person_id=person.id, programme=PROGRAMME, points=5, max_points=5,
                framework="vn-tt02-2025", at=world.at,
            )  # fmt: skip
    with provinces.read() as session:
        figures = find_figures(session, PROGRAMME, at=AT, vintage="2025")
        compared = 0
        for line in figures.provinces:
            page = find_unit_figures(session, line.unit_id, PROGRAMME, at=AT).whole
            assert (page.planned, page.counted, page.share, page.expected) == (
                line.planned, line.counted, line.share, line.expected,
            )  # fmt: skip
            compared += page.certified > page.counted
        assert compared > 0


def test_a_plan_of_nought_is_a_plan_and_is_fulfilled(provinces, world, make_learner) -> None:
    with provinces.begin() as session:
        populate(session, world, make_learner, 1)
    with provinces.read() as session:
        line = find_figures(session, PROGRAMME, at=AT, vintage="2025").provinces[5]
    assert (line.planned, line.share, line.reached, line.behind) == (0, None, True, False)
