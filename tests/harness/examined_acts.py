"""Each act of an examination, played once: who does it, and how (`tests/school/test_acts.py`).

All of it at one moment: “bo” plans, “thay” looks after the room, “an” sits there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from records.assessment import sittings as kept
from records.examination import candidates, during, planned
from records.examination.planned import Rules
from records.tables.assessment import Sitting
from school.assessment.item_bank import the_bank
from school.examination import after_acts as after
from school.examination import candidate_acts as sits
from school.examination import effects
from school.examination import invigilating_acts as desk
from school.examination import planning_acts as plans
from school.examination.voiding import Void, fingerprint

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
HOURS = dt.timedelta(hours=3)
World = Any  # `test_acts.World`


def planned_one(world: World) -> tuple[int, int]:
    """An examination and its room, with somebody to look after it; not published."""
    bo = world.actors["bo"]
    plan = plans.Plan("Kỳ thi (mẫu)", Rules(60, 12, 8, 3), AT, AT + HOURS)
    key = plans.plan_examination(world.session, bo, plan, at=AT)
    about = plans.RoomPlan("P1 (mẫu)", "Trụ sở (mẫu)", None, AT, AT + HOURS)
    room = plans.plan_room(world.session, bo, key, about, at=AT)
    plans.name_invigilator(world.session, bo, room, "thay", at=AT)
    return key, room


def listed_one(world: World) -> tuple[int, int, int]:
    """The same with a candidate: examination, room, candidate."""
    key, room = planned_one(world)
    plans.register_candidates(world.session, world.actors["bo"], room, ["an"], at=AT)
    found = plans.listed.find_in_room(world.session, room, world.key("an"))
    return key, room, found.id


def opened(world: World) -> tuple[int, int, int]:
    """Published, and the room open."""
    key, room, candidate = listed_one(world)
    plans.publish_examination(world.session, world.actors["bo"], key, at=AT)
    desk.open_room(world.session, world.actors["thay"], room, at=AT)
    return key, room, candidate


def entered(world: World) -> tuple[int, int, int]:
    """The candidate is at work."""
    key, room, candidate = opened(world)
    desk.confirm_identity(world.session, world.actors["thay"], candidate, at=AT)
    code = planned.find_room(world.session, room).code
    sits.enter(world.session, world.actors["an"], the_bank(), code, seed=1, at=AT)
    return key, room, candidate


def _withdraw_invigilator(world: World, actor: Any) -> None:
    _key, room = planned_one(world)
    plans.withdraw_invigilator(world.session, actor, room, world.key("thay"), at=AT)


def _go_on_after_pause(world: World, actor: Any) -> None:
    _key, room, _candidate = opened(world)
    desk.pause(world.session, actor, room, None, reason="Mất điện", at=AT)
    desk.go_on(world.session, actor, room, None, at=AT)


def _report(world: World) -> int:
    _key, room, _candidate = entered(world)
    sits.report_question(world.session, world.actors["an"], 1, "Sai đề", at=AT)
    return during.incidents_in(world.session, [room])[0].id


def handed_in(world: World) -> tuple[int, int]:
    """One answer given, the sitting ended and the room closed: candidate and sitting."""
    _key, room, candidate = entered(world)
    sits.answer(world.session, world.actors["an"], 1, None, at=AT)
    sits.finish(world.session, world.actors["an"], {}, at=AT)
    desk.close_room(world.session, world.actors["thay"], room, {}, at=AT)
    sitting = candidates.find_candidate(world.session, candidate).sitting_id
    return candidate, sitting


WHY = "Có lý do ghi ở đây (mẫu)."


def _void(world: World, actor: Any) -> int:
    """Void the item that was answered; the sitting it was in."""
    _candidate, key = handed_in(world)
    void = Void(kept.answers_of(world.session, key)[0].item)
    seen = fingerprint(effects.preview_void(world.session, void, None))
    after.void_item(world.session, actor, void, examination_id=None, reason=WHY, seen=seen, at=AT)
    return key


def _keep(world: World, actor: Any) -> None:
    _candidate, key = handed_in(world)
    sitting = world.session.get(Sitting, key)
    sitting.passed, sitting.pass_kept = True, f"{effects.WAITS}1"
    after.keep_or_take_pass(world.session, actor, key, keep=True, reason=WHY, at=AT)


def _ask_appeal(world: World) -> int:
    return after.ask_appeal(world.session, world.actors["an"], handed_in(world)[1], WHY, at=AT)


Play = Callable[[World, Any], object]
PLAYED: dict[str, tuple[str, Play]] = {
    "after: decide_candidate": (
        "bo",
        lambda w, a: after.decide_candidate(
            w.session, a, handed_in(w)[0], state="jury", reason=WHY, at=AT
        ),
    ),
    "after: ask_appeal": ("an", lambda w, _a: _ask_appeal(w)),
    "after: decide_appeal": (
        "bo",
        lambda w, a: after.decide_appeal(
            w.session, a, _ask_appeal(w), upheld=True, answer=WHY, at=AT
        ),
    ),
    "after: void_item": ("bo", _void),
    "after: keep_or_take_pass": ("bo", _keep),
    "planning: plan_examination": ("bo", lambda w, _a: planned_one(w)),
    "planning: plan_room": ("bo", lambda w, _a: planned_one(w)),
    "planning: name_invigilator": ("bo", lambda w, _a: planned_one(w)),
    "planning: register_candidates": ("bo", lambda w, _a: listed_one(w)),
    "planning: publish_examination": ("bo", lambda w, _a: opened(w)),
    "planning: cancel_examination": (
        "bo",
        lambda w, a: plans.cancel_examination(w.session, a, planned_one(w)[0], reason="Bão", at=AT),
    ),
    "planning: withdraw_invigilator": ("bo", _withdraw_invigilator),
    "planning: withdraw_candidate": (
        "bo",
        lambda w, a: plans.withdraw_candidate(w.session, a, listed_one(w)[2], at=AT),
    ),
    "planning: give_alternative": (
        "bo",
        lambda w, a: plans.give_alternative(
            w.session, a, listed_one(w)[2], extra_share=0.5, alternative="large", note="", at=AT
        ),
    ),
    "invigilating: open_room": ("thay", lambda w, _a: opened(w)),
    "invigilating: confirm_identity": ("thay", lambda w, _a: entered(w)),
    "invigilating: refuse_identity": (
        "thay",
        lambda w, a: desk.refuse_identity(w.session, a, opened(w)[2], reason="Sai ảnh", at=AT),
    ),
    "invigilating: pause": ("thay", _go_on_after_pause),
    "invigilating: go_on": ("thay", _go_on_after_pause),
    "invigilating: add_minutes": (
        "thay",
        lambda w, a: desk.add_minutes(
            w.session, a, entered(w)[1], None, 5, reason="Mất điện", at=AT
        ),
    ),
    "invigilating: end_sitting": (
        "thay",
        lambda w, a: desk.end_sitting(w.session, a, entered(w)[2], {}, reason="Trao đổi", at=AT),
    ),
    "invigilating: close_room": (
        "thay",
        lambda w, a: desk.close_room(w.session, a, opened(w)[1], {}, at=AT),
    ),
    "invigilating: write_incident": (
        "thay",
        lambda w, a: desk.write_incident(w.session, a, opened(w)[1], None, "note", "Mưa to", at=AT),
    ),
    "invigilating: decide_question": (
        "thay",
        lambda w, a: desk.decide_question(w.session, a, _report(w), "keep", "", the_bank(), at=AT),
    ),
    "invigilating: mark_absent": (
        "thay",
        lambda w, a: desk.mark_absent(w.session, a, opened(w)[2], at=AT),
    ),
    "candidate: enter": ("an", lambda w, _a: entered(w)),
    "candidate: answer": (
        "an",
        lambda w, a: (entered(w), sits.answer(w.session, a, 1, {"x": "y"}, at=AT)),
    ),
    "candidate: save_typed": (
        "an",
        lambda w, a: (entered(w), sits.save_typed(w.session, a, 1, {"x": "y"}, at=AT)),
    ),
    "candidate: go_on": (
        "an",
        lambda w, a: (entered(w), sits.go_on(w.session, a, the_bank(), {}, at=AT)),
    ),
    "candidate: report_question": ("an", lambda w, _a: _report(w)),
    "candidate: signal": ("an", lambda w, a: (entered(w), sits.signal(w.session, a, at=AT))),
    "candidate: finish": ("an", lambda w, a: (entered(w), sits.finish(w.session, a, {}, at=AT))),
}
