"""Long lists: read, checked and imported behind the pages, one after the other.

One job a person; its page says how far it is, also after a reload, and then what came of it. All
or nothing stays: a job is one act in one transaction, and what stops it undoes it. So that a portal
that was ended in the middle can say so, a line on disk stands for a job that is under way.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from core.messages import Message, Refused
from hub.platform.private_files import make_private_folder, write_private
from school.people.long_lists import Order
from school.people.roster import Outcome
from school.people.roster.importing import Telling

FINISHED_KEPT_S = 3600
MOST_FINISHED = 8  # what came of a long list is large
FAILED = Message(
    "Hệ thống gặp lỗi giữa chừng và chưa lưu gì của danh sách này. Xin gửi lại; nếu vẫn vậy, hãy "
    "báo cán bộ quản trị."
)
log = logging.getLogger("motcham.portal")


class Ended(Exception):
    """The portal is ending, so the transaction is undone."""


@dataclass
class Job:
    """How far an order is: ``step`` "waiting", "reading", "checking", "comparing" or "writing";
    "done" has an outcome, or the reason why there is none."""

    order: Order
    step: str = "waiting"
    done: int = 0
    of: int = 0
    outcome: Outcome | None = None
    refused: tuple[Message, ...] = ()

    @property
    def running(self) -> bool:
        return self.step != "done"


@dataclass(frozen=True)
class BrokenOff:
    """A job that an ending of the portal broke off."""

    name: str
    dry_run: bool
    sha256: str
    at: dt.datetime


class RosterJobs:
    """``folder``: of their own. ``work`` does an order, saying how far it is through the `Telling`
    and by the callback which step it begins."""

    def __init__(
        self, folder: Path, work: Callable[[Order, Callable[[str], None], Telling], Outcome]
    ) -> None:
        self._folder, self._work = folder, work
        self._jobs: dict[int, Job] = {}
        self._ended = threading.Event()
        # One: a second would only share the same processor, and the database has one writer.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="roster")
        self._broken_off = _left_in(folder)

    def begin(self, owner: int, order: Order) -> None:
        """Take an order; `Refused` while one of the owner's is under way."""
        self.refuse_second(owner)
        self._forget_old(order.at)
        self.forget(owner)
        self.note_down(owner, order)
        self._jobs[owner] = job = Job(order)
        self._thread.submit(self._do, owner, job)

    def note_down(self, owner: int, order: Order) -> None:
        """Put down that this is under way, for the next start to find."""
        make_private_folder(self._folder)
        line = {
            "name": order.name[:200],
            "dry_run": order.dry_run,
            "sha256": order.sha256,
            "at": order.at.isoformat(),
        }
        write_private(self._folder / str(owner), json.dumps(line).encode())

    def refuse_second(self, owner: int) -> None:
        """`Refused` while a job of the owner's is under way."""
        before = self._jobs.get(owner)
        if before is not None and before.running:
            raise Refused(
                Message("Danh sách trước của anh/chị đang được xử lý; xin chờ đến khi xong")
            )

    def of(self, owner: int, *, at: dt.datetime) -> Job | None:
        """The owner's job, under way or done within the last hour."""
        self._forget_old(at)
        return self._jobs.get(owner)

    def broken_off(self, owner: int) -> BrokenOff | None:
        """The owner's job that an ending of the portal broke off, until the next is begun."""
        return self._broken_off.get(owner)

    def forget(self, owner: int) -> None:
        """What came of the owner's last job was seen; one under way stays."""
        job = self._jobs.get(owner)
        if job is None or not job.running:
            self._jobs.pop(owner, None)
            if self._broken_off.pop(owner, None):
                (self._folder / str(owner)).unlink(missing_ok=True)

    def close(self) -> None:
        """Break off what is under way, and say so at the next start. Safe to repeat."""
        self._ended.set()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _do(self, owner: int, job: Job) -> None:
        def step(name: str) -> None:
            self._go_on()
            job.step, job.done, job.of = name, 0, 0

        def tell(name: str) -> Callable[[int, int], None]:
            def told(done: int, of: int) -> None:
                self._go_on()
                job.step, job.done, job.of = name, done, of

            return told

        try:
            telling = Telling(checked=tell("checking"), written=tell("writing"))
            job.outcome = self._work(job.order, step, telling)
        except Ended:
            return  # its line stays on disk
        except Refused as refused:
            job.refused = refused.messages
        except Exception:
            log.exception("a list of %d bytes", len(job.order.content))
            job.refused = (FAILED,)
        (self._folder / str(owner)).unlink(missing_ok=True)
        job.step = "done"

    def _go_on(self) -> None:
        if self._ended.is_set():
            raise Ended

    def _forget_old(self, at: dt.datetime) -> None:
        finished = [(job.order.at, owner) for owner, job in self._jobs.items() if not job.running]
        for number, (began_at, owner) in enumerate(sorted(finished, reverse=True)):
            if number >= MOST_FINISHED or (at - began_at).total_seconds() > FINISHED_KEPT_S:
                del self._jobs[owner]


def _left_in(folder: Path) -> dict[int, BrokenOff]:
    """Jobs that were under way when an earlier run ended."""
    found: dict[int, BrokenOff] = {}
    for path in folder.glob("*"):
        try:
            line = json.loads(path.read_bytes())
            found[int(path.name)] = BrokenOff(
                str(line["name"]),
                bool(line["dry_run"]),
                str(line["sha256"]),
                dt.datetime.fromisoformat(line["at"]),
            )
        except (ValueError, KeyError, TypeError):
            path.unlink(missing_ok=True)  # half a line, of a write that was cut off
    return found
