"""What the ministry does about frameworks of competences: put a completed one in, and say what its
competences correspond to."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from core.messages import Message, Refused
from records import Session
from records.programme import frameworks as kept
from school import access
from school.access import Actor
from school.acts import act, log, nothing_changed, require
from school.programme import frameworks
from school.programme.frameworks import OURS
from skills_framework.framework import load_framework

MOST_ALIKE = 8


@act(may=access.may_keep_frameworks, audited="framework.add")
def add_framework(
    session: Session, actor: Actor, content: bytes, file: str, *, at: dt.datetime
) -> str:
    """Put a completed framework in as the next version of its name, which is given back.
    `Refused` with every fault of the file; the same file again changes nothing."""
    found = frameworks.read_completed(content, file).framework
    if found.id in frameworks.shipped_names():
        raise Refused(
            Message(
                "Khung {id} đi cùng nền tảng, kết quả đã ghi theo khung này nên không thay được",
                {"id": found.id},
            ),
            field="file",
        )
    text = frameworks.spelled(content)
    row = kept.add_version(session, found.id, text, by=_by(actor), at=at)
    if row is None:
        nothing_changed(session)
        return found.id
    detail = {"version": row.version, "sha256": row.sha256}
    log(session, actor, "framework.add", f"framework:{found.id}", at, detail)
    return found.id


@act(may=access.may_keep_frameworks, audited="framework.crosswalk")
def set_crosswalk(
    session: Session, actor: Actor, name: str, typed: Mapping[str, str], *, at: dt.datetime
) -> int:
    """Say which competences of `OURS` each corresponds to, as typed: codes with commas between
    them, empty for none. How many lines changed; `Refused` at the field of each bad line."""
    shown = frameworks.load_one(session, name)
    require(shown is not None and shown.version is not None)
    assert shown is not None
    said: dict[str, list[str]] = {}
    wrong: dict[str, Message] = {}
    ours = load_framework(OURS)
    for one in shown.framework.competences:
        codes = [code for code in re.split(r"[\s,;]+", typed.get(one.code, "")) if code]
        unknown = [code for code in codes if not ours.has_competence(code)]
        if unknown:
            facts = {"code": unknown[0][:20], "framework": OURS}
            wrong[f"to-{one.code}"] = Message("{framework} không có năng lực {code}", facts)
        elif len(codes) > MOST_ALIKE:
            wrong[f"to-{one.code}"] = Message("Nhiều nhất {n} năng lực", {"n": MOST_ALIKE})
        elif sorted(set(codes)) != sorted(shown.crosswalk.get(one.code, ())):
            said[one.code] = codes
    if wrong:
        raise Refused.at_fields(wrong)
    if not said:
        nothing_changed(session)
        return 0
    kept.set_crosswalk(session, name, said)
    detail = {"changed": {code: sorted(set(codes)) for code, codes in said.items()}}
    log(session, actor, "framework.crosswalk", f"framework:{name}", at, detail)
    return len(said)


def _by(actor: Actor) -> str:
    return f"person:{actor.person_id}" if actor.person_id else actor.username or ""
