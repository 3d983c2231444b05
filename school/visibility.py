"""*Ai thấy gì về tôi*: who sees what of a person, asked of `school.access` itself with an actor of
each role, so that what a learner reads is what is decided there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.messages import Message
from school import access
from school.access import Actor

_OWNER, _OTHER, _UNIT = 1, 2, 10
_PATH = frozenset({_UNIT})

ROLES = {
    access.INSTRUCTOR: Message("giảng viên"),
    access.UNIT_OFFICER: Message("cán bộ quản lý của đơn vị anh/chị"),
    access.MINISTRY_OFFICER: Message("cán bộ của Bộ"),
    access.AUDITOR: Message("kiểm toán viên"),
    access.ADMINISTRATOR: Message("quản trị viên"),
}


@dataclass(frozen=True)
class Kind:
    """A kind of data about a person. ``may``: whether an actor may see that of `_OWNER`, who is of
    the unit `_UNIT`."""

    what: Message
    may: Callable[[Actor], bool]


KINDS = (
    Kind(
        Message("Câu trả lời trong bài học và bài đã nộp"),
        lambda actor: access.may_see_submission(actor, _OWNER),
    ),
    Kind(
        Message("Họ tên, số bài đã học, điểm và chứng nhận"),
        lambda actor: (
            access.may_see_submission(actor, _OWNER) or access.may_see_people_of(actor, _PATH)
        ),
    ),
    Kind(
        Message("Câu trả lời và kết quả của bài kiểm tra đầu vào, kiểm tra còn nhớ"),
        lambda actor: access.may_see_sitting(actor, _OWNER),
    ),
    Kind(
        Message("Bậc của từng năng lực, và vì sao"),
        lambda actor: access.may_see_levels_of(actor, _OWNER),
    ),
    Kind(
        Message("Khi anh/chị không đồng ý với một bậc: lời anh/chị viết, bậc ấy và số câu đã làm"),
        lambda actor: access.may_see_levels_of(actor, _OWNER, contested=True),
    ),
    Kind(
        Message("Chỉ là số người ở từng bậc, không có tên, không có số dưới 5"),
        lambda actor: access.may_see_distributions(actor, _PATH),
    ),
)


@dataclass(frozen=True)
class Seen:
    """A kind of data, with the roles that see it beside its person."""

    what: Message
    roles: tuple[Message, ...]


def who_sees() -> tuple[Seen, ...]:
    """Every kind of data, with who sees it."""
    return tuple(
        Seen(kind.what, tuple(name for role, name in ROLES.items() if kind.may(actor_as(role))))
        for kind in KINDS
    )


def actor_as(role: str) -> Actor:
    """Somebody else with this role alone; an officer of a unit: of that of the person."""
    unit = _UNIT if role == access.UNIT_OFFICER else None
    return Actor(username="x", person_id=_OTHER, grants=((role, unit),))
