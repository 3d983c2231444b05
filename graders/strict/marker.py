"""`Marker`: the one door to marking.

It holds warm processes (one fork server) and, for each notebook, leads two forks through the steps
of `graders.strict.plan`: L runs the learner's cells, E the instructor's setup and tests. Nothing
that L says is believed here beyond "this cell ended"; marks are made of what E reports.

When a process dies or hangs, what ran is kept, a fresh pair is led to the same place (without the
cell that killed the first), and marking goes on with the next step.
"""

from __future__ import annotations

import json
import logging
import secrets
import signal
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from core.marks import (
    MAX_OUTPUTS,
    MAX_RICH,
    MAX_TEXT,
    CellMarks,
    CellRun,
    Marks,
    Mode,
    make_marks,
)
from core.messages import Message
from courses.endings import ending_of
from graders.commands import ENVIRONMENT
from graders.read_submission import Unfit, read_cells
from graders.strict import feedback, troubles
from graders.strict.between.file_exchange import MAX_FILES, is_plain
from graders.strict.between.last_value import checked_facts
from graders.strict.between.starvation import MOST, Starvation, all_seconds, allowance
from graders.strict.plan import Source, Step, make_plan, read_source
from graders.strict.troubles import Trouble
from sandbox import (
    Channel,
    ChannelClosed,
    ChannelTimeout,
    Child,
    ForkServer,
    ForkServerLost,
    FrameTooLarge,
    Limits,
)

logger = logging.getLogger("motcham.marking")

# MiB of one message: outputs and files of one cell are bounded well below.
_FRAME_MB = 16
# Characters of base64 that wait for the examiner: less than a frame.
MAX_NEWS = 12 * 1024 * 1024
CELL_S = 15.0
NOTEBOOK_S = 90.0
MAX_PAIRS = 12
_ATTEMPTS = 2  # at a notebook whose processes somebody kills
_GRACE_S = 1.5
_PROGRAMS = {
    "learner": "graders.strict.learner.program:main",
    "examiner": "graders.strict.examiner.program:main",
}


class _Died(Exception):
    """A process of the pair ended, hung or spoke nonsense. ``why`` as `feedback.of_death` has it;
    "closed" where the process is to be asked."""

    def __init__(self, why: str = "closed", *, at: Channel | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.at = at  # whose line it was


class _Interrupted(Exception):
    """A process was killed from outside, which is nobody's fault who hands in."""


class Marker:
    """Marks notebooks. A context manager; `mark` and `run_cells` may be called by many threads.

    ``cell_s``: seconds one cell or test may take. ``notebook_s``: seconds for all of a notebook.
    ``limits``: bounds of each of the two processes. Raises `sandbox.WallsMissing` on first use
    where the machine gives less than full walls and ``allow_reduced`` is False.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        allow_reduced: bool = False,
        cell_s: float = CELL_S,
        notebook_s: float = NOTEBOOK_S,
    ) -> None:
        self.limits = limits or Limits(
            cpu_s=max(20.0, notebook_s), wall_s=notebook_s * MOST + 30, memory_mb=1024, output_mb=1
        )
        self.allow_reduced = allow_reduced
        self.cell_s = cell_s
        self.notebook_s = notebook_s
        self.aside = ThreadPoolExecutor(8, thread_name_prefix="marker")
        self._lock = threading.Lock()
        self._server: ForkServer | None = None
        self._kernels: Any = None  # of compatible mode, once it is asked for
        self._kernels_lock = threading.Lock()
        self._closed = False

    # Life ------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the warm processes and whatever still runs in them. Safe to repeat."""
        with self._lock:
            self._closed = True
            server, self._server = self._server, None
        self.aside.shutdown(wait=True)
        if server is not None:
            server.close()
        with self._kernels_lock:
            kernels, self._kernels = self._kernels, None
        if kernels is not None:
            kernels.close()

    def kernels(self) -> Any:
        """The warm kernels of compatible mode; for this room's own use."""
        from graders.compatible.walled import WalledKernels

        with self._kernels_lock:
            if self._closed:
                raise RuntimeError("the marker is closed")
            if self._kernels is None:
                self._kernels = WalledKernels(allow_reduced=self.allow_reduced)
            return self._kernels

    def warm_up(self) -> None:
        """Start the fork server now rather than with the first notebook."""
        self._warm()

    @property
    def level(self) -> str:
        """The walls that the warm processes stand behind: ``full`` or ``reduced``."""
        return self._warm().level

    def _warm(self) -> ForkServer:
        with self._lock:
            if self._closed:
                raise RuntimeError("the marker is closed")
            if self._server is None:
                self._server = ForkServer(
                    programs=_PROGRAMS,
                    preload=[
                        *(
                            "graders.strict.preload",
                            "graders.strict.learner.program",
                            "graders.strict.examiner.program",
                        ),
                        "graders.strict.own_modules",  # last: it looks at what is loaded
                    ],
                    limits=self.limits,
                    allow_reduced=self.allow_reduced,
                    environment={"NBGRADER_EXECUTION": "autograde", **ENVIRONMENT},
                    tools=True,  # a notebook's ``!ls`` and ``%%bash``
                )
            return self._server

    def fork(
        self,
        program: str,
        ends: Sequence[Any],
        options: Mapping[str, Any],
        files: Mapping[str, bytes],
        limits: Limits | None = None,
    ) -> Child:
        """A child of the fork server; for this room's own use. Raises ForkServerLost."""
        server = self._warm()
        try:
            return server.fork(
                program,
                channels=ends,
                options=options,
                files=files,
                limits=limits or self.limits,
            )
        except ForkServerLost:
            with self._lock:
                if self._server is server:
                    self._server = None
            server.close()
            raise

    # Marking ---------------------------------------------------------------------------------

    def mark(
        self,
        source: bytes | Mapping[str, Any],
        submitted: bytes,
        *,
        mode: Mode = "strict",
        seed: int = 0,
        files: Mapping[str, bytes] | None = None,
        candid: bool = False,
    ) -> Marks:
        """Mark ``submitted`` (a notebook's bytes) against the instructor's ``source``.

        ``seed`` seeds the random generators. ``files``: what was handed in beside the notebook.
        ``candid``: the feedback is for the author, and holds back nothing of hidden tests.
        Never raises for a bad submission: its state and reason say what is wrong with it.
        """
        if mode == "compatible":
            from graders.compatible import mark_compatible

            return mark_compatible(self, source, submitted, files or {})
        try:
            plan_source = read_source(source)
        except Unfit as unfit:
            return Marks("failed", 0.0, 0.0, (), unfit.reason, mode)
        try:
            steps = make_plan(plan_source, read_cells(submitted))
        except Unfit as unfit:
            return Marks(unfit.state, 0.0, plan_source.max, (), unfit.reason, mode)
        for attempt in range(1, _ATTEMPTS + 1):
            run = _Marking(self, plan_source, steps, seed=seed, files=files or {}, candid=candid)
            try:
                cells = run.marks()
                break
            except (ForkServerLost, _Interrupted):
                logger.warning("interrupted", extra={"fields": {"attempt": attempt}}, exc_info=True)
        else:
            reason = Message("Bộ máy chấm gặp sự cố; bài sẽ được chấm lại.")
            return Marks("failed", 0.0, plan_source.max, (), reason, mode)
        return make_marks(cells, plan_source.max, mode)

    # Running ---------------------------------------------------------------------------------

    def run_cells(
        self,
        sources: Sequence[str],
        *,
        seed: int = 0,
        limits: Limits | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> list[CellRun]:
        """Run code cells in one fresh process, in order; for a learner who looks at the outputs.

        Cells after one that ended the process have no outputs and are not ok.
        """
        control, theirs = Channel.pair(frame_mb=_FRAME_MB)
        runs: list[CellRun] = []
        ends_at = time.monotonic() + self.notebook_s
        options = {"show": True, "seed": seed}
        with control, self.fork("learner", [theirs], options, files or {}, limits) as child:
            starving = [Starvation(child.pid)]
            for number, text in enumerate(sources):
                limit = min(self.cell_s, ends_at - time.monotonic())
                try:
                    said = _talk(
                        control,
                        {"cell": text, "number": number, "limit": limit},
                        limit,
                        starving,
                    )
                except _Died as death:
                    runs.append(_stopped_run(_cause_of_run(death.why, child)))
                    break
                runs.append(_cell_run(said))
            starving[0].close()
        nothing = CellRun([], ok=False)
        return runs + [nothing] * (len(sources) - len(runs))


def _cause_of_run(why: str, child: Child) -> str:
    try:
        return _cause(why, child)
    except _Interrupted:
        return "crash"


def _cause(why: str, child: Child, *, apart: bool = True) -> str:
    """Why a process that no longer answers ended. ``apart``: it is process 1 of its own PID
    namespace, which nobody in there can kill. Raises `_Interrupted`."""
    if why != "closed":
        return why
    try:
        end = child.wait(_GRACE_S)
    except TimeoutError:
        return "crash"  # it closed its line, and lives on
    if end.reason == "lost" or (
        apart and end.reason == "crashed" and end.status == -signal.SIGKILL
    ):
        raise _Interrupted(end.reason)
    if end.reason in ("memory", "time"):
        return end.reason
    if end.reason in ("done", "failed"):
        return "exit"
    return "output" if end.status == -signal.SIGPIPE else "crash"


def _stopped_run(why: str) -> CellRun:
    text = str(feedback.of_death(why))
    output = {"output_type": "error", "ename": "Stopped", "evalue": text, "traceback": [text]}
    return CellRun([output], ok=False, timed_out=why == "time")


def _cell_run(said: Mapping[str, Any]) -> CellRun:
    return CellRun(
        _bounded(said.get("outputs")),
        ok=said.get("ok") is True,
        timed_out=said.get("timed_out") is True,
    )


def _bounded(found: object) -> list[dict[str, Any]]:
    """Outputs of nbformat's shape and of the size that `graders.strict.between.outputs` keeps to:
    the learner's process, which said so, need not have kept to anything."""
    outputs: list[dict[str, Any]] = []
    room = MAX_RICH + MAX_TEXT
    for one in found[:MAX_OUTPUTS] if isinstance(found, list) else ():
        size = len(json.dumps(one))
        if size <= room and _is_output(one):
            room -= size
            outputs.append(one)
    return outputs


def _error_of(said: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a learner's cell raised, in the words of its process: cut to what feedback can use."""
    found = said.get("error")
    if not isinstance(found, dict):
        return None
    kept: dict[str, Any] = {
        key: value[:2000] for key in ("t", "s") if isinstance(value := found.get(key), str)
    }
    for key in ("builtin", "timeout", "flooded"):
        kept[key] = found.get(key) is True
    place = found.get("place")
    if isinstance(place, list) and len(place) == 2 and all(type(one) is int for one in place):
        kept["place"] = place
    return kept


def _is_output(found: object) -> bool:
    """Is it of nbformat's shape? The learner's process wrote it, so look."""
    if not isinstance(found, dict):
        return False
    match found.get("output_type"):
        case "stream":
            return found.get("name") in ("stdout", "stderr") and isinstance(found.get("text"), str)
        case "error":
            trace = found.get("traceback")
            return (
                isinstance(found.get("ename"), str)
                and isinstance(found.get("evalue"), str)
                and isinstance(trace, list)
                and len(trace) <= 110
                and all(isinstance(line, str) and len(line) <= 4000 for line in trace)
            )
        case "display_data" | "execute_result":
            data = found.get("data")
            return isinstance(data, dict) and isinstance(found.get("metadata"), dict)
    return False


def _talk(
    channel: Channel, wish: dict[str, Any], limit: float, starving: Sequence[Starvation]
) -> dict[str, Any]:
    """Send and wait for the answer. Raises `_Died` when none comes within ``limit`` and grace, and
    the time in which the processes of ``starving`` had no processor."""
    try:
        channel.send(wish)
        said = _receive(channel, max(0.0, limit), starving)
    except (ChannelClosed, ChannelTimeout, FrameTooLarge) as error:
        raise _Died(_NAMES[type(error)], at=channel) from error
    if not isinstance(said, dict):
        raise _Died("crash")
    return said


def _receive(channel: Channel, limit: float, starving: Sequence[Starvation]) -> Any:
    began, starved = time.monotonic(), all_seconds(starving)
    while True:
        end = began + allowance(limit, all_seconds(starving) - starved) + _GRACE_S
        try:
            return channel.receive(max(0.0, end - time.monotonic()))
        except ChannelTimeout:
            more = began + allowance(limit, all_seconds(starving) - starved) + _GRACE_S
            if more - time.monotonic() <= 0.05:
                raise


_NAMES: dict[type[Exception], str] = {
    ChannelClosed: "closed",
    ChannelTimeout: "time",
    FrameTooLarge: "output",
}


class _Pair:
    """One L and one E, joined by a link, and what is open between us and them.

    E is forked aside: what is said to it waits on its channel while L already works.
    """

    def __init__(
        self, marker: Marker, run: _Marking, *, seed: int, files: Mapping[str, bytes]
    ) -> None:
        names = run.source.names
        self.learner, learner_end = Channel.pair(frame_mb=_FRAME_MB)
        self.examiner, examiner_end = Channel.pair(frame_mb=_FRAME_MB)
        asking, answering = socket.socketpair()
        shared = any(step.place == "shared" for step in run.steps)
        own = {
            "seed": seed,
            "learner": sorted(names.learner),
            "owned": sorted(names.owned),
            "imports": {name: list(place) for name, place in names.imports.items()},
            "in_place": sorted(names.in_place),
            "classes": {name: sorted(has) for name, has in names.classes.items()},
            "texts": run.texts,
            "rewrites": sorted(names.rewrites),
            "leads_to": {name: sorted(others) for name, others in names.leads_to.items()},
            "read": sorted(names.read),
            "shared": sorted(run.source.shared_names),
            "shifting": sorted(names.shifting),
            "disturbed": sorted(names.disturbed),
        }
        self._aside = marker.aside
        self._apart = marker.level == "full"
        self._examiner_child = self._aside.submit(
            marker.fork, "examiner", [examiner_end, asking], own, files
        )
        try:
            self._learner_child = marker.fork(
                "learner", [learner_end, answering], {"seed": seed, "shared": shared}, files
            )
        except BaseException:
            self.learner.close()
            self.examiner.close()
            self._examiner_child.result().close()
            raise
        self._starving = [Starvation(self._learner_child.pid)]

    def cause(self, why: str, at: Channel | None = None) -> str:
        """Why the pair no longer works, in the words of `feedback.of_death`. ``at``: the line that
        told of it. Raises `_Interrupted`, ForkServerLost."""
        child = self._examiner_child.result() if at is self.examiner else self._learner_child
        why = _cause(why, child, apart=self._apart)
        # An examiner leaves only where it could not go on, over something of the learner's.
        return "crash" if why == "exit" and at is self.examiner else why

    def starving(self) -> Sequence[Starvation]:
        """Of both processes, as far as they are forked, how long they had no processor."""
        forked = self._examiner_child.done() and self._examiner_child.exception() is None
        if forked and len(self._starving) < 2:
            self._starving.append(Starvation(self._examiner_child.result().pid))
        return self._starving

    def close(self) -> None:
        """End both, without waiting for the end. Raises ForkServerLost where E never began."""
        self.learner.close()
        self.examiner.close()
        for one in self._starving:
            one.close()
        children = [self._learner_child]
        try:
            children.append(self._examiner_child.result())
        finally:
            for child in children:
                child.kill()
            self._aside.submit(_bury, children)


def _bury(children: Sequence[Child]) -> None:
    for child in children:
        child.close()


class _Marking:
    """One notebook on its way through the steps."""

    def __init__(
        self,
        marker: Marker,
        source: Source,
        steps: Sequence[Step],
        *,
        seed: int,
        files: Mapping[str, bytes],
        candid: bool = False,
    ) -> None:
        self.marker = marker
        self.source = source
        self.steps = steps
        self.candid = candid
        self.seed = seed
        self.files = files
        self.texts = _texts(steps)
        self.began = time.monotonic()
        self.starved = 0.0  # seconds, of pairs that are no more
        self.starving: Sequence[Starvation] = ()
        self.pair: _Pair | None = None
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
                self.pair = _Pair(self.marker, self, seed=self.seed, files=self.files)
                self.pairs += 1
                self.position = 0
                self.pending = None
                self.news = {}
            try:
                while self.position < position:
                    self._take_step(self.position)
                    self.position += 1
                return True
            except _Died as death:
                self._note_death(self.position, death)

    def _note_death(self, number: int, death: _Died) -> str:
        """Leave a step out from now on; why it ended the pair. Raises `_Interrupted`."""
        assert self.pair is not None
        why = self.pair.cause(death.why, death.at)
        self.deadly.add(number)
        if self.steps[number].place == "learner":
            self.errors.setdefault(number, {"why": why})
        self._end_pair()
        return why

    def _take_step(self, number: int) -> None:
        step = self.steps[number]
        if number in self.deadly or step.place not in ("learner", "setup"):
            return
        assert self.pair is not None
        limit = min(self.marker.cell_s, self._left())
        if step.place == "setup":
            self._run_setup(step, number, limit)
            return
        self._settle_examiner(only_if_asking=True)
        if self.hidden_ran:
            self.exposed.add(number)
        said = _talk(
            self.pair.learner,
            {"cell": step.source, "number": number, "limit": limit},
            limit,
            self._watched(),
        )
        self._keep_news(said)
        found = _error_of(said)
        if found is not None:
            troubles.look_for_odd_characters(found, step.source)
            self.errors[number] = found
        else:
            self.errors.pop(number, None)

    def _run_setup(self, step: Step, number: int, limit: float) -> None:
        """A setup cell: for the tests, and for the learner as far as `graders.strict.setups` has
        it."""
        assert self.pair is not None
        self._settle_examiner()
        setup = step.setup
        wish = {"setup": step.source, "limit": limit, "files": self._take_news()}
        if setup is not None:
            wish |= {"gives": setup.gives, "knows": setup.knows}
            wish |= {"once": setup.once, "defined": setup.defined}
        try:
            self.pair.examiner.send(wish)
        except (ChannelClosed, ChannelTimeout, FrameTooLarge) as error:
            raise _Died(_NAMES[type(error)], at=self.pair.examiner) from error
        self.pending = step
        done: Mapping[str, Any] = {}
        if step.waits or (setup is not None and not setup.alike):
            done = self._settle_examiner()
        if setup is None:
            return
        text = setup.definitions if done.get("once") is True else setup.text
        ask = {"cell": text, "number": number, "limit": limit, "knows": setup.knows}
        said = _talk(self.pair.learner, ask | {"gives": done.get("gives")}, limit, self._watched())
        self._keep_news(said)

    def _settle_examiner(self, *, only_if_asking: bool = False) -> Mapping[str, Any]:
        """Wait for the setup cell that E is busy with, and what it says. One that needs no
        learner's name need not be waited for while L runs."""
        step = self.pending
        if step is None or only_if_asking or self.pair is None:
            return {}
        self.pending = None
        try:
            said = _receive(self.pair.examiner, self.marker.cell_s, self._watched())
        except (ChannelClosed, ChannelTimeout, FrameTooLarge) as error:
            raise _Died(_NAMES[type(error)], at=self.pair.examiner) from error
        if not isinstance(said, dict) or said.get("broken"):
            raise _Died
        if self.trouble is None and not step.waits:
            self.trouble = troubles.of_setup(step, said)
        return said

    def _keep_news(self, said: Mapping[str, Any]) -> None:
        """Files for E; no more of them than may cross at once, whatever L sends."""
        news = said.get("files")
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

    def _left(self) -> float:
        """Seconds for the rest of the notebook, with what its processes had to wait."""
        starved = self.starved + all_seconds(self.starving)
        spent = time.monotonic() - self.began
        return allowance(self.marker.notebook_s, starved) - spent

    def _end_pair(self) -> None:
        if self.pair is not None:
            self.starved += all_seconds(self.starving)
            self.starving = ()
            self.pair.close()
            self.pair = None

    # Tests -----------------------------------------------------------------------------------

    def _test_marks(self, number: int, step: Step) -> CellMarks:
        if not self._lead_to(number):
            return self._cell_marks(step, 0.0, feedback.of_no_time())
        try:
            run = self._run_shared if step.place == "shared" else self._run_test
            outcomes = run(step)
        except _Died as death:
            why = self._note_death(number, death)
            outcomes = [{"error": {"type": "Died"}, "gone": True, "why": why}]
        self.position = max(self.position, number + 1) if self.pair is not None else 0
        heard, self.hidden_ran = self.hidden_ran, self.hidden_ran or bool(step.hidden)
        return self._judge(step, outcomes, heard=heard)

    def _run_test(self, step: Step) -> list[dict[str, Any]]:
        assert self.pair is not None
        self._settle_examiner()
        limit = min(self.marker.cell_s, self._left())
        wish = {"test": step.source, "limit": limit, "files": self._take_news()}
        said = _talk(self.pair.examiner, wish, limit, self._watched())
        outcomes: list[dict[str, Any]] = list(said["outcomes"])
        if said.get("broken"):
            for outcome in outcomes:
                error = outcome.get("error") or {"type": "Died"}
                outcome["error"], outcome["gone"] = error, not error.get("timeout")
                if outcome["gone"]:
                    outcome["why"] = self.pair.cause(error.get("why") or "closed")
            self._end_pair()
        return outcomes

    def _run_shared(self, step: Step) -> list[dict[str, Any]]:
        """The test runs beside the learner's code: see `graders.strict.learner.tampering`."""
        assert self.pair is not None
        limit = min(self.marker.cell_s, self._left())
        nonce = secrets.token_hex(16)
        wish = {"shared": step.source, "limit": limit, "nonce": nonce}
        said = _talk(self.pair.learner, wish, limit, self._watched())
        self._keep_news(said)
        if said.get("nonce") != nonce:
            raise _Died("crash")
        if said.get("tampered"):
            return [{"error": {"type": "Tampered"}, "tampered": True}]
        error = said.get("error")
        if isinstance(error, dict):
            return [{"error": _shared_error(step, error)}]
        return [{"error": None, "result": checked_facts(said.get("result"))}]

    def _judge(
        self, step: Step, outcomes: Sequence[Mapping[str, Any]], *, heard: bool
    ) -> CellMarks:
        from graders.strict.scoring import score

        ending = ending_of(step.source, self.source.names.learner)
        points, review = score(step.points, outcomes, ending)
        trouble = troubles.of_test(step, points, outcomes, excess=review, before=self.trouble)
        if trouble is not None:
            return self._cell_marks(step, points, trouble.told, note=trouble.note)
        worst = next((one for one in outcomes if one.get("error") is not None), None)
        said: Message | str | None = None
        if worst is not None and worst.get("tampered"):
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
                said = feedback.of_test(step, {"error": {}})
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


def _shared_error(step: Step, error: Mapping[str, Any]) -> dict[str, Any]:
    """An error of a shared test, in the words of `graders.strict.examiner.program.describe`."""
    line = error.get("line")
    own = error.get("own") is True and error.get("t") == "AssertionError"
    text = error.get("s")
    return {
        "type": "Error",
        "line": line,
        "timeout": error.get("t") == "CellTimeout",
        "message": str(text)[:1000] if own and text else None,
        "learner": None,
        "raw": f"{error.get('t')}: {text}"[:1000],
    }


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
