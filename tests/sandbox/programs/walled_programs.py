"""Honest programs that the tests run behind the walls."""

# The bare calls are what matters here.
# ruff: noqa: PTH208

import os
import random
import signal
import socket
import sys
import time
from pathlib import Path

FIRED_AT_IMPORT = os.getpid()


def echo(channel, **options):
    """Say the options, then repeat whatever comes until the other side closes."""
    channel.send(options)
    while True:
        channel.send(channel.receive(30))


def silent(**options):
    """Return at once."""


def draw(channel, **options):
    """What the random generators give."""
    import numpy as np

    channel.send([random.random(), float(np.random.random()), hash("a")])


def reach(channel, port, **options):
    """Whether a program reaches itself over 127.0.0.1, and whether that is the host's."""
    own = socket.create_server(("127.0.0.1", 0))
    with socket.create_connection(own.getsockname(), 5) as caller:
        own.accept()[0].sendall(b"here")
        heard = caller.recv(4).decode()
    try:
        socket.create_connection(("127.0.0.1", port), 2).close()
        others = "reached"
    except OSError as error:
        others = type(error).__name__
    channel.send([heard, others])


def look(channel, **options):
    """What a child is and sees."""
    status = dict(
        line.split(":\t", 1)
        for line in Path("/proc/self/status").read_text().splitlines()
        if ":\t" in line
    )
    channel.send(
        {
            "pid": os.getpid(),
            "uid": os.getuid(),
            "status": status,
            "environment": dict(os.environ),
            "folder": str(Path.cwd()),
            "files": {p.name: p.read_text() for p in Path.cwd().iterdir()},
            "root": sorted(os.listdir("/")),
            "processes": [e for e in os.listdir("/proc") if e.isdigit()],
            "descriptors": sorted(os.listdir("/proc/self/fd")),
            "modules": sorted(sys.modules),
        }
    )


def sleep(channel=None, seconds=60, **options):
    """Sleep."""
    if channel is not None:
        channel.send("asleep")
    time.sleep(seconds)


def deaf(channel, **options):
    """Never read a byte."""
    channel.send("deaf")
    time.sleep(60)


def stubborn(channel, **options):
    """Ignore every signal that can be ignored."""
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    channel.send("stubborn")
    while True:
        time.sleep(1)


def spin(**options):
    """Burn CPU time."""
    while True:
        pass


def raise_error(**options):
    """Fail the honest way."""
    raise ValueError("không chia được")


def leave(status=0, **options):
    """Leave with a status."""
    raise SystemExit(status)


def raw(channel, piece="", times=1, **options):
    """Write bytes that are no frame (``piece`` is hexadecimal) and wait."""
    os.set_blocking(channel.fileno(), True)
    for _ in range(times):
        os.write(channel.fileno(), bytes.fromhex(piece))
    time.sleep(30)
