"""A site on which an examination can be planned and sat; nothing marks there."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def site(unmarked: Any) -> Any:
    return unmarked
