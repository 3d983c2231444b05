"""Learners at their pages: reading, typing, checking and handing in, all at the same time.

    python bench/portal.py [--learners 500] [--seconds 240] [--think 60]

A real platform (`motcham up` in a folder of its own: hub, proxy, portal, grading service) on
loopback. Each learner logs in with a browser of their own, opens a lesson step by step, types an
answer at each (saved as the page saves it), has one exercise checked at a time, and hands in; with
a pause of ``--think`` seconds, more or less, between two deeds: an exercise in two minutes, about
three times as fast as lessons are taken (45 minutes with seven exercises). Each hand-in has its
key and is sent twice, as after an answer that was lost. *Lost*: answers that are not in the draft
at the end, and hand-ins that are not stored exactly once.

Prints a table and, as the last line, JSON: ``{"learners", "page_p95_s", "check_p95_s", "lost"}``.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import random
import signal
import sys
import tempfile
import time
import uuid
from pathlib import Path

sys.path.pop(0)  # this folder, whose labs.py would hide the room of that name
sys.path.append(str(Path(__file__).parent))  # last: for hostile.py alone
sys.path.insert(0, str(Path(__file__).parent / "harness"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "labs" / "harness"))

from hostile import Felt, platform
from hostile_stage import PORTAL, Person, Stage
from sqlalchemy import func, select

from records import open_records
from records.people import persons
from records.tables.marking import HandInKey, Submission
from school.learning import answering, checks, lessons, notebooks
from school.learning.numbers import own

DEEDS = ("log in", "page", "save", "check", "hand in")
AT_THE_DOOR = 8  # who logs in at once: hashing a password is slow on purpose


class Learner:
    """One at a lesson. ``numbers``: the cells with a number to type, each with its exercise."""

    def __init__(self, stage: Stage, who: Person, numbers: dict[str, str]) -> None:
        self.stage, self.who, self.numbers = stage, who, numbers
        self.revision = 1
        self.typed: dict[str, str] = {}
        self.keys: list[str] = []

    async def come(self, felt: Felt, door: asyncio.Semaphore) -> None:
        async with door:
            with felt.timing("log in"):
                await self.who.log_in()
            await self.who.get(f"{self.stage.page}?buoc=1")

    async def study(self, felt: Felt, until: float, think_s: float) -> None:
        """Step after step until the time is over; handing in after each round."""
        await asyncio.sleep(random.random() * think_s)
        round_of_steps = 0
        while time.monotonic() < until:
            round_of_steps += 1
            for step, (cell, exercise) in enumerate(self.numbers.items(), 1):
                with felt.timing("page"):
                    page = await self.who.get(f"{self.stage.page}?buoc={step}")
                    assert page.status_code == 200, page.status_code
                await self._think(think_s)
                with felt.timing("save"):
                    await self._type(cell, str(round_of_steps * 100 + step))
                with felt.timing("check"):
                    await self._check(exercise)
                await self._think(think_s)
                if time.monotonic() >= until:
                    break
            with felt.timing("hand in"):
                await self._hand_in()

    async def _think(self, seconds: float) -> None:
        await asyncio.sleep(random.uniform(0.5, 1.5) * seconds)

    async def _type(self, cell: str, value: str) -> None:
        body = {"revision": self.revision, "answers": {cell: value}}
        said = await self.who.send("PUT", f"{self.stage.lesson_api}/answers", body)
        assert said.status_code == 200, f"{said.status_code}: {said.text[:80]}"
        self.revision = said.json()["revision"]
        self.typed[cell] = value

    async def _check(self, exercise: str) -> None:
        fields = {"_xsrf": self.who.xsrf(f"/{PORTAL}"), "action": f"check-{exercise}", "cell": ""}
        address = f"{self.stage.page}?part=results&xem=ca-bai"
        said = await self.who.browser.post(address, data={**fields, "revision": str(self.revision)})
        assert said.status_code == 200, f"{said.status_code}: {said.text[:80]}"

    async def _hand_in(self) -> None:
        body = {**self.stage.wanted, "revision": self.revision, "answers": {}}
        body["key"] = uuid.uuid4().hex
        self.keys.append(str(body["key"]))
        first = await self.who.send("POST", self.stage.submissions_api, body)
        assert first.status_code == 202, f"{first.status_code}: {first.text[:80]}"
        again = await self.who.send("POST", self.stage.submissions_api, body)
        assert again.json()["id"] == first.json()["id"], "sent twice is once"


def number_cells(stage: Stage) -> dict[str, str]:
    """Cells with a number to type in exercises that may be checked, each with its exercise."""
    records = open_records(stage.settings.records_url)
    with records.read() as session:
        place = lessons.find_place(session, 0, stage.wanted["course"], stage.wanted["lesson"])
        assert place is not None
        published = own.published_for(session, place, 0).notebook
    records.close()
    forms = {
        cell: answering.form_of(one) for cell, one in notebooks.answer_cells(published).items()
    }
    checked = checks.checked_exercises(place, dt.datetime.now(dt.UTC))
    found = {
        cell: grade
        for cell, grade in place.exercise_of.items()
        if grade in checked and (form := forms.get(cell)) and form.kind == "number"
    }
    assert found, "the lesson has nothing to type a number into"
    return found


def count_lost(stage: Stage, learners: list[Learner]) -> int:
    """Answers that are not in the draft, and hand-ins that are not there exactly once."""
    records = open_records(stage.settings.records_url)
    lost = 0
    with records.read() as session:
        stored = session.scalar(select(func.count()).select_from(HandInKey)) or 0
        rows = session.scalar(select(func.count()).select_from(Submission)) or 0
        for learner in learners:
            person = persons.find_person(session, learner.who.name)
            assert person is not None
            place = lessons.find_place(
                session, person.id, stage.wanted["course"], stage.wanted["lesson"]
            )
            assert place is not None
            work = lessons.find_work(session, person.id, place)
            kept = notebooks.answers_in(work.notebook) if work else {}
            lost += sum(kept.get(cell) != float(value) for cell, value in learner.typed.items())
    records.close()
    sent = sum(len(learner.keys) for learner in learners)
    print(f"hand-ins: {sent} sent twice, {stored} kept by their key, {rows} submissions")
    return lost + abs(sent - stored)


async def measure(stage: Stage, seconds: float, think_s: float) -> tuple[Felt, list[Learner]]:
    names = [f"tn-trang-{n}" for n in range(stage.learners)]
    stage.add_people(names)
    numbers = number_cells(stage)
    learners = [
        Learner(stage, Person(stage.url, f"127.0.{1 + n // 250}.{1 + n % 250}", name), numbers)
        for n, name in enumerate(names)
    ]
    felt, door = Felt(), asyncio.Semaphore(AT_THE_DOOR)
    begun = time.monotonic()
    await asyncio.gather(*(one.come(felt, door) for one in learners))
    print(f"all logged in after {time.monotonic() - begun:.0f} s", flush=True)
    until = time.monotonic() + seconds
    await asyncio.gather(*(one.study(felt, until, think_s) for one in learners))
    for one in learners:
        await one.who.close()
    return felt, learners


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=240, help="of study, after all are in")
    parser.add_argument("--think", type=float, default=60, help="seconds between two deeds")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leave by the way that tidies up
    with (
        tempfile.TemporaryDirectory(prefix="motcham-portal-") as folder,
        platform(Path(folder) / "data") as (url, settings),
    ):
        stage = Stage(url, settings, chosen.learners)
        felt, learners = asyncio.run(measure(stage, chosen.seconds, chosen.think))
        lost = count_lost(stage, learners)
        said = settings.data / "logs" / "platform.log"
        told = said.read_text(errors="replace") if said.exists() else ""
    if felt.failed:
        print(told[told.find("Traceback") :][:4000] if "Traceback" in told else "no traceback")
    print(f"{'deed':<9}{'n':>7}{'p50':>9}{'p95':>9}{'failed':>8}")
    for deed in DEEDS:
        waits = sorted(felt.waits[deed])
        middle = waits[len(waits) // 2] if waits else 0.0
        failed = sum(n for why, n in felt.failed.items() if why.startswith(deed))
        print(f"{deed:<9}{len(waits):>7}{middle:>8.3f}s{felt.p95(deed):>8.3f}s{failed:>8}")
    for why, times in felt.failed.most_common(5):
        print(f"  {times} × {why}")
    found = {
        "learners": chosen.learners,
        "page_p95_s": round(felt.p95("page"), 3),
        "check_p95_s": round(felt.p95("check"), 3),
        "lost": lost,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
