"""Who sees what of a learner: what the page says is what `school.access` decides."""

from __future__ import annotations

from school import access, visibility

SEEN = {one.what.template: {role.template for role in one.roles} for one in visibility.who_sees()}


def roles_of(start: str) -> set[str]:
    (found,) = (roles for what, roles in SEEN.items() if what.startswith(start))
    return found


def test_no_officer_sees_an_answer() -> None:
    officers = {"cán bộ của Bộ", "cán bộ quản lý của đơn vị anh/chị"}
    assert not roles_of("Câu trả lời trong bài học") & officers
    assert roles_of("Câu trả lời trong bài học") == {
        "giảng viên", "kiểm toán viên", "quản trị viên",
    }  # fmt: skip


def test_nobody_but_oneself_sees_a_placement_or_a_level() -> None:
    assert roles_of("Câu trả lời và kết quả của bài kiểm tra") == set()
    assert roles_of("Bậc của từng năng lực") == set()


def test_who_decides_contests_sees_what_was_contested_and_no_more() -> None:
    assert roles_of("Khi anh/chị không đồng ý") == {"cán bộ của Bộ", "quản trị viên"}


def test_every_role_that_can_be_held_is_in_the_table() -> None:
    assert set(visibility.ROLES) == set(access.ROLES) - {access.LEARNER}
    learner = visibility.actor_as(access.LEARNER)
    assert not any(kind.may(learner) for kind in visibility.KINDS)


def test_an_officer_of_another_unit_sees_nothing_not_even_numbers() -> None:
    other = access.Actor(
        username="x", person_id=2, grants=((access.UNIT_OFFICER, 99),)
    )  # fmt: skip
    assert not any(kind.may(other) for kind in visibility.KINDS)


def test_nobody_decides_about_their_own_level() -> None:
    for role in (access.MINISTRY_OFFICER, access.ADMINISTRATOR):
        actor = visibility.actor_as(role)
        assert access.may_decide_contest_of(actor, 1)
        assert not access.may_decide_contest_of(actor, 2)
    for role in (access.INSTRUCTOR, access.UNIT_OFFICER, access.AUDITOR, access.LEARNER):
        assert not access.may_decide_contests(visibility.actor_as(role))
