"""Who has earned a certificate, issuing it once, revoking it, and what to tell who asks about one.

Decision 64/QĐ-BTTTT (section 8) gives a certificate to whoever took part in the whole course, on
the result of the test (`core.completion` says how we read that). Here: every course required of the
person (`analytics.certificates.requirements`) must be taken part in whole and reach its pass share.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from analytics.certificates.printable import unprintable
from analytics.certificates.requirements import find_rule
from core.completion import CourseStanding
from core.messages import Message, Refused
from core.points import total_points
from records import Session
from records.assessment.certificate_numbers import read_number
from records.assessment.certificates import (
    find_certificate,
    find_certificate_of,
    record_certificate,
    revoke_certificate,
)
from records.people.persons import find_person_by_id
from records.people.public import certificate_for
from records.platform import audit, outbox
from records.programme.counting import standings_of
from records.tables.assessment import Certificate
from records.tables.courses import Release

LONGEST_REASON = 500


@dataclass(frozen=True)
class Completion:
    """How far a learner is from the certificate. ``reasons`` say what is missing; none when due."""

    due: bool
    lessons_done: int
    lessons: int
    points: float
    max_points: float
    reasons: tuple[Message, ...]


def judge_completion(courses: Sequence[tuple[str, CourseStanding]]) -> Completion:
    """The rule, for the (title, standing) of each required course. A programme without a course or
    a lesson certifies nobody."""
    standings = [standing for _title, standing in courses]
    lessons = sum(len(one.lessons) for one in standings)
    reasons = [] if lessons else [Message("Chương trình chưa có bài học nào")]
    for title, standing in courses if lessons else ():
        if reason := _reason(title, standing):
            reasons.append(reason)
    return Completion(
        due=not reasons,
        lessons_done=sum(one.lessons_done for one in standings),
        lessons=lessons,
        points=total_points(one.points for one in standings),
        max_points=total_points(one.max_points for one in standings),
        reasons=tuple(reasons),
    )


def _reason(title: str, course: CourseStanding) -> Message | None:
    """What a course still asks for."""
    if not course.lessons:
        return Message("Khóa “{course}” chưa được công bố", {"course": title})
    if not course.took_part:
        return Message(
            "Khóa “{course}” còn {n} bài chưa nộp hoặc chưa có điểm",
            {"course": title, "n": course.missing},
        )
    if not course.has_enough:
        return Message(
            "Khóa “{course}” được {points} trên {maximum} điểm, cần ít nhất {needed}",
            {
                "course": title,
                "points": round(course.points, 2),
                "maximum": round(course.max_points, 2),
                "needed": round(course.pass_share * course.max_points, 2),
            },
        )
    return None


def find_completion(
    session: Session,
    person_id: int,
    programme: str,
    *,
    at: dt.datetime,
    pass_share: float | None,
) -> Completion:
    """Where a person stands. ``pass_share``: the ministry's own, over what each course says."""
    rule = find_rule(session, person_id, programme, at=at)
    found = standings_of(session, person_id, rule.courses, pass_share=pass_share)
    return _with_paper(session, person_id, judge_completion(_titled(found)))


def issue_if_due(
    session: Session,
    person_id: int,
    programme: str,
    *,
    at: dt.datetime,
    pass_share: float | None,
) -> Certificate | None:
    """Issue the certificate when it is due, once; None when it is not, or was issued before.

    Call it after any marks were stored: repeating and racing do no harm. Somebody whose
    certificate was revoked gets no new one by handing in again. Whoever came by themselves earns
    the public's, by the same rule (`records.people.public.certificate_for`).
    """
    earned = certificate_for(session, person_id, programme)
    if earned is None or find_certificate_of(session, person_id, earned):
        return None
    rule = find_rule(session, person_id, programme, at=at)
    found = standings_of(session, person_id, rule.courses, pass_share=pass_share)
    completion = _with_paper(session, person_id, judge_completion(_titled(found)))
    if not completion.due:
        return None
    certificate, new = record_certificate(
        session,
        person_id=person_id,
        programme=earned,
        points=completion.points,
        max_points=completion.max_points,
        framework=_framework_of(found),
        at=at,
    )
    if not new:
        return None
    audit.append(
        session,
        at=at,
        actor="system",
        action="certificate.issue",
        subject=f"certificate:{certificate.number}",
        detail={
            "person": person_id,
            "programme": earned,
            "courses": list(rule.courses),
            "points": completion.points,
            "max_points": completion.max_points,
        },
    )
    outbox.put(session, "certificate", person_id, {"number": certificate.number}, at=at)
    return certificate


def _with_paper(session: Session, person_id: int, completion: Completion) -> Completion:
    """The same, but not due where the name cannot be printed: no certificate without its paper."""
    if not completion.due:
        return completion
    person = find_person_by_id(session, person_id)
    there = person is not None and person.erased_at is None
    fault = fault_of_name(person.full_name if person and there else "")
    return replace(completion, due=False, reasons=(fault,)) if fault else completion


def fault_of_name(full_name: str) -> Message | None:
    """Why a name cannot stand on a paper, and what mends it; None when it can."""
    if not full_name.strip():
        return Message("Chưa có họ tên để in lên giấy; hãy nhờ cán bộ đầu mối bổ sung")
    letters = unprintable(full_name)
    if not letters:
        return None
    return Message(
        "Họ tên “{name}” có chữ không in được lên giấy: {letters}. Hãy nhờ cán bộ đầu mối sửa họ "
        "tên trong danh sách",
        {"name": full_name, "letters": " ".join(repr(letter)[1:-1] for letter in letters)},
    )


def revoke(
    session: Session, number: str, *, reason: str, actor: str, at: dt.datetime
) -> Certificate:
    """Revoke a certificate for a reason that is kept. Raises `Refused` where it cannot be done."""
    reason = " ".join(reason.split())
    if not reason:
        raise Refused(Message("Phải ghi lý do thu hồi"))
    if len(reason) > LONGEST_REASON:
        raise Refused(Message("Lý do thu hồi dài quá {n} ký tự", {"n": LONGEST_REASON}))
    certificate = _find(session, number)
    if certificate is None:
        raise Refused(Message("Không có chứng nhận số {number}", {"number": number[:40]}))
    if not revoke_certificate(session, certificate.number, reason=reason, at=at):
        raise Refused(
            Message("Chứng nhận {number} đã bị thu hồi từ trước", {"number": certificate.number})
        )
    audit.append(
        session,
        at=at,
        actor=actor,
        action="certificate.revoke",
        subject=f"certificate:{certificate.number}",
        detail={"reason": reason},
    )
    session.refresh(certificate)
    return certificate


# --- what the public may ask ------------------------------------------------------------------


@dataclass(frozen=True)
class PublicFacts:
    """Everything the public page may say: what stands on the paper, and whether it still holds.

    ``state`` is ``valid``, ``revoked``, ``unknown`` (no such certificate) or ``mistyped`` (the
    check character does not fit, so a character is wrong).
    """

    state: Literal["valid", "revoked", "unknown", "mistyped"]
    number: str
    full_name: str = ""
    programme: str = ""
    issued_at: dt.datetime | None = None
    revoked_at: dt.datetime | None = None


def verify_number(session: Session, typed: str) -> PublicFacts:
    """What the public may know of the number somebody typed."""
    number = read_number(typed)
    if number is None:
        return PublicFacts("mistyped", " ".join(typed.split())[:40])
    certificate = find_certificate(session, number)
    if certificate is None:
        return PublicFacts("unknown", number)
    return PublicFacts(
        "revoked" if certificate.revoked_at else "valid",
        number,
        certificate.full_name,
        certificate.programme,
        certificate.issued_at,
        certificate.revoked_at,
    )


def _find(session: Session, typed: str) -> Certificate | None:
    number = read_number(typed)
    return find_certificate(session, number) if number else None


Found = Sequence[tuple[str, Release | None, CourseStanding]]


def _framework_of(found: Found) -> str:
    return next(one.manifest.framework for _course, one, _standing in found if one)


def _titled(found: Found) -> list[tuple[str, CourseStanding]]:
    return [
        (release.manifest.title if release else course, standing)
        for course, release, standing in found
    ]
