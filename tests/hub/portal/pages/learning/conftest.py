"""A portal that marks: one marker for a file's tests, a site for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from graders import Marker

ROOT = Path(__file__).parents[5]


@pytest.fixture(scope="module")
def marker() -> Iterator[Marker]:
    with Marker(allow_reduced=True) as opened:
        yield opened


@pytest.fixture
async def checking(make_site: Any, marker: Marker) -> AsyncIterator[Any]:
    """A portal with the template's course whose runs and checks are real."""
    site, server = await make_site(ROOT / "courses" / "template", marker=marker)
    yield site
    server.stop()
    await server.close_all_connections()
    site.portal.threads.shutdown()
    site.portal.close()
