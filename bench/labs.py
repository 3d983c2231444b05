"""Stock JupyterHub spawner and kernels beside ours, on this machine, in one call.

    python bench/labs.py [--starts N] [--storm N] [--stock-storm N] [--only ours|stock] [--touch N]

For each: the start of a server as the hub sees it, one by one; the first cell (pandas and a plot);
the memory of everything one learner has running, as PSS and as pages of nobody else's; and N
learners at once: seconds until every one has a lab and a kernel that worked a table out (and what
processor time of it the simulated learners took), then the same first cell for all of them. The
stock storm may be smaller (``--stock-storm``: it takes minutes and fails in part); how large it was
stands in the result. Last line JSON.

A virtual machine may hand its guest each page of memory at a cost, the first time (6.6 µs a page
here, and 2.7 µs ever after): ``--touch N`` writes to N GiB before the measurements, and returns
them, as on a server that has been up for a while.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import mmap
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tornado import httpclient

sys.path.pop(0)  # this folder, whose labs.py would hide the room of that name
sys.path.insert(0, str(Path(__file__).parent / "harness"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "labs" / "harness"))

from lab_cell import CELL, RIGHT, memory_of
from lab_hub import STOCK, WALLED, Kernel, LabHub

WORKS = "import pandas as pd\nprint(int((pd.Series(range(1000)) ** 2).sum()))"


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


class Storm:
    """Many learners who want a lab at the same moment. ``works_s``: until every kernel worked."""

    def __init__(self, hub: Any, names: list[str]) -> None:
        self.hub, self.names = hub, names
        self.kernels: dict[str, Any] = {}
        self.works_s = self.learners_s = self.cells_s = 0.0
        self.works = self.right = 0
        self.client = httpclient.AsyncHTTPClient(force_instance=True, max_clients=1000)

    async def blow(self, memory_of_all: Callable[[], list[dict[str, float]]]) -> None:
        """Everybody opens a lab and works; then everybody runs the first cell."""
        begin, worked = time.perf_counter(), time.process_time()
        self.works = sum(await asyncio.gather(*map(self._open, self.names)))
        self.works_s = time.perf_counter() - begin
        self.learners_s = time.process_time() - worked
        begin = time.perf_counter()
        self.right = sum(await asyncio.gather(*map(self._draw, self.names)))
        self.cells_s = time.perf_counter() - begin
        self.memories = memory_of_all()
        await asyncio.gather(*(kernel.__aexit__() for kernel in self.kernels.values()))

    async def _open(self, name: str) -> bool:
        try:
            # The hub answers once the lab is ready.
            await self.client.fetch(
                f"{self.hub.base}/hub/api/users/{name}/server",
                method="POST",
                body="",
                headers={"Authorization": f"token {self.hub.token}"},
                request_timeout=300,
            )
            kernel = self.kernels[name] = Kernel(self.hub, name)
            await kernel.__aenter__()
            return RIGHT in await kernel.run(WORKS, 120)
        except Exception as error:
            print(f"  {name}: {error!r}"[:300])
            return False

    async def _draw(self, name: str) -> bool:
        try:
            return RIGHT in await self.kernels[name].run(CELL, 120)
        except Exception as error:
            print(f"  {name}: {error!r}"[:300])
            return False


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
        find = hub.processes_of_all if walled else (lambda: all_stock_processes(hub, names))
        gale = asyncio.run(_blow(hub, names, lambda: [memory_of(p) for p in find().values()]))
        for name in names:
            hub.close_lab(name)
    found = {
        "spawn_median_s": round(statistics.median(seconds), 3),
        "spawn_p95_s": round(statistics.quantiles(seconds, n=20)[-1], 3),
        "kernel_s": round(statistics.median(kernels), 3),
        "first_cell_s": round(statistics.median(cells), 3),
        "pss_mb": round(statistics.median(m["pss"] for m in memories), 1),
        "private_mb": round(statistics.median(m["private"] for m in memories), 1),
        "storm": together,
        "storm_s": round(gale.works_s, 2),
        "storm_learners_cpu_s": round(gale.learners_s, 2),
        "kernels_ok": gale.works,
        "storm_cells_s": round(gale.cells_s, 2),
        "storm_cells_ok": gale.right,
        "storm_pss_mb": round(statistics.median(m["pss"] for m in gale.memories), 1),
    }
    print("ours " if walled else "stock", found, flush=True)
    return found


async def _blow(hub: Any, names: list[str], memory_of_all: Any) -> Storm:
    gale = Storm(hub, names)
    await gale.blow(memory_of_all)
    return gale


def all_stock_processes(hub: Any, names: list[str]) -> dict[str, set[int]]:
    """As `stock_processes`, for each of ``names`` that has any."""
    found = {name: stock_processes(hub, name) for name in names}
    return {name: pids for name, pids in found.items() if pids}


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


def touch(gigabytes: int) -> None:
    """Write to every page of so much memory once, and give it back."""
    with mmap.mmap(-1, gigabytes << 30) as memory:
        for place in range(0, gigabytes << 30, mmap.PAGESIZE):
            memory[place] = 1


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=20)
    parser.add_argument("--storm", type=int, default=80)
    parser.add_argument("--stock-storm", type=int, help="learners at once for stock; as --storm")
    parser.add_argument("--only", choices=["ours", "stock"])
    parser.add_argument("--touch", type=int, default=0, help="GiB of memory to write to before")
    chosen = parser.parse_args()
    if chosen.touch:
        touch(chosen.touch)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leave by the way that tidies up
    result: dict[str, Any] = {}
    if chosen.only != "stock":
        result |= measure(WALLED, chosen.starts, chosen.storm)
    if chosen.only != "ours":
        bounded = chosen.stock_storm or chosen.storm
        if bounded < chosen.storm:
            print(f"stock's storm is bounded to {bounded} learners, ours has {chosen.storm}")
        stock = measure(STOCK, max(5, chosen.starts // 4), bounded)
        result |= {f"stock_{name}": value for name, value in stock.items()}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
