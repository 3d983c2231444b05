"""What a look at one person's page is for, where whoever looks is asked.

A purpose is one of `PURPOSES`, with words where it wants them, and stands in one text: "record", or
"other: …". It is asked again when looks stop being one (`records.people.looks.ONCE`): nothing
remembers it but the look itself.
"""

from __future__ import annotations

import datetime as dt

from core.messages import Message, Refused
from records import Session
from records.people import persons
from records.people.looks import ONCE, purpose_since, record_looks
from school import access
from school.access import Actor
from school.acts import act, require
from school.people.appointing import path_of_person

PURPOSES = {
    "request": Message("Giải quyết yêu cầu của chính người này"),
    "account": Message("Hỗ trợ đăng nhập, tài khoản"),
    "record": Message("Cập nhật thông tin, chuyển đơn vị"),
    "result": Message("Xem kết quả học tập, chứng nhận"),
    "check": Message("Kiểm tra, đối chiếu danh sách"),
    "other": Message("Việc khác"),
}
OTHER = "other"
LONGEST_WORDS = 150  # characters


def purpose_of(kind: str, words: str) -> str:
    """The purpose as it is kept; `Refused` at the field that is not filled as it should be."""
    words = persons.clean(words)
    if kind not in PURPOSES:
        raise Refused(Message("Hãy chọn mục đích"), field="purpose")
    if len(words) > LONGEST_WORDS:
        raise Refused(Message("Dài quá {n} ký tự", {"n": LONGEST_WORDS}), field="words")
    if kind == OTHER and not any(letter.isalpha() for letter in words):
        raise Refused(Message("Hãy ghi rõ là việc gì"), field="words")
    return f"{kind}: {words}" if words else kind


def read_purpose(purpose: str) -> tuple[Message | None, str]:
    """One of `PURPOSES`, None for one that is none of them, and the words."""
    kind, _, words = purpose.partition(": ")
    return (PURPOSES[kind], words) if kind in PURPOSES else (None, purpose)


def lately(
    session: Session, actor: Actor, person_id: int, *, at: dt.datetime, within: dt.timedelta = ONCE
) -> str:
    """What this actor said they open this person's page for; "" where it is to be asked, for the
    first time or again."""
    assert actor.person_id is not None
    return purpose_since(session, actor.person_id, person_id, "person", at - within)


@act(may=access.may_see_others, kept_in="look")
def say(
    session: Session, actor: Actor, person_id: int, kind: str, words: str, *, at: dt.datetime
) -> None:
    """Say what one opens this person's page for. `NotAllowed` where one may not open it, `Refused`
    at the field for no purpose."""
    person = persons.find_person_by_id(session, person_id)
    require(person is not None)
    assert person is not None
    require(access.may_see_people_of(actor, path_of_person(session, person)))
    purpose = purpose_of(kind, words)
    if actor.person_id is not None:
        record_looks(session, actor.person_id, [person_id], "person", purpose=purpose, at=at)
