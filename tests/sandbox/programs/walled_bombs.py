"""Programs that want everything there is, or want to stay."""

import ctypes
import os
import signal
import sys
import time


def fork_bomb(channel, **options):
    """Fork until something stops it, from every copy."""
    channel.send("lit")
    while True:
        try:
            os.fork()
        except OSError:
            time.sleep(0.01)


def memory_bomb(channel, **options):
    """Every process takes as much as it alone may, so that together they take far more."""
    channel.send("lit")
    for _ in range(12):
        if os.fork() == 0:
            break
    held = []
    while True:
        try:
            held.append(b"x" * (8 << 20))
        except MemoryError:
            time.sleep(0.05)


def mapped_memory_bomb(channel, **options):
    """The same with shared mappings and files in memory."""
    import mmap

    channel.send("lit")
    for _ in range(12):
        if os.fork() == 0:
            break
    held = []
    while True:
        try:
            region = mmap.mmap(-1, 8 << 20)
            region.write(b"x" * (8 << 20))
            held.append(region)
        except (OSError, MemoryError):
            time.sleep(0.05)


def print_for_ever(channel, **options):
    """Fill stdout and stderr."""
    channel.send("lit")
    line = b"x" * 65536
    while True:
        os.write(1, line)
        os.write(2, line)


def send_for_ever(channel, **options):
    """Fill the channel with good frames."""
    while True:
        channel.send("x" * 100_000)


def daemonise(channel, **options):
    """Double fork, a session of one's own, no parent-death signal, and stay when the rest ends."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)
            channel.send("daemon")
            while True:
                time.sleep(1)
        os._exit(0)
    os.wait()
    channel.send("parent leaves")
    time.sleep(options.get("seconds", 0.1))


def spin_in_c(channel, **options):
    """An endless loop that no Python signal handler can interrupt."""
    import re

    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    re.match(r"(a+)+$", "a" * 64 + "b")


def sleep_ignoring_everything(channel, **options):
    """No parent-death signal, no signals, no CPU time."""
    ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    while True:
        time.sleep(1)


def deep_recursion(channel, **options):
    """Overflow the C stack."""
    sys.setrecursionlimit(10**9)
    nested = []
    for _ in range(300_000):
        nested = [nested]
    repr(nested)


def null_pointer(channel, **options):
    """Crash the interpreter."""
    ctypes.string_at(0)


def leave_at_once(channel, **options):
    """Skip every clean-up."""
    os._exit(3)


def close_everything(channel, **options):
    """Close every descriptor, then go on."""
    os.closerange(0, 10_000)
    time.sleep(0.2)
