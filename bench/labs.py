"""Stock JupyterHub spawner and kernels beside ours, on this machine, in one call.

    python bench/labs.py [--starts N] [--storm N] [--only ours|stock]

For each: the start of a server as the hub sees it, one by one; the first cell (pandas and a plot);
the memory of everything one learner has running, as PSS and with the shared pages of the warm
parent counted to nobody's account but said apart; and N learners at once, each with a working
kernel. Last line JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "hub" / "labs" / "harness"))

from lab_hub import STOCK, WALLED, Kernel, LabHub

CELL = """
import pandas as pd
import matplotlib.pyplot as plt
table = pd.DataFrame({"x": range(1000), "y": [v * v for v in range(1000)]})
figure, axes = plt.subplots()
axes.plot(table.x, table.y)
plt.show()
print(int(table.y.sum()))
"""
RIGHT = "332833500"


def memory_of(pids: set[int]) -> dict[str, float]:
    """MiB: PSS, what is private to these processes, and what of it is anonymous."""
    total = {"Pss": 0, "Private_Dirty": 0, "Private_Clean": 0}
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                name = line.partition(":")[0]
                if name in total:
                    total[name] += int(line.split()[1])
    return {
        "pss": total["Pss"] / 1024,
        "private": (total["Private_Dirty"] + total["Private_Clean"]) / 1024,
    }


def stock_processes(hub: Any, name: str) -> set[int]:
    """A stock server of that user and everything below it."""
    found: set[int] = set()
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        pid = int(entry.name)
        with contextlib.suppress(OSError):
            stat = (entry / "stat").read_text()
            parents[pid] = int(stat.rpartition(")")[2].split()[1])
            environment = (entry / "environ").read_bytes()
            own = f"JUPYTERHUB_USER={name}\0".encode()
            if own in environment and str(hub.hub_port).encode() in environment:
                found.add(pid)
    while more := {p for p, parent in parents.items() if parent in found} - found:
        found |= more
    return found


async def storm(hub: Any, names: list[str]) -> tuple[float, int]:
    """Seconds until everybody has a result, and how many have the right one."""

    async def one(name: str) -> bool:
        try:
            await asyncio.get_running_loop().run_in_executor(None, hub.open_lab, name)
            async with Kernel(hub, name) as kernel:
                return RIGHT in await kernel.run(CELL, 120)
        except Exception as error:
            print(f"  {name}: {error!r}"[:300])
            return False

    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(len(names) + 4))
    begin = time.perf_counter()
    results = await asyncio.gather(*(one(name) for name in names))
    return time.perf_counter() - begin, sum(results)


def measure(spawner: str, starts: int, together: int) -> dict[str, Any]:
    """All figures of one spawner."""
    walled = spawner is WALLED
    with (
        tempfile.TemporaryDirectory(prefix="motcham-bench-") as folder,
        LabHub(folder, spawner=spawner) as hub,
    ):
        hub.add("first")
        hub.open_lab("first")
        hub.close_lab("first")
        seconds = []
        for number in range(starts):
            name = f"one{number}"
            hub.add(name)
            seconds.append(hub.open_lab(name))
            hub.close_lab(name)
        # Ten learners hold labs with kernels, so that shared pages are shared as in a class.
        held = [f"class{n}" for n in range(min(10, together))]
        for name in held:
            hub.add(name)
            hub.open_lab(name)
        memories, kernels, cells = asyncio.run(_class(hub, held, walled))
        for name in held:
            hub.close_lab(name)
        names = [f"storm{n}" for n in range(together)]
        for name in names:
            hub.add(name)
        storm_s, right = asyncio.run(storm(hub, names))
        for name in names:
            hub.close_lab(name)
    found = {
        "spawn_median_s": round(statistics.median(seconds), 3),
        "spawn_p95_s": round(statistics.quantiles(seconds, n=20)[-1], 3),
        "kernel_s": round(statistics.median(kernels), 3),
        "first_cell_s": round(statistics.median(cells), 3),
        "pss_mb": round(statistics.median(m["pss"] for m in memories), 1),
        "private_mb": round(statistics.median(m["private"] for m in memories), 1),
        "storm_s": round(storm_s, 2),
        "storm": together,
        "kernels_ok": right,
    }
    print("ours " if walled else "stock", found, flush=True)
    return found


async def _class(
    hub: Any, names: list[str], walled: bool
) -> tuple[list[dict[str, float]], list[float], list[float]]:
    """Memory of each learner while all of them hold a kernel; times of the kernels and cells."""
    kernels, starts, cells = [], [], []
    for name in names:
        begin = time.perf_counter()
        kernel = await Kernel(hub, name).__aenter__()
        kernels.append(kernel)
        starts.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        assert RIGHT in await kernel.run(CELL, 120)
        cells.append(time.perf_counter() - begin)
    await asyncio.sleep(1)
    find = hub.processes_of if walled else (lambda name: stock_processes(hub, name))
    memories = [memory_of(find(name)) for name in names]
    for kernel in kernels:
        await kernel.__aexit__()
    return memories, starts, cells


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=20)
    parser.add_argument("--storm", type=int, default=40)
    parser.add_argument("--only", choices=["ours", "stock"])
    chosen = parser.parse_args()
    result: dict[str, Any] = {}
    if chosen.only != "stock":
        ours = measure(WALLED, chosen.starts, chosen.storm)
        result |= ours
    if chosen.only != "ours":
        stock = measure(STOCK, max(3, chosen.starts // 4), chosen.storm)
        result |= {f"stock_{name}": value for name, value in stock.items()}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
