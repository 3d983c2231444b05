"""The platform's log stays bounded while it runs and tells a line that repeats once."""

from __future__ import annotations

import io
from pathlib import Path

from hub.platform.logs import Repeats, RotatingLog


def told(repeats: Repeats, *lines: tuple[float, bytes]) -> list[bytes]:
    found: list[bytes] = []
    for at, line in lines:
        found += repeats.lines(line, at=at)
    return found


def test_a_line_that_repeats_is_told_once_with_a_count() -> None:
    repeats = Repeats(within_s=10)
    flood = [
        (n / 100, b"[W 17:00:%02d] Too many open files: %d\n" % (n % 60, n)) for n in range(500)
    ]
    found = told(repeats, *flood, (20.0, b"something else\n"))
    assert found == [flood[0][1], flood[-1][1].rstrip() + b" (+ 499)\n", b"something else\n"]


def test_lines_that_differ_in_words_are_all_told() -> None:
    lines = [(0.0, b"a went\n"), (0.1, b"b went\n"), (0.2, b"\n"), (0.3, b"\n")]
    assert told(Repeats(), *lines) == [b"a went\n", b"b went\n", b"\n", b"\n"]


def test_two_that_take_turns_are_told_once_each() -> None:
    lines = [(n / 10, (b"tick 1\n", b"tock 1\n")[n % 2]) for n in range(40)]
    assert told(Repeats(), *lines) == [b"tick 1\n", b"tock 1\n"]


def test_a_line_is_told_again_later() -> None:
    repeats = Repeats(within_s=10)
    assert told(repeats, (0, b"x\n"), (11, b"x\n"), (30, b"x\n")) == [b"x\n"] * 3


def test_only_so_many_lines_are_remembered() -> None:
    repeats = Repeats(within_s=1e9, most=10)
    words = [f"line {chr(97 + n // 26)}{chr(97 + n % 26)}\n".encode() for n in range(600)]
    assert told(repeats, *((0.0, word) for word in words)) == words
    assert len(repeats._known) == 10


def test_a_log_is_put_aside_when_it_has_grown_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "platform.log"
    with RotatingLog(path, largest=10_000, clock=iter(range(100_000)).__next__) as log:
        for number in range(3_000):
            log.write(f"{chr(97 + number % 26)}{chr(97 + number // 26 % 26)} said\n".encode() * 3)
    assert path.stat().st_size <= 10_000
    assert path.with_suffix(".log.1").stat().st_size <= 10_000
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(list(tmp_path.iterdir())) == 2


def test_what_was_kept_back_is_told_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "platform.log"
    with RotatingLog(path, largest=10_000, clock=lambda: 0.0) as log:
        log.keep(io.BytesIO(b"again 1\n" * 50)).join()
    assert path.read_bytes() == b"again 1\nagain 1 (+ 49)\n"
