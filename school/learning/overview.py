"""What a learner has to do, has done, and should do next: the facts behind the learner's pages.

`load_courses` reads; everything else decides without looking anywhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import courses
from analytics.certificates.requirements import Rule, find_rule, in_force
from core import names
from core.calendar import HANOI
from core.completion import CourseStanding, LessonStanding, share_in_force
from core.manifest import LessonEntry, Manifest
from core.messages import Message
from records import Session
from records.assessment import certificates
from records.courses import lesson_terms, offers, releases
from records.learning import drafts, enrolments, meetings, progress
from records.marking import allowances
from records.people.public import certificate_for
from records.programme.requirements import requirements_of
from records.tables.assessment import Certificate
from records.tables.courses import Release
from school.levels import load_levels
from skills_framework import framework as frameworks

NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)

# Titles of programmes.
PROGRAMMES = {
    "chuyen-doi-so-10000": Message(
        "Bồi dưỡng, tập huấn về chuyển đổi số cho 10.000 cán bộ, công chức, viên chức"
    ),
    "pho-cap-ky-nang-so": Message("Phổ cập kỹ năng số cho người dân và người lao động"),
}


@dataclass(frozen=True)
class LessonState:
    """One lesson and one learner. ``points`` is the best result so far, None before the first;
    ``pass_share`` the share in force (`core.completion`). ``waiting``: handed in (again) and not
    marked yet."""

    course: str
    slug: str
    titles: LessonEntry
    minutes: int
    exercises: int
    max_points: float
    points: float | None
    opened_at: dt.datetime | None
    pass_share: float
    closes_at: dt.datetime | None = None
    attended: bool = False  # in a class in person
    waiting: bool = False

    @property
    def share(self) -> float:
        return (self.points or 0) / self.max_points if self.max_points else 0.0

    @property
    def standing(self) -> LessonStanding:
        return LessonStanding(self.slug, self.max_points, self.points, self.attended)

    @property
    def taken(self) -> bool:
        """Handed in and marked, or attended in person."""
        return self.standing.taken

    @property
    def state(self) -> str:
        """``new`` → ``opened`` → ``marked`` (below the pass share) → ``passed``."""
        if self.points is not None:
            return "passed" if self.standing.passes(self.pass_share) else "marked"
        return "opened" if self.opened_at else "new"

    def is_closed(self, at: dt.datetime) -> bool:
        return lesson_terms.has_closed(self.closes_at, at)

    def days_left(self, at: dt.datetime) -> int:
        """Days in the calendar of Việt Nam until it closes; 0 on its last day."""
        assert self.closes_at is not None
        return (self.closes_at.astimezone(HANOI).date() - at.astimezone(HANOI).date()).days


@dataclass(frozen=True)
class CourseState:
    """One course, on the release this learner began (or would begin now)."""

    slug: str
    release_id: int
    number: int
    manifest: Manifest
    lessons: tuple[LessonState, ...]
    begun: bool
    pass_share: float  # in force

    @property
    def standing(self) -> CourseStanding:
        return CourseStanding(tuple(one.standing for one in self.lessons), self.pass_share)

    @property
    def points(self) -> float:
        return self.standing.points

    @property
    def max_points(self) -> float:
        return self.standing.max_points

    @property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.lessons)

    @property
    def lessons_done(self) -> int:
        return self.standing.lessons_done

    @property
    def share_done(self) -> float:
        return self.lessons_done / len(self.lessons) if self.lessons else 0.0

    @property
    def passed(self) -> bool:
        """Decision 64: the whole course taken part in, and the test passed."""
        return self.standing.passed

    def lesson(self, slug: str) -> LessonState | None:
        return next((lesson for lesson in self.lessons if lesson.slug == slug), None)


@dataclass(frozen=True)
class Step:
    """The one thing to do next: ``begin``, ``continue`` or ``improve`` a lesson."""

    kind: str
    course: CourseState
    lesson: LessonState


def load_courses(
    session: Session, person_id: int | None, *, pass_share: float | None
) -> list[CourseState]:
    """Every published course as this learner sees it; those begun come first.

    ``pass_share``: the ministry's own (`core.completion.share_in_force`).
    """
    gone = offers.withdrawn_courses(session)
    current = {
        release.course: release
        for release in releases.current_releases(session)
        if release.course not in gone
    }
    begun: set[str] = set()
    opened: dict[tuple[int, str], dt.datetime] = {}
    attended: frozenset[tuple[str, str]] = frozenset()
    waiting: frozenset[tuple[int, str]] = frozenset()
    if person_id is not None:
        attended = meetings.attended_in_courses(session, person_id)
        opened = drafts.opened_lessons(session, person_id)
        waiting = allowances.waiting_lessons(session, person_id)
        for enrolment in enrolments.enrolments_of(session, person_id):
            release = releases.find_release(session, enrolment.release_id)
            if release is not None:
                current[enrolment.course] = release
                begun.add(enrolment.course)
    return sorted(
        (
            _course(
                session,
                release,
                person_id,
                opened,
                attended,
                waiting,
                begun=release.course in begun,
                pass_share=share_in_force(release.manifest.pass_share, pass_share),
            )
            for release in current.values()
        ),
        key=lambda course: (
            not course.begun,
            course.manifest.frame,
            names.sort_key(course.manifest.title),
        ),
    )


def titles_of(session: Session, slugs: Iterable[str]) -> dict[str, courses.Titles]:
    """What courses are called, also those that nobody published: by their release, else as they
    are shipped. One that neither knows is left out."""
    shipped, found = courses.shipped_titles(), {}
    for slug in slugs:
        release = releases.current_release(session, slug)
        if release is not None:
            found[slug] = courses.Titles(release.manifest.title, release.manifest.title_en)
        elif slug in shipped:
            found[slug] = shipped[slug]
    return found


def unpublished_courses(session: Session, programme: str, at: dt.datetime) -> list[str]:
    """What the courses are called that a certificate takes today and nobody can begin: they were
    never published here, or were withdrawn."""
    offered = {one.course for one in releases.current_releases(session)}
    offered -= set(offers.withdrawn_courses(session))
    wanted = in_force(requirements_of(session, programme), at)
    missing = [slug for slug in wanted if slug not in offered]
    titles = titles_of(session, missing)
    return [titles[slug].title if slug in titles else slug for slug in missing]


def find_course(
    session: Session, person_id: int | None, slug: str, *, pass_share: float | None
) -> CourseState | None:
    found = load_courses(session, person_id, pass_share=pass_share)
    return next((course for course in found if course.slug == slug), None)


def _course(
    session: Session,
    release: Release,
    person_id: int | None,
    opened: Mapping[tuple[int, str], dt.datetime],
    attended: Collection[tuple[str, str]],
    waiting: Collection[tuple[int, str]],
    *,
    begun: bool,
    pass_share: float,
) -> CourseState:
    best = (
        {row.lesson: row.points for row in progress.progress_in(session, person_id, release.course)}
        if person_id is not None
        else {}
    )
    agreed = lesson_terms.terms_of(session, release.course)
    lessons = tuple(
        LessonState(
            course=release.course,
            slug=lesson.slug,
            titles=lesson,
            minutes=round(lesson.minutes),
            exercises=len(lesson.exercises),
            max_points=lesson.max_points,
            points=best.get(lesson.slug),
            opened_at=opened.get((release.id, lesson.slug)),
            pass_share=pass_share,
            closes_at=agreed[lesson.slug].closes_at if lesson.slug in agreed else None,
            attended=(release.course, lesson.slug) in attended,
            waiting=(release.id, lesson.slug) in waiting,
        )
        for lesson in release.manifest.lessons
    )
    return CourseState(
        release.course, release.id, release.number, release.manifest, lessons, begun, pass_share
    )


@dataclass(frozen=True)
class CertificateWay:
    """What a learner's certificate of the programme takes, as `analytics.certificates.requirements`
    decides.

    ``held``: there is one, valid or revoked; then nothing more is asked.
    """

    programme: str
    held: bool
    rule: Rule

    @property
    def wanted(self) -> tuple[str, ...]:
        """Courses to be proposed to somebody who has not begun them."""
        return () if self.held else self.rule.courses


def load_certificate_way(
    session: Session, person_id: int, programme: str, at: dt.datetime
) -> CertificateWay:
    held = _certificate_for(session, person_id, programme) is not None
    return CertificateWay(programme, held, find_rule(session, person_id, programme, at=at))


@dataclass(frozen=True)
class Left:
    """What is left to do before the certificate: ``courses`` that are not passed yet, of them
    ``unpublished`` that cannot be begun, and about how many ``minutes`` the others take."""

    courses: int
    unpublished: int
    minutes: int


def left_of(way: CertificateWay, courses: Sequence[CourseState]) -> Left | None:
    """None where nothing is asked, or the certificate is there."""
    known = {course.slug: course for course in courses}
    wanted = [known.get(slug) for slug in way.wanted]
    undone = [course for course in wanted if course is not None and not course.passed]
    if not wanted:
        return None
    return Left(
        len(undone) + wanted.count(None),
        wanted.count(None),
        sum(minutes_left(course) for course in undone),
    )


def minutes_left(course: CourseState) -> int:
    """About how long a course still takes: its lessons that are neither passed nor attended."""
    if course.passed:
        return 0
    return sum(one.minutes for one in course.lessons if one.state != "passed" and not one.attended)


SOON = dt.timedelta(days=7)


def next_step(
    courses: Sequence[CourseState],
    at: dt.datetime,
    wanted: Collection[str] | None = None,
    credited: Collection[tuple[str, str]] = (),
) -> Step | None:
    """What to do next: what closes soon, else go on where one stopped, else begin, else improve;
    None when all is done or closed.

    Courses begun come first, so nobody is sent to a new course with an old one unfinished. Of
    those not begun only the ``wanted`` ones are proposed (None: any). Of a course the lessons that
    are ``credited`` come last.
    """
    for course, lesson in deadlines(courses, at):
        if lesson.points is None and lesson.closes_at and lesson.closes_at - at <= SOON:
            return Step("continue" if lesson.opened_at else "begin", course, lesson)
    for course in courses:
        if not course.begun and wanted is not None and course.slug not in wanted:
            continue
        left = [lesson for lesson in course.lessons if not lesson.is_closed(at)]
        undone = _next_lesson(left, credited)
        if undone is not None:
            return Step("continue" if undone.opened_at else "begin", course, undone)
        if course.begun and not course.passed and left:
            return Step("improve", course, min(left, key=lambda one: one.share))
    return None


def _next_lesson(
    lessons: Sequence[LessonState], credited: Collection[tuple[str, str]]
) -> LessonState | None:
    undone = [lesson for lesson in lessons if lesson.points is None]
    opened = [lesson for lesson in undone if lesson.opened_at]
    if opened:
        return max(opened, key=lambda lesson: lesson.opened_at or NEVER)
    new = (lesson for lesson in undone if (lesson.course, lesson.slug) not in credited)
    return next(new, undone[0] if undone else None)


def deadlines(
    courses: Sequence[CourseState], at: dt.datetime
) -> list[tuple[CourseState, LessonState]]:
    """Lessons of begun courses that are not passed yet and will close, the earliest first."""
    found = [
        (lesson.closes_at, course, lesson)
        for course in courses
        if course.begun
        for lesson in course.lessons
        if lesson.closes_at and not lesson.is_closed(at) and lesson.state != "passed"
    ]
    return [(course, lesson) for _, course, lesson in sorted(found, key=lambda one: one[0])]


def find_certificate(session: Session, person_id: int, programme: str) -> Certificate | None:
    """The learner's valid certificate for the programme."""
    found = _certificate_for(session, person_id, programme)
    return found if found is not None and found.revoked_at is None else None


def _certificate_for(session: Session, person_id: int, programme: str) -> Certificate | None:
    earned = certificate_for(session, person_id, programme)
    return certificates.find_certificate_of(session, person_id, earned) if earned else None


@dataclass(frozen=True)
class Standing:
    """A competence and where the learner stands in it."""

    code: str
    name: Mapping[str, str]
    level: int
    seen: int


@dataclass(frozen=True)
class DomainStanding:
    code: str
    name: Mapping[str, str]
    competences: tuple[Standing, ...]

    @property
    def seen(self) -> int:
        """Pieces of evidence in all its competences."""
        return sum(one.seen for one in self.competences)

    @property
    def level(self) -> float:
        """The mean level of the competences that have evidence; 0 without any."""
        seen = [one.level for one in self.competences if one.seen]
        return sum(seen) / len(seen) if seen else 0.0


def load_profile(
    session: Session, person_id: int, framework_id: str = "vn-tt02-2025", *, at: dt.datetime
) -> list[DomainStanding]:
    """The competence profile: what the rule of levels says of all that was done."""
    framework = frameworks.load_framework(framework_id)
    found = load_levels(session, person_id, framework=framework_id, at=at)
    return [
        DomainStanding(
            domain.code,
            domain.name,
            tuple(
                Standing(one.code, one.name, found[one.code].level, found[one.code].seen)
                for one in domain.competences
            ),
        )
        for domain in framework.domains
    ]
