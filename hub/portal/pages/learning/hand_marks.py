"""From the line on the home page that a person has marked, to the exercise: then it was seen.

That is kept in the browser, so another device tells once more.
"""

from __future__ import annotations

import re

from hub.portal.pages.learning.lesson_view import keep
from hub.portal.web import BaseHandler, PageHandler
from school.marking import hand_marks

COOKIE, MOST = "motcham-seen-marks", 100
KEY = re.compile(r"[0-9]{1,18}\.[0-9]{1,4}")


def seen_in(handler: BaseHandler) -> list[str]:
    """What was seen in this browser, the newest last; nothing that is no key."""
    kept = handler.get_cookie(COOKIE, "") or ""
    return [key for key in kept.split("-") if KEY.fullmatch(key)][-MOST:]


class SeenMark(PageHandler):
    """An exercise of one's own that was marked by hand."""

    async def get(self) -> None:
        self.require(self.actor.known)
        assert self.actor.person_id is not None
        asked = self.get_query_argument("of", "")
        found = await self.read(hand_marks.newly_marked, self.actor.person_id, at=self.now)
        mark = next((one for one in found if one.key == asked), None)
        if mark is None:
            raise self.absent()
        seen = [key for key in seen_in(self) if key != asked]
        keep(self, COOKIE, "-".join([*seen, asked][-MOST:]))
        page = self.url("courses", mark.course, "lessons", mark.lesson.slug, bai=mark.number)
        self.redirect(f"{page}#bai-{mark.number}")
