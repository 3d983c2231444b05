"""What do honest learners feel while somebody is hostile? Each attack beside ten of them.

    python bench/hostile.py [--only runs,big] [--seconds 20] [--learners 10]

A real platform (`motcham up` in a folder of its own: hub, proxy, portal, grading service, labs) on
loopback. Ten honest learners log in, read a lesson's page, try out a cell and hand in, over and
over; first in quiet, then for as long beside one attack of `hostile_attacks`. Everybody has a
loopback address of their own. Prints the p95 of a page, a run (*Chạy thử*), a mark (hand in →
marks) and a login in both, and what failed. Bounded in number and time; it ends by itself and
leaves nothing behind. Last line JSON: ``{"attack": {"page_ratio", "run_ratio", "mark_ratio",
"login_ratio"}, …}``; a ratio is null where the honest got nothing through.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

sys.path.pop(0)  # this folder, whose labs.py would hide the room of that name
sys.path.insert(0, str(Path(__file__).parent / "harness"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "labs" / "harness"))

from hostile_attacks import ATTACKS
from hostile_stage import PATIENCE_S, Person, Stage

from hub.platform import lifetime
from hub.platform.ports import free_port
from hub.settings import Settings

HERE = Path(__file__).parent
DEEDS = ("page", "run", "mark", "login")
STARTS = 4
PAUSE_S = 0.5  # between two deeds of an honest learner
HAND_IN_EVERY, LOG_IN_EVERY = 3, 4  # cycles: nobody hands in sixty times an hour


@dataclass
class Felt:
    """Seconds by deed, and what failed."""

    waits: dict[str, list[float]] = field(default_factory=lambda: collections.defaultdict(list))
    failed: collections.Counter[str] = field(default_factory=collections.Counter)

    @contextlib.contextmanager
    def timing(self, deed: str) -> Iterator[None]:
        """Count the seconds of a deed; one that fails counts as all the patience there is."""
        began = time.perf_counter()
        try:
            yield
        except (httpx.HTTPError, AssertionError, IndexError, KeyError, TimeoutError) as error:
            self.waits[deed].append(PATIENCE_S)
            self.failed[f"{deed}: {type(error).__name__}: {error}"[:120]] += 1
        else:
            self.waits[deed].append(time.perf_counter() - began)

    def p95(self, deed: str) -> float:
        """The 95th percentile; the largest of few; patience itself where there is none."""
        ordered = sorted(self.waits[deed])
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] if ordered else PATIENCE_S


class Learner:
    """An honest one: reads, tries out, hands in, and logs in anew now and then."""

    def __init__(self, stage: Stage, who: Person) -> None:
        self.stage, self.who = stage, who

    async def study(self, felt: Felt, until: float, first: int) -> None:
        for cycle in itertools.count(first):
            if time.monotonic() >= until:
                return
            with felt.timing("page"):
                page = await self.who.get(self.stage.page)
                assert page.status_code == 200, page.status_code
                assert "data-cell" in page.text
            await asyncio.sleep(PAUSE_S)
            with felt.timing("run"):
                await self._run()
            await asyncio.sleep(PAUSE_S)
            if cycle % HAND_IN_EVERY == 0:
                with felt.timing("mark"):
                    await self._hand_in()
            if cycle % LOG_IN_EVERY == 0:
                with felt.timing("login"):
                    await self.who.log_in()
            await asyncio.sleep(PAUSE_S)

    async def _run(self) -> None:
        code = {self.stage.code_cell: "print(6 * 7)"}
        body = {"cell": self.stage.code_cell, "answers": code}
        said = await self.who.send("POST", f"{self.stage.lesson_api}/run", body)
        assert said.status_code == 200, said.status_code
        assert "42" in said.json()["html"]

    async def _hand_in(self) -> None:
        body = {**self.stage.wanted, "notebook": self.stage.notebook_with("1")}
        sent = await self.who.send("POST", self.stage.submissions_api, body)
        assert sent.status_code == 202, sent.text[:100]
        address = f"{self.stage.submissions_api}/{sent.json()['id']}?wait=20"
        async with asyncio.timeout(PATIENCE_S):
            while (await self._state_of(address)) != "marked":
                pass

    async def _state_of(self, address: str) -> str:
        answer = await self.who.get(address)
        assert answer.status_code == 200, f"{answer.status_code}: {answer.text[:80]}"
        return str(answer.json()["state"])


async def measure(stage: Stage, name: str, seconds: float) -> tuple[Felt, Felt]:
    """What new honest learners feel in quiet, and then beside the attack."""
    stage.honest_names = [f"tn-{name.replace('_', '-')}-{n}" for n in range(stage.learners)]
    stage.add_people(stage.honest_names)
    everybody = [
        Learner(stage, Person(stage.url, f"127.0.1.{n + 1}", one))
        for n, one in enumerate(stage.honest_names)
    ]
    for learner in everybody:
        await learner.who.log_in()
        await learner.who.get(stage.page)
        await learner.study(Felt(), time.monotonic() + 0.1, 1)  # warm
    quiet, attacked = Felt(), Felt()

    async def all_study(felt: Felt, until: float) -> None:
        async def one(n: int, learner: Learner) -> None:
            await asyncio.sleep(n * 0.15)
            await learner.study(felt, until, n)

        await asyncio.gather(*(one(n, learner) for n, learner in enumerate(everybody)))

    await all_study(quiet, time.monotonic() + seconds)
    end = time.monotonic() + seconds + 3
    hostile = asyncio.create_task(ATTACKS[name](stage, end))
    await asyncio.sleep(3)  # the attack is under way before the honest are asked
    await all_study(attacked, end)
    try:
        await asyncio.wait_for(hostile, PATIENCE_S)
    except Exception as error:
        print(f"  the attack ended early: {type(error).__name__}: {error}")
    await stage.leave()
    for learner in everybody:
        await learner.who.close()
    await asyncio.sleep(2)  # what was begun runs out
    return quiet, attacked


@contextlib.contextmanager
def platform(folder: Path) -> Iterator[tuple[str, Settings]]:
    """`motcham up` in ``folder``; ends with us, also when we are killed."""
    port = free_port()
    process = _started(folder, port)
    try:
        yield f"http://127.0.0.1:{port}/", Settings(data=folder, port=port)
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(60)
    process.kill()


def _started(folder: Path, port: int) -> subprocess.Popen[str]:
    """The platform's process, once it answers. A busy machine may need a second start: JupyterHub
    waits half a minute for a service."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOTCHAM")}
    command = [sys.executable, "-I", "-S", lifetime.__file__, sys.executable, "-P", "-m", "hub.cli"]
    said: list[str] = []
    for _ in range(STARTS):
        process = subprocess.Popen(
            [*command, "up", "--port", str(port), "--data", str(folder)],
            env={**kept, "MOTCHAM_DEMO_LEARNERS": "50", "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=HERE.parent,
            start_new_session=True,
        )
        assert process.stdout
        try:
            for line in process.stdout:
                said.append(line)
                if "Ctrl-C" in line:  # its last words before it waits
                    # Nobody may ever wait for us to read.
                    threading.Thread(target=_keep, args=(process, folder), daemon=True).start()
                    return process
        except BaseException:
            _end(process)
            raise
        process.wait()
    raise SystemExit("the platform did not start:\n" + "".join(said))


def _keep(process: subprocess.Popen[str], folder: Path) -> None:
    """What the platform goes on to say, in a file beside its data."""
    assert process.stdout
    with (folder / "said.log").open("w") as log:
        for line in process.stdout:
            log.write(line)
            log.flush()


def ratios(quiet: Felt, attacked: Felt) -> dict[str, float | None]:
    """By how much each deed's p95 grew; None where nothing of it got through."""
    found: dict[str, float | None] = {}
    for deed in DEEDS:
        through = any(one < PATIENCE_S for one in attacked.waits[deed])
        ratio = round(attacked.p95(deed) / quiet.p95(deed), 2) if through else None
        found[f"{deed}_ratio"] = ratio
    return found


def know_localhost() -> None:
    """Names below .localhost are this machine (RFC 6761, 6.3); not every resolver knows."""
    resolve = socket.getaddrinfo

    def resolved(host: Any, *more: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        here = name.endswith(".localhost")
        return resolve("127.0.0.1" if here else host, *more, **named)

    socket.getaddrinfo = resolved


def main() -> None:
    """Print a table for each attack as it is done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(ATTACKS), help="attacks, by comma")
    parser.add_argument("--seconds", type=float, default=20, help="of quiet, and of each attack")
    parser.add_argument("--learners", type=int, default=10)
    chosen = parser.parse_args()
    wanted = chosen.only.split(",")
    if unknown := set(wanted) - set(ATTACKS):
        parser.error(f"no attack {', '.join(sorted(unknown))}; there are {', '.join(ATTACKS)}")
    know_localhost()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leave by the way that tidies up
    result: dict[str, dict[str, float | None]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="motcham-hostile-") as folder,
        platform(Path(folder) / "data") as (url, settings),
    ):
        stage = Stage(url, settings, chosen.learners)
        stage.add_people(stage.bystanders)
        print(f"{'attack':<13}{'deed':<7}{'quiet p95':>10}{'attacked':>10}{'ratio':>7}  n, failed")
        for name in wanted:
            quiet, attacked = asyncio.run(measure(stage, name, chosen.seconds))
            result[name] = ratios(quiet, attacked)
            for deed in DEEDS:
                ratio = result[name][f"{deed}_ratio"]
                numbers = f"{quiet.p95(deed):>9.2f}s{attacked.p95(deed):>9.2f}s"
                failed = sum(n for why, n in attacked.failed.items() if why.startswith(deed))
                counts = f"{len(attacked.waits[deed])}, {failed}"
                shown = "–" if ratio is None else ratio
                print(f"{name:<13}{deed:<7}{numbers}{shown:>7}  {counts}", flush=True)
            for why, times in (attacked.failed + quiet.failed).most_common(5):
                print(f"  {times} × {why}", flush=True)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
