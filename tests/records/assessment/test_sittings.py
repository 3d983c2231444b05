"""Sittings as they are kept: one open at a time, each item once, parameters that stay."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from records import Records, Session
from records.assessment import sittings
from records.assessment.sittings import Asked, Known
from records.people import persons, privacy
from records.people.merging import merge
from records.tables.assessment import ItemParameters, Sitting, SittingResult
from records.tables.people import Person

ITEM = Asked("tu-khoa-cong-van", "7f208267c537", 0, 3)


def begin(session: Session, person: Person, at: dt.datetime, **rest: Any) -> Sitting:
    sittings.keep_parameters(session, "v1", rule="start-1", content={"items": {"a": 1}}, at=at)
    given = {"parameters": "v1", "framework": "f", "seed": 1, "eligible": b"\xf0", "at": at}
    return sittings.begin(session, person.id, "placement", **given | rest)


def test_a_version_of_parameters_is_never_written_over(records: Records, at: dt.datetime) -> None:
    for content in ({"items": {"a": 1}}, {"items": {"a": 2}}):
        with records.begin() as session:
            sittings.keep_parameters(session, "v1", rule="r", content=content, at=at)
    with records.read() as session:
        assert sittings.find_parameters(session, "v1") == {"items": {"a": 1}}
        assert sittings.find_parameters(session, "v2") is None
        assert session.get_one(ItemParameters, "v1").made_at == at


def test_one_sitting_of_a_kind_is_open_at_a_time(
    records: Records, learner: Person, at: dt.datetime
) -> None:
    with records.begin() as session:
        first = begin(session, learner, at)
        found = sittings.find_open(session, learner.id, "placement")
        assert found is not None and found.id == first.id
    with pytest.raises(IntegrityError), records.begin() as session:
        begin(session, learner, at)
    with records.begin() as session:
        row = session.get_one(Sitting, first.id)
        row.state, row.ended_at, row.ending = "ended", at, "sure"
        session.flush()
        second = begin(session, learner, at)
        assert [one.id for one in sittings.ended_of(session, learner.id)] == [first.id]
        assert second.id != first.id


def test_an_item_is_asked_once_in_a_sitting(
    records: Records, learner: Person, at: dt.datetime
) -> None:
    with records.begin() as session:
        sitting = begin(session, learner, at)
        assert sittings.ask(session, sitting, ITEM, at=at).number == 1
        number = sitting.id
        assert sittings.seen_items(session, learner.id, since=at) == {ITEM.item}
        assert not sittings.seen_items(session, learner.id, since=at + dt.timedelta(days=1))
    with pytest.raises(IntegrityError), records.begin() as session:
        sittings.ask(session, session.get_one(Sitting, number), ITEM, at=at)


def test_what_it_said_comes_back_to_the_last_bit(
    records: Records, learner: Person, at: dt.datetime
) -> None:
    said = [Known("", 0.1, 1 / 3, -0.55, 0.75), Known("1", -1e-9, 0.7, -1.4, 1.4)]
    with records.begin() as session:
        sitting = begin(session, learner, at)
        sittings.keep_results(session, sitting, said)
        key = sitting.id
    with records.read() as session:
        assert sittings.results_of(session, key) == {one.domain: one for one in said}


def test_what_it_said_first_stays_beside_what_is_in_force(
    records: Records, learner: Person, at: dt.datetime
) -> None:
    before, now = Known("", 0.1, 0.3, -0.5, 0.7), Known("", 0.4, 0.3, -0.2, 1.0)
    with records.begin() as session:
        sitting = begin(session, learner, at)
        assert sittings.last_revision(session, sitting.id) == -1
        sittings.keep_results(session, sitting, [before])
        sittings.keep_results(session, sitting, [now], revision=1)
        key = sitting.id
    with pytest.raises(IntegrityError), records.begin() as session:
        sittings.keep_results(session, session.get_one(Sitting, key), [before], revision=1)
    with records.read() as session:
        assert sittings.results_of(session, key) == {"": now}
        assert sittings.wholes_of(session, [key]) == {key: now}
        assert sittings.last_revision(session, key) == 1
        rows = session.query(SittingResult).filter_by(sitting_id=key, revision=0).all()
        assert [row.estimate for row in rows] == [0.1]


def test_exposure_counts_the_latest_sittings_of_one_version(
    records: Records, add_learner: Any, at: dt.datetime
) -> None:
    people = [add_learner() for _ in range(4)]
    with records.begin() as session:
        for number, person in enumerate(people):
            sitting = begin(session, person, at, eligible=bytes([number]))
            if number:
                sittings.ask(session, sitting, ITEM, at=at)
    with records.read() as session:
        everything = sittings.exposed(session, "placement", "v1", most=10)
        latest = sittings.exposed(session, "placement", "v1", most=2)
        none = sittings.exposed(session, "placement", "v2", most=10)
    assert (len(everything.eligible), everything.given) == (4, {ITEM.item: 3})
    assert latest.eligible == (b"\x03", b"\x02") and latest.given == {ITEM.item: 2}
    assert (none.eligible, none.given) == ((), {})


def test_exposure_is_counted_anew_after_some_seconds_and_not_for_each_who_begins(
    records: Records, add_learner: Any, at: dt.datetime
) -> None:
    def count(later: int) -> int:
        now = at + dt.timedelta(seconds=later)
        with records.begin() as session:
            found = sittings.exposed_lately(session, "placement", "v1", most=10, at=now)
            begin(session, add_learner(session), now)
            return len(found.eligible)

    assert [count(later) for later in (0, 2, 4, 5, 6, 11)] == [0, 0, 0, 3, 3, 5]
    assert count(-60) == 6  # a clock that was set back


def test_erasing_somebody_blanks_their_answers_and_keeps_the_figures(
    records: Records, learner: Person, at: dt.datetime
) -> None:
    with records.begin() as session:
        sitting = begin(session, learner, at)
        row = sittings.ask(session, sitting, ITEM, at=at)
        row.answer, row.given_at, row.credit = '{"a": "chữ của tôi"}', at, 0.5
        sittings.keep_results(session, sitting, [Known("", 0.1, 0.3, -0.5, 0.7)])
        session.flush()
        assert any(
            one.table == "sitting_answer" and one.rows == 1
            for one in privacy.kept_of(session, learner.id)
        )
        copy = privacy.everything_of(session, learner.id)
        assert copy["sitting_answer"][0]["answer"] == '{"a": "chữ của tôi"}'
        assert copy["sitting"] and copy["sitting_result"]
        persons.erase_person(session, learner.id, at=at)
        (row,) = sittings.answers_of(session, sitting.id)
        assert (row.answer, row.credit) == (None, 0.5)
        assert sittings.results_of(session, sitting.id)


def test_two_persons_who_are_one_keep_both_sittings(
    records: Records, add_learner: Any, at: dt.datetime
) -> None:
    one, two = add_learner(), add_learner()
    with records.begin() as session:
        keys = {begin(session, person, at).id for person in (one, two)}
        kept, other = (session.get_one(Person, person.id) for person in (one, two))
        merge(session, kept, other, at=at)
        assert all(sittings.find_sitting(session, one.id, key) for key in keys)
        assert sittings.find_open(session, one.id, "placement") is not None
