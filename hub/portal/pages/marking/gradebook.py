"""The gradebook of a course, for those who teach it: on the page and as a file."""

from __future__ import annotations

from typing import ClassVar

from analytics.programme.report import write_sheets
from core.calendar import today_in_vietnam
from courses.handouts.csv_cells import csv_file
from hub.portal import forms
from hub.portal.pages.officer import XLSX, OfficerPage
from records import Session
from records.people import persons
from school import access
from school.marking import gradebook
from school.marking.gradebook import STATES, Filter
from school.marking.gradebook_acts import take_gradebook


class GradebookPage(OfficerPage):
    """What page and file are asked for."""

    def asked(self) -> Filter:
        state = self.get_argument("state", "all")
        return Filter(
            unit=forms.read_key(self.get_argument("unit", "")),
            meeting=forms.read_key(self.get_argument("class", "")),
            state=state if state in STATES else "all",
            search=persons.clean(self.get_argument("q", ""))[:100],
            lesson=self.get_argument("lesson", "")[:64],
        )


class Gradebook(GradebookPage):
    """Learner by learner: lessons, or the exercises of one lesson."""

    async def get(self, slug: str) -> None:
        self.require(access.may_teach(self.actor))
        asked = self.asked()
        book = await self.look(self._load, slug, asked)
        self.require(book is not None)
        self.page(
            "marking/gradebook.html",
            book=book,
            asked=asked,
            states=STATES,
            offset=self.offset(),
            size=gradebook.PAGE,
            count=self.count,
        )

    def _load(self, session: Session, slug: str, asked: Filter) -> gradebook.Book | None:
        return gradebook.load_book(
            session,
            self.actor,
            slug,
            asked,
            pass_share=self.pass_share,
            at=self.now,
            offset=self.offset(),
        )


class GradebookFile(GradebookPage):
    """The same of everybody asked for; that it was taken is in the log."""

    cost: ClassVar[float] = 20

    async def get(self, slug: str, ending: str) -> None:
        self.require(access.may_teach(self.actor))
        book, exercises = await self.act(
            take_gradebook,
            slug,
            self.asked(),
            self._.message,
            pass_share=self.pass_share,
            at=self.now,
        )
        name = f"so-diem-{slug}-{today_in_vietnam(self.now):%Y-%m-%d}.{ending}"
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        if ending == "csv":
            separator = ";" if self._.language == "vi" else ","
            self.set_header("Content-Type", "text/csv; charset=utf-8")
            self.finish(csv_file(book, separator=separator))
            return
        self.set_header("Content-Type", XLSX)
        self.finish(write_sheets({self._("Sổ điểm"): book, self._("Từng bài tập"): exercises}))
