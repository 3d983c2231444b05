"""What is decided after a sitting: about a candidate, an appeal, an item that turned out bad.

Nobody decides in their own matter, and no appeal is decided by who looked after the room or took
the decision that it is about.
"""

from __future__ import annotations

import datetime as dt

from core.messages import Message, Refused
from records import Session
from records.assessment import sittings as kept
from records.examination import appeals, candidates, voids
from records.examination.candidates import Seat
from records.tables.assessment import Sitting
from records.tables.examination import Candidate
from records.writing import hold_person
from school import access
from school.access import Actor
from school.acts import act, log, nothing_changed, require
from school.examination import effects, voiding
from school.examination.voiding import Change, Void

DECIDED = ("rejected", "cancelled", "jury", "done")
APPEAL_DAYS = 15
LEAST_TEXT, MOST_TEXT = 10, 2000


# About a candidate --------------------------------------------------------------------------------


@act(may=access.may_decide_examinations, audited="examination.decide")
def decide_candidate(
    session: Session,
    actor: Actor,
    candidate_id: int,
    *,
    state: str,
    reason: str,
    passed: bool | None = None,
    at: dt.datetime,
) -> None:
    """Reject somebody, cancel their result, put it before a jury, or let it stand (``state``
    "done", where there is a sitting). ``passed``: what the jury says, where the figures do not say
    it. The reason is told to the candidate."""
    candidate = candidates.hold_candidate(session, candidate_id)
    require(candidate is not None and state in DECIDED)
    assert candidate is not None
    require(candidate.person_id not in effects.people_of(session, actor))
    if candidate.state == "working" or (state == "done" and candidate.sitting_id is None):
        raise Refused(NOT_NOW, field="state")
    if candidate.state == state:
        nothing_changed(session)
        return
    before, why = candidate.state, _read_text(reason, "reason")
    candidate.state, candidate.reason = state, why
    if state == "done":
        _say_passed(session, candidate, passed, why)
    candidate.decided_by, candidate.decided_at = actor.person_id, at
    session.flush()
    detail = {"examination": candidate.examination_id, "from": before, "to": state}
    detail |= {} if passed is None else {"pass": passed}
    log(session, actor, "examination.decide", f"candidate:{candidate_id}", at, detail)


def _say_passed(session: Session, candidate: Candidate, passed: bool | None, why: str) -> None:
    """What the jury says, where nobody has said yet whether the sitting is passed."""
    sitting = session.get_one(Sitting, candidate.sitting_id)
    if sitting.passed is None:
        if passed is None:
            raise Refused(SAY_PASSED, field="passed")
        sitting.passed, sitting.pass_kept = passed, why


# Appeals ------------------------------------------------------------------------------------------


@act(may=access.may_sit, audited="appeal.ask")
def ask_appeal(
    session: Session, actor: Actor, sitting_id: int, text: str, *, at: dt.datetime
) -> int:
    """Ask that a person looks at one's own result again, once, within `APPEAL_DAYS` after the room
    was closed; the appeal's key."""
    assert actor.person_id is not None
    hold_person(session, actor.person_id)
    sitting = kept.find_sitting(session, actor.person_id, sitting_id)
    candidate = candidates.find_by_sitting(session, sitting_id)
    require(sitting is not None and candidate is not None)
    assert sitting is not None
    assert candidate is not None
    if appeals.appeal_of(session, sitting_id) is not None:
        raise Refused(ASKED_BEFORE)
    until = appeal_until(candidates.find_seat(session, candidate), sitting)
    if until is None:
        raise Refused(NOT_YET)
    if at >= until:
        raise Refused(Message("Đã quá {n} ngày kể từ khi có kết quả.", {"n": APPEAL_DAYS}))
    found = appeals.record_appeal(session, sitting, _read_text(text, "text"), at=at)
    log(session, actor, "appeal.ask", f"sitting:{sitting_id}", at, {"appeal": found.id})
    return found.id


def appeal_until(seat: Seat, sitting: Sitting) -> dt.datetime | None:
    """Until when a result may be appealed; None before there is one. A later decision about the
    candidate may be appealed as long again."""
    closed, decided = seat.room.closed_at, seat.candidate.decided_at
    if sitting.state != "ended" or closed is None:
        return None
    return max(closed, decided or closed) + dt.timedelta(days=APPEAL_DAYS)


@act(may=access.may_decide_examinations, audited="appeal.decide")
def decide_appeal(
    session: Session, actor: Actor, appeal_id: int, *, upheld: bool, answer: str, at: dt.datetime
) -> None:
    """Answer an appeal, once. What follows from one that is upheld (another decision about the
    candidate, a voided item) is done with the acts for that, and stands under the same name."""
    found = appeals.find_appeal(session, appeal_id)
    require(found is not None)
    assert found is not None
    hold_person(session, found.person_id)
    session.refresh(found)
    if not effects.is_apart(session, actor, found):
        raise Refused(NOT_BY_YOU)
    if found.state != "open":
        raise Refused(DECIDED_BEFORE)
    found.state = "upheld" if upheld else "dismissed"
    found.answer = _read_text(answer, "answer")
    found.decided_by, found.decided_at = actor.person_id, at
    session.flush()
    detail = {"appeal": appeal_id, "state": found.state}
    log(session, actor, "appeal.decide", f"sitting:{found.sitting_id}", at, detail)


# Items --------------------------------------------------------------------------------------------


@act(may=access.may_decide_examinations, audited="item.void")
def void_item(
    session: Session,
    actor: Actor,
    void: Void,
    *,
    examination_id: int | None,
    reason: str,
    seen: str,
    at: dt.datetime,
) -> int:
    """Void an item: in one examination, or (None) everywhere; the void's key.

    Results of all who were asked it are reckoned anew and kept as a further revision. A pass that
    is won counts; one that would be lost stands and waits (`keep_or_take_pass`). ``seen``: the
    fingerprint of the preview; `Refused` where it is not what would happen now.
    """
    assert actor.person_id is not None
    why = _read_text(reason, "reason")
    changes = effects.preview_void(session, void, examination_id)
    _require_untouched(session, actor, changes)
    if voiding.fingerprint(changes) != seen:
        raise Refused(CHANGED_MEANWHILE)
    row = voids.record_void(
        session,
        item=void.item,
        digest=void.digest,
        examination_id=examination_id,
        reason=why,
        by_person=actor.person_id,
        at=at,
    )
    for change in changes:
        effects.carry_out(session, change, row.id)
        if change.is_won or change.is_lost:
            what = "won" if change.is_won else "waits"
            subject = f"sitting:{change.sitting_id}"
            log(session, actor, "sitting.pass", subject, at, {"void": row.id, "pass": what})
    detail = {
        "digest": void.digest,
        "examination": examination_id,
        "people": len({one.person_id for one in changes}),
        "won": sum(one.is_won for one in changes),
        "waiting": sum(one.is_lost for one in changes),
    }
    log(session, actor, "item.void", f"item:{void.item}", at, detail)
    return row.id


def _require_untouched(session: Session, actor: Actor, changes: list[Change]) -> None:
    """`Refused` for who was asked the item themselves."""
    own = effects.people_of(session, actor)
    if any(one.person_id in own for one in changes):
        raise Refused(OWN_ITEM)


@act(may=access.may_decide_examinations, audited="sitting.pass")
def keep_or_take_pass(
    session: Session, actor: Actor, sitting_id: int, *, keep: bool, reason: str, at: dt.datetime
) -> None:
    """Decide, by name, about a pass that would be lost by a voided item. The reason is told to its
    person."""
    sitting = session.get(Sitting, sitting_id)
    require(sitting is not None)
    assert sitting is not None
    hold_person(session, sitting.person_id)
    session.refresh(sitting)
    require(sitting.person_id not in effects.people_of(session, actor))
    if not effects.waits(sitting):
        raise Refused(DECIDED_BEFORE)
    sitting.pass_kept = _read_text(reason, "reason")
    sitting.passed = keep
    session.flush()
    detail = {"pass": "kept" if keep else "taken"}
    log(session, actor, "sitting.pass", f"sitting:{sitting_id}", at, detail)


def _read_text(text: str, field: str) -> str:
    """What somebody wrote for others to read; `Refused` for too little or too much."""
    found = text.replace("\x00", "").strip()
    if not LEAST_TEXT <= len(found) <= MOST_TEXT:
        facts = {"least": LEAST_TEXT, "most": MOST_TEXT}
        said = Message("Hãy viết từ {least} đến {most} chữ cái, để người khác hiểu được.", facts)
        raise Refused(said, field=field)
    return found


NOT_NOW = Message("Chưa ghi được: thí sinh này đang làm bài, hoặc chưa có bài nào.")
SAY_PASSED = Message("Máy chưa kết luận được bài này. Hãy chọn đạt hay không đạt.")
ASKED_BEFORE = Message("Anh/chị đã gửi đơn phúc khảo cho bài này.")
NOT_YET = Message("Chưa có kết quả, nên chưa phúc khảo được. Kết quả có khi phòng thi đã đóng.")
NOT_BY_YOU = Message(
    "Anh/chị không xử lý được đơn này: đơn phải do người chưa coi phòng thi ấy và chưa quyết định "
    "về thí sinh ấy xem xét."
)
DECIDED_BEFORE = Message("Việc này đã có quyết định rồi. Hãy tải lại trang để xem.")
CHANGED_MEANWHILE = Message(
    "Từ lúc anh/chị xem trước, kết quả đã khác đi. Hãy xem lại bảng dưới đây rồi mới hủy câu."
)
OWN_ITEM = Message(
    "Anh/chị đã làm chính câu này trong bài của mình, nên việc hủy phải do người khác quyết định."
)
