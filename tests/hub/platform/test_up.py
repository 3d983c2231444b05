"""`motcham up`: what it makes, what it refuses, and that nothing outlives it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from hub.platform.up import descendants

pytestmark = pytest.mark.timeout(600)


def motcham(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "hub.cli", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


def alive(pids: list[int]) -> dict[int, str]:
    """Those of ``pids`` that still run, with what they are."""
    found = {}
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if state != "Z":
            found[pid] = command
    return found


def wait_until(true: Callable[[], bool], seconds: float = 60) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.1)
    return true()


def running(pids: list[int], word: str) -> int:
    """The process among ``pids`` whose command line has this word."""
    matching = [pid for pid, command in alive(pids).items() if word in command]
    assert matching, alive(pids)
    return matching[0]


def test_a_platform_starts_refuses_a_second_one_and_ends_with_ctrl_c(
    start_platform: Any, tmp_path: Path
) -> None:
    data = tmp_path / "dữ liệu"
    first = start_platform(data)
    first.wait_until_ready()
    said = "\n".join(first.said)
    assert first.url in said
    passwords = first.accounts
    assert all(f"{name} " in said and password in said for name, password in passwords.items())
    started = descendants(first.process.pid)
    for part in ("jupyterhub", "configurable-http-proxy", "hub.portal.app", "hub.platform.grading"):
        running(started, part)

    other_port = motcham("up", "--data", str(data), "--port", "1")
    assert other_port.returncode == 2
    assert first.url in other_port.stdout + other_port.stderr, "where it runs already"

    # A service that dies is started again by the hub.
    os.kill(running(started, "hub.portal.app"), signal.SIGKILL)
    health = f"{first.url}services/portal/health"
    assert wait_until(lambda: requests.get(health).status_code != 200, 30)
    assert wait_until(lambda: requests.get(health).status_code == 200), first.story()

    started = sorted({*started, *descendants(first.process.pid)})
    assert first.stop() == 0
    assert alive(started) == {}

    again = start_platform(data)
    again.wait_until_ready()
    assert again.accounts == passwords
    assert not [line for line in again.said if "Đã công bố" in line], "published twice"

    # kill -9 of the hub: `up` notices, says so, and takes the rest along.
    started = descendants(again.process.pid)
    os.kill(running(started, "-m jupyterhub"), signal.SIGKILL)
    assert again.process.wait(60) == 1
    assert str(again.log) in "\n".join(again.said)
    assert alive(started) == {}


def test_nothing_outlives_a_platform_that_is_killed(start_platform: Any, tmp_path: Path) -> None:
    platform = start_platform(tmp_path / "data", MOTCHAM_DEMO_LEARNERS="0")
    platform.wait_until_ready()
    started = descendants(platform.process.pid)
    assert len(alive(started)) >= 4
    platform.process.kill()
    # At once again, on the same port: it waits for what still ends, and for nobody's command.
    port = int(platform.url.rsplit(":", 1)[1].strip("/"))
    again = start_platform(tmp_path / "data", port=port, MOTCHAM_DEMO_LEARNERS="0")
    again.wait_until_ready()
    assert wait_until(lambda: not alive(started), 30), alive(started)


def test_a_start_that_is_cut_off_is_simply_repeated(start_platform: Any, tmp_path: Path) -> None:
    data = tmp_path / "data"
    for patience in (0.7, 1.5, 2.5):
        cut = start_platform(data)
        time.sleep(patience)
        cut.process.kill()
        cut.process.wait(30)
    whole = start_platform(data)
    whole.wait_until_ready()
    assert len(whole.accounts) == 7
    assert requests.get(whole.url).status_code == 200


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        answer = motcham("up", "--data", str(tmp_path / "data"), "--port", port)
    assert answer.returncode == 2
    assert port in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


def test_an_unusable_data_folder_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = motcham("up", "--data", str(tmp_path / "file" / "data"), "--port", "1")
    assert answer.returncode == 2
    assert str(tmp_path / "file") in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1
