"""`motcham test --fast`: what is left out takes long, and what is chosen is worth running."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import fast
import pytest

from hub.platform.run_tests import wanted

ROOT = Path(__file__).parents[1]
ROOMS = {
    *("hub", "school", "graders", "analytics", "courses", "records", "sandbox"),
    *("skills_framework", "core"),
}


def collected(*options: str) -> list[str]:
    """The tests that pytest would run."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *options]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout[-3000:] + answer.stderr
    return re.findall(r"^tests/\S+::.*", answer.stdout, re.M)


@pytest.mark.slow
def test_every_room_but_the_labs_has_tests_in_a_fast_run() -> None:
    chosen = collected("--fast")
    by_room = Counter(test.split("/")[1] for test in chosen)
    assert {room for room in ROOMS if by_room[room] >= 10} == ROOMS
    assert len(chosen) > 1000
    left_out = [test for test in chosen if "postgres]" in test or "/browser/" in test]
    assert left_out == []


@pytest.mark.slow
def test_without_the_word_nothing_is_left_out() -> None:
    kinds = ("tests/records/platform", "tests/hub/platform/test_up.py")
    fast_ones, all_ones = collected("--fast", *kinds), collected(*kinds)
    assert set(fast_ones) < set(all_ones)
    assert any("postgres]" in test for test in all_ones)


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-m", "nbgrader", "autograde"],
        ["/x/bin/jupyterhub", "-f", "c.py"],
        ["/usr/bin/chromium"],
    ],
    ids=lambda command: Path(command[-1]).name,
)
def test_a_fast_test_that_starts_a_slow_program_fails(command: list[str]) -> None:
    with pytest.raises(AssertionError, match="a fast test starts"):
        fast.refuse_slow_programs("subprocess.Popen", (command[0], command, None, None))


def test_a_fast_test_may_start_other_programs() -> None:
    fast.refuse_slow_programs("subprocess.Popen", ("ruff", ["ruff", "check"], None, None))
    fast.refuse_slow_programs("open", ("jupyterhub.sqlite", "r", 0))


def test_the_command_asks_pytest_for_it() -> None:
    assert wanted([], fast=True)[:3] == ["--fast", "-n", "2"]
    assert wanted(["tests/core", "-x"], fast=True) == ["--fast", "tests/core", "-x"]
    assert "--fast" not in wanted([], fast=False)
    assert wanted(["tests/core"], fast=False) == ["tests/core"]
