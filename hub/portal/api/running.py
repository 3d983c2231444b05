"""“Chạy thử”: cells run in a fresh walled process; nothing is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from core.messages import Message, Refused
from hub.portal import outputs
from hub.portal.api.learning import LessonHandler
from hub.portal.api.sent import answers_of
from hub.portal.turns import TooManyWaiting
from hub.portal.web import BaseHandler
from school import access
from school.learning import answering, notebooks
from school.refusals import Busy, Unavailable

T = TypeVar("T")

RUN_WAIT_S = 20  # for a free place to run in


class Run(LessonHandler):
    """“Chạy thử”: the cells up to this one, in a fresh walled process; nothing is kept."""

    cost = 4

    async def post(self, course: str, lesson: str) -> None:
        self.require(access.may_submit(self.actor))
        sent = await self.in_thread(self.body_json)
        place = await self.place(course, lesson)
        work = await self.work(place)
        cell = sent.get("cell")
        if not isinstance(cell, str):
            raise Refused(Message("Thiếu tên ô cần chạy."))
        cells = notebooks.answer_cells(work.notebook)
        answers, _fields = answering.read_answers(cells, answers_of(sent), self.speak(sent))
        notebook = await self.in_thread(lambda: notebooks.apply_answers(work.notebook, answers))
        sources, ids = notebooks.sources_up_to(notebook, cell)
        runs = await in_turn(self, lambda marker: marker.run_cells(sources))
        self.json(run_as_json(runs, ids, self._))


async def in_turn(handler: BaseHandler, work: Callable[[Any], T]) -> T:
    """Have the portal's marker do something for whoever asks, when it is their turn: who waits too
    long, or has one under way and one waiting, is told so."""
    portal = handler.portal
    marker = portal.marker
    if marker is None:
        raise Unavailable(Message("Máy này chưa chạy được mã. Xin báo người quản trị."))
    try:
        async with portal.runs.turn(handler.asker, patience_s=RUN_WAIT_S):
            return await asyncio.to_thread(work, marker)
    except TooManyWaiting:
        raise Busy(OWN_RUN) from None
    except TimeoutError:
        own = portal.runs.holds(handler.asker) > 0
        raise (Busy(OWN_RUN) if own else Unavailable(MANY_RUN)) from None


OWN_RUN = Message(
    "Lần chạy thử trước của anh/chị chưa xong (có thể ở cửa sổ khác, hoặc vòng lặp không kết "
    "thúc). Xin đợi lần đó kết thúc rồi chạy lại."
)
MANY_RUN = Message("Đang có nhiều người chạy thử. Xin thử lại sau ít giây.")


def run_as_json(runs: Any, ids: list[str], _: Any) -> dict[str, Any]:
    """This cell's outputs. Cells go on after an error, as in marking, so an earlier cell that
    failed is only told of where this one failed too: it is probably the cause."""
    last = runs[-1]
    html = outputs.render(last.outputs, _) if last.outputs or last.ok else ""
    if last.timed_out:
        html += outputs.sentence(outputs.KNOWN["CellTimeoutError"], _)
    earlier = [run for run in runs[:-1] if not run.ok]
    if not last.ok and earlier:
        html = outputs.sentence(EARLIER_CELL, _) + html
        if not last.outputs:
            html += outputs.render(earlier[-1].outputs, _) if earlier[-1].outputs else ""
    elif not last.ok and not html:
        html = outputs.sentence(STOPPED, _)
    return {"ok": last.ok, "timed_out": last.timed_out, "cell": ids[-1], "html": html}


STOPPED = Message("Ô này bị dừng giữa chừng: có thể do dùng quá nhiều bộ nhớ hoặc thời gian.")
EARLIER_CELL = Message("Một ô phía trên gặp lỗi, có thể vì vậy mà ô này không chạy được.")
