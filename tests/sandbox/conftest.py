"""Fork servers and bait for the walls' tests."""

import hashlib
import os
import secrets
import socket
import subprocess
import sys
import sysconfig
import threading
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parent / "programs"
sys.path.insert(0, str(PROGRAMS))

from sandbox import Channel, ForkServer, Limits  # noqa: E402

LIMITS = Limits(cpu_s=20, wall_s=40, memory_mb=512, processes=32, file_mb=16)
# In the environment, and so in the memory, of whoever runs the tests and starts the fork servers.
IN_MEMORY = secrets.token_hex(24)
os.environ["MOTCHAM_TEST_BAIT"] = IN_MEMORY
_attempted: list[str] = []
_succeeded: list[str] = []


@pytest.fixture
def record_attack():
    """Count an attack for the line printed at the end."""

    def record(name, *, succeeded):
        _attempted.append(name)
        if succeeded:
            _succeeded.append(name)

    return record


def pytest_terminal_summary(terminalreporter):
    """The line that says how the attacks on the walls went."""
    if _attempted:
        terminalreporter.write_line(
            f"attacks on the walls: {len(_attempted)} attempted, {len(_succeeded)} succeeded"
            + "".join(f"\n  succeeded: {name}" for name in _succeeded)
        )


@pytest.fixture(scope="session")
def programs():
    """Names of the honest programs, as a fork server wants them."""
    import walled_programs

    names = [n for n, f in vars(walled_programs).items() if callable(f) and n[0].islower()]
    return {name: f"walled_programs:{name}" for name in names} | {"attack": "walled_attacks:main"}


@pytest.fixture(scope="session")
def server(programs):
    """A fork server behind the walls this machine gives; full ones."""
    with ForkServer(programs=programs, preload=["numpy"], limits=LIMITS) as server:
        yield server


@pytest.fixture
def start(server):
    """Fork a program with one channel; ends it with the test."""
    children = []

    def start(program, **more):
        ours, theirs = Channel.pair()
        child = server.fork(program, channels=[theirs], **more)
        children.append((child, ours))
        return child, ours

    yield start
    for child, channel in children:
        channel.close()
        child.close()


@pytest.fixture(scope="session")
def bait(tmp_path_factory):
    """Things worth stealing: files, a process with a secret, services on every kind of socket."""
    secret = secrets.token_hex(16)
    folder = tmp_path_factory.mktemp("bait")
    (folder / "secret.txt").write_text(secret)
    canary = subprocess.Popen(["sleep", "1000"], env={"TOKEN": secret, "PATH": os.environ["PATH"]})
    name = f"motcham-test-{os.getpid()}"
    listeners = [
        socket.create_server(("127.0.0.1", 0)),
        socket.socket(socket.AF_UNIX),
        socket.socket(socket.AF_UNIX),
    ]
    listeners[1].bind("\0" + name)
    listeners[2].bind(str(folder / "service.sock"))
    for listener in listeners:
        listener.listen()
        threading.Thread(target=_greet, args=(listener,), daemon=True).start()
    yield {
        "secret": secret,
        "secret_file": str(folder / "secret.txt"),
        "memory_half": IN_MEMORY[:24],
        "memory_hash": hashlib.sha256(IN_MEMORY.encode()).hexdigest(),
        "home": str(Path.home()),
        "canary": canary.pid,
        "group": os.getpgrp(),
        "port": listeners[0].getsockname()[1],
        "abstract": name,
        "unix_path": str(folder / "service.sock"),
        "hostname": socket.gethostname(),
        "site_packages": sysconfig.get_paths()["purelib"],
        "processes": LIMITS.processes,
        "memory_mb": LIMITS.memory_mb,
        "file_mb": LIMITS.file_mb,
    }
    for listener in listeners:
        listener.close()
    canary.kill()
    canary.wait()


def _greet(listener):
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.sendall(b"hello!")
