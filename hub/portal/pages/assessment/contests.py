"""Levels that somebody contested, for whoever decides: what they wrote, and how many tasks of which
level count; no answer of theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from hub.portal import forms
from hub.portal.pages.programme.curriculum import SOURCES
from hub.portal.web import PageHandler
from records import Session
from records.assessment import contests
from records.people import persons
from records.tables.assessment import LevelContest
from school import access
from school.assessment import contest_acts
from school.levels import Count, Level, counts_of, load_levels
from school.people import looks
from skills_framework.evidence import LEVELS
from skills_framework.framework import Competence, load_framework


@dataclass(frozen=True)
class Waiting:
    """A contest, with what the rule says now."""

    contest: LevelContest
    competence: Competence
    level: Level
    counts: Sequence[Count]


class ContestsPage(PageHandler):
    """What waits for an answer, the oldest first; one's own is not among it."""

    async def get(self) -> None:
        self.require(access.may_decide_contests(self.actor))
        waiting, names = await self.look(self._load, self.now)
        self.page(
            "assessment/contests.html",
            waiting=waiting,
            names=names,
            sources=SOURCES,
            highest=LEVELS,
            acts=contest_acts,
            done=self.get_argument("done", ""),
        )

    async def post(self) -> None:
        self.require(access.may_decide_contests(self.actor))
        await self.act(
            contest_acts.decide,
            forms.read_key(self.get_body_argument("contest", "")) or 0,
            self.get_body_argument("outcome", ""),
            self.get_body_argument("answer", ""),
            forms.read_key(self.get_body_argument("given", "")),
            at=self.now,
        )
        self.redirect(self.url("contests", done=1), status=HTTPStatus.SEE_OTHER)

    def _load(
        self, session: Session, at: dt.datetime
    ) -> tuple[Sequence[Waiting], Mapping[int, str]]:
        rows = [
            one
            for one in contests.open_contests(session)
            if access.may_decide_contest_of(self.actor, one.person_id)
        ]
        looks.show(session, (one.person_id for one in rows), "contest")
        waiting = []
        for row in rows:
            level = load_levels(session, row.person_id, framework=row.framework, at=at)
            found = load_framework(row.framework).find_competence(row.competence)
            assert found is not None
            own = [one.sign for one in level[row.competence].judged.own]
            waiting.append(Waiting(row, found, level[row.competence], counts_of(own)))
        return waiting, persons.names_of(session, {one.person_id for one in rows})
