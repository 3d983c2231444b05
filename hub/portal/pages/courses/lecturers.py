"""The register of lecturers: who may teach which course, from when, by what certificate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from core.calendar import today_in_vietnam
from core.messages import Message, Refused
from hub.portal import forms
from hub.portal.returned_forms import collect
from hub.portal.web import PageHandler
from records import Session
from records.courses import lecturers, releases
from records.courses.lecturers import Registered
from records.people import persons
from records.tables.courses import Release
from school import access
from school.courses import lecturer_acts
from school.people import looks
from school.refusals import NotAllowed

DONE = {
    "entered": Message("Đã ghi vào sổ giảng viên."),
    "ended": Message("Dòng ấy hết hiệu lực từ hôm nay."),
}


class LecturersPage(PageHandler):
    """The register, and a form for a new line."""

    async def get(self) -> None:
        self.require(access.may_see_lecturers(self.actor))
        register, current, roles = await self.look(self._load)
        self.page(
            "courses/lecturers.html",
            register=register,
            releases=current,
            titles={one.course: self._.title(one.manifest) for one in current},
            holders=roles,
            today=today_in_vietnam(self.now),
            done=DONE.get(self.get_query_argument("done", "")),
        )

    def _load(
        self, session: Session
    ) -> tuple[Sequence[Registered], Sequence[Release], Mapping[int, bool]]:
        register = lecturers.load_register(session)
        people = {line.person_id for line in register}
        looks.show(session, people, "lecturers")
        on = today_in_vietnam(self.now)
        holders = {
            one: any(
                grant.role == access.INSTRUCTOR for grant in persons.roles_of(session, one, on=on)
            )
            for one in people
        }
        return register, releases.current_releases(session), holders

    async def post(self) -> None:
        self.require(access.may_keep_lecturers(self.actor))
        ended = forms.read_key(self.get_body_argument("end", ""))
        if ended is not None:
            await self.act(lecturer_acts.end_lecturer, ended, at=self.now)
            self.redirect(self.url("lecturers", done="ended"))
            return
        collect(lambda: self._day("from_on"), lambda: self._day("until_on"))
        try:
            await self.act(
                lecturer_acts.enter_lecturer,
                self.get_body_argument("who", "")[:200],
                self.get_body_argument("course", "")[:64],
                from_on=self._day("from_on"),
                until_on=self._day("until_on"),
                certificate=self.get_body_argument("certificate", ""),
                at=self.now,
            )
        except NotAllowed:
            raise Refused(
                Message("Không ai tự ghi mình vào sổ giảng viên; hãy nhờ một người khác."),
                field="who",
            ) from None
        self.redirect(self.url("lecturers", done="entered"))

    def _day(self, name: str) -> dt.date | None:
        said = self.get_body_argument(name, "").strip()
        try:
            return dt.date.fromisoformat(said) if said else None
        except ValueError:
            raise Refused(Message("Ngày không đúng; ví dụ 2026-12-31"), field=name) from None
