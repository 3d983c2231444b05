"""An examination on each kind of database."""

from __future__ import annotations

import pytest
from examined import Examined, examine

from records import Records


@pytest.fixture
def exam(records: Records) -> Examined:
    """Published, with its rooms still shut."""
    return examine(records)
