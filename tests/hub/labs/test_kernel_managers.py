"""jupyter_client's kernel managers find in our provisioner what they find in their own.

jupyter_client's wheel ships none of its tests, so the behaviours they hold are driven here through
its real managers, each beside the name of the test that holds it upstream.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
SPECS = ROOT / "hub" / "labs" / "share" / "jupyter"


def test_kernel_managers_start_interrupt_restart_signal_and_end_our_kernels(tmp_path, capsys):
    program = Path(__file__).parent / "harness" / "kernel_program.py"
    done = subprocess.run(
        [sys.executable, str(program)],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{ROOT}",
            "HOME": str(tmp_path),
            "JUPYTER_PATH": str(SPECS),
            "JUPYTER_RUNTIME_DIR": str(tmp_path / "run"),
            "IPYTHONDIR": str(tmp_path / "ipython"),
        },
        cwd=tmp_path,
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
    assert len(outcomes) == 12
    assert {n: o for n, o in outcomes.items() if o != "passed"} == {}
