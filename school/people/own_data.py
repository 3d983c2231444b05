"""What people may ask about their own data, and what they are answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from core.calendar import after_working_days
from core.messages import Message, Refused
from records import Session
from records.people import privacy
from records.tables.privacy import DataRequest
from school import access
from school.access import Actor
from school.acts import act, log, nothing_changed

KINDS = {
    "correction": Message("Sửa dữ liệu sai"),
    "erasure": Message("Xóa dữ liệu của tôi"),
    "other": Message("Việc khác"),
}
ANSWERS = {"done": Message("Đã làm"), "refused": Message("Không làm được")}
LONGEST = 2000


@act(may=access.may_learn, audited="data.request")
def ask(
    session: Session,
    actor: Actor,
    kind: str,
    body: str,
    *,
    working_days: int,
    off: Collection[dt.date] = (),
    worked: Collection[dt.date] = (),
    at: dt.datetime,
) -> DataRequest:
    """Ask for a correction, an erasure or something else about one's own data; an answer is due
    within so many working days (`core.calendar.after_working_days`). Raises `Refused` with the
    field that is wrong."""
    assert actor.person_id is not None
    if kind not in KINDS:
        raise Refused(Message("Hãy chọn việc cần làm"), field="kind")
    words = body.strip()
    if not words or len(words) > LONGEST:
        raise Refused(
            Message("Hãy viết rõ cần sửa hay xóa gì (tối đa {n} ký tự)", {"n": LONGEST}),
            field="body",
        )
    if any(one.answered_at is None and one.kind == kind for one in _own(session, actor)):
        raise Refused(Message("Yêu cầu trước cùng loại còn đang chờ trả lời"), field="kind")
    due_at = after_working_days(at, working_days, off=off, worked=worked)
    found = privacy.add_request(session, actor.person_id, kind, words, due_at=due_at, at=at)
    _log(session, actor, "data.request", found, at)
    return found


@act(may=access.may_answer_requests, audited="data.answer")
def answer(
    session: Session, actor: Actor, request_id: int, outcome: str, words: str, *, at: dt.datetime
) -> DataRequest | None:
    """Answer what somebody asked; what was to be done has been done before. None where it was
    answered already."""
    found = privacy.find_request(session, request_id)
    if found is None or found.answered_at is not None:
        nothing_changed(session)
        return None
    if outcome not in ANSWERS:
        raise Refused(Message("Hãy chọn kết quả"), field="outcome")
    said = words.strip()
    if not said or len(said) > LONGEST:
        raise Refused(
            Message("Hãy viết câu trả lời (tối đa {n} ký tự)", {"n": LONGEST}), field="words"
        )
    found.answer, found.words = outcome, said
    found.answered_by = f"person:{actor.person_id}" if actor.person_id else actor.username
    found.answered_at = at
    session.flush()
    _log(session, actor, "data.answer", found, at)
    return found


def _own(session: Session, actor: Actor) -> Collection[DataRequest]:
    return privacy.requests_of(session, actor.person_id) if actor.person_id else ()


def _log(
    session: Session, actor: Actor, action: str, request: DataRequest, at: dt.datetime
) -> None:
    detail = {"request": request.id, "kind": request.kind}
    log(session, actor, action, f"person:{request.person_id}", at, detail)
