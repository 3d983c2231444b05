"""Looks: whoever is shown to somebody else finds out, by whom and on which page.

Whatever loads other people's data to be shown says so with `show`, in the session it loads them in.
`look` runs such a question and writes down what it said, in the same transaction; `act` of a page
does the same for what an act shows. A question asked in any other way may show nobody: `nobody`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from core.messages import Message
from records import Session
from records.people.looks import record_looks
from school import access
from school.access import Actor
from school.acts import act

T = TypeVar("T")
SHOWN = "looks.shown"  # in a session's ``info``: which page, what for → whose data

LOOKED = {
    "list": Message("danh sách học viên"),
    "person": Message("trang cá nhân"),
    "marks": Message("bài nộp và điểm"),
    "exam": Message("bài thi, không kèm tên"),
    "examination": Message("kỳ thi và kết quả thi"),
    "gradebook": Message("sổ điểm của khóa học"),
    "questions": Message("câu hỏi dưới bài tập"),
    "items": Message("theo dõi câu hỏi"),
    "lecturers": Message("sổ giảng viên"),
    "certificate": Message("chứng nhận"),
    "class": Message("danh sách lớp học trực tiếp"),
    "roster": Message("đối chiếu với một danh sách được gửi lên"),
    "roles": Message("danh sách người giữ vai trò"),
    "account": Message("việc cấp tài khoản"),
    "letters": Message("thư gửi đi"),
    "labs": Message("phòng thực hành đang mở"),
    "log": Message("nhật ký"),
    "request": Message("yêu cầu về dữ liệu"),
    "contest": Message("ý kiến về bậc"),
}
EXAMINATION = "examination"  # who looks after a room may hold no role
UNNAMED = {"exam"}  # who marks an exam is not told to whom they mark


def show(session: Session, people: Iterable[int], what: str, *, purpose: str = "") -> None:
    """Say that these people's data is being loaded to be shown; ``what``: one of `LOOKED`;
    ``purpose``: where it was asked for (`school.people.purposes`)."""
    assert what in LOOKED, what
    session.info.setdefault(SHOWN, {}).setdefault((what, purpose), set()).update(people)


def look(session: Session, actor: Actor, ask: Callable[[], T], *, at: dt.datetime) -> T:
    """What ``ask`` finds in the session, with the look at whomever it shows written down. A
    question that found something and does not say whom it shows (nobody: an empty list) is a fault
    of ours."""
    session.info.pop(SHOWN, None)
    found = ask()
    if found is not None and SHOWN not in session.info:
        raise AssertionError("asked as a look, and did not say who is shown")
    _write_down(session, actor, at=at)
    return found


def acted(session: Session, actor: Actor, do: Callable[[], T], *, at: dt.datetime) -> T:
    """What an act gives, with the look at whomever it shows written down."""
    done = do()
    _write_down(session, actor, at=at)
    return done


def nobody(session: Session, ask: Callable[[], T]) -> T:
    """What ``ask`` finds in a session that writes no looks, held to showing nobody."""
    found = ask()
    if any(session.info.pop(SHOWN, {}).values()):
        raise AssertionError("shows people, and was not asked as a look")
    return found


def _write_down(session: Session, actor: Actor, *, at: dt.datetime) -> None:
    """Write down who was shown in this session. One's own data is no look."""
    for (what, purpose), people in session.info.pop(SHOWN, {}).items():
        others = people - {actor.person_id}
        if others and actor.person_id is not None:
            if what == EXAMINATION:
                look_at_room(session, actor, others, at=at)
            else:
                look_at(session, actor, others, what, purpose=purpose, at=at)


@act(may=access.may_see_others, kept_in="look")
def look_at(
    session: Session,
    actor: Actor,
    people: Collection[int],
    what: str,
    *,
    purpose: str = "",
    at: dt.datetime,
) -> None:
    """Write down that the actor looks at these people's names or marks, for them to see."""
    if actor.person_id is not None:
        record_looks(session, actor.person_id, people, what, purpose=purpose, at=at)


@act(may=access.may_see_rooms, kept_in="look")
def look_at_room(
    session: Session, actor: Actor, people: Collection[int], *, at: dt.datetime
) -> None:
    """The same of people in an examination, and of nothing else about them."""
    if actor.person_id is not None:
        record_looks(session, actor.person_id, people, EXAMINATION, at=at)
