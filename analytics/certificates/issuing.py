"""Who has earned a certificate, issuing it once, revoking it, and what to tell who asks about one.

Decision 64/QĐ-BTTTT (section 8) gives a certificate to whoever took part in the whole course, on
the result of the test. It names no pass mark. Our reading, in `judge_completion`: *the whole
course* is every lesson of every course required of the person
(`analytics.certificates.requirements`) handed in and marked, *the test* is the marked exercises,
and every course must reach its pass share.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from analytics.certificates.certificate_pdf import unprintable
from analytics.certificates.requirements import find_rule
from core.messages import Message, Refused
from core.passing import reaches
from core.points import total_points
from records import Session
from records.assessment.certificate_numbers import read_number
from records.assessment.certificates import (
    find_certificate,
    find_certificate_of,
    record_certificate,
    revoke_certificate,
)
from records.assessment.tables import Certificate
from records.courses.tables import Release
from records.people.persons import find_person_by_id
from records.platform import audit
from records.programme.counting import release_and_marks

LONGEST_REASON = 500


@dataclass(frozen=True)
class CourseStanding:
    """One course as one learner stands in it.

    ``lessons`` are (slug, maximum points), as released; ``marks`` the best (points, maximum) of
    each lesson handed in; ``pass_share`` in 0..1.
    """

    title: str
    lessons: Sequence[tuple[str, float]]
    marks: Mapping[str, tuple[float, float]]
    pass_share: float

    @property
    def missing(self) -> int:
        """Lessons not handed in yet."""
        return sum(slug not in self.marks for slug, _maximum in self.lessons)

    @property
    def points(self) -> float:
        """Points in the lessons of the release; marks of lessons it does not have do not count."""
        return sum(self.marks[slug][0] for slug, _maximum in self.lessons if slug in self.marks)

    @property
    def max_points(self) -> float:
        return sum(maximum for _slug, maximum in self.lessons)

    @property
    def passed(self) -> bool:
        """A course that gives no points has no test to fail."""
        return reaches(self.points, self.max_points, self.pass_share)


@dataclass(frozen=True)
class Completion:
    """How far a learner is from the certificate. ``reasons`` say what is missing; none when due."""

    due: bool
    lessons_done: int
    lessons: int
    points: float
    max_points: float
    reasons: tuple[Message, ...]


def judge_completion(courses: Sequence[CourseStanding]) -> Completion:
    """The rule. A programme without a course or a lesson certifies nobody."""
    lessons = sum(len(course.lessons) for course in courses)
    reasons = []
    if not lessons:
        reasons.append(Message("Chương trình chưa có bài học nào"))
    for course in courses:
        if lessons and not course.lessons:
            reasons.append(Message("Khóa “{course}” chưa được công bố", {"course": course.title}))
        elif course.missing:
            reasons.append(
                Message(
                    "Khóa “{course}” còn {n} bài chưa nộp hoặc chưa có điểm",
                    {"course": course.title, "n": course.missing},
                )
            )
        elif not course.passed:
            reasons.append(
                Message(
                    "Khóa “{course}” được {points} trên {maximum} điểm, cần ít nhất {needed}",
                    {
                        "course": course.title,
                        "points": round(course.points, 2),
                        "maximum": round(course.max_points, 2),
                        "needed": round(course.pass_share * course.max_points, 2),
                    },
                )
            )
    return Completion(
        due=not reasons,
        lessons_done=lessons - sum(course.missing for course in courses),
        lessons=lessons,
        points=total_points(course.points for course in courses),
        max_points=total_points(course.max_points for course in courses),
        reasons=tuple(reasons),
    )


def find_completion(
    session: Session,
    person_id: int,
    programme: str,
    *,
    at: dt.datetime,
    pass_share: float | None = None,
) -> Completion:
    """Where a person stands. ``pass_share`` (0..1) overrides what each course says."""
    rule = find_rule(session, person_id, programme, at=at)
    found = release_and_marks(session, person_id, rule.courses)
    return _with_paper(session, person_id, judge_completion(_standings(found, pass_share)))


def issue_if_due(
    session: Session,
    person_id: int,
    programme: str,
    *,
    at: dt.datetime,
    pass_share: float | None = None,
) -> Certificate | None:
    """Issue the certificate when it is due, once; None when it is not, or was issued before.

    Call it after any marks were stored: repeating and racing do no harm. Somebody whose
    certificate was revoked gets no new one by handing in again.
    """
    if find_certificate_of(session, person_id, programme):
        return None
    rule = find_rule(session, person_id, programme, at=at)
    found = release_and_marks(session, person_id, rule.courses)
    completion = _with_paper(session, person_id, judge_completion(_standings(found, pass_share)))
    if not completion.due:
        return None
    certificate, new = record_certificate(
        session,
        person_id=person_id,
        programme=programme,
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
            "programme": programme,
            "courses": list(rule.courses),
            "points": completion.points,
            "max_points": completion.max_points,
        },
    )
    return certificate


def _with_paper(session: Session, person_id: int, completion: Completion) -> Completion:
    """The same, but not due where the name cannot be printed: no certificate without its paper."""
    if not completion.due:
        return completion
    person = find_person_by_id(session, person_id)
    fault = fault_of_name(person.full_name if person else "")
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


Found = Sequence[tuple[str, Release | None, Mapping[str, tuple[float, float]]]]


def _framework_of(found: Found) -> str:
    return next(one.manifest.framework for _course, one, _marks in found if one)


def _standings(found: Found, pass_share: float | None) -> list[CourseStanding]:
    return [
        CourseStanding(
            title=release.manifest.title,
            lessons=[(one.slug, one.max_points) for one in release.manifest.lessons],
            marks=marks,
            pass_share=release.manifest.pass_share if pass_share is None else pass_share,
        )
        if release
        else CourseStanding(title=course, lessons=(), marks={}, pass_share=1.0)
        for course, release, marks in found
    ]
