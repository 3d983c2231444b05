"""Who has a lab open and what it uses: the hub says who and since when, the machine the rest.

Asked with the administrator's own token, so the hub decides too. What a lab uses is read from
outside of it, where it runs on this machine (`walled`, `simple`); elsewhere it is not known.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tornado.httpclient import AsyncHTTPClient, HTTPClientError

from core.messages import Message
from labs.usage import Figures, figures_of
from sandbox import Channel, ChannelClosed, ChannelTimeout
from school.refusals import Unavailable

log = logging.getLogger("motcham.portal")
PAGE = 200
KEEPER_S = 20.0
CANNOT_ASK = Message("Chưa hỏi được máy chủ phòng thực hành. Xin thử lại sau ít phút.")


@dataclass(frozen=True)
class OpenLab:
    """A lab as the hub knows it. ``figures`` is None where they cannot be read."""

    username: str
    started_at: dt.datetime | None
    active_at: dt.datetime | None
    ready: bool
    figures: Figures | None = None


class LabCensus:
    """``hub_api``: ``http://…/hub/api``; ``simple_homes``: where `simple` labs have their files."""

    def __init__(self, *, hub_api: str, simple_homes: Path) -> None:
        self.hub_api, self.simple_homes = hub_api.rstrip("/"), simple_homes

    async def load(self, token: str) -> list[tuple[OpenLab, Mapping[str, Any]]]:
        """Every lab that runs or starts, each with the state its spawner keeps."""
        found: list[tuple[OpenLab, Mapping[str, Any]]] = []
        offset = 0
        while True:
            address = f"{self.hub_api}/users?state=active&offset={offset}&limit={PAGE}"
            users = json.loads(await self._ask("GET", address, token))
            found += [_lab_of(user) for user in users if user.get("servers")]
            offset += PAGE
            if len(users) < PAGE:
                return found

    async def stop(self, username: str, token: str) -> None:
        """End somebody's lab; their files stay."""
        address = f"{self.hub_api}/users/{quote(username, safe='')}/server"
        await self._ask("DELETE", address, token)

    async def _ask(self, method: str, address: str, token: str) -> bytes:
        try:
            answer = await AsyncHTTPClient().fetch(
                address, method=method, headers={"Authorization": f"token {token}"}
            )
        except (HTTPClientError, OSError) as error:
            log.warning("the hub does not say which labs run: %r", error)
            raise Unavailable(CANNOT_ASK) from None
        return answer.body

    def with_figures(self, labs: Iterable[tuple[OpenLab, Mapping[str, Any]]]) -> list[OpenLab]:
        """The same with what each uses. Reads /proc and walks homes: call it in a thread."""
        labs = list(labs)
        kept = {
            keeper: ask_keeper(keeper, {"ask": "list", "figures": True}).get("labs", {})
            for keeper in {str(state["keeper"]) for _, state in labs if state.get("keeper")}
        }
        return [replace(lab, figures=self._figures(lab, state, kept)) for lab, state in labs]

    def _figures(
        self, lab: OpenLab, state: Mapping[str, Any], kept: Mapping[str, Mapping[str, Any]]
    ) -> Figures | None:
        if state.get("keeper"):
            told = kept.get(str(state["keeper"]), {}).get(str(state.get("lab")))
            return Figures(**{name: told[name] for name in FIGURES}) if told else None
        if state.get("pid"):
            return figures_of(int(state["pid"]), self.simple_homes / lab.username)
        return None


FIGURES = tuple(one.name for one in fields(Figures))


def _lab_of(user: Mapping[str, Any]) -> tuple[OpenLab, Mapping[str, Any]]:
    server = user["servers"].get("") or next(iter(user["servers"].values()))
    lab = OpenLab(
        username=user["name"],
        started_at=_moment(server.get("started")),
        active_at=_moment(server.get("last_activity")),
        ready=bool(server.get("ready")),
    )
    return lab, server.get("state") or {}


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def ask_keeper(path: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """One question to a keeper; nothing where it has ended meanwhile."""
    line = socket.socket(socket.AF_UNIX)
    try:
        line.connect(path)
        with Channel(line, frame_mb=4) as talk:
            talk.send(dict(request))
            answer = talk.receive(KEEPER_S)
    except (OSError, ChannelClosed, ChannelTimeout) as error:
        line.close()
        log.warning("no answer from the keeper of labs: %r", error)
        return {}
    return answer if isinstance(answer, dict) else {}
