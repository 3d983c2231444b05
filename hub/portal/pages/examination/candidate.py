"""*Kỳ thi của tôi*, and the examination itself: enter, one item at a time, hand in, what came of
it. Everything works without script; `static/src/examination.js` saves what is typed meanwhile."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import parse_qs

from core.messages import Message, Refused
from hub.portal.pages.assessment.items import ItemPage
from hub.portal.pages.examination import words
from hub.portal.returned_forms import at_field
from hub.portal.web import BaseHandler, PageHandler
from school import access
from school.assessment.item_bank import ItemBank, the_bank
from school.examination import candidate_acts, views
from school.examination.views import Paper, Unmarked
from school.learning.notebooks import Answers
from school.refusals import WithStatus
from skills_framework.framework import load_framework

MOST_TYPED, MOST_FIELDS = 100_000, 500


class OwnExaminations(ItemPage):
    """Where one is a candidate, where one looks after a room; the code is typed here."""

    async def get(self) -> None:
        assert self.actor.person_id is not None
        own = await self.read(views.load_own, self.actor.person_id, at=self.now)
        self.page(
            "examination/own.html",
            own=own,
            working=[one for one in own if one.candidate.state == "working"],
            rooms=await self.read(views.load_rooms, self.actor),
            words=words,
            may_sit=access.may_sit_examination(self.actor),
        )

    async def post(self) -> None:
        self.require(access.may_sit_examination(self.actor))
        bank = await self.in_thread(the_bank)
        seed = secrets.randbelow(2**31)
        with at_field("code"):
            code = self.get_body_argument("code", "")[:40]
            await self.act(candidate_acts.enter, bank, code, seed=seed, at=self.now)
        self.redirect(self.url("examinations", "question"), status=HTTPStatus.SEE_OTHER)


class ExaminationQuestion(OwnExaminations):
    """The item that is asked, with the time that is left; a pause; the end. The list where nobody
    is at work."""

    async def get(self) -> None:
        self.require(access.may_sit_examination(self.actor))
        paper = await self._load_paper()
        if paper is None:
            await super().get()
        elif paper.time_is_up:
            await self._end(paper, paper.last, "time")
        else:
            self._show(paper, paper.kept, ())

    async def post(self) -> None:
        self.require(access.may_sit_examination(self.actor))
        paper = await self._load_paper()
        if paper is None:
            self.redirect(self.url("examinations"), status=HTTPStatus.SEE_OTHER)
            return
        action = self.get_body_argument("action", "answer")
        try:
            done = await self._do(paper, action)
        except Refused as refused:
            self.set_status(refused.status if isinstance(refused, WithStatus) else 422)
            typed = self.posted(paper.question) if paper.question else {}
            self._show(paper, typed, [self._.message(one) for one in refused.messages])
            return
        if done:
            await self._go_on()

    async def _do(self, paper: Paper, action: str) -> bool:
        """Do what was pressed; whether the next item is to be asked. A form of an earlier item,
        sent twice or from another window, changes nothing."""
        number, question = paper.number, paper.question
        if self.get_body_argument("number", "") != str(number) or question is None:
            return True
        typed = self.posted(question)
        if action in ("save", "report", "finish"):
            await self.act(candidate_acts.save_typed, number, typed, at=self.now)
        if action == "report":
            text = self.get_body_argument("text", "")
            await self.act(candidate_acts.report_question, number, text, at=self.now)
        if action == "finish":
            await self._end(paper, paper.unmarked, "person")
            return False
        if action in ("answer", "unknown"):
            given = None if action == "unknown" else self.read_answers(question, typed)
            await self.act(candidate_acts.answer, number, given, at=self.now)
        return True

    async def _go_on(self) -> None:
        """Mark what waits and ask the next item; end where it is enough."""
        paper = await self._load_paper()
        if paper is None:
            self.redirect(self.url("examinations"), status=HTTPStatus.SEE_OTHER)
            return
        earned = await self._marked(paper.unmarked)
        bank = await self.in_thread(the_bank)
        ending = await self.act(candidate_acts.go_on, bank, earned, at=self.now)
        if ending:
            await self._end(paper, paper.last if ending == "time" else {}, ending)
        else:
            self.redirect(self.url("examinations", "question"), status=HTTPStatus.SEE_OTHER)

    async def _end(self, paper: Paper, waiting: Unmarked, ending: str) -> None:
        earned = await self._marked(waiting)
        await self.act(candidate_acts.finish, earned, ending=ending, at=self.now)
        key = paper.seat.candidate.id
        self.redirect(self.url("examinations", "own", key), status=HTTPStatus.SEE_OTHER)

    async def _marked(self, waiting: Unmarked) -> dict[int, float]:
        return {
            number: share
            for number, (question, answers) in waiting.items()
            if (share := await self.mark(question, answers)) is not None
        }

    async def _load_paper(self) -> Paper | None:
        assert self.actor.person_id is not None
        bank: ItemBank = await self.in_thread(the_bank)
        return await self.read(views.load_paper, self.actor.person_id, bank, at=self.now)

    def _show(self, paper: Paper, answers: Answers, errors: Sequence[str]) -> None:
        self.page(
            "examination/question.html",
            paper=paper,
            errors=errors,
            decisions=words.DECISIONS,
            script_words=words.script_words(self._),
            text=self.get_body_argument("text", "") if errors else "",
            **self.item_parts(paper.question, answers, refused=bool(errors)),
        )


class ExaminationBeat(BaseHandler):
    """Keeps what was typed so far and tells the time: the one request that a page at work repeats.

    ``typed``: the form's fields as they would be posted; without it only the time is asked."""

    async def post(self) -> None:
        self.require(access.may_sit_examination(self.actor))
        assert self.actor.person_id is not None
        typed = self.get_body_argument("typed", None, strip=False)
        if typed is not None:
            await self._keep(typed)
        beat = await self.read(views.load_beat, self.actor.person_id, at=self.now)
        if beat is None:
            self.json({"state": "ended", "seconds": 0, "number": 0, "answer": ""})
            return
        if self._left("focus") or self._left("screen"):
            await self.act(candidate_acts.signal, at=self.now)
        state = "paused" if beat.paused else "open"
        said = {"state": state, "seconds": beat.seconds_left}
        self.json({**said, "number": beat.number, "answer": beat.answer})

    async def _keep(self, typed: str) -> None:
        assert self.actor.person_id is not None
        bank = await self.in_thread(the_bank)
        paper = await self.read(views.load_paper, self.actor.person_id, bank, at=self.now)
        if paper is None or paper.question is None:
            return
        if self.get_body_argument("number", "") != str(paper.number):
            return
        said = _fields(typed)
        answers = ItemPage.posted_from(paper.question, lambda name: said.get(name, []))
        await self.act(candidate_acts.save_typed, paper.number, answers, at=self.now)

    def _left(self, kind: str) -> bool:
        return self.get_body_argument(kind, "0") not in ("", "0")

    def answer_error(self, status: int, errors: list[str]) -> None:
        self.json({"errors": errors}, status)


class OwnExamination(PageHandler):
    """One's own examination once it is over: what came of it, and the appeal."""

    async def get(self, key: str) -> None:
        assert self.actor.person_id is not None
        found = await self.read(views.load_own, self.actor.person_id, at=self.now)
        own = next((one for one in found if one.candidate.id == int(key)), None)
        if own is None:
            raise self.absent()
        domains = {one.code: one.name for one in load_framework(own.examination.framework).domains}
        self.page("examination/result.html", own=own, words=words, domains=domains)


def _fields(typed: str) -> dict[str, list[str]]:
    """A form's fields out of their text; `Refused` for what no form of ours can be."""
    if len(typed) > MOST_TYPED:
        raise Refused(TOO_MUCH)
    try:
        return parse_qs(typed, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Refused(TOO_MUCH) from None


TOO_MUCH = Message("Câu trả lời dài quá. Hãy rút ngắn lại.")
