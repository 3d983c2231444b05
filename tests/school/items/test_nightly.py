"""Every night items are looked at and learned; a person decides about what was learned."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pytest
from answered import ability_of

from records import Records
from records.assessment import items as kept
from records.assessment import sittings
from records.assessment.sittings import Asked
from records.people import persons
from records.platform import audit
from school import access
from school.assessment.in_force import in_force
from school.assessment.item_bank import ItemBank, the_bank, versioned
from school.items import acts, nightly
from school.items.calibrating import LEAST

AT = dt.datetime(2026, 3, 2, 19, 30, tzinfo=dt.UTC)  # half past two in Vietnam
PEOPLE, FEW = 110, 24


def small_bank() -> ItemBank:
    """The first items of the package that have several variants."""
    bank = the_bank()
    names = [name for name in sorted(bank.items) if len(bank.items[name].seeds) > 1][:FEW]
    items = {name: bank.parameters.content["items"][name] for name in names}
    parameters = versioned({**bank.parameters.content, "items": items})
    return ItemBank({name: bank.items[name] for name in names}, parameters)


BANK = small_bank()
LEAKED = BANK.parameters.names[3]
VARIANT = BANK.items[LEAKED].seeds[-1]


def fill(records: Records) -> None:
    """Made-up people who were each asked every item; one variant of one was known to them."""
    rng = np.random.default_rng(3)
    parameters = BANK.parameters
    with records.begin() as session:
        sittings.keep_parameters(
            session, parameters.version, rule="start-1", content=parameters.content, at=AT
        )
        for number in range(1, PEOPLE + 1):
            person = persons.add_person(
                session, username=f"tn{number}", full_name=f"Người {number} (mẫu)",
                code=f"TN-{number}", at=AT,
            )  # fmt: skip
            sitting = sittings.begin(
                session, person.id, "placement", parameters=parameters.version, framework="f",
                seed=number, eligible=b"", at=AT - dt.timedelta(days=9),
            )  # fmt: skip
            sitting.state, sitting.ended_at = "ended", AT
            for name in parameters.names:
                item, about = BANK.items[name], parameters.about(name)
                variant = int(rng.choice(item.seeds))
                place = float(np.mean(about["steps"]))
                right = rng.random() < 1 / (1 + np.exp(place - 1.3 * ability_of(number)))
                known = name == LEAKED and variant == VARIANT
                row = sittings.ask(session, sitting, Asked(name, item.digest, variant, 0), at=AT)
                row.given_at, row.credit = AT, float(right or known)
                row.seconds = 2.0 if known else 60.0
                row.answer = json.dumps({"cell": "dung" if row.credit else "sai"})
            session.flush()


@pytest.mark.parametrize("hour,due", [(0, False), (1, True), (4, True), (5, False), (12, False)])
def test_it_is_done_at_night(records: Records, hour: int, due: bool) -> None:
    at = dt.datetime(2026, 3, 2, hour, 15, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    with records.read() as session:
        assert nightly.is_due(session, at=at) == due


def test_a_night_without_answers_proposes_nothing_and_is_not_repeated(records: Records) -> None:
    assert nightly.step(records, lambda: BANK, at=AT)
    assert not nightly.step(records, lambda: BANK, at=AT + dt.timedelta(hours=1))
    assert nightly.step(records, lambda: BANK, at=AT + dt.timedelta(days=1))
    with records.read() as session:
        assert kept.calibrations(session) == []


def test_a_night_learns_items_retires_a_leaked_variant_and_decides_nothing(
    records: Records,
) -> None:
    fill(records)
    assert nightly.step(records, lambda: BANK, at=AT)
    with records.read() as session:
        before = in_force(session, BANK)
        (proposal,) = kept.calibrations(session)
        watched = kept.newest_watch(session)
        actions = {line.action for line in audit.entries(session)}
    assert watched is not None and watched.sittings == PEOPLE
    assert "variant" in watched.signs["items"][LEAKED]["signs"]
    assert before.retired_variants == {LEAKED: frozenset({VARIANT})}
    assert actions == {"item.watch", "item.retire-variant", "calibration.propose"}
    assert (proposal.state, proposal.people) == ("proposed", PEOPLE)
    assert proposal.answers == PEOPLE * FEW >= LEAST * FEW
    assert before.parameters.version == proposal.based_on
    ministry = access.Actor("bo", 1, grants=((access.MINISTRY_OFFICER, None),))
    with records.begin() as session:
        acts.decide_calibration(session, ministry, proposal.id, True, reason="Đã xem", at=AT)
        after = in_force(session, BANK)
    assert after.parameters.version == proposal.parameters
    assert after.parameters.about(LEAKED)["answers"] == PEOPLE
    assert not nightly.step(records, lambda: BANK, at=AT + dt.timedelta(hours=1))


def test_a_newer_version_takes_the_place_of_one_that_nobody_decided_about(
    records: Records,
) -> None:
    fill(records)
    first = nightly.calibrate(records, BANK, at=AT)
    second = nightly.calibrate(records, BANK, at=AT + dt.timedelta(days=1))
    with records.read() as session:
        states = {one.id: one.state for one in kept.calibrations(session)}
    assert states == {first: "superseded", second: "proposed"}
