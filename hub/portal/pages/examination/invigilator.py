"""A room, for whoever looks after it: papers, who needs help first, one candidate, what happened.
The act asks whose room it is; the ministry and the auditor look on without its code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from core.folding import fold
from core.messages import Message, Refused
from hub.portal import forms
from hub.portal.pages.assessment.items import ItemPage
from hub.portal.pages.examination import words
from records import Session
from school.assessment.item_bank import the_bank
from school.examination import helping, invigilating_acts, views
from school.examination.after import SHOWN
from school.examination.views import RoomPage, Row, Unmarked
from school.people import looks
from school.people.entering import shown_code

GIVEN_BACK = (5, 10, 15, 30)  # minutes, as buttons offer them
WRITTEN = {kind: words.INCIDENTS[kind] for kind in invigilating_acts.WRITTEN}


class OfRoom(ItemPage):
    """What the pages of a room share."""

    async def load(self, number: str) -> RoomPage:
        found = await self.look(self._load, int(number))
        if found is None:
            raise self.absent()
        return found

    def _load(self, session: Session, number: int) -> RoomPage | None:
        found = views.load_room(session, self.actor, number, at=self.now)
        if found is not None:
            seen = [*(row.person.id for row in found.rows), *found.names]
            looks.show(session, [*seen, *(one.id for one in found.invigilators)], SHOWN)
        return found

    def minutes(self) -> int:
        said = forms.read_key(self.get_body_argument("minutes", "").strip())
        if said is None:
            raise Refused(Message("Hãy ghi số phút"), field="minutes")
        return said

    def said(self, name: str) -> str:
        return str(self.get_body_argument(name, ""))

    async def marked(self, waiting: Unmarked) -> dict[int, float]:
        return {
            number: share
            for number, (question, answers) in waiting.items()
            if (share := await self.mark(question, answers)) is not None
        }

    async def unmarked(self, room: int, candidate: int | None) -> Mapping[int, Unmarked]:
        bank = await self.in_thread(the_bank)
        return await self.read(views.load_unmarked, room, bank, candidate_id=candidate)

    def room_page(self, template: str, room: RoomPage, **values: Any) -> None:
        self.page(
            template,
            seen=room,
            words=words,
            needs=helping.NEEDS,
            written=WRITTEN,
            given_back=GIVEN_BACK,
            decisions=invigilating_acts.DECISIONS,
            numbers={row.candidate.id: row.candidate.number for row in room.rows},
            **values,
        )


class ExamRoomPage(OfRoom):
    """The room: papers first, then who needs help first."""

    async def get(self, number: str) -> None:
        room = await self.load(number)
        asked = self.get_query_argument("q", "").strip()[:100]
        self.room_page(
            "examination/room.html",
            room,
            asked=asked,
            desk=at_desk(room.rows, asked),
            code=shown_code(room.code).upper(),
            counts=counts_of(room.rows),
        )

    async def post(self, number: str) -> None:
        room = await self.load(number)  # absent, also for a form, where it is another's
        self.require(room.may_invigilate)
        confirmed = forms.read_key(self.get_body_argument("confirm", ""))
        if confirmed is not None:
            self.require(any(row.candidate.id == confirmed for row in room.rows))
            await self.act(invigilating_acts.confirm_identity, confirmed, at=self.now)
        else:
            await self._do(self.said("action"), room.room.id)
        self.redirect(self.url("exam-rooms", number), status=HTTPStatus.SEE_OTHER)

    async def _do(self, action: str, room: int) -> None:
        acts, at = invigilating_acts, self.now
        if action == "open":
            await self.act(acts.open_room, room, at=at)
        elif action == "pause":
            await self.act(acts.pause, room, None, reason=self.said("reason"), at=at)
        elif action == "go-on":
            await self.act(acts.go_on, room, None, at=at)
        elif action == "add":
            minutes, reason = self.minutes(), self.said("reason")
            await self.act(acts.add_minutes, room, None, minutes, reason=reason, at=at)
        elif action == "incident":
            kind, text = self.said("kind"), self.said("text")
            await self.act(acts.write_incident, room, None, kind, text, at=at)
        elif action == "close":
            waiting = await self.unmarked(room, None)
            earned = {one: await self.marked(each) for one, each in waiting.items()}
            await self.act(acts.close_room, room, earned, at=at)


def at_desk(rows: Sequence[Row], asked: str) -> list[Row]:
    """Whose papers are still to be looked at, by number; with ``asked`` (a number, a code, part of
    a name) whoever that is."""
    wanted = sorted(rows, key=lambda row: row.candidate.number)
    if not asked:
        return [
            row
            for row in wanted
            if row.candidate.state == "registered" and row.candidate.identity == "waiting"
        ]
    return [row for row in wanted if _is_meant(row, asked)]


def _is_meant(row: Row, asked: str) -> bool:
    if asked == str(row.candidate.number):
        return True
    if asked.casefold() in ((row.person.code or "").casefold(), row.person.username or ""):
        return True
    return not asked.isdigit() and fold(asked) in row.person.name_folded


def counts_of(rows: Sequence[Row]) -> dict[str, int]:
    """How many are in which state, and how many of the papers were looked at."""
    found: dict[str, int] = {}
    for row in rows:
        found[row.candidate.state] = found.get(row.candidate.state, 0) + 1
    found["confirmed"] = sum(row.candidate.identity == "confirmed" for row in rows)
    return found


class ExamRoomCandidate(OfRoom):
    """One candidate, with all that can be done for them."""

    async def get(self, number: str, candidate: str) -> None:
        room = await self.load(number)
        row = self._row(room, candidate)
        own = [one for one in room.incidents if one.candidate_id == row.candidate.id]
        self.room_page("examination/room_candidate.html", room, row=row, incidents=own)

    def _row(self, room: RoomPage, candidate: str) -> Row:
        row = next((one for one in room.rows if one.candidate.id == int(candidate)), None)
        if row is None:
            raise self.absent()
        return row

    async def post(self, number: str, candidate: str) -> None:
        room = await self.load(number)
        self.require(room.may_invigilate)
        row = self._row(room, candidate)
        await self._do(self.said("action"), room.room.id, row)
        where = self.url("exam-rooms", number, "candidates", candidate)
        self.redirect(where, status=HTTPStatus.SEE_OTHER)

    async def _do(self, action: str, room: int, row: Row) -> None:
        doing: dict[str, Callable[[int, Row], Any]] = {
            "confirm": self._identity,
            "refuse": self._identity,
            "absent": self._identity,
            "pause": self._time,
            "go-on": self._time,
            "add": self._time,
            "end": self._end,
            "incident": self._write,
            "decide": self._decide,
        }
        if action in doing:
            await doing[action](room, row)

    async def _identity(self, _room: int, row: Row) -> None:
        acts, key, action = invigilating_acts, row.candidate.id, self.said("action")
        if action == "confirm":
            await self.act(acts.confirm_identity, key, at=self.now)
        elif action == "refuse":
            await self.act(acts.refuse_identity, key, reason=self.said("reason"), at=self.now)
        else:
            await self.act(acts.mark_absent, key, at=self.now)

    async def _time(self, room: int, row: Row) -> None:
        acts, key, action = invigilating_acts, row.candidate.id, self.said("action")
        reason = self.said("reason")
        if action == "pause":
            await self.act(acts.pause, room, key, reason=reason, at=self.now)
        elif action == "go-on":
            await self.act(acts.go_on, room, key, at=self.now)
        else:
            minutes = self.minutes()
            await self.act(acts.add_minutes, room, key, minutes, reason=reason, at=self.now)

    async def _end(self, room: int, row: Row) -> None:
        key = row.candidate.id
        waiting = await self.unmarked(room, key)
        earned = await self.marked(waiting.get(key, {}))
        reason = self.said("reason")
        await self.act(invigilating_acts.end_sitting, key, earned, reason=reason, at=self.now)

    async def _write(self, room: int, row: Row) -> None:
        key, kind, text = row.candidate.id, self.said("kind"), self.said("text")
        await self.act(invigilating_acts.write_incident, room, key, kind, text, at=self.now)

    async def _decide(self, _room: int, row: Row) -> None:
        incident = forms.read_key(self.said("incident"))
        self.require(any(one.id == incident for one in row.reports))
        bank = await self.in_thread(the_bank)
        await self.act(
            invigilating_acts.decide_question,
            incident or 0,
            self.said("decision"),
            self.said("answer"),
            bank,
            at=self.now,
        )
