"""One notebook on its way through the steps of `graders.strict.reading.plan`.

L runs the learner's cells, E the instructor's setup and tests. Nothing that L says is believed here
beyond "this cell ended"; marks are made of what E reports. When a process dies or hangs, what ran
is kept, a fresh pair is led to the same place (without the cell that killed the first), and marking
goes on with the next step.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

from core.marks import CellMarks
from core.messages import Message
from courses.endings import ending_of
from graders.strict import feedback, testimony, troubles
from graders.strict.between.file_exchange import MAX_FILES, is_plain
from graders.strict.between.protocol import (
    CellSaid,
    CellWish,
    Error,
    Fault,
    Outcome,
    SetupSaid,
    SetupWish,
    SharedSaid,
    SharedWish,
    TestSaid,
    TestWish,
)
from graders.strict.between.starvation import Starvation, all_seconds, allowance, is_short_of
from graders.strict.pair import DEATHS, Died, Pair, receive, talk
from graders.strict.reading.plan import Source, Step
from graders.strict.scoring import score
from graders.strict.troubles import Trouble
from graders.strict.warm import Warm
from sandbox import ChannelClosed, ChannelTimeout, FrameTooLarge

# Characters of base64 that wait for the examiner: less than a frame.
MAX_NEWS = 12 * 1024 * 1024
MAX_PAIRS = 12


class Marking:
    """``cell_s``: seconds of one cell or test; ``notebook_s``: of all. ``candid``: feedback is for
    the author, and holds back nothing."""

    def __init__(
        self,
        warm: Warm,
        source: Source,
        steps: Sequence[Step],
        *,
        seed: int,
        files: Mapping[str, bytes],
        cell_s: float,
        notebook_s: float,
        candid: bool = False,
    ) -> None:
        self.warm = warm
        self.cell_s = cell_s
        self.notebook_s = notebook_s
        self.source = source
        self.steps = steps
        self.candid = candid
        self.seed = seed
        self.files = files
        self.texts = _texts(steps)
        self.began = time.monotonic()
        self.starved = 0.0  # seconds, of pairs that are no more
        self.starving: Sequence[Starvation] = ()
        self.step_began = (self.began, 0.0, cell_s)  # when, starved until then, its limit
        self.starved_out: set[int] = set()  # steps that were ended before they had their time
        self.pair: Pair | None = None
        self.pairs = 0
        self.position = 0  # steps that the living pair has seen
        self.deadly: set[int] = set()  # steps that killed a pair: not led through again
        self.errors: dict[int, dict[str, Any]] = {}  # of learner steps
        self.exposed: set[int] = set()  # learner steps that ran after a hidden test
        self.hidden_ran = False
        self.news: dict[str, Any] = {}
        self.pending: Step | None = None  # a setup cell that E has not answered yet
        self.trouble: Trouble | None = None  # a cell of the author's that failed by itself

    def marks(self) -> list[CellMarks]:
        """Lead through all steps. Raises ForkServerLost."""
        found: list[CellMarks] = []
        try:
            for number, step in enumerate(self.steps):
                if step.place == "manual":
                    found.append(_manual_marks(step))
                elif step.place in ("test", "shared"):
                    found.append(self._test_marks(number, step))
                else:
                    self._lead_to(number + 1)
        finally:
            self._end_pair()
        return found

    # Leading ---------------------------------------------------------------------------------

    def _lead_to(self, position: int) -> bool:
        """Bring a pair to where ``position`` steps are done, tests left out. False: no time left.

        A step that kills the pair is noted and left out when the next pair is led here.
        """
        while True:
            if self._left() <= 0 or (self.pair is None and self.pairs >= MAX_PAIRS):
                return False
            if self.pair is None:
                self.pair = self._new_pair()
                self.pairs += 1
                self.position = 0
                self.pending = None
                self.news = {}
            try:
                while self.position < position:
                    self._take_step(self.position)
                    self.position += 1
                return True
            except Died as death:
                self._note_death(self.position, death)

    def _new_pair(self) -> Pair:
        names = self.source.names
        shared = any(step.place == "shared" for step in self.steps)
        examiner = {
            "seed": self.seed,
            "learner": sorted(names.learner),
            "owned": sorted(names.owned),
            "imports": {name: list(place) for name, place in names.imports.items()},
            "in_place": sorted(names.in_place),
            "classes": {name: sorted(has) for name, has in names.classes.items()},
            "texts": self.texts,
            "rewrites": sorted(names.rewrites),
            "leads_to": {name: sorted(others) for name, others in names.leads_to.items()},
            "read": sorted(names.read),
            "shared": sorted(self.source.shared_names),
            "shifting": sorted(names.shifting),
            "disturbed": sorted(names.disturbed),
        }
        learner = {"seed": self.seed, "shared": shared}
        return Pair(self.warm, examiner, learner, self.files)

    def _note_death(self, number: int, death: Died) -> str:
        """Leave a step out from now on; why it ended the pair. Raises `Interrupted`."""
        assert self.pair is not None
        why = self.pair.cause(death.why, death.at)
        self.deadly.add(number)
        if why == "time":
            self._note_starvation(number)
        if self.steps[number].place == "learner":
            self.errors.setdefault(number, {Fault.WHY: why})
        self._end_pair()
        return why

    def _take_step(self, number: int) -> None:
        step = self.steps[number]
        if number in self.deadly or step.place not in ("learner", "setup"):
            return
        assert self.pair is not None
        limit = min(self.cell_s, self._left())
        if step.place == "setup":
            self._run_setup(step, number, limit)
            return
        if self.hidden_ran:
            self.exposed.add(number)
        wish = {CellWish.CELL: step.source, CellWish.NUMBER: number, CellWish.LIMIT: limit}
        said = talk(self.pair.learner, wish, limit, self._begin_step(limit))
        self._keep_news(said)
        found = testimony.error_of(said)
        if found is not None:
            troubles.look_for_odd_characters(found, step.source)
            self.errors[number] = found
            if found.get(Error.TIMEOUT):
                self._note_starvation(number)
        else:
            self.errors.pop(number, None)
            self.starved_out.discard(number)

    def _run_setup(self, step: Step, number: int, limit: float) -> None:
        """A setup cell: for the tests, and for the learner as far as
        `graders.strict.reading.setups` has it."""
        assert self.pair is not None
        self._settle_examiner()
        setup = step.setup
        wish = {
            SetupWish.SETUP: step.source,
            SetupWish.LIMIT: limit,
            SetupWish.FILES: self._take_news(),
        }
        if setup is not None:
            wish |= {SetupWish.GIVES: setup.gives, SetupWish.KNOWS: setup.knows}
            wish |= {SetupWish.ONCE: setup.once, SetupWish.DEFINED: setup.defined}
        try:
            self.pair.examiner.send(wish)
        except (ChannelClosed, ChannelTimeout, FrameTooLarge) as error:
            raise Died(DEATHS[type(error)], at=self.pair.examiner) from error
        self.pending = step
        done: Mapping[str, Any] = {}
        if step.waits or (setup is not None and not setup.alike):
            done = self._settle_examiner()
        if setup is None:
            return
        text = setup.definitions if done.get(SetupSaid.ONCE) is True else setup.text
        ask = {CellWish.CELL: text, CellWish.NUMBER: number, CellWish.LIMIT: limit}
        ask |= {CellWish.KNOWS: setup.knows, CellWish.GIVES: done.get(SetupSaid.GIVES)}
        said = talk(self.pair.learner, ask, limit, self._watched())
        self._keep_news(said)

    def _settle_examiner(self) -> Mapping[str, Any]:
        """Wait for the setup cell that E is busy with, if for any, and what it says."""
        step = self.pending
        if step is None or self.pair is None:
            return {}
        self.pending = None
        try:
            said = receive(self.pair.examiner, self.cell_s, self._watched())
        except (ChannelClosed, ChannelTimeout, FrameTooLarge) as error:
            raise Died(DEATHS[type(error)], at=self.pair.examiner) from error
        if not isinstance(said, dict) or said.get(SetupSaid.BROKEN):
            raise Died
        if self.trouble is None and not step.waits:
            self.trouble = troubles.of_setup(step, said)
        return said

    def _keep_news(self, said: Mapping[str, Any]) -> None:
        """Files for E; no more of them than may cross at once, whatever L sends."""
        news = said.get(CellSaid.FILES)
        for path, content in news.items() if isinstance(news, dict) else ():
            room = MAX_NEWS - sum(map(len, self.news.values())) + len(self.news.get(path, ""))
            new = path not in self.news
            if is_plain(path) and isinstance(content, str) and len(content) <= room:
                if new and len(self.news) >= MAX_FILES:
                    break
                self.news[path] = content

    def _take_news(self) -> dict[str, Any]:
        news, self.news = self.news, {}
        return news

    def _watched(self) -> Sequence[Starvation]:
        """The processes whose waiting for a processor is nobody's fault."""
        assert self.pair is not None
        self.starving = self.pair.starving()
        return self.starving

    def _starved(self) -> float:
        """Seconds that the processes of this notebook have waited for a processor."""
        return self.starved + all_seconds(self.starving)

    def _begin_step(self, limit: float) -> Sequence[Starvation]:
        """A step may run ``limit`` seconds from now on. The processes as `_watched` has them."""
        watched = self._watched()
        self.step_began = (time.monotonic(), self._starved(), limit)
        return watched

    def _note_starvation(self, number: int) -> None:
        """A step's time was over. Did it have it?"""
        began, starved, limit = self.step_began
        if is_short_of(limit, time.monotonic() - began, self._starved() - starved):
            self.starved_out.add(number)

    def _left(self) -> float:
        """Seconds for the rest of the notebook, with what its processes had to wait."""
        spent = time.monotonic() - self.began
        return allowance(self.notebook_s, self._starved()) - spent

    def _end_pair(self) -> None:
        if self.pair is not None:
            self.starved += all_seconds(self.starving)
            self.starving = ()
            self.pair.close()
            self.pair = None

    # Tests -----------------------------------------------------------------------------------

    def _test_marks(self, number: int, step: Step) -> CellMarks:
        if not self._lead_to(number):
            return self._marks_without_time(step)
        try:
            run = self._run_shared if step.place == "shared" else self._run_test
            outcomes = run(step)
        except Died as death:
            why = self._note_death(number, death)
            outcomes = [{Outcome.ERROR: {Fault.TYPE: "Died"}, Outcome.GONE: True, Outcome.WHY: why}]
        self.position = max(self.position, number + 1) if self.pair is not None else 0
        if any((one.get(Outcome.ERROR) or {}).get(Fault.TIMEOUT) for one in outcomes):
            self._note_starvation(number)
        heard, self.hidden_ran = self.hidden_ran, self.hidden_ran or bool(step.hidden)
        return self._judge(step, outcomes, heard=heard)

    def _marks_without_time(self, step: Step) -> CellMarks:
        """The notebook's time was over before this test."""
        spent = time.monotonic() - self.began
        if step.answered and (
            self.starved_out or is_short_of(self.notebook_s, spent, self._starved())
        ):
            note = feedback.note_of_starvation()
            return self._cell_marks(step, 0.0, feedback.of_waiting(), note=note)
        return self._cell_marks(step, 0.0, feedback.of_no_time())

    def _run_test(self, step: Step) -> list[dict[str, Any]]:
        assert self.pair is not None
        self._settle_examiner()
        limit = min(self.cell_s, self._left())
        wish = {
            TestWish.TEST: step.source,
            TestWish.LIMIT: limit,
            TestWish.FILES: self._take_news(),
        }
        said = talk(self.pair.examiner, wish, limit, self._begin_step(limit))
        outcomes: list[dict[str, Any]] = list(said[TestSaid.OUTCOMES])
        if said.get(TestSaid.BROKEN):
            for outcome in outcomes:
                error = outcome.get(Outcome.ERROR) or {Fault.TYPE: "Died"}
                outcome[Outcome.ERROR] = error
                outcome[Outcome.GONE] = not error.get(Fault.TIMEOUT)
                if outcome[Outcome.GONE]:
                    outcome[Outcome.WHY] = self.pair.cause(error.get(Fault.WHY) or "closed")
            self._end_pair()
        return outcomes

    def _run_shared(self, step: Step) -> list[dict[str, Any]]:
        """The test runs beside the learner's code: see `graders.strict.learner.tampering`."""
        assert self.pair is not None
        limit = min(self.cell_s, self._left())
        nonce = secrets.token_hex(16)
        wish = {SharedWish.SHARED: step.source, SharedWish.LIMIT: limit, SharedWish.NONCE: nonce}
        said = talk(self.pair.learner, wish, limit, self._begin_step(limit))
        self._keep_news(said)
        if said.get(SharedSaid.NONCE) != nonce:
            raise Died("crash")
        return [testimony.outcome_of_shared(said)]

    def _judge(
        self, step: Step, outcomes: Sequence[Mapping[str, Any]], *, heard: bool
    ) -> CellMarks:
        ending = ending_of(step.source, self.source.names.learner)
        points, review = score(step.points, outcomes, ending)
        trouble = troubles.of_test(
            step,
            points,
            outcomes,
            excess=review,
            starved=bool(self.starved_out),
            before=self.trouble,
        )
        if trouble is not None:
            return self._cell_marks(step, points, trouble.told, note=trouble.note)
        worst = next((one for one in outcomes if one.get(Outcome.ERROR) is not None), None)
        said: Message | str | None = None
        if worst is not None and worst.get(Outcome.TAMPERED):
            said = feedback.of_tampering()
        elif worst is not None:
            errors = [self.errors[n] for n in step.answers if n in self.errors]
            exposed = any(n in self.exposed for n in step.answers)
            if self.candid:
                said = feedback.for_author(step, worst, errors)
            else:
                said = feedback.of_test(step, worst, errors, exposed=exposed, heard=heard)
        elif points < step.points:
            said = feedback.of_partial(outcomes)
            if said is None and points == 0:
                said = feedback.of_test(step, {Outcome.ERROR: {}})
        return self._cell_marks(step, points, said)

    def _cell_marks(
        self, step: Step, points: float, said: Message | str | None, *, note: Message | None = None
    ) -> CellMarks:
        return CellMarks(
            step.grade_id or "",
            points,
            step.points,
            None if said is None else str(said),
            needs_review=note is not None,
            shared=step.place == "shared",
            note=None if note is None else str(note),
        )


def _texts(steps: Sequence[Step]) -> list[str]:
    """The learner's cells, where a test reads source code; nothing otherwise."""
    reading = any("getsource" in step.source for step in steps if step.place == "test")
    return [step.source for step in steps if step.place == "learner"] if reading else []


def _manual_marks(step: Step) -> CellMarks:
    """A cell that a person marks; one left as it was handed out has earned nothing."""
    if step.unchanged:
        said = feedback.of_unanswered()
        return CellMarks(step.grade_id or "", 0.0, step.points, str(said))
    said = feedback.of_review()
    return CellMarks(step.grade_id or "", 0.0, step.points, str(said), needs_review=True)
