"""Whether the portal answers, and what it can be asked."""

from __future__ import annotations

import hmac
import json
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tornado.web import HTTPError

from hub.platform import condition
from hub.portal import metrics
from hub.portal.api.handler import ApiHandler
from hub.portal.web import BaseHandler
from hub.settings import is_loopback
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


class Metrics(BaseHandler):
    """Figures for Prometheus: to a monitor that shows the token, or on a platform that is only on
    this machine to whoever is there."""

    public = True

    async def prepare(self) -> None:
        token = self.portal.settings.metrics_token.get_secret_value()
        shown = self.request.headers.get("Authorization", "").removeprefix("Bearer ")
        known = bool(token) and hmac.compare_digest(token.encode(), shown.encode())
        here = self.portal.settings.is_local and is_loopback(self.caller)
        if not self.portal.speed.allow(self.caller):
            raise HTTPError(HTTPStatus.TOO_MANY_REQUESTS)
        self.require(known or here)

    async def get(self) -> None:
        found = await self.read(condition.look, self.portal.settings)
        self.set_header("Content-Type", metrics.CONTENT_TYPE)
        self.finish(metrics.write(found, at=self.now))


class Description(ApiHandler):
    public = True

    async def get(self) -> None:
        self.json(description())
