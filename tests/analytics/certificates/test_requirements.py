"""Publishing takes nobody's certificate away: what is required is decided, dated, and kept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import courses
from analytics.certificates.issuing import find_completion, issue_if_due, verify_number
from analytics.certificates.requirements import find_rule, in_force, rule_for
from core.messages import Refused
from records.assessment.certificates import find_certificate_of
from records.courses import releases
from records.platform import audit
from records.programme.requirements import (
    Required,
    count_affected,
    end_requirement,
    load_shipped,
    programmes_requiring,
    require_course,
    requirements_of,
)

ROOT = Path(__file__).parents[3]
COURSES_SHARE = {"pass_share": None}  # as each course says
DAY = dt.timedelta(days=1)
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def day(number: int) -> dt.datetime:
    return START + number * DAY


OLD = Required("cu", day(0))
JOINS = Required("moi", day(30))


def test_a_course_that_joins_binds_only_who_begins_from_then_on() -> None:
    both = (OLD, JOINS)
    assert rule_for(both, began_at=day(29), at=day(90)).courses == ("cu",)
    assert rule_for(both, began_at=day(30), at=day(90)).courses == ("cu", "moi")
    assert rule_for(both, began_at=None, at=day(29)).courses == ("cu",)
    assert rule_for(both, began_at=None, at=day(30)).courses == ("cu", "moi")


def test_who_is_between_is_told_what_is_spared_and_what_is_coming() -> None:
    both = (OLD, JOINS)
    assert rule_for(both, began_at=day(29), at=day(90)).spared == ("moi",)
    assert rule_for(both, began_at=None, at=day(3)).coming == (JOINS,)
    assert rule_for(both, began_at=None, at=day(90)).spared == ()


def test_a_course_that_leaves_helps_everybody() -> None:
    leaves = (OLD, Required("bo", day(0), day(40)))
    for began in (day(1), day(39), day(50), None):
        assert rule_for(leaves, began_at=began, at=day(60)).courses == ("cu",)
    assert rule_for(leaves, began_at=day(1), at=day(39)).courses == ("cu", "bo")


def test_a_course_that_is_replaced_stays_with_who_has_begun_it() -> None:
    replaced = (Required("cu", day(0), day(40)), Required("moi", day(40)))
    assert rule_for(replaced, began_at=day(1), at=day(60)).courses == ("cu",)
    assert rule_for(replaced, began_at=day(41), at=day(60)).courses == ("moi",)


def test_where_nothing_was_required_on_the_day_of_beginning_todays_rule_holds() -> None:
    assert rule_for((JOINS,), began_at=day(2), at=day(60)).courses == ("moi",)


moments = st.integers(0, 100).map(day)
required = st.builds(
    lambda course, begins, lasts: Required(
        course, begins, None if lasts is None else begins + lasts * DAY
    ),
    st.sampled_from("abcd"),
    moments,
    st.none() | st.integers(1, 60),
)


@given(st.lists(required, max_size=6), st.none() | moments, moments, st.sampled_from("xyz"))
def test_a_course_that_joins_now_asks_nothing_more_of_who_has_begun(
    requirements, began, at, new
) -> None:
    began = began if began is None or began < at else at - DAY
    before = rule_for(requirements, began_at=began, at=at)
    after = rule_for([*requirements, Required(new, at)], began_at=began, at=at)
    if began is not None and before.courses and in_force(requirements, began):
        assert set(after.courses) <= set(in_force(requirements, began))
    assert set(after.courses) <= {*before.courses, *in_force(requirements, at), new} | (
        set(in_force(requirements, began)) if began else set()
    )


@given(st.lists(required, max_size=6), st.none() | moments, moments)
def test_nobody_is_certified_for_nothing_while_something_is_required(
    requirements, began, at
) -> None:
    assert bool(rule_for(requirements, began_at=began, at=at).courses) or not in_force(
        requirements, at
    )


# --- in the records -----------------------------------------------------------------------------


def learner(session, world, make_learner, *done: str, **facts):
    person = make_learner(session, audience_group="c", **facts)
    for lesson in done:
        world.hand_in(session, person, "nhan-thuc", lesson, 5)
    return person.id


def test_publishing_the_untouched_template_and_a_good_course_blocks_and_removes_nothing(
    records, world, make_learner
) -> None:
    with records.begin() as session:
        world.publish_course(session, "nhan-thuc", {"mot": 5.0, "hai": 5.0})
        states = {
            "holder": learner(session, world, make_learner, "mot", "hai"),
            "revoked": learner(session, world, make_learner, "mot", "hai"),
            "almost": learner(session, world, make_learner, "mot"),
            "due": learner(session, world, make_learner, "mot", "hai"),
            "new": learner(session, world, make_learner),
        }
        held = issue_if_due(
            session, states["holder"], world.programme, at=world.at, pass_share=None
        )
        from analytics.certificates.issuing import revoke

        gone = issue_if_due(
            session, states["revoked"], world.programme, at=world.at, pass_share=None
        )
        revoke(session, gone.number, reason="nhầm", actor="bo", at=world.at)
    later = world.at + DAY
    with records.begin() as session:
        for folder in ("template", "content/xa-hoi-so-an-toan"):
            release = courses.make_release(courses.load_course(ROOT / "courses" / folder))
            releases.publish(session, release, at=later, by="thay")
    with records.begin() as session:
        for person_id in states.values():
            rule = find_rule(session, person_id, world.programme, at=later)
            assert rule.courses == ("nhan-thuc",)
            completion = find_completion(
                session, person_id, world.programme, at=later, pass_share=None
            )
            assert "Khóa mẫu" not in " ".join(map(str, completion.reasons))
        world.hand_in(session, session.get_one(_person(), states["almost"]), "nhan-thuc", "hai", 5)
        world.hand_in(session, session.get_one(_person(), states["new"]), "nhan-thuc", "mot", 5)
        world.hand_in(session, session.get_one(_person(), states["new"]), "nhan-thuc", "hai", 5)
        for name in ("almost", "due", "new"):
            assert issue_if_due(
                session, states[name], world.programme, at=later, pass_share=None
            ), name
        assert find_certificate_of(session, states["holder"], world.programme).number == held.number
        assert verify_number(session, held.number).state == "valid"
        assert verify_number(session, gone.number).state == "revoked"


def _person():
    from records.tables.people import Person

    return Person


def test_what_is_shipped_holds_until_the_first_decision_and_is_then_kept(records, world) -> None:
    shipped = [one.course for one in load_shipped()[world.programme]]
    with records.begin() as session:
        assert [one.course for one in requirements_of(session, world.programme)] == shipped
        assert programmes_requiring(session, shipped[0]) == {world.programme}
        require_course(session, world.programme, "moi", from_at=world.at + DAY, source="QĐ 1 (mẫu)",
                       by="bo", at=world.at)  # fmt: skip
        found = requirements_of(session, world.programme)
        assert sorted(one.course for one in found) == sorted([*shipped, "moi"])
        assert in_force(found, world.at) == tuple(shipped)
        assert in_force(found, world.at + DAY) == (*shipped, "moi")


def test_a_decision_is_audited_and_can_be_ended(records, world) -> None:
    with records.begin() as session:
        require_course(session, world.programme, "moi", from_at=world.at, source="QĐ 1 (mẫu)",
                       by="bo", at=world.at)  # fmt: skip
        end_requirement(session, world.programme, "moi", until_at=world.at + DAY,
                        source="QĐ 2 (mẫu)", by="bo", at=world.at)  # fmt: skip
    with records.read() as session:
        found = requirements_of(session, world.programme)
        assert "moi" in in_force(found, world.at)
        assert "moi" not in in_force(found, world.at + DAY)
        assert [one.action for one in audit.entries(session)] == [
            "programme.release",
            "programme.require",
        ]


def test_no_decision_reaches_into_the_past_and_none_is_made_twice(records, world) -> None:
    decision = {"source": "QĐ", "by": "bo", "at": world.at}
    with records.begin() as session:
        with pytest.raises(Refused, match="quá khứ"):
            require_course(session, world.programme, "moi", from_at=world.at - DAY, **decision)
        require_course(session, world.programme, "moi", from_at=world.at, **decision)
        with pytest.raises(Refused, match="đã nằm trong"):
            require_course(session, world.programme, "moi", from_at=world.at + DAY, **decision)
        with pytest.raises(Refused, match="quá khứ"):
            end_requirement(session, world.programme, "moi", until_at=world.at - DAY, **decision)
        with pytest.raises(Refused, match="không nằm trong"):
            end_requirement(session, world.programme, "la", until_at=world.at + DAY, **decision)


def test_the_preview_counts_who_has_begun_who_holds_and_who_would_need_it(
    records, world, make_learner
) -> None:
    with records.begin() as session:
        world.publish_course(session, "nhan-thuc", {"mot": 5.0})
        holder = learner(session, world, make_learner, "mot")
        issue_if_due(session, holder, world.programme, at=world.at, **COURSES_SHARE)
        learner(session, world, make_learner, "mot")
        for _ in range(3):
            learner(session, world, make_learner)
        found = count_affected(session, world.programme, ["nhan-thuc"])
    assert (found.begun, found.holding, found.not_begun) == (1, 1, 3)
