"""Traces of how people learn, declared: what, why, for how long, and who may switch it off.

An installation keeps each for so many days, or not at all (`hub.settings`); a person switches off
what no one needs to judge a submission. `DECLARED` is what the page *Dữ liệu của tôi* says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from core.messages import Message
from records import Records, Session
from records.learning import traces
from records.learning.traces import BROWSER, TIME
from school import access
from school.access import Actor
from school.acts import act, log, nothing_changed


@dataclass(frozen=True)
class Trace:
    """``refusable``: a person may switch it off for themselves."""

    what: Message
    why: Message
    refusable: bool


DECLARED = {
    TIME: Trace(
        Message("Thời gian làm từng bài tập (giây)"),
        Message("Để tác giả biết bài nào quá khó hay quá dài; không tính vào điểm"),
        refusable=True,
    ),
    BROWSER: Trace(
        Message("Trình duyệt đã nộp bài (mã băm, không cho biết là máy nào)"),
        Message("Để giảng viên thấy khi nhiều tài khoản cùng nộp từ một trình duyệt"),
        refusable=False,
    ),
}


def counts_time(session: Session, person_id: int, *, days: int) -> bool:
    """Whether a page need count how long somebody works. ``days``: how long that is kept here."""
    return days > 0 and TIME not in traces.refused_by(session, person_id)


@act(may=access.may_learn, audited="data.traces")
def choose(session: Session, actor: Actor, wanted: Collection[str], *, at: dt.datetime) -> bool:
    """Switch off for oneself what is not ``wanted``, and forget it; whether anything is new."""
    assert actor.person_id is not None
    before = traces.refused_by(session, actor.person_id)
    refused = {kind for kind, one in DECLARED.items() if one.refusable and kind not in wanted}
    if refused == before:
        nothing_changed(session)
        return False
    for kind in sorted(refused - before):
        traces.refuse(session, actor.person_id, kind, at=at)
    for kind in sorted(before - refused):
        traces.accept(session, actor.person_id, kind)
    subject = f"person:{actor.person_id}"
    log(session, actor, "data.traces", subject, at, {"refused": sorted(refused)})
    return True


def forget(records: Records, days: Mapping[str, int], *, at: dt.datetime) -> int:
    """Forget what is older than it may be kept; ``days`` by kind, 0: nothing at all. A part at a
    time, each in a transaction of its own. How many rows it was."""
    gone = 0
    for kind in DECLARED:
        before = at - dt.timedelta(days=days[kind])
        more = 1
        while more:
            with records.begin() as session:
                more = traces.forget_older(session, kind, before)
            gone += more
    return gone
