import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

_attempted = {"ours": 0, "stock": 0}
_succeeded = {"ours": 0, "stock": 0}


@pytest.fixture
def record_trick():
    """Count a trick for the line printed at the end; ``side`` is ``ours`` or ``stock``."""

    def record(side, trick, points):
        _attempted[side] += 1
        _succeeded[side] += (points or 0.0) > trick.honest

    return record


def pytest_terminal_summary(terminalreporter):
    """The line that says how the tricks went."""
    told = [
        f"{side} {_attempted[side]} attempted, {_succeeded[side]} succeeded"
        for side in _attempted
        if _attempted[side]
    ]
    if told:
        terminalreporter.write_line("hostile notebooks: " + "; ".join(told))
