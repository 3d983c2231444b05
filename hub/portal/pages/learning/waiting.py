"""What waits in a browser for a line: its page, and the worker that shows kept pages without one.

What waits stands in the browser alone; the server knows only what has arrived.
"""

from __future__ import annotations

from pathlib import Path

from hub.portal.web import BaseHandler, PageHandler

WORKER = Path(__file__).parents[2] / "static" / "built" / "worker.js"


class WaitingPage(PageHandler):
    """The list, which its script fills (`hub/portal/static/src/outbox.js`)."""

    async def get(self) -> None:
        self.page("learning/waiting.html")


class Worker(BaseHandler):
    """The service worker. It stands here, not among the static files, so that its scope is the
    portal and no more; a browser asks for it each time and compares."""

    public = True

    async def prepare(self) -> None:
        """The same for everybody: nobody is asked who they are."""

    async def get(self) -> None:
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.finish(await self.in_thread(WORKER.read_bytes))
