"""One hub with walled labs for all of these tests."""

import sys
import zlib
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "harness"))

from lab_hub import LabHub

_attempted: list[str] = []
_succeeded: list[str] = []


@pytest.fixture(scope="session")
def hub(tmp_path_factory):
    """A running hub whose labs are walled."""
    with LabHub(tmp_path_factory.mktemp("labs")) as hub:
        yield hub


@pytest.fixture
def lab(hub, request):
    """A running lab of a user of this test alone."""
    name = f"lab-{zlib.crc32(request.node.name.encode()):08x}"
    hub.add(name)
    hub.open_lab(name)
    yield name
    hub.close_lab(name)


@pytest.fixture
def record_try():
    """Count a try at another's things for the list printed at the end."""

    def record(name, *, succeeded):
        _attempted.append(name)
        if succeeded:
            _succeeded.append(name)

    return record


def pytest_terminal_summary(terminalreporter):
    """The list of what one learner tried at another."""
    if _attempted:
        terminalreporter.write_line(
            f"tries of learner A at others: {len(_attempted)}, succeeded: {len(_succeeded)}"
        )
        for name in _attempted:
            mark = "SUCCEEDED" if name in _succeeded else "stopped"
            terminalreporter.write_line(f"  {mark:9} {name}")
