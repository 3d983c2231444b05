"""What the hub's pages about one's own account share: fields, threads, how a page is shown."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from jupyterhub.handlers.base import BaseHandler

from core.messages import Refused
from hub.login.callers import caller_of
from hub.login.reader import translator_for
from school.access import Actor


async def show(handler: Any, template: str, fault: Refused | None = None, **values: Any) -> None:
    """A page in its reader's language; a ``fault`` at its field, or above all."""
    _ = translator_for(handler)
    if fault:
        handler.set_status(HTTPStatus.UNPROCESSABLE_ENTITY)
    told = {name: _.message(said[0]) for name, said in (fault.fields if fault else {}).items()}
    page = await handler.render_template(
        template,
        _=_,
        language=_.language,
        faults=told,
        wrong=_.message(fault.messages[0]) if fault else "",
        login_url=f"{handler.hub.base_url}login",
        forgot_url=f"{handler.hub.base_url}forgot-password",
        keys_url=f"{handler.hub.base_url}security-keys",
        **values,
    )
    handler.set_header("Cache-Control", "no-store")
    handler.finish(page)


class OwnPage(BaseHandler):  # type: ignore[misc]  # JupyterHub is untyped
    """A page of somebody's own account."""

    def field(self, name: str) -> str:
        return str(self.get_body_argument(name, "", strip=False))

    @property
    def caller(self) -> str:
        return caller_of(self.request, front_proxies=self.authenticator.front_proxies)

    async def read(self, ask: Callable[..., Any], *given: Any, **named: Any) -> Any:
        def work() -> Any:
            with self.authenticator.open_records().read() as session:
                return ask(session, *given, **named)

        return await asyncio.to_thread(work)

    async def act(self, do: Callable[..., Any], actor: Actor, *given: Any, **named: Any) -> Any:
        """An act of this person's, in a thread, in one transaction."""
        self.actor = actor

        def work() -> Any:
            at = dt.datetime.now(dt.UTC)
            with self.authenticator.open_records().begin() as session:
                return do(session, self.actor, *given, **named, at=at)

        return await asyncio.to_thread(work)
