"""How long a walled child takes: from asking to its first word, and to its end told.

    python bench/forks.py [--forks N]

Last line JSON: milliseconds, median and 95th percentile.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "sandbox" / "programs"))

from sandbox import Channel, ForkServer

SCIENCE = ("numpy", "pandas", "matplotlib.figure")


def measure(server: ForkServer, forks: int) -> dict[str, list[float]]:
    """Milliseconds of each fork: until it exists, until its first word, until its end is known."""
    times: dict[str, list[float]] = {"fork": [], "first_word": [], "end": []}
    for _ in range(forks):
        ours, theirs = Channel.pair()
        begin = time.perf_counter()
        with ours, server.fork("echo", channels=[theirs]) as child:
            times["fork"].append(time.perf_counter() - begin)
            ours.receive(30)
            times["first_word"].append(time.perf_counter() - begin)
            ours.close()
            child.wait(30)
            times["end"].append(time.perf_counter() - begin)
    return {name: [1000 * t for t in values] for name, values in times.items()}


def summary(values: list[float]) -> dict[str, float]:
    """Median and 95th percentile, to a tenth."""
    return {
        "median_ms": round(statistics.median(values), 1),
        "p95_ms": round(statistics.quantiles(values, n=20)[-1], 1),
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--forks", type=int, default=200)
    forks = parser.parse_args().forks
    result: dict[str, object] = {}
    for name, preload in (("bare", ()), ("scientific", SCIENCE)):
        begin = time.perf_counter()
        with ForkServer(programs={"echo": "walled_programs:echo"}, preload=preload) as server:
            result[f"{name}_start_ms"] = round(1000 * (time.perf_counter() - begin))
            measure(server, 10)
            for what, values in measure(server, forks).items():
                result[f"{name}_{what}"] = summary(values)
                print(name, what, summary(values))
    begin = time.perf_counter()
    for _ in range(5):
        subprocess.run([sys.executable, "-c", "import " + ",".join(SCIENCE)], check=True)
    result["cold_start_ms"] = round(1000 * (time.perf_counter() - begin) / 5)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
