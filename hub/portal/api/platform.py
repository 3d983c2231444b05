"""Whether the portal answers, and what it can be asked."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from hub.portal.api.handler import ApiHandler
from hub.portal.web import BaseHandler
from records.marking import queue

DESCRIPTION = Path(__file__).parents[1] / "openapi.json"


@cache
def description() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return found


class Health(BaseHandler):
    """Says that the portal and its database answer."""

    public = True

    async def prepare(self) -> None:
        pass

    async def get(self) -> None:
        await self.read(queue.line)
        self.json({"ok": True})


class Description(ApiHandler):
    public = True

    async def get(self) -> None:
        self.json(description())
