"""Who is due, what counts; and the acts from the opening to the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from analytics.programme.assessed import find_unit_assessed, find_years
from core.messages import Refused
from records import Records, Session, open_records
from records.assessment import campaigns as kept
from records.assessment.campaigns import Ended, Worker
from records.people import persons
from records.tables.assessment import Sitting
from records.tables.people import Person
from records.tables.platform import Mail
from school import access
from school.access import Actor
from school.assessment import campaign_acts, placement_acts
from school.assessment.campaign_acts import Called, Said
from school.assessment.campaigns import assesses, find_due, why_due
from school.assessment.item_bank import the_bank
from school.refusals import NotAllowed

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SAID = Said(2026, "Đợt (mẫu)", dt.date(2026, 3, 1), dt.date(2026, 3, 31), True)


@pytest.mark.parametrize(
    ("full_time", "group", "why"),
    [
        (True, "b", "full-time"),
        (True, None, "full-time"),
        (False, "b", "group"),
        (False, "c", None),
    ],
)
def test_a_full_time_post_is_due_before_a_group(
    full_time: bool, group: str | None, why: str | None
) -> None:
    assert why_due(Worker(1, full_time, group), full_time=True, groups=["b"]) == why


def test_a_campaign_for_a_group_alone_asks_no_post() -> None:
    assert why_due(Worker(1, True, "c"), full_time=False, groups=["b"]) is None
    assert why_due(Worker(1, True, "b"), full_time=False, groups=["b"]) == "group"


@pytest.mark.parametrize(
    ("ending", "answered", "counts"),
    [("sure", 3, True), ("time", 0, True), ("person", 9, False), ("person", 10, True)],
)
def test_a_sitting_that_was_stopped_counts_only_with_enough_answers(
    ending: str, answered: int, counts: bool
) -> None:
    assert assesses(Ended(1, 1, ending, AT, answered), least=10) == counts


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    found = open_records(f"sqlite:///{tmp_path / 'x.sqlite'}", migrate=True)
    with found.begin() as session:
        persons.load_units(session)
        ha_noi, hue = (
            place.id
            for code in ("01", "46")
            if (place := persons.find_unit(session, "province", "2025", code))
        )
        for n, (name, role, unit) in enumerate(
            [
                ("an", "learner", ha_noi),
                ("xa", "learner", hue),
                ("can-bo", "unit-officer", ha_noi),
                ("bo", "ministry-officer", ha_noi),
                ("thay", "instructor", ha_noi),
                ("kiem", "auditor", ha_noi),
            ]
        ):
            person = persons.add_person(
                session, username=name, full_name=f"Người {n} (mẫu)", code=f"TN-{n}", unit_id=unit,
                email=f"tn{n}@example.vn", full_time_digital=name in ("an", "xa", "can-bo"), at=AT,
            )  # fmt: skip
            persons.grant_role(session, person.id, role, unit if role == "unit-officer" else None)
    yield found
    found.close()


def who(session: Session, name: str) -> Actor:
    return access.load_actor(session, name, at=AT)


def key_of(session: Session, name: str) -> int:
    found = who(session, name).person_id
    assert found is not None
    return found


def sit(session: Session, name: str, *, at: dt.datetime, items: int = 10) -> None:
    """A placement of so many items, none known, then stopped."""
    actor, bank = who(session, name), the_bank()
    placement_acts.begin(session, actor, bank, seed=1, again_days=0, at=at)
    for number in range(1, items + 1):
        placement_acts.answer(session, actor, number, None, at=at)
        placement_acts.go_on(session, actor, bank, {}, at=at)
    placement_acts.end(session, actor, ending="person", at=at)


def test_from_the_opening_to_what_is_proven(records: Records) -> None:
    with records.begin() as session:
        bo, learner = who(session, "bo"), key_of(session, "an")
        key = campaign_acts.open_campaign(session, bo, SAID, at=AT)
        due = find_due(session, learner, at=AT)
        assert due is not None and (due.year, due.until) == (2026, SAID.closes_on)
        assert not session.query(Mail).count(), "opening writes to nobody"
        assert campaign_acts.invite(session, bo, key, None, at=AT) == Called(3, 3)
        assert campaign_acts.remind(session, bo, key, None, at=AT + 6 * DAY) == Called(0, 0)
        sit(session, "an", at=AT + 6 * DAY)
        assert find_due(session, learner, at=AT + 6 * DAY) is None
        assert campaign_acts.remind(session, bo, key, None, at=AT + 8 * DAY) == Called(2, 2)
        (year,) = find_years(session)
        assert (year.whole.due, year.whole.invited, year.whole.proven) == (3, 3, 1)
        assert sum(year.levels.values()) == 1
        letters = session.query(Mail).filter_by(person_id=learner).all()
        assert [one.facts and one.facts["what"] for one in letters] == ["invite"]


def test_what_ended_too_early_or_outside_the_days_counts_for_nothing(records: Records) -> None:
    with records.begin() as session:
        bo, learner = who(session, "bo"), key_of(session, "an")
        key = campaign_acts.open_campaign(session, bo, SAID, at=AT)
        sit(session, "an", at=AT, items=2)
        assert find_due(session, learner, at=AT) is not None
        last = dt.datetime(2026, 3, 31, 16, 59, tzinfo=dt.UTC)  # the last minute in Việt Nam
        sit(session, "xa", at=last + dt.timedelta(minutes=2))
        campaign_acts.close_campaign(session, bo, key, at=last + DAY)
        assert find_years(session)[0].whole.proven == 0


def test_a_sitting_before_somebody_was_taken_in_counts_when_they_are(records: Records) -> None:
    with records.begin() as session:
        bo, thay = who(session, "bo"), key_of(session, "thay")
        key = campaign_acts.open_campaign(session, bo, SAID, at=AT)
        sit(session, "thay", at=AT)
        session.get_one(Person, thay).full_time_digital = True
        session.flush()
        campaign_acts.invite(session, bo, key, None, at=AT + DAY)
        member = kept.find_member(session, key, thay)
        assert member is not None and member.assessed_at == AT and member.invited_at is None


def test_an_examination_assesses_as_a_placement_does(records: Records) -> None:
    with records.begin() as session:
        bo = who(session, "bo")
        key = campaign_acts.open_campaign(session, bo, SAID, at=AT)
        sit(session, "an", at=AT)
        sitting = session.query(Sitting).one()
        member = kept.find_member(session, key, key_of(session, "an"))
        assert member is not None and member.sitting_id == sitting.id
        before = {"since": AT - DAY, "until": AT + DAY}
        assert kept.ended_between(session, key, ["placement"], **before) == [], "noted already"


def test_no_role_reaches_further_up_than_its_own(records: Records) -> None:
    with records.begin() as session:
        bo, officer = who(session, "bo"), who(session, "can-bo")
        key = campaign_acts.open_campaign(session, bo, SAID, at=AT)
        own, far = officer.unit_id, who(session, "xa").unit_id
        acts: list[Any] = [
            lambda: campaign_acts.open_campaign(session, officer, SAID, at=AT),
            lambda: campaign_acts.close_campaign(session, officer, key, at=AT),
            lambda: campaign_acts.invite(session, officer, key, None, at=AT),
            lambda: campaign_acts.invite(session, officer, key, far, at=AT),
            lambda: campaign_acts.remind(session, officer, key, far, at=AT),
            lambda: campaign_acts.invite(session, officer, key, 10**9, at=AT),
            lambda: campaign_acts.excuse(session, officer, key, key_of(session, "xa"), "Ốm", at=AT),
            lambda: campaign_acts.excuse(
                session, officer, key, key_of(session, "can-bo"), "Ốm", at=AT
            ),
            lambda: campaign_acts.expect_again(session, officer, key, key_of(session, "xa"), at=AT),
        ]
        for name in ("an", "thay", "kiem"):
            call = partial(campaign_acts.invite, session, who(session, name), key, own, at=AT)
            acts.append(call)
        for one in acts:
            with pytest.raises(NotAllowed):
                one()
        assert campaign_acts.invite(session, officer, key, own, at=AT).people == 2
        figures = find_unit_assessed(session, far or 0, key)
        assert figures is not None and figures.whole.invited == 0


def test_an_excuse_is_not_counted_among_the_due_and_can_be_taken_back(records: Records) -> None:
    with records.begin() as session:
        officer, learner = who(session, "can-bo"), key_of(session, "an")
        key = campaign_acts.open_campaign(session, who(session, "bo"), SAID, at=AT)
        with pytest.raises(Refused):
            campaign_acts.excuse(session, officer, key, learner, " 12 ", at=AT)
        campaign_acts.excuse(session, officer, key, learner, "Nghỉ thai sản (mẫu)", at=AT)
        figures = find_unit_assessed(session, officer.unit_id or 0, key)
        assert figures is not None and (figures.whole.due, figures.whole.excused) == (1, 1)
        assert campaign_acts.invite(session, officer, key, officer.unit_id, at=AT).people == 1
        campaign_acts.expect_again(session, officer, key, learner, at=AT)
        assert campaign_acts.invite(session, officer, key, officer.unit_id, at=AT).people == 1


def test_a_campaign_is_refused_with_every_fault_at_once(records: Records) -> None:
    wrong = Said(2024, " ", dt.date(2026, 3, 9), dt.date(2026, 3, 1), False, ("z",))
    with records.preview() as session:
        bo = who(session, "bo")
        with pytest.raises(Refused) as refused:
            campaign_acts.open_campaign(session, bo, wrong, at=AT)
        assert len(refused.value.messages) == 4
        campaign_acts.open_campaign(session, bo, SAID, at=AT)
        with pytest.raises(Refused, match="đã có đợt"):
            campaign_acts.open_campaign(session, bo, SAID, at=AT)


def test_nobody_is_called_after_the_last_day(records: Records) -> None:
    with records.preview() as session:
        bo = who(session, "bo")
        key = campaign_acts.open_campaign(session, bo, SAID, at=AT)
        late = dt.datetime(2026, 3, 31, 17, 0, tzinfo=dt.UTC)  # midnight in Việt Nam
        with pytest.raises(Refused, match="đã kết thúc"):
            campaign_acts.invite(session, bo, key, None, at=late)
        assert find_due(session, key_of(session, "an"), at=late) is None
