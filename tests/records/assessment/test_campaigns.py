"""Campaigns in the records, on both databases: members, states, counts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from records import Records, Session
from records.assessment import campaigns, sittings
from records.people import persons
from records.people.merging import merge
from records.tables.assessment import Campaign
from records.tables.people import Person

WEEK = dt.timedelta(days=7)


def begin(session: Session, at: dt.datetime, *people: Person) -> Campaign:
    campaign = campaigns.add_campaign(
        session, year=2026, title="Đợt (mẫu)", opens_on=at.date(), closes_on=at.date() + WEEK,
        framework="f", full_time=True, groups=["b"], made_at=at,
    )  # fmt: skip
    campaigns.add_members(session, campaign.id, {one.id: "full-time" for one in people}, at=at)
    return campaign


def assess(session: Session, person: Person, at: dt.datetime, estimate: float = 0.5) -> int:
    sittings.keep_parameters(session, "v1", rule="r", content={}, at=at)
    sitting = sittings.begin(
        session, person.id, "placement", parameters="v1", framework="f", seed=1, eligible=b"",
        at=at,
    )  # fmt: skip
    sitting.state, sitting.ending, sitting.ended_at = "ended", "sure", at
    known = sittings.Known("", estimate, 0.3, estimate - 0.6, estimate + 0.6)
    sittings.keep_results(session, sitting, [known])
    return sitting.id


def note(session: Session, campaign: Campaign, person: Person, at: dt.datetime) -> None:
    ended = campaigns.find_ended(session, assess(session, person, at))
    member = campaigns.find_member(session, campaign.id, person.id)
    assert ended is not None and member is not None
    campaigns.note_assessed(session, member, ended)


def states(session: Session, campaign: Campaign) -> dict[str, int]:
    found: dict[str, int] = {}
    for cell in campaigns.count_members(session, campaign.id):
        found[cell.state] = found.get(cell.state, 0) + cell.count
    return found


def test_workers_are_those_of_such_a_post_or_group_who_are_here(
    records: Records, add_learner: Any, at: dt.datetime
) -> None:
    post, group = add_learner(full_time_digital=True), add_learner(audience_group="b")
    add_learner(audience_group="c")
    left, erased = (add_learner(full_time_digital=True) for _ in range(2))
    with records.begin() as session:
        session.get_one(Person, left.id).left_at = at
        persons.erase_person(session, erased.id, at=at)
        found = {one.person_id: one for one in campaigns.workers(session, ["b"])}
    assert set(found) == {post.id, group.id}
    assert (found[post.id].full_time, found[group.id].group) == (True, "b")


def test_each_is_invited_once_and_reminded_no_sooner_than_told(
    records: Records, add_learner: Any, at: dt.datetime
) -> None:
    people = [add_learner() for _ in range(3)]
    with records.begin() as session:
        campaign = begin(session, at, *people)
        session.get_one(Person, people[2].id).left_at = at
        everybody = sorted(one.id for one in people[:2])
        assert campaigns.note_invited(session, campaign.id, None, at=at) == everybody
        assert campaigns.note_invited(session, campaign.id, None, at=at) == []
        later = at + WEEK
        remind = campaigns.note_reminded
        assert remind(session, campaign.id, None, before=at, at=at) == []
        after = at + dt.timedelta(seconds=1)
        assert remind(session, campaign.id, None, before=after, at=later) == everybody
        assert remind(session, campaign.id, None, before=after, at=later) == []
        assert states(session, campaign) == {"reminded": 2}


def test_a_unit_s_call_meets_its_own_people_alone(
    records: Records, add_learner: Any, at: dt.datetime
) -> None:
    with records.begin() as session:
        persons.load_units(session)
        one, two = (unit.id for unit in persons.find_units(session, "province", "2025")[:2])
    here, there = add_learner(unit_id=one), add_learner(unit_id=two)
    with records.begin() as session:
        campaign = begin(session, at, here, there)
        assert campaigns.note_invited(session, campaign.id, [one], at=at) == [here.id]
        total, (line,) = campaigns.list_members(session, campaign.id, [two])
        assert (total, line.person_id, line.state) == (1, there.id, "waiting")


def test_what_was_reached_stays_when_somebody_moves_leaves_or_is_erased(
    records: Records, add_learner: Any, at: dt.datetime
) -> None:
    with records.begin() as session:
        persons.load_units(session)
        one, two = (unit.id for unit in persons.find_units(session, "province", "2025")[:2])
    done, gone, due = (add_learner(unit_id=one) for _ in range(3))
    with records.begin() as session:
        campaign = begin(session, at, done, gone, due)
        for person in (done, gone):
            note(session, campaign, person, at)
        session.get_one(Person, done.id).unit_id = two
        session.get_one(Person, due.id).left_at = at
        persons.erase_person(session, gone.id, at=at)
        (cell,) = campaigns.count_members(session, campaign.id)
        assert (cell.unit_id, cell.state, cell.count) == (one, "assessed", 2)
        assert campaigns.results_of_members(session, campaign.id) == [0.5, 0.5]


def test_an_assessment_ends_an_excuse(records: Records, learner: Person, at: dt.datetime) -> None:
    with records.begin() as session:
        campaign = begin(session, at, learner)
        member = campaigns.find_member(session, campaign.id, learner.id)
        assert member is not None
        member.excused_at, member.excused_reason = at, "Ốm"
        session.flush()
        assert states(session, campaign) == {"excused": 1}
        assert not campaigns.due_of(session, learner.id, at.date())
        note(session, campaign, learner, at)
        assert states(session, campaign) == {"assessed": 1}
        assert member.excused_reason is None


def test_closing_keeps_each_where_they_work_then(
    records: Records, add_learner: Any, at: dt.datetime
) -> None:
    with records.begin() as session:
        persons.load_units(session)
        one, two = (unit.id for unit in persons.find_units(session, "province", "2025")[:2])
    person = add_learner(unit_id=one)
    with records.begin() as session:
        campaign = begin(session, at, person)
        campaigns.keep_units(session, campaign.id)
        session.get_one(Person, person.id).unit_id = two
        session.flush()
        assert [cell.unit_id for cell in campaigns.count_members(session, campaign.id)] == [one]


@pytest.mark.parametrize("days", [-1, 0, 7, 8])
def test_somebody_is_due_from_the_first_to_the_last_day(
    records: Records, learner: Person, at: dt.datetime, days: int
) -> None:
    with records.begin() as session:
        begin(session, at, learner)
        day = at.date() + dt.timedelta(days=days)
        assert bool(campaigns.due_of(session, learner.id, day)) == (0 <= days <= 7)
        assert bool(campaigns.under_way(session, day)) == (0 <= days <= 7)


def test_two_persons_who_are_one_are_due_once(
    records: Records, add_learner: Any, at: dt.datetime
) -> None:
    one, two = add_learner(), add_learner(full_time_digital=True)
    with records.begin() as session:
        campaign = begin(session, at, one, two)
        merge(session, session.get_one(Person, one.id), session.get_one(Person, two.id), at=at)
        assert states(session, campaign) == {"waiting": 1}
        assert session.get_one(Person, one.id).full_time_digital
