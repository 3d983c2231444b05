"""The moments on the way: a course finished, and the certificate earned. Both pages are for the
learner alone; strangers are told by the verification page, officers by `pages.assessment`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analytics.programme.targets import load_programmes
from hub.portal.pages.learning import learner
from hub.portal.web import PageHandler
from records import Session
from records.assessment import certificates
from records.assessment.certificate_numbers import read_number
from records.tables.assessment import Certificate
from school.assessment import growth
from school.learning import overview as learning
from school.programme.way import find_way
from skills_framework.framework import Standing


@dataclass(frozen=True)
class Learned:
    """A learner's overview, their certificate that is looked at, and what they learned."""

    overview: learner.Overview
    certificate: Certificate | None
    gained: list[tuple[Standing, int]]


class CourseFinished(PageHandler):
    """A course is finished: what was learned in it, and what comes next."""

    async def get(self, slug: str) -> None:
        overview = await self.read(
            learner.load_overview, self.actor, self.now, self.portal.settings
        )
        course = next((one for one in overview.courses if one.slug == slug and one.passed), None)
        if course is None:
            raise self.absent()
        road = find_way(overview.way.wanted, overview.courses, self.now, credited=overview.credited)
        self.page(
            "learning/finished.html",
            course=course,
            gained=growth.gained(overview.profile, [course]),
            road=road,
            earned=next((one for one in overview.certificates if not one.revoked_at), None),
            step=learning.next_step(
                overview.courses, self.now, overview.way.wanted, overview.credited
            ),
        )


class OwnCertificate(PageHandler):
    """The certificate, for its holder: the paper itself, to take away, print and share."""

    async def get(self, typed: str) -> None:
        overview, certificate = await self.read(self._load, typed)
        office = self.portal.office
        passed = [one for one in overview.courses if one.passed]
        self.page(
            "learning/own_certificate.html",
            certificate=certificate,
            programmes=load_programmes(),
            courses=passed,
            gained=growth.gained(overview.profile, passed),
            shared=office.verify_address(certificate.number) if office else "",
            has_paper=office is not None and bool(certificate.full_name),
        )

    def _load(self, session: Session, typed: str) -> tuple[learner.Overview, Certificate]:
        number = read_number(typed)
        found: Any = certificates.find_certificate(session, number) if number else None
        if found is None or found.person_id != self.actor.person_id:
            raise self.absent()
        return learner.load_overview(session, self.actor, self.now, self.portal.settings), found
