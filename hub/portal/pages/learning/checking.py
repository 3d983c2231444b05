"""*Kiểm tra*: one exercise of the draft marked now, when it is its learner's turn."""

from __future__ import annotations

from core.messages import Message
from hub.portal.api.running import in_turn
from hub.portal.web import BaseHandler
from school.learning import acts, checks, lessons
from school.refusals import Busy


async def check(
    handler: BaseHandler, place: lessons.Place, work: lessons.Work, grade_id: str
) -> None:
    """Mark one exercise and keep what was said. Raises `Refused` with the reason where not."""
    assert handler.actor.person_id is not None
    if not handler.portal.checks.allow(handler.asker):
        raise Busy(TOO_FAST)
    wanted = await handler.read(
        checks.load_wanted,
        handler.actor.person_id,
        place,
        work.notebook,
        grade_id,
        language=handler._.language,
        at=handler.now,
    )
    cell = await in_turn(handler, lambda marker: checks.mark(marker, wanted))
    await handler.act(acts.keep_check, place, work.notebook, cell, at=handler.now)


TOO_FAST = Message("Anh/chị kiểm tra liên tiếp nhiều lần. Xin xem lại bài, vài giây nữa thử lại.")
