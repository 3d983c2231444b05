"""Whether a request was meant by the person at the browser, or made by a page of somebody else's.

A link on a foreign page can make a browser ask for any address of ours, with its cookies. So an
address that changes something is either a form with a token, or asks this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from jupyterhub.handlers.login import LogoutHandler


def comes_from_here(headers: Mapping[str, str], host: str) -> bool:
    """Whether our own page, or the person's own typing, asked; False when nothing says so.

    A lab on a host of its own is the same site and another origin: a learner's code, not ours.
    """
    said = headers.get("Sec-Fetch-Site")
    if said:
        return said in ("same-origin", "none")
    source = headers.get("Origin") or headers.get("Referer")
    return bool(source) and urlsplit(source).netloc == host


class Logout(LogoutHandler):  # type: ignore[misc]
    """Logs out whoever came by our own button; whoever came by a link is asked first."""

    async def get(self) -> None:
        if comes_from_here(self.request.headers, self.request.host):
            await super().get()
            return
        html: Any = await self.render_template("logout-ask.html", logout_url=self.request.path)
        self.finish(html)

    async def post(self) -> None:
        """The answer to that question, with its token."""
        await super().get()
