"""The administrator's page of labs: who has one open, what it uses, and a button that ends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from hub.labs.census import OpenLab
from hub.portal.web import PageHandler
from records import Session
from records.people import persons
from records.programme.counting import load_units_tree
from school import access
from school.people import looks
from school.platform import acts
from school.refusals import Unavailable


@dataclass(frozen=True)
class Line:
    """A lab with whose it is."""

    lab: OpenLab
    name: str  # empty where nobody of that name is in the records
    unit: str


class LabsPage(PageHandler):
    """Everybody's open labs."""

    async def get(self) -> None:
        await self._show()

    async def _show(self, errors: Sequence[str] = ()) -> None:
        self.require(access.may_administer(self.actor))
        census = self.portal.census
        if census is None:
            raise self.absent()
        lines: list[Line] = []
        errors = list(errors)
        try:
            found = await census.load(self.hub_auth.get_token(self))
            labs = await self.in_thread(lambda: census.with_figures(found))
            lines = await self.look(self._named, labs)
        except Unavailable as unavailable:
            self.set_status(HTTPStatus.SERVICE_UNAVAILABLE)
            errors += [self._.message(message) for message in unavailable.messages]
        known = [line.lab.figures for line in lines if line.lab.figures]
        self.page(
            "platform/labs.html",
            lines=lines,
            errors=errors,
            stopped=self.get_argument("stopped", "")[:200],
            memory_mb=sum(one.memory_mb for one in known),
            disk_mb=sum(one.disk_mb for one in known),
            kernels=sum(one.kernels for one in known),
            quota_mb=self.portal.settings.lab_quota_mb,
        )

    def _named(self, session: Session, labs: Sequence[OpenLab]) -> list[Line]:
        units = load_units_tree(session)
        known = persons.find_people(session, [lab.username for lab in labs])
        looks.show(session, (person.id for person in known.values()), "labs")
        lines = []
        for lab in labs:
            person = known.get(lab.username)
            unit = units.get(person.unit_id) if person and person.unit_id else None
            lines.append(Line(lab, person.full_name if person else "", unit.name if unit else ""))
        return sorted(lines, key=lambda line: (-_memory(line.lab), line.lab.username))


class StopLab(PageHandler):
    """End one lab. Its files stay; the learner may open it again."""

    async def post(self) -> None:
        self.require(access.may_administer(self.actor))
        census = self.portal.census
        username = self.get_body_argument("username", "")
        if census is None or not username:
            raise self.absent()
        try:
            await census.stop(username, self.hub_auth.get_token(self))
        except Unavailable as unavailable:
            self.set_status(HTTPStatus.SERVICE_UNAVAILABLE)
            errors = [self._.message(message) for message in unavailable.messages]
            self.page("error.html", status=HTTPStatus.SERVICE_UNAVAILABLE, errors=errors)
            return
        await self.act(acts.note_lab_stopped, username, at=self.now)
        self.redirect(self.url("labs", stopped=username))


def _memory(lab: OpenLab) -> int:
    return lab.figures.memory_mb if lab.figures else 0
