"""What is decided after a sitting: candidates, appeals, voided items, passes that wait."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sat
from sat import AT

from core.messages import Refused
from records import Records, Session
from records.assessment import sittings as kept
from records.examination import appeals, candidates
from records.people import persons
from records.platform import audit
from records.tables.assessment import Sitting, SittingResult
from records.tables.examination import Candidate, ExamRoom
from school import access
from school.access import Actor
from school.assessment.item_bank import the_bank
from school.assessment.voids import bank_in_force
from school.examination import after_acts, effects, sealing, voiding
from school.examination.voiding import Void
from school.refusals import NotAllowed
from skills_framework import scale

LATER = AT + dt.timedelta(days=3)
WHY = "Câu hỏi có hai phương án đúng (mẫu)."
EDGE, ITEM = sat.on_the_edge(scale.ability_at(3))
WEAK = [0.0] * len(sat.ITEMS)
STRONG = [1.0] * len(sat.ITEMS)


@dataclass
class World:
    """A closed room with `an` on the edge of passing and `binh` far below; a placement of `chi`."""

    session: Session
    room: ExamRoom
    an: Candidate
    binh: Candidate
    placement: Sitting

    def actor(self, name: str, *roles: str) -> Actor:
        person = persons.find_person(self.session, name)
        assert person is not None
        grants = tuple((role, None) for role in roles)
        return Actor(name, person.id, person.full_name, grants=grants)

    @property
    def officer(self) -> Actor:
        return self.actor("bo", access.MINISTRY_OFFICER)

    def sitting(self, one: Candidate) -> Sitting:
        return self.session.get_one(Sitting, one.sitting_id)

    def void(self, item: str = ITEM, *, examination: int | None = None) -> int:
        void = Void(item)
        seen = voiding.fingerprint(effects.preview_void(self.session, void, examination))
        return after_acts.void_item(
            self.session, self.officer, void, examination_id=examination,
            reason=WHY, seen=seen, at=LATER,
        )  # fmt: skip

    def lines(self, action: str) -> list[audit.AuditEntry]:
        return [one for one in audit.entries(self.session) if one.action == action]


@pytest.fixture
def world(records: Records) -> Iterator[World]:
    with records.begin() as session:
        officer, watcher = (sat.find_or_add(session, n, i) for i, n in enumerate(("bo", "giam")))
        room = sat.add_room(session, officer, invigilator=watcher)
        an = sat.seat(session, room, sat.find_or_add(session, "an", 3), EDGE)
        binh = sat.seat(session, room, sat.find_or_add(session, "binh", 4), WEAK)
        placement = sat.sit(session, sat.find_or_add(session, "chi", 5), EDGE, kind="placement")
        sat.close(session, room)
        yield World(session, room, an, binh, placement)


# --- voiding --------------------------------------------------------------------------------------


def test_the_preview_shows_everybody_who_was_asked_before_and_after(world: World) -> None:
    found = effects.preview_void(world.session, Void(ITEM), None)
    assert [one.sitting_id for one in found] == [
        world.an.sitting_id, world.binh.sitting_id, world.placement.id,
    ]  # fmt: skip
    an, binh, placement = found
    assert an.passed is True and an.would_pass is False and an.is_lost
    assert binh.passed is False and binh.would_pass is False
    assert placement.passed is None and placement.kind == "placement"
    assert an.before[""] == sat.whole_of(EDGE)
    assert an.after[""] == sat.whole_of(EDGE, without=(ITEM,))
    assert world.lines("item.void") == [], "a look changes nothing"


def test_the_preview_of_one_examination_leaves_others_out(world: World) -> None:
    other = sat.add_room(
        world.session,
        sat.find_or_add(world.session, "bo", 1),
        invigilator=sat.find_or_add(world.session, "giam", 2),
    )
    found = effects.preview_void(world.session, Void(ITEM), world.room.examination_id)
    assert [one.sitting_id for one in found] == [world.an.sitting_id, world.binh.sitting_id]
    assert effects.preview_void(world.session, Void(ITEM), other.examination_id) == []


def test_voiding_keeps_new_figures_beside_the_old_ones_and_takes_no_pass(world: World) -> None:
    before = kept.results_of(world.session, world.an.sitting_id or 0)
    key = world.void()
    sitting = world.sitting(world.an)
    assert sitting.passed is True and sitting.pass_kept == f"{effects.WAITS}{key}"
    assert effects.waits(sitting)
    after = kept.results_of(world.session, sitting.id)
    assert after[""] == sat.whole_of(EDGE, without=(ITEM,))
    first = world.session.get_one(SittingResult, (sitting.id, "", 0))
    assert first.estimate == before[""].estimate != after[""].estimate
    assert kept.results_of(world.session, world.placement.id)[""] == after[""]
    (line,) = world.lines("item.void")
    assert line.subject == f"item:{ITEM}"
    assert line.detail["people"] == 3 and line.detail["waiting"] == 1 and line.detail["won"] == 0
    (waits,) = world.lines("sitting.pass")
    assert (waits.subject, waits.detail["pass"]) == (f"sitting:{sitting.id}", "waits")
    assert all(one.sound for one in sealing.check_seals(world.session)), "the seals hold"


def test_a_pass_that_is_won_counts_at_once(world: World) -> None:
    person = sat.find_or_add(world.session, "dung", 6)
    missed = next(item for item, credit in zip(sat.ITEMS, EDGE, strict=True) if credit == 0)
    level = sat.whole_of(EDGE, without=(missed,)).estimate
    assert level > sat.whole_of(EDGE).estimate
    dung = sat.seat(world.session, world.room, person, EDGE)
    world.sitting(dung).passed = False
    world.void(missed)
    assert world.sitting(dung).passed is True and world.sitting(dung).pass_kept == ""
    won = [one for one in world.lines("sitting.pass") if one.detail["pass"] == "won"]
    assert f"sitting:{dung.sitting_id}" in [one.subject for one in won]


def test_who_gave_too_few_answers_wins_nothing_by_a_void(world: World) -> None:
    few = [1.0] * 5
    dung = sat.seat(world.session, world.room, sat.find_or_add(world.session, "dung", 6), few)
    world.sitting(dung).passed = False
    world.void(sat.ITEMS[0])
    assert world.sitting(dung).passed is False


def test_a_void_item_is_asked_no_more(world: World) -> None:
    bank = the_bank()
    assert bank_in_force(world.session, bank, None).items == bank.items
    world.void(ITEM, examination=world.room.examination_id)
    left = bank_in_force(world.session, bank, world.room.examination_id)
    assert set(bank.items) - set(left.items) == {ITEM}
    elsewhere = bank_in_force(world.session, bank, None)
    assert elsewhere.items == bank.items, "void in that one only"
    assert left.parameters == elsewhere.parameters == bank.parameters, "nothing was decided"


def test_two_voids_add_up(world: World) -> None:
    other = next(item for item in sat.ITEMS if item != ITEM)
    world.void(ITEM)
    world.void(other, examination=world.room.examination_id)
    both = sat.whole_of(EDGE, without=(ITEM, other))
    assert kept.results_of(world.session, world.an.sitting_id or 0)[""] == both
    assert kept.last_revision(world.session, world.an.sitting_id or 0) == 2
    one = sat.whole_of(EDGE, without=(ITEM,))
    assert kept.results_of(world.session, world.placement.id)[""] == one, "void in that one only"


def test_what_was_not_looked_at_is_not_done(world: World) -> None:
    seen = voiding.fingerprint(effects.preview_void(world.session, Void(ITEM), None))
    sat.seat(world.session, world.room, sat.find_or_add(world.session, "dung", 6), STRONG)
    with pytest.raises(Refused) as refused:
        after_acts.void_item(
            world.session, world.officer, Void(ITEM), examination_id=None,
            reason=WHY, seen=seen, at=LATER,
        )  # fmt: skip
    assert refused.value.messages == (after_acts.CHANGED_MEANWHILE,)


def test_nobody_voids_an_item_of_their_own_sitting(world: World) -> None:
    own = world.actor("an", access.MINISTRY_OFFICER)
    seen = voiding.fingerprint(effects.preview_void(world.session, Void(ITEM), None))
    with pytest.raises(Refused) as refused:
        after_acts.void_item(
            world.session, own, Void(ITEM), examination_id=None, reason=WHY, seen=seen, at=LATER
        )
    assert refused.value.messages == (after_acts.OWN_ITEM,)


@pytest.mark.parametrize("keep", [True, False])
def test_a_pass_that_waits_is_decided_by_a_person_by_name(world: World, keep: bool) -> None:
    world.void()
    sitting = world.sitting(world.an)
    after_acts.keep_or_take_pass(
        world.session, world.officer, sitting.id, keep=keep, reason=WHY, at=LATER
    )
    assert (sitting.passed, sitting.pass_kept) == (keep, WHY)
    assert not effects.waits(sitting)
    line = world.lines("sitting.pass")[0]
    assert line.detail["pass"] == ("kept" if keep else "taken")
    assert line.actor == f"person:{world.officer.person_id}"
    with pytest.raises(Refused):
        after_acts.keep_or_take_pass(
            world.session, world.officer, sitting.id, keep=not keep, reason=WHY, at=LATER
        )


def test_a_pass_that_was_kept_by_name_is_not_asked_about_at_the_next_void(world: World) -> None:
    world.void()
    sitting = world.sitting(world.an)
    after_acts.keep_or_take_pass(
        world.session, world.officer, sitting.id, keep=True, reason=WHY, at=LATER
    )
    other = next(
        item for item in sat.ITEMS
        if item != ITEM and sat.whole_of(EDGE, without=(ITEM, item)).estimate < scale.ability_at(3)
    )  # fmt: skip
    world.void(other)
    assert (sitting.passed, sitting.pass_kept) == (True, WHY)


def test_nobody_decides_about_their_own_pass(world: World) -> None:
    world.void()
    with pytest.raises(NotAllowed):
        after_acts.keep_or_take_pass(
            world.session, world.actor("an", access.ADMINISTRATOR), world.an.sitting_id or 0,
            keep=True, reason=WHY, at=LATER,
        )  # fmt: skip


# --- candidates -----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["rejected", "cancelled", "jury"])
def test_a_candidate_is_decided_about_with_a_reason_and_back_again(
    world: World, state: str
) -> None:
    for to in (state, "done"):
        after_acts.decide_candidate(
            world.session, world.officer, world.an.id, state=to, reason=WHY, at=LATER
        )
        assert (world.an.state, world.an.reason) == (to, WHY)
    assert world.an.decided_by == world.officer.person_id
    lines = [one.detail for one in world.lines("examination.decide")]
    assert [(one["from"], one["to"]) for one in lines] == [(state, "done"), ("done", state)]


def test_no_decision_without_its_reason_nor_in_ones_own_matter(world: World) -> None:
    with pytest.raises(Refused) as refused:
        after_acts.decide_candidate(
            world.session, world.officer, world.an.id, state="jury", reason="  ", at=LATER
        )
    assert list(refused.value.fields) == ["reason"]
    with pytest.raises(NotAllowed):
        after_acts.decide_candidate(
            world.session, world.actor("an", access.ADMINISTRATOR), world.an.id,
            state="done", reason=WHY, at=LATER,
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        after_acts.decide_candidate(
            world.session, world.officer, world.an.id, state="working", reason=WHY, at=LATER
        )


def test_nothing_is_decided_about_who_is_still_at_work_or_has_nothing(world: World) -> None:
    world.an.state = "working"
    person = sat.find_or_add(world.session, "dung", 6)
    absent = candidates.add_candidate(world.session, world.room, person.id, number=9)
    for one, state in ((world.an, "cancelled"), (absent, "done")):
        with pytest.raises(Refused):
            after_acts.decide_candidate(
                world.session, world.officer, one.id, state=state, reason=WHY, at=LATER
            )


@pytest.mark.parametrize(
    "role",
    [access.LEARNER, access.INSTRUCTOR, access.UNIT_OFFICER, access.AUDITOR],
)
def test_no_other_role_decides_anything(world: World, role: str) -> None:
    actor = world.actor("giam", role)
    session = world.session
    with pytest.raises(NotAllowed):
        after_acts.decide_candidate(
            session, actor, world.binh.id, state="jury", reason=WHY, at=LATER
        )
    with pytest.raises(NotAllowed):
        after_acts.void_item(
            session, actor, Void(ITEM), examination_id=None, reason=WHY, seen="", at=LATER
        )
    with pytest.raises(NotAllowed):
        after_acts.keep_or_take_pass(session, actor, 1, keep=True, reason=WHY, at=LATER)
    with pytest.raises(NotAllowed):
        after_acts.decide_appeal(session, actor, 1, upheld=True, answer=WHY, at=LATER)


@pytest.mark.parametrize("passed", [True, False])
def test_what_the_machine_could_not_say_a_jury_says(world: World, passed: bool) -> None:
    sitting = world.sitting(world.an)
    world.an.state, sitting.passed = "jury", None
    with pytest.raises(Refused) as refused:
        after_acts.decide_candidate(
            world.session, world.officer, world.an.id, state="done", reason=WHY, at=LATER
        )
    assert list(refused.value.fields) == ["passed"]
    world.session.refresh(world.an)
    world.an.state = "jury"
    after_acts.decide_candidate(
        world.session, world.officer, world.an.id, state="done", reason=WHY, passed=passed, at=LATER
    )
    assert (sitting.passed, sitting.pass_kept) == (passed, WHY)
    world.void()
    assert (sitting.passed, sitting.pass_kept) == (passed, WHY), "what was said by name stays"


# --- appeals --------------------------------------------------------------------------------------


def ask(world: World, name: str = "an", at: dt.datetime = LATER) -> int:
    return after_acts.ask_appeal(
        world.session, world.actor(name), world.an.sitting_id or 0, WHY, at=at
    )


def test_an_appeal_is_asked_once_and_answered_once(world: World) -> None:
    key = ask(world)
    with pytest.raises(Refused) as again:
        ask(world)
    assert again.value.messages == (after_acts.ASKED_BEFORE,)
    after_acts.decide_appeal(world.session, world.officer, key, upheld=True, answer=WHY, at=LATER)
    found = appeals.find_appeal(world.session, key)
    assert found is not None
    assert (found.state, found.answer, found.decided_by) == ("upheld", WHY, world.officer.person_id)
    with pytest.raises(Refused) as twice:
        after_acts.decide_appeal(
            world.session, world.officer, key, upheld=False, answer=WHY, at=LATER
        )
    assert twice.value.messages == (after_acts.DECIDED_BEFORE,)
    assert [one.subject for one in world.lines("appeal.decide")] == [
        f"sitting:{world.an.sitting_id}"
    ]


def test_only_ones_own_result_is_appealed(world: World) -> None:
    with pytest.raises(NotAllowed):
        ask(world, "binh")


def test_an_appeal_comes_after_the_result_and_within_its_days(world: World) -> None:
    closed = world.room.closed_at
    assert closed is not None
    until = closed + dt.timedelta(days=after_acts.APPEAL_DAYS)
    with pytest.raises(Refused):
        ask(world, at=until)
    world.room.closed_at = None
    with pytest.raises(Refused) as refused:
        ask(world)
    assert refused.value.messages == (after_acts.NOT_YET,)
    world.room.closed_at = closed
    assert ask(world, at=until - dt.timedelta(seconds=1))


def test_a_later_decision_may_be_appealed_as_long_again(world: World) -> None:
    late = AT + dt.timedelta(days=40)
    with pytest.raises(Refused):
        ask(world, at=late)
    after_acts.decide_candidate(
        world.session, world.officer, world.an.id, state="cancelled", reason=WHY, at=late
    )
    assert ask(world, at=late + dt.timedelta(days=14))


def test_nobody_answers_an_appeal_whom_the_matter_touches(world: World) -> None:
    key = ask(world)
    invigilator = world.actor("giam", access.MINISTRY_OFFICER)
    themselves = world.actor("an", access.ADMINISTRATOR)
    after_acts.decide_candidate(
        world.session, world.officer, world.an.id, state="jury", reason=WHY, at=LATER
    )
    for one in (invigilator, themselves, world.officer):
        with pytest.raises(Refused) as refused:
            after_acts.decide_appeal(world.session, one, key, upheld=True, answer=WHY, at=LATER)
        assert refused.value.messages == (after_acts.NOT_BY_YOU,)
    sat.find_or_add(world.session, "bo-2", 8)
    other = dataclasses.replace(world.actor("bo-2", access.MINISTRY_OFFICER))
    after_acts.decide_appeal(world.session, other, key, upheld=False, answer=WHY, at=LATER)
