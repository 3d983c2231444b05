"""Sealing a sitting when it ends, and looking later whether its seal still holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from records import Session
from records.assessment import sittings as kept
from records.examination import candidates, during, seals
from records.people import persons
from records.people.merging import same_person
from records.platform import audit
from records.tables.assessment import Sitting
from school.examination import seal
from school.examination.seal import Verdict


def seal_sitting(session: Session, sitting: Sitting, *, at: dt.datetime) -> str:
    """Seal a sitting that has ended, with its results kept; its hash, which stands in an audit line
    of its own: a room that is closed ends many sittings at once."""
    text = _text_of(session, sitting, circumstances_of(session, sitting.id))
    sha256 = seal.hash_of(text)
    seals.keep_seal(session, sitting, text, sha256, at=at)
    audit.append(
        session,
        at=at,
        actor="system",
        action="sitting.seal",
        subject=f"{seals.SUBJECT}{sitting.id}",
        detail={seals.SEAL: sha256},
    )
    return sha256


def circumstances_of(session: Session, sitting_id: int) -> dict[str, Any]:
    """Where and under what a sitting was held; empty for one of no examination."""
    candidate = candidates.find_by_sitting(session, sitting_id)
    if candidate is None:
        return {}
    seat = candidates.find_seat(session, candidate)
    return {
        "examination": seat.examination.id,
        "pass_level": seat.examination.pass_level,
        "minutes": seat.examination.minutes,
        "room": seat.room.id,
        "number": candidate.number,
        "extra_share": candidate.extra_share,
        "added_minutes": candidate.added_minutes,
        "alternative": candidate.alternative,
        "identity_by": candidate.identity_by,
        "identity_at": candidate.identity_at,
        "left_page": candidate.left_page,
        "pauses": [
            {
                "kind": one.kind,
                "of": "room" if one.candidate_id is None else "candidate",
                "begun_at": one.begun_at,
                "ended_at": one.ended_at,
            }
            for one in during.pauses_for(session, candidate)
        ],
    }


def _text_of(session: Session, sitting: Sitting, circumstances: dict[str, Any]) -> str:
    return seal.text_of(
        sitting,
        kept.answers_of(session, sitting.id),
        seals.first_results(session, sitting.id),
        circumstances,
    )


def check_seal(session: Session, sitting_id: int) -> Verdict:
    """Whether this sitting is what it was when it was sealed, and the log says so too."""
    logged = seals.logged_hashes(session, sitting_id)
    return _check(session, sitting_id, logged.get(sitting_id, []))


def check_seals(session: Session) -> Iterator[Verdict]:
    """All of them: of every examination's sitting that has ended, of every seal, and of every seal
    that the log knows."""
    logged = seals.logged_hashes(session)
    keys = {*seals.ended_examinations(session), *seals.sealed(session), *logged}
    for key in sorted(keys):
        yield _check(session, key, logged.get(key, []))
        session.expunge_all()  # hundreds of thousands of rows are not held at once


def _check(session: Session, sitting_id: int, logged: list[str]) -> Verdict:
    found, sitting = seals.find_seal(session, sitting_id), session.get(Sitting, sitting_id)
    if found is None or sitting is None:
        return Verdict(sitting_id, seal.GONE)
    person = persons.find_person_by_id(session, sitting.person_id)
    return seal.verdict_of(
        sitting_id,
        text=found.content,
        sha256=found.sha256,
        logged=logged,
        now=_text_of(session, sitting, {}),
        persons=same_person(session, sitting.person_id),
        erased=person is not None and person.erased_at is not None,
    )
