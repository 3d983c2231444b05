"""jupyter_client's kernel managers find in our provisioner what they find in their own.

jupyter_client's wheel ships none of its tests, so the behaviours they hold are driven here through
its real managers, each beside the name of the test that holds it upstream.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "hub" / "labs" / "share" / "jupyter"


@pytest.fixture
def short_folder():
    """A Unix socket's address holds 107 characters, which pytest's own folders use up."""
    with tempfile.TemporaryDirectory(prefix="mc-") as folder:
        yield Path(folder)


def test_kernel_managers_start_interrupt_restart_signal_and_end_our_kernels(short_folder, capsys):
    program = Path(__file__).parent / "harness" / "kernel_program.py"
    done = subprocess.run(
        [sys.executable, str(program)],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{ROOT}",
            "HOME": str(short_folder),
            "JUPYTER_PATH": str(SPECS),
            "JUPYTER_RUNTIME_DIR": str(short_folder / "run"),
            "IPYTHONDIR": str(short_folder / "ipython"),
        },
        cwd=short_folder,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.stdout, done.stderr[-3000:]
    outcomes = json.loads(done.stdout.splitlines()[-1])
    with capsys.disabled():
        print("\njupyter_client's kernel managers, with our provisioner:")
        for name, outcome in outcomes.items():
            print(f"  {outcome.splitlines()[-1]:<9}{name}")
    assert len(outcomes) == 13
    assert {n: o for n, o in outcomes.items() if o != "passed"} == {}
