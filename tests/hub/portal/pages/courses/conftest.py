"""An author's lab on a shelf, for the pages on which courses are written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from graders import Marker
from hub.labs.door import LabDoor

TEMPLATE = Path(__file__).parents[5] / "courses" / "template"


class Shelf(LabDoor):
    """In place of a hub and an author's lab: folders in memory."""

    def __init__(self) -> None:
        super().__init__(hub_api="", address="")
        self.runs = True
        self.folders: dict[str, dict[str, bytes]] = {}
        self.fault: Exception | None = None

    async def find_running(self, *, username: str, token: str) -> str | None:
        return f"/user/{username}/" if self.runs else None

    async def start(self, *, username: str, token: str) -> str:
        self.runs = True
        return f"/user/{username}/"

    async def list_courses(self, base: str, token: str) -> list[str]:
        return sorted(self.folders)

    async def read_course(self, base: str, slug: str, token: str) -> dict[str, bytes] | None:
        if self.fault:
            raise self.fault
        return self.folders.get(slug)

    async def write_course(
        self, base: str, slug: str, files: Mapping[str, bytes], token: str
    ) -> None:
        self.folders[slug] = self.folders.get(slug, {}) | files

    async def remove_file(self, base: str, slug: str, path: str, token: str) -> None:
        self.folders[slug].pop(path, None)


@pytest.fixture
async def shelf_site(make_site: Any) -> AsyncIterator[tuple[Any, Shelf]]:
    shelf = Shelf()
    with Marker() as marker:
        site, server = await make_site(TEMPLATE, labs=shelf, marker=marker)
        yield site, shelf
        server.stop()
        await server.close_all_connections()
        site.portal.threads.shutdown()
        site.portal.close()
        await asyncio.sleep(0)
