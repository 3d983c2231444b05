"""Simulated learners on one hub for a while: does anything fail, does memory stay flat?

    python bench/soak.py [--learners 200] [--minutes 20] [--ramp SECONDS]

Each learner logs in at the hub as a browser does, opens a lab, follows the hub's redirects to
JupyterLab's page, runs cells, idles, comes back to the same kernel, and at last closes everything
and begins again. All on loopback, with a real hub, proxy and labs; it ends by itself and leaves
nothing behind. Prints errors, memory over time and waiting times; last line JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import contextlib
import html
import json
import random
import re
import signal
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

sys.path.pop(0)  # this folder, whose labs.py would hide the room of that name
sys.path.insert(0, str(Path(__file__).parent / "harness"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "labs" / "harness"))

from lab_cell import CELL, RIGHT, memory_of
from lab_hub import WALLED, Kernel, LabHub

PATIENCE_S = 120
XSRF = re.compile(r'name="_xsrf"\s+value="([^"]*)"')
PAGE = re.compile(r'<script[^>]*id="jupyter-config-data"[^>]*>(.*?)</script>', re.DOTALL)


@dataclass
class Findings:
    """What the learners met: seconds by deed, and what failed."""

    waits: dict[str, list[float]] = field(default_factory=lambda: collections.defaultdict(list))
    errors: collections.Counter[str] = field(default_factory=collections.Counter)

    @contextlib.asynccontextmanager
    async def timing(self, deed: str) -> Any:
        """Count the seconds of a deed; an error is counted under it and goes on."""
        begin = time.perf_counter()
        try:
            yield
        except Exception as error:
            self.errors[f"{deed}: {type(error).__name__}: {error}"[:200]] += 1
            raise
        self.waits[deed].append(time.perf_counter() - begin)


class Learner:
    """One simulated learner (mẫu) with a browser's cookies."""

    def __init__(self, hub: Any, name: str, findings: Findings, chance: random.Random) -> None:
        self.hub, self.name, self.found, self.chance = hub, name, findings, chance

    async def study(self, until: float) -> None:
        """Come and go until ``until`` (monotonic)."""
        while time.monotonic() < until:
            try:
                async with httpx.AsyncClient(
                    base_url=self.hub.base, timeout=PATIENCE_S, trust_env=False
                ) as browser:
                    await self._visit(browser, until)
            except Exception:
                await asyncio.sleep(5)  # it is counted already

    async def _visit(self, browser: httpx.AsyncClient, until: float) -> None:
        async with self.found.timing("log in"):
            await self._log_in(browser)
        async with self.found.timing("open lab"):
            await self._change_lab(browser, "POST", {201, 202, 400})
        try:
            async with self.found.timing("page"):
                token = await self._open_page(browser)
            kernel = Kernel(self.hub, self.name)
            kernel.headers = {"Authorization": f"token {token}"}
            async with self.found.timing("kernel"):
                await kernel.__aenter__()
            try:
                await self._work(kernel, until)
            finally:
                await kernel.__aexit__()
        finally:
            async with self.found.timing("close lab"):
                await self._change_lab(browser, "DELETE", {202, 204})

    async def _work(self, kernel: Kernel, until: float) -> None:
        for sitting in range(self.chance.randint(2, 4)):
            if sitting:
                await self._pause(until)
                async with self.found.timing("come back"):
                    await kernel.connect()
            for _ in range(self.chance.randint(1, 3)):
                async with self.found.timing("cell"):
                    said = await kernel.run(CELL, PATIENCE_S)
                    if RIGHT not in said or "image/png" not in said:
                        raise ValueError(f"wrong result {said[:80]!r}")
                await self._pause(until)
            await kernel.hang_up()
            kernel.socket = None

    async def _pause(self, until: float) -> None:
        left = until - time.monotonic()
        await asyncio.sleep(max(0.0, min(self.chance.uniform(5, 40), left)))

    async def _log_in(self, browser: httpx.AsyncClient) -> None:
        form = (await browser.get("/hub/login")).text
        fields = {"username": self.name, "password": "mẫu", "_xsrf": XSRF.findall(form)[0]}
        answer = await browser.post("/hub/login", data=fields)
        if answer.status_code != 302:
            raise ValueError(f"login answered {answer.status_code}")

    async def _change_lab(self, browser: httpx.AsyncClient, method: str, good: set[int]) -> None:
        xsrf = next(c.value for c in browser.cookies.jar if c.name == "_xsrf" and c.path == "/hub/")
        answer = await browser.request(
            method, f"/hub/api/users/{self.name}/server", headers={"X-XSRFToken": xsrf or ""}
        )
        if answer.status_code not in good:
            raise ValueError(f"{method} server answered {answer.status_code} {answer.text[:90]}")

    async def _open_page(self, browser: httpx.AsyncClient) -> str:
        """JupyterLab's page, through the hub's consent to it; the token that the page holds."""
        answer = await browser.get(f"/user/{self.name}/lab", follow_redirects=True)
        page = PAGE.search(answer.text)
        if page is None:
            raise ValueError(f"no page of JupyterLab but {answer.status_code} {answer.url.path}")
        return str(json.loads(html.unescape(page[1]))["token"])


def look(hub: Any) -> dict[str, float]:
    """MiB and counts at one moment: labs, what each holds, hub, proxy, what the machine has left.

    A lab's share is measured on at most twenty of them.
    """
    labs = hub.processes_of_all()
    some = random.sample(sorted(labs), min(20, len(labs)))
    memories = [memory_of(labs[name]) for name in some]
    keeper = [p for p in psutil.process_iter() if _is_keeper(p, hub)]
    proxy = int((hub.folder / "proxy.pid").read_text())
    return {
        "labs": len(labs),
        "processes": sum(map(len, labs.values())),
        "lab_pss_mb": _median([m["pss"] for m in memories]),
        "lab_private_mb": _median([m["private"] for m in memories]),
        "hub_mb": _rss_mb(hub.process.pid),
        "keeper_mb": round(sum(_rss_mb(p.pid) for p in keeper), 1),
        "proxy_mb": _rss_mb(proxy),
        "free_mb": round(psutil.virtual_memory().available / (1 << 20)),
    }


def _is_keeper(process: psutil.Process, hub: Any) -> bool:
    with contextlib.suppress(psutil.Error):
        return process.ppid() == hub.process.pid and "labs.keeper" in process.cmdline()
    return False


def _rss_mb(pid: int) -> float:
    return round(psutil.Process(pid).memory_info().rss / (1 << 20), 1)


def _median(values: list[float]) -> float:
    return round(statistics.median(values), 1) if values else 0.0


def p95(values: list[float]) -> float:
    """The 95th percentile; the largest of few."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 2) if ordered else 0.0


async def soak(hub: Any, learners: int, seconds: float, ramp: float) -> tuple[Findings, list[Any]]:
    """Let them study; looks at the machine ten times on the way."""
    found, looks = Findings(), []
    begin = time.monotonic()
    until = begin + seconds

    async def come(number: int) -> None:
        await asyncio.sleep(ramp * number / learners)
        await Learner(hub, f"tn{number:05}", found, random.Random(number)).study(until)

    everybody = asyncio.gather(*(come(number) for number in range(learners)))
    for step in range(1, 11):
        # The last look is just before they go.
        await asyncio.sleep(max(0.0, begin + seconds * step / 10 - 2 - time.monotonic()))
        seen = {"s": round(time.monotonic() - begin)} | await asyncio.to_thread(look, hub)
        seen["errors"] = found.errors.total()
        looks.append(seen)
        print("  ".join(f"{name} {value}" for name, value in seen.items()), flush=True)
    await asyncio.wait_for(everybody, 4 * PATIENCE_S)
    return found, looks


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--ramp", type=float, help="seconds over which they come; a tenth of all")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leave by the way that tidies up
    seconds = chosen.minutes * 60
    with (
        tempfile.TemporaryDirectory(prefix="motcham-soak-") as folder,
        LabHub(folder, spawner=WALLED) as hub,
    ):
        hub.add("first")
        hub.open_lab("first")
        hub.close_lab("first")
        ramp = seconds / 10 if chosen.ramp is None else chosen.ramp
        found, looks = asyncio.run(soak(hub, chosen.learners, seconds, ramp))
        left = hub.processes_of_all()
    print("\nwaits        count   median      p95      max (s)")
    for deed, values in found.waits.items():
        middle = statistics.median(values)
        print(f"{deed:<12}{len(values):>6}{middle:>9.2f}{p95(values):>9.2f}{max(values):>9.2f}")
    print(f"\nerrors: {found.errors.total()}")
    for error, count in found.errors.most_common(20):
        print(f"  {count} × {error}")
    # The first looks fall into the time in which they come, so growth is told from the middle on.
    start, middle, end = looks[1], looks[len(looks) // 2], looks[-1]
    result = {
        "learners": chosen.learners,
        "minutes": chosen.minutes,
        "visits": len(found.waits["open lab"]),
        "cells": len(found.waits["cell"]),
        "errors": found.errors.total(),
        "labs_left": len(left),
        "memory": {"start": start, "middle": middle, "end": end},
        "p95_s": {deed: p95(values) for deed, values in found.waits.items()},
    }
    print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
