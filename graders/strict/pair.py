"""The two processes of one notebook: their lines, how long they are waited for, how they end."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Mapping, Sequence
from typing import Any

from graders.strict.between.starvation import Starvation, all_seconds, allowance
from graders.strict.warm import EXAMINER, LEARNER, Warm
from sandbox import Channel, ChannelClosed, ChannelTimeout, Child, FrameTooLarge

FRAME_MB = 16  # of one message: outputs and files of one cell are bounded well below
GRACE_S = 1.5


class Died(Exception):
    """A process of the pair ended, hung or spoke nonsense. ``why`` as `feedback.of_death` has it;
    "closed" where the process is to be asked."""

    def __init__(self, why: str = "closed", *, at: Channel | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.at = at  # whose line it was


class Interrupted(Exception):
    """A process was killed from outside, which is nobody's fault who hands in."""


def cause_of(why: str, child: Child, *, apart: bool = True) -> str:
    """Why a process that no longer answers ended. ``apart``: it is process 1 of its own PID
    namespace, which nobody in there can kill. Raises `Interrupted`."""
    if why != "closed":
        return why
    try:
        end = child.wait(GRACE_S)
    except TimeoutError:
        return "crash"  # it closed its line, and lives on
    if end.reason == "lost" or (
        apart and end.reason == "crashed" and end.status == -signal.SIGKILL
    ):
        raise Interrupted(end.reason)
    if end.reason in ("memory", "time"):
        return end.reason
    if end.reason in ("done", "failed"):
        return "exit"
    return "output" if end.status == -signal.SIGPIPE else "crash"


def talk(
    channel: Channel, wish: dict[str, Any], limit: float, starving: Sequence[Starvation]
) -> dict[str, Any]:
    """Send and wait for the answer. Raises `Died` when none comes within ``limit`` and grace, and
    the time in which the processes of ``starving`` had no processor."""
    try:
        channel.send(wish)
        said = receive(channel, max(0.0, limit), starving)
    except (ChannelClosed, ChannelTimeout, FrameTooLarge) as error:
        raise Died(DEATHS[type(error)], at=channel) from error
    if not isinstance(said, dict):
        raise Died("crash")
    return said


def receive(channel: Channel, limit: float, starving: Sequence[Starvation]) -> Any:
    began, starved = time.monotonic(), all_seconds(starving)
    while True:
        end = began + allowance(limit, all_seconds(starving) - starved) + GRACE_S
        try:
            return channel.receive(max(0.0, end - time.monotonic()))
        except ChannelTimeout:
            more = began + allowance(limit, all_seconds(starving) - starved) + GRACE_S
            if more - time.monotonic() <= 0.05:
                raise


# Why a process no longer speaks, as `graders.strict.feedback.of_death` has it; "closed": it must be
# asked.
DEATHS: dict[type[Exception], str] = {
    ChannelClosed: "closed",
    ChannelTimeout: "time",
    FrameTooLarge: "output",
}


class Pair:
    """One L and one E, joined by a link, and what is open between us and them.

    ``examiner`` and ``learner`` are the options of their programs. E is forked aside: what is said
    to it waits on its channel while L already works.
    """

    def __init__(
        self,
        warm: Warm,
        examiner: Mapping[str, Any],
        learner: Mapping[str, Any],
        files: Mapping[str, bytes],
    ) -> None:
        self.learner, learner_end = Channel.pair(frame_mb=FRAME_MB)
        self.examiner, examiner_end = Channel.pair(frame_mb=FRAME_MB)
        asking, answering = socket.socketpair()
        self._aside = warm.aside
        self._apart = warm.level == "full"
        self._examiner_child = self._aside.submit(
            warm.fork, EXAMINER, [examiner_end, asking], examiner, files
        )
        try:
            self._learner_child = warm.fork(LEARNER, [learner_end, answering], learner, files)
        except BaseException:
            self.learner.close()
            self.examiner.close()
            self._examiner_child.result().close()
            raise
        self._starving = [Starvation(self._learner_child.pid)]

    def cause(self, why: str, at: Channel | None = None) -> str:
        """Why the pair no longer works, in the words of `feedback.of_death`. ``at``: the line that
        told of it. Raises `Interrupted`, ForkServerLost."""
        child = self._examiner_child.result() if at is self.examiner else self._learner_child
        why = cause_of(why, child, apart=self._apart)
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
