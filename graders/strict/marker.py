"""`StrictMarker`: marks a notebook in two processes, and runs cells for who looks at them.

It holds one warm process (`graders.strict.warm`); each notebook is one
`graders.strict.marking.Marking`, in as many pairs of forks as its cells kill. `graders.Marker` adds
the compatible mode.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

from core.marks import CellRun, Marks, make_marks
from core.messages import Message
from graders.read_submission import Unfit, read_cells
from graders.strict import testimony
from graders.strict.between.protocol import CellWish
from graders.strict.between.starvation import MOST, Starvation
from graders.strict.marking import Marking
from graders.strict.pair import FRAME_MB, Died, Interrupted, cause_of, talk
from graders.strict.reading.needs import may_need_science
from graders.strict.reading.plan import Step, make_plan, read_source
from graders.strict.warm import LEARNER, Warm
from sandbox import Channel, Child, ForkServerLost, Limits

logger = logging.getLogger("motcham.marking")

CELL_S = 15.0
NOTEBOOK_S = 90.0
SHORT_S = 2.0  # what takes longer stands back behind all notebooks that do not
_ATTEMPTS = 2  # at a notebook whose processes somebody kills


class StrictMarker:
    """Marks notebooks. A context manager; `mark` and `run_cells` may be called by many threads.

    ``cell_s``: seconds one cell or test may take. ``notebook_s``: seconds for all of a notebook.
    ``limits``: bounds of each of the two processes. ``beforehand``: load numpy, pandas and
    matplotlib once, before the first notebook; else, for who marks few, only for notebooks that may
    need them (`graders.strict.reading.needs`). Raises `sandbox.WallsMissing` on first use where
    the machine gives less than full walls and ``allow_reduced`` is False.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        allow_reduced: bool = False,
        cell_s: float = CELL_S,
        notebook_s: float = NOTEBOOK_S,
        beforehand: bool = True,
    ) -> None:
        self.limits = limits or Limits(
            cpu_s=max(20.0, notebook_s),
            wall_s=notebook_s * MOST + 30,
            memory_mb=1024,
            output_mb=1,
            short_s=SHORT_S,
        )
        self.allow_reduced = allow_reduced
        self.cell_s = cell_s
        self.notebook_s = notebook_s
        self.beforehand = beforehand
        self._warm = Warm(self.limits, allow_reduced=allow_reduced, science=True)
        self._bare = Warm(self.limits, allow_reduced=allow_reduced, science=False)

    # Life ------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the warm processes and whatever still runs in them. Safe to repeat."""
        self._warm.close()
        self._bare.close()

    def warm_up(self) -> None:
        """Start the fork server now rather than with the first notebook."""
        self._warm.server()

    @property
    def level(self) -> str:
        """The walls that the warm processes stand behind: ``full`` or ``reduced``."""
        return self._warm.level

    def _warm_for(
        self, notebooks: Iterable[bytes | Mapping[str, Any]], files: Mapping[str, bytes] | None
    ) -> Warm:
        science = self.beforehand or may_need_science(notebooks, files)
        return self._warm if science else self._bare

    # Marking ---------------------------------------------------------------------------------

    def mark_strictly(
        self,
        source: bytes | Mapping[str, Any],
        submitted: bytes,
        *,
        seed: int = 0,
        files: Mapping[str, bytes] | None = None,
        candid: bool = False,
    ) -> Marks:
        """Mark ``submitted`` (a notebook's bytes) against the instructor's ``source``.

        ``seed`` seeds the random generators. ``files``: what was handed in beside the notebook.
        ``candid``: the feedback is for the author, and holds back nothing of hidden tests.
        Never raises for a bad submission: its state and reason say what is wrong with it.
        """
        return self._mark(source, submitted, seed=seed, files=files, candid=candid)

    def mark_one(
        self,
        source: bytes | Mapping[str, Any],
        submitted: bytes,
        grade_id: str,
        *,
        seed: int = 0,
        files: Mapping[str, bytes] | None = None,
    ) -> Marks:
        """What one exercise earns, as `mark_strictly` would give it: all that stands before its
        test runs, nothing that stands behind it. The marks have that one cell, or none where the
        lesson has no such exercise."""
        marks = self._mark(source, submitted, seed=seed, files=files, only=grade_id)
        return replace(marks, cells=tuple(c for c in marks.cells if c.grade_id == grade_id))

    def _mark(
        self,
        source: bytes | Mapping[str, Any],
        submitted: bytes,
        *,
        seed: int,
        files: Mapping[str, bytes] | None,
        candid: bool = False,
        only: str = "",
    ) -> Marks:
        try:
            plan_source = read_source(source)
        except Unfit as unfit:
            return Marks("failed", 0.0, 0.0, (), unfit.reason, "strict")
        try:
            steps = make_plan(plan_source, read_cells(submitted))
        except Unfit as unfit:
            return Marks(unfit.state, 0.0, plan_source.max, (), unfit.reason, "strict")
        if only:
            steps = _up_to(steps, only)
        warm = self._warm_for((source, submitted), files)
        for attempt in range(1, _ATTEMPTS + 1):
            run = Marking(
                warm,
                plan_source,
                steps,
                seed=seed,
                files=files or {},
                cell_s=self.cell_s,
                notebook_s=self.notebook_s,
                candid=candid,
            )
            try:
                return make_marks(run.marks(), plan_source.max, "strict")
            except (ForkServerLost, Interrupted):
                logger.warning("interrupted", extra={"fields": {"attempt": attempt}}, exc_info=True)
        reason = Message("Bộ máy chấm gặp sự cố; bài sẽ được chấm lại.")
        return Marks("failed", 0.0, plan_source.max, (), reason, "strict")

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
        control, theirs = Channel.pair(frame_mb=FRAME_MB)
        runs: list[CellRun] = []
        ends_at = time.monotonic() + self.notebook_s
        options = {"show": True, "seed": seed}
        with control, self._warm.fork(LEARNER, [theirs], options, files or {}, limits) as child:
            starving = [Starvation(child.pid)]
            for number, text in enumerate(sources):
                limit = min(self.cell_s, ends_at - time.monotonic())
                wish = {CellWish.CELL: text, CellWish.NUMBER: number, CellWish.LIMIT: limit}
                try:
                    said = talk(control, wish, limit, starving)
                except Died as death:
                    runs.append(testimony.stopped_run(_cause_of_run(death.why, child)))
                    break
                runs.append(testimony.cell_run(said))
            starving[0].close()
        nothing = CellRun([], ok=False)
        return runs + [nothing] * (len(sources) - len(runs))


def _up_to(steps: list[Step], grade_id: str) -> list[Step]:
    """The steps to and with the exercise's own; all of them where it has none."""
    own = [place for place, step in enumerate(steps) if step.grade_id == grade_id]
    return steps[: own[-1] + 1] if own else steps


def _cause_of_run(why: str, child: Child) -> str:
    try:
        return cause_of(why, child)
    except Interrupted:
        return "crash"
