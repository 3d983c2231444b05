"""Neighbours whom learners taught: each writes down their own, officers see the numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from analytics.programme.reached import ReachedFigures, as_rows, find_reached_figures
from core.calendar import today_in_vietnam
from core.manifest import Manifest
from core.messages import Message
from courses.handouts.csv_cells import csv_file
from hub.portal import forms
from hub.portal.pages.officer import OfficerPage
from hub.portal.web import PageHandler
from records import Session
from records.courses import releases
from records.programme.reached import reached_by
from records.tables.programme import PeopleReached
from school import access
from school.learning import lessons
from school.programme import reached_acts
from school.programme.cards import teaches_by_card

DONE = {
    "recorded": Message("Đã ghi. Cảm ơn anh/chị đã hướng dẫn bà con."),
    "changed": Message("Đã sửa."),
    "removed": Message("Đã xóa dòng ấy."),
}


class OwnReached(PageHandler):
    """What a learner wrote down of one course, and the form for more."""

    async def get(self, course: str) -> None:
        manifest, rows, may_record = await self.read(self._load, course)
        edited = forms.read_key(self.get_argument("edit", ""))
        self.page(
            "learning/reached.html",
            course=course,
            manifest=manifest,
            rows=rows,
            may_record=may_record,
            is_open=lambda row: reached_acts.is_open(row, self.now),
            edited=next((row for row in rows if row.id == edited), None),
            today=today_in_vietnam(self.now),
            acts=reached_acts,
            done=DONE.get(self.get_query_argument("done", "")),
        )

    async def post(self, course: str) -> None:
        self.require(access.may_submit(self.actor))
        key = forms.read_key(self.get_body_argument("edit", ""))
        removed = forms.read_key(self.get_body_argument("remove", ""))
        done = "recorded"
        if removed is not None:
            done = "removed"
            await self.act(reached_acts.remove, removed, at=self.now)
        elif key is not None:
            done = "changed"
            await self.act(reached_acts.change, key, self._said(), at=self.now)
        else:
            await self.act(reached_acts.record, course, self._said(), at=self.now)
        self.redirect(self.url("courses", course, "reached", done=done))

    def _said(self) -> reached_acts.Said:
        try:
            day = dt.date.fromisoformat(self.get_body_argument("held_on", ""))
        except ValueError:
            day = None
        people = forms.read_key(self.get_body_argument("people", "").strip()) or 0
        return reached_acts.Said(people, day, self.get_body_argument("place", ""))

    def _load(
        self, session: Session, course: str
    ) -> tuple[Manifest, Sequence[PeopleReached], bool]:
        person = self.actor.person_id
        assert person is not None
        release = lessons.find_release_for(session, person, course)
        if release is None:
            raise self.absent()
        rows = reached_by(session, person, course)
        may_record = teaches_by_card(session, self.actor, course)
        if not rows and not may_record and release.manifest.teaching_card is None:
            raise self.absent()
        return release.manifest, rows, may_record


class UnitReached(OfficerPage):
    """The numbers of a unit and what lies below it; nobody's own lines."""

    async def get(self, unit: str) -> None:
        figures, titles = await self.read(self._load, int(unit))
        path, above = [], set[int]()
        for node in figures.path:
            above.add(node.id)
            path.append((node, access.may_see_unit(self.actor, above)))
        self.page(
            "programme/reached.html",
            figures=figures,
            titles=titles,
            path_nodes=path,
            count=self.count,
            sample=self.portal.settings.demonstration,
        )

    def _load(self, session: Session, unit: int) -> tuple[ReachedFigures, dict[str, str]]:
        manifests = [one.manifest for one in releases.current_releases(session)]
        taught = [one.course for one in manifests if one.teaching_card is not None]
        figures = find_reached_figures(session, unit, taught, at=self.now)
        if figures is None:
            raise self.absent()
        path = {node.id for node in (*figures.path, figures.unit)}
        self.require(access.may_see_unit(self.actor, path))
        return figures, {one.course: self._.title(one) for one in manifests}


class UnitReachedFile(UnitReached):
    """The same as CSV: a line for each unit, course and month."""

    cost: ClassVar[float] = 4

    async def get(self, unit: str) -> None:
        figures, _titles = await self.read(self._load, int(unit))
        separator = ";" if self._.language == "vi" else ","  # as their spreadsheets part columns
        today = today_in_vietnam(self.now)
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        name = f"da-huong-dan-{figures.unit.code}-{today:%Y-%m-%d}.csv"
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.finish(csv_file(as_rows(figures), separator=separator))
