"""A learner's own pages: what to do next, catalogue, course, marks, the competence profile."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from analytics.certificates.issuing import fault_of_name
from core.messages import Refused
from courses import Titles
from hub.locale.cookie import keep_language
from hub.portal.pages.learning.hand_marks import seen_in
from hub.portal.web import PageHandler
from hub.settings import Settings
from records import Session
from records.assessment import certificates
from records.examination import candidates
from records.examination.candidates import Seat
from records.learning import meetings, notices
from records.people import persons
from records.tables.assessment import Certificate
from records.tables.learning import Meeting, Notice
from school import access
from school.assessment import growth
from school.learning import overview as learning
from school.learning import search
from school.marking.hand_marks import HandMark, newly_marked
from school.programme.cards import find_card
from school.programme.way import find_way
from skills_framework.framework import LEAST_EVIDENCE, PASS_SHARE, Framework, load_framework

NOTICES_STAY = dt.timedelta(days=60)


@dataclass(frozen=True)
class Overview:
    """Everything the home page shows."""

    courses: list[learning.CourseState]
    certificates: Sequence[Certificate]
    profile: list[learning.DomainStanding]
    unit_name: str
    notices: Sequence[Notice]
    meetings: Sequence[Meeting]
    examinations: Sequence[Seat]  # that are still to be sat, or are going on
    way: learning.CertificateWay
    hand_marks: Sequence[HandMark]
    titles: dict[str, Titles]  # of what is asked for and not published


def load_overview(
    session: Session,
    actor: access.Actor,
    at: dt.datetime,
    settings: Settings,
    seen: Collection[str] = (),
) -> Overview:
    assert actor.person_id is not None
    unit = persons.find_unit_by_id(session, actor.unit_id) if actor.unit_id else None
    courses = learning.load_courses(session, actor.person_id, pass_share=settings.pass_share)
    way = learning.load_certificate_way(session, actor.person_id, settings.programme, at)
    asked = {*way.rule.courses, *way.rule.spared, *(one.course for one in way.rule.coming)}
    return Overview(
        courses=courses,
        certificates=certificates.certificates_of(session, actor.person_id),
        profile=learning.load_profile(session, actor.person_id),
        unit_name=unit.name if unit else "",
        notices=notices.unread_notices(
            session, actor.person_id, actor.unit_id, since=at - NOTICES_STAY
        ),
        meetings=meetings.own_open_meetings(session, actor.person_id, at=at),
        examinations=candidates.to_sit(session, actor.person_id),
        way=way,
        hand_marks=newly_marked(session, actor.person_id, seen, at=at),
        titles=learning.titles_of(session, asked - {one.slug for one in courses}),
    )


class OwnLearning(PageHandler):
    """“Việc học của tôi”."""

    async def get(self) -> None:
        overview = await self.read(
            load_overview, self.actor, self.now, self.portal.settings, seen_in(self)
        )
        step = learning.next_step(overview.courses, self.now, overview.way.wanted)
        road = find_way(overview.way.wanted, overview.courses, self.now, overview.titles)
        apart = [one for one in overview.courses if not road.has(one.slug)]
        proposed = step.course.slug if step else ""
        self.page(
            "learning/home.html",
            step=step,
            way=overview.way,
            road=road,
            named=overview.titles | {one.slug: one.manifest for one in overview.courses},
            deadlines=learning.deadlines(overview.courses, self.now)[:5],
            has_begun=any(course.begun for course in overview.courses),
            begun=[one for one in apart if one.begun and not one.passed],
            completed=[one for one in apart if one.passed],
            others=[one for one in apart if not one.begun and one.slug != proposed],
            certificates=overview.certificates,
            earned=next((one for one in overview.certificates if not one.revoked_at), None),
            name_fault=fault_of_name(self.actor.full_name),
            measured=[domain for domain in overview.profile if domain.seen],
            unit_name=overview.unit_name,
            notices=overview.notices,
            meetings=overview.meetings,
            examinations=overview.examinations,
            hand_marks=overview.hand_marks,
            programmes=learning.PROGRAMMES,
        )


class Home(OwnLearning):
    """Where everybody lands: the page that one's work begins on, else one's own learning."""

    async def get(self) -> None:
        front = access.front_of(self.actor)
        if not front:
            await super().get()
            return
        assert self.xsrf_token  # the browser has it from its first page on
        self.redirect(self.url(*front))


class Catalogue(PageHandler):
    async def get(self) -> None:
        query = self.get_argument("q", "")[:200]
        courses = await self.read(
            learning.load_courses,
            self.actor.person_id,
            pass_share=self.pass_share,
        )
        self.page(
            "learning/catalogue.html",
            query=query,
            found=search.find(courses, query, frameworks_of(courses)),
            frames=learning.FRAMES,
        )


def frameworks_of(courses: Sequence[learning.CourseState]) -> dict[str, Framework]:
    """The frameworks that these courses refer to, by id; one we do not have is left out."""
    found: dict[str, Framework] = {}
    for name in {course.manifest.framework for course in courses}:
        with contextlib.suppress(Refused):
            found[name] = load_framework(name)
    return found


class CoursePage(PageHandler):
    async def get(self, slug: str) -> None:
        course = await self.read(
            learning.find_course, self.actor.person_id, slug, pass_share=self.pass_share
        )
        if course is None:
            raise self.absent()
        road = find_way([slug], [course], self.now)
        self.page(
            "learning/course.html",
            course=course,
            card=await self.read(find_card, self.actor, slug),
            stretch=road.stretches[0],
            step=learning.next_step([course], self.now),
            programmes=learning.PROGRAMMES,
            frames=learning.FRAMES,
        )


class MarksPage(PageHandler):
    """Every result and every certificate."""

    async def get(self) -> None:
        overview = await self.read(load_overview, self.actor, self.now, self.portal.settings)
        self.page(
            "learning/marks.html",
            courses=[course for course in overview.courses if course.begun],
            certificates=overview.certificates,
            name_fault=fault_of_name(self.actor.full_name),
            programmes=learning.PROGRAMMES,
        )


class ProfilePage(PageHandler):
    """The competence profile: a picture, and its table beside it."""

    async def get(self) -> None:
        overview = await self.read(load_overview, self.actor, self.now, self.portal.settings)
        assert self.actor.person_id is not None
        domains = await self.read(
            growth.load_growth,
            self.actor.person_id,
            overview.profile,
            overview.courses,
            at=self.now,
        )
        self.page(
            "learning/profile.html",
            profile=overview.profile,
            domains=domains,
            pass_share=PASS_SHARE,
            least=LEAST_EVIDENCE,
            unit_name=overview.unit_name,
        )


class Language(PageHandler):
    """Choosing a language: kept in a cookie, so it also holds before login."""

    public = True

    async def post(self) -> None:
        keep_language(self, self.get_body_argument("language", ""))
        back = self.get_body_argument("back", "")
        inside = back.startswith(self.portal.prefix) and "\\" not in back and ".." not in back
        self.redirect(back if inside else self.portal.prefix)


class Logout(PageHandler):
    public = True

    async def post(self) -> None:
        self.hub_auth.clear_cookie(self)
        self.redirect(self.portal.hub_prefix + "logout")
