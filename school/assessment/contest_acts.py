"""*Tôi không đồng ý*: somebody contests the level of a competence, and a person decides.

Who decides sees how many tasks of which level counted, never an answer. What is decided holds as
`school.levels.Level` says.
"""

from __future__ import annotations

import datetime as dt

from core.messages import Message, Refused
from records import Session
from records.assessment import contests
from records.tables.assessment import LevelContest
from records.writing import hold_person
from school import access
from school.access import Actor
from school.acts import act, log, nothing_changed, require
from school.levels import FRAMEWORK, load_levels
from skills_framework.evidence import LEVELS
from skills_framework.framework import load_framework

LONGEST = 2000
UPHELD, DISMISSED = "upheld", "dismissed"
STATES = {
    "open": Message("đang chờ người xét"),
    UPHELD: Message("được chấp nhận"),
    DISMISSED: Message("giữ nguyên bậc"),
}


@act(may=access.may_contest, audited="contest.ask")
def ask(session: Session, actor: Actor, competence: str, text: str, *, at: dt.datetime) -> int:
    """Say that one does not agree with the level of one's competence, and why; the contest's key.
    `Refused` with the field that is wrong, and while an earlier one of the competence is open."""
    assert actor.person_id is not None
    hold_person(session, actor.person_id)  # two windows of one person wait for each other
    require(load_framework(FRAMEWORK).has_competence(competence))
    words = text.strip()
    if not words or len(words) > LONGEST:
        raise Refused(
            Message(
                "Hãy viết vì sao anh/chị không đồng ý, để người xét hiểu (tối đa {n} ký tự)",
                {"n": LONGEST},
            ),
            field="text",
        )
    earlier = contests.contests_of(session, actor.person_id, FRAMEWORK, competence)
    if any(one.state == "open" for one in earlier):
        raise Refused(Message("Ý kiến trước của anh/chị về năng lực này còn đang chờ người xét."))
    level = load_levels(session, actor.person_id, at=at)[competence].level
    row = contests.add_contest(
        session, actor.person_id, FRAMEWORK, competence, level=level, text=words, at=at
    )
    _log(session, actor, "contest.ask", row, at, {"level": level})
    return row.id


@act(may=access.may_decide_contests, audited="contest.decide")
def decide(
    session: Session,
    actor: Actor,
    key: int,
    outcome: str,
    answer: str,
    given: int | None,
    *,
    at: dt.datetime,
) -> None:
    """Uphold a contest with the level that is to hold, or dismiss it; both with words for the one
    who asked. `NotAllowed` for one's own. What was decided before stays."""
    row = contests.find_contest(session, key)
    require(row is not None)
    assert row is not None
    hold_person(session, row.person_id)
    session.refresh(row)
    require(access.may_decide_contest_of(actor, row.person_id))
    if row.state != "open":
        nothing_changed(session)
        return
    if outcome not in (UPHELD, DISMISSED):
        raise Refused(Message("Hãy chọn kết quả"), field="outcome")
    if outcome == UPHELD and (given is None or not row.level < given <= LEVELS):
        raise Refused(
            Message(
                "Khi chấp nhận, hãy chọn bậc mới, cao hơn bậc {level} đang có",
                {"level": row.level},
            ),
            field="given",
        )
    words = answer.strip()
    if not words or len(words) > LONGEST:
        raise Refused(
            Message("Hãy viết câu trả lời cho người hỏi (tối đa {n} ký tự)", {"n": LONGEST}),
            field="answer",
        )
    contests.decide(
        session,
        row,
        state=outcome,
        answer=words,
        given_level=given if outcome == UPHELD else None,
        by=actor.person_id,
        at=at,
    )
    _log(session, actor, "contest.decide", row, at, {"outcome": outcome, "given": row.given_level})


def _log(
    session: Session,
    actor: Actor,
    action: str,
    row: LevelContest,
    at: dt.datetime,
    detail: dict[str, object],
) -> None:
    said = {"contest": row.id, "competence": row.competence, **detail}
    log(session, actor, action, f"person:{row.person_id}", at, said)
