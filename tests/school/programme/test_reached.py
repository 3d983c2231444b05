"""People whom learners say they taught: who may write what, for how long, and who counts it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from carded import TEMPLATE, carded_course

import courses
from analytics.programme.reached import SELF_REPORTED, ReachedFigures, as_rows, find_reached_figures
from core.messages import Refused
from records import Records, Session
from records.courses import releases
from records.learning import enrolments
from records.people import persons, privacy
from records.people.merging import merge
from records.programme.reached import count_reached, reached_by
from school import access
from school.courses import offer_acts
from school.programme import reached_acts
from school.programme.cards import find_card, find_open_card
from school.programme.reached_acts import Said
from school.refusals import NotAllowed

AT = dt.datetime(2026, 3, 10, 8, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 3, 10)
DAY = dt.timedelta(days=1)
COURSE = "khoa-mau"
LEARNERS = ("an", "binh", "chi", "kiem")


@pytest.fixture
def taught(records: Records, tmp_path: Path) -> Records:
    """A published course with a card; “an” and “binh” of two communes take it, “chi” does not."""
    course = carded_course(tmp_path)
    with records.begin() as session:
        persons.load_units(session)
        province = persons.find_unit(session, "province", "2025", "01")
        assert province is not None
        releases.publish(session, courses.make_release(course), at=AT, by="x")
        for number, name in enumerate(LEARNERS):
            commune = persons.add_unit(
                session, kind="commune", code=f"TN-X{number}", name=f"Xã {number} (mẫu)",
                parent_id=province.id,
            )  # fmt: skip
            person = persons.add_person(
                session, username=name, full_name=f"{name.upper()} (mẫu)", code=f"TN-{number}",
                unit_id=commune.id, at=AT,
            )  # fmt: skip
            if name == "kiem":
                persons.grant_role(session, person.id, access.AUDITOR)
            if name != "chi":
                enrolments.begin_course(session, person.id, COURSE, at=AT, seed=1)
    return records


def actor(session: Session, name: str) -> access.Actor:
    return access.load_actor(session, name, at=AT)


def key(session: Session, name: str) -> int:
    found = actor(session, name).person_id
    assert found is not None
    return found


def record(
    session: Session, name: str, people: int = 3, day: dt.date = TODAY, place: str = ""
) -> int:
    return reached_acts.record(
        session, actor(session, name), COURSE, Said(people, day, place), at=AT
    )


def wrong(session: Session, said: Said, *, at: dt.datetime = AT) -> set[str]:
    with pytest.raises(Refused) as refused:
        reached_acts.record(session, actor(session, "an"), COURSE, said, at=at)
    return set(refused.value.fields)


def figures(session: Session, unit: int | None) -> ReachedFigures:
    found = find_reached_figures(session, unit or 0, [COURSE], at=AT)
    assert found is not None
    return found


def test_a_learner_writes_down_how_many_on_which_day(taught: Records) -> None:
    with taught.begin() as session:
        record(session, "an", 5, TODAY - DAY, "  Nhà văn hóa\tthôn 3 ")
        record(session, "an", 50)
        found = [(row.people, row.held_on, row.place) for row in _own(session, "an")]
    assert found == [(50, TODAY, ""), (5, TODAY - DAY, "Nhà văn hóa thôn 3")]


def _own(session: Session, name: str):
    return reached_by(session, key(session, name), COURSE)


def test_numbers_and_days_have_bounds_and_all_faults_are_told_at_once(taught: Records) -> None:
    with taught.preview() as session:
        assert wrong(session, Said(0, TODAY)) == {"people"}
        assert wrong(session, Said(51, TODAY)) == {"people"}
        assert wrong(session, Said(1, TODAY + DAY)) == {"held_on"}
        assert wrong(session, Said(1, TODAY - 61 * DAY)) == {"held_on"}
        assert wrong(session, Said(1, None)) == {"held_on"}
        assert wrong(session, Said(0, None, "x" * 101)) == {"people", "held_on", "place"}
        assert record(session, "an", 1, TODAY - 60 * DAY)
        assert record(session, "an", 1, TODAY, "x\0y" + "x" * 98)


def test_today_is_today_in_vietnam(taught: Records) -> None:
    late = dt.datetime(2026, 3, 10, 17, 30, tzinfo=dt.UTC)  # half past midnight in Hà Nội
    with taught.preview() as session:
        said = Said(1, TODAY + DAY)
        assert reached_acts.record(session, actor(session, "an"), COURSE, said, at=late)


def test_a_day_is_counted_once(taught: Records) -> None:
    with taught.preview() as session:
        record(session, "an")
        assert wrong(session, Said(4, TODAY)) == {"held_on"}
        record(session, "binh")
        yesterday = record(session, "an", 2, TODAY - DAY)
        with pytest.raises(Refused):
            reached_acts.change(session, actor(session, "an"), yesterday, Said(2, TODAY), at=AT)


def test_who_does_not_take_the_course_or_only_reads_writes_nothing(taught: Records) -> None:
    with taught.preview() as session:
        with pytest.raises(Refused, match="bắt đầu học"):
            record(session, "chi")
        with pytest.raises(NotAllowed):
            record(session, "kiem")
        with pytest.raises(NotAllowed):
            reached_acts.record(session, actor(session, "an"), "khong-co", Said(1, TODAY), at=AT)


def test_a_line_is_mended_and_taken_back_within_seven_days_by_its_owner(taught: Records) -> None:
    almost, late = AT + 7 * DAY - dt.timedelta(seconds=1), AT + 7 * DAY
    with taught.preview() as session:
        mine, own = record(session, "an"), actor(session, "an")
        for other in ("binh", "chi"):
            with pytest.raises(NotAllowed):
                reached_acts.change(session, actor(session, other), mine, Said(9, TODAY), at=AT)
            with pytest.raises(NotAllowed):
                reached_acts.remove(session, actor(session, other), mine, at=AT)
        reached_acts.change(session, own, mine, Said(7, TODAY - DAY, "Chợ"), at=almost)
        (row,) = _own(session, "an")
        assert (row.people, row.held_on, row.place) == (7, TODAY - DAY, "Chợ")
        for act in (
            lambda: reached_acts.change(session, own, mine, Said(8, TODAY), at=late),
            lambda: reached_acts.remove(session, own, mine, at=late),
        ):
            with pytest.raises(Refused, match="quá 7 ngày"):
                act()
        reached_acts.remove(session, own, mine, at=almost)
        assert list(_own(session, "an")) == []
        assert count_reached(session) == []


def test_units_see_sums_by_unit_and_skill_and_a_file_says_whose_word_it_is(taught: Records) -> None:
    with taught.preview() as session:
        record(session, "an", 5, TODAY - DAY, "Nhà bác Tư")
        record(session, "an", 2, TODAY - 40 * DAY)
        record(session, "binh", 10)
        nation = persons.find_nation(session)
        province = persons.find_unit(session, "province", "2025", "01")
        assert nation is not None and province is not None
        own = figures(session, actor(session, "an").unit_id)
        assert (own.whole.people, own.whole.sessions) == (7, 2)
        assert own.children == ()
        below = figures(session, province.id)
        by_name = {node.name: one.people for node, one in below.children if node.kind == "commune"}
        assert by_name == {"Xã 0 (mẫu)": 7, "Xã 1 (mẫu)": 10, "Xã 2 (mẫu)": 0, "Xã 3 (mẫu)": 0}
        assert below.courses[COURSE].people == below.whole.people == 17
        assert below.whole.in_window == 17 - 2 * (below.window[0] > TODAY - 40 * DAY)
        whole = figures(session, nation.id)
        assert whole.whole.people == 17 and whole.elsewhere.people == 0
        assert len(whole.children) > 30
        other = persons.find_unit(session, "province", "2025", "48")
        assert other is not None
        assert figures(session, other.id).whole.people == 0
        rows = list(as_rows(below))
    assert ("TN-X0", "Xã 0 (mẫu)", COURSE, "2026-03", 5, 1, SELF_REPORTED) in rows
    assert ("TN-X1", "Xã 1 (mẫu)", COURSE, "2026-03", 10, 1, SELF_REPORTED) in rows
    assert len(rows) == 4
    assert "bác Tư" not in str(rows) and "AN (mẫu)" not in str(rows)


def test_who_is_in_no_unit_counts_for_the_nation_alone(taught: Records) -> None:
    with taught.preview() as session:
        persons.find_person(session, "an").unit_id = None
        session.flush()
        record(session, "an", 4)
        nation = persons.find_nation(session)
        assert nation is not None
        whole = figures(session, nation.id)
    assert whole.whole.people == whole.elsewhere.people == 4
    assert whole.courses[COURSE].people == 4


def test_erasing_somebody_blanks_the_place_and_keeps_the_count(taught: Records) -> None:
    with taught.preview() as session:
        record(session, "an", 5, place="Nhà bác Tư")
        person = key(session, "an")
        assert any(
            one.table == "people_reached" and one.rows == 1
            for one in privacy.kept_of(session, person)
        )
        (said,) = privacy.everything_of(session, person)["people_reached"]
        assert said["place"] == "Nhà bác Tư" and said["people"] == 5
        persons.erase_person(session, person, at=AT)
        (row,) = reached_by(session, person, COURSE)
        assert (row.place, row.people) == ("", 5)
        assert sum(one.people for one in count_reached(session)) == 5


def test_two_persons_who_are_one_keep_both_lines(taught: Records) -> None:
    with taught.preview() as session:
        record(session, "an", 5)
        record(session, "binh", 6)
        record(session, "binh", 7, TODAY - DAY)
        kept, other = (persons.find_person(session, name) for name in ("an", "binh"))
        assert kept is not None and other is not None
        merge(session, kept, other, at=AT)
        assert sorted(row.people for row in reached_by(session, kept.id, COURSE)) == [5, 6, 7]


def test_a_mended_card_is_the_one_to_teach_by(taught: Records, tmp_path: Path) -> None:
    with taught.preview() as session:
        before = find_card(session, actor(session, "an"), COURSE)
        assert before is not None and find_card(session, actor(session, "chi"), COURSE) == before
        text = (tmp_path / courses.CARD_FILE).read_text("utf-8").replace("hộp thư", "hòm thư")
        mended = carded_course(tmp_path, text)
        releases.publish(session, courses.make_release(mended), at=AT, by="x")
        assert find_card(session, actor(session, "an"), COURSE) == mended.teaching_card != before
        plain = courses.make_release(courses.load_course(TEMPLATE))
        releases.publish(session, plain, at=AT, by="x")
        assert find_card(session, actor(session, "an"), COURSE) == before, "their own release's"
        assert find_card(session, actor(session, "chi"), COURSE) is None
        assert find_card(session, access.ANYBODY, COURSE) is None


def test_a_withdrawn_course_shows_its_card_to_who_has_begun_it(taught: Records) -> None:
    with taught.preview() as session:
        admin = access.operator("x")
        offer_acts.withdraw_course(session, admin, COURSE, reason="Lỗi thời", at=AT)
        assert find_card(session, actor(session, "an"), COURSE) is not None
        assert find_card(session, actor(session, "chi"), COURSE) is None


def test_strangers_read_the_card_of_a_course_that_is_open(taught: Records) -> None:
    with taught.preview() as session:
        assert find_open_card(session, COURSE) is None
        assert find_open_card(session, "khong-co") is None
