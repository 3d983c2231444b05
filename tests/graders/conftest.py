import sys
from pathlib import Path

import pytest

# Notebooks for the tests of this room are written with `notebooks.py`, beside this file.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def marker():
    """A marker with short patience: what hangs in these tests hangs on purpose."""
    from graders import Marker

    with Marker(cell_s=4.0, notebook_s=40.0, allow_reduced=True) as found:
        yield found
