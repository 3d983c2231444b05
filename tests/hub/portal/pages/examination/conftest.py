"""A site on which an examination can be planned and sat; nothing marks there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import courses

CONTENT = Path(courses.__file__).parent / "content"


@pytest.fixture
async def site(make_site: Any) -> AsyncIterator[Any]:
    made, server = await make_site(CONTENT / "nhan-thuc-chung")
    yield made
    server.stop()
    await server.close_all_connections()
    made.portal.threads.shutdown()
    made.portal.close()
