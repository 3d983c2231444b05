"""An examination from the first page to the last: everybody begins at once, the portal is killed
twice, and time runs out for all in the same minute.

    python bench/examination.py [--candidates 500] [--minutes 20] [--think 75] [--room 50]

A real platform (`motcham up` in a folder of its own: hub, proxy, portal, grading service) on
loopback. Rooms of ``--room`` candidates, each with an invigilator who looks at the room's page
every ten seconds. Each candidate has a browser and an address of their own, logs in beforehand,
enters the room's code within the same ten seconds as everybody else, and then does what the page
and its script do: sees a question, saves what was typed, hands it in, sees the next, with a pause
of ``--think`` seconds, more or less; saves and asks the time every half minute; is there when the
time runs out. At a third and at two thirds of the time the portal's process is killed (SIGKILL);
whoever is refused meanwhile tries again, as the page's script does.

What is timed is every request that was answered; one that found no portal is counted beside it.
*Lost*: answers that were acknowledged and are not in the database as they were given, those that
were saved and acknowledged last, and candidates who could not go on. *Short of time*: who was ended
by the clock with less than their minutes, the time of the kills taken out. Seals are checked as
`motcham audit verify` does.

Prints a table and, as the last line, JSON:
``{"candidates", "page_p95_s", "start_p95_s", "lost"}``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import json
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import httpx

sys.path.pop(0)  # this folder, whose labs.py would hide the room of that name
sys.path.append(str(Path(__file__).parent))  # last: for hostile.py alone
sys.path.insert(0, str(Path(__file__).parent / "harness"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "labs" / "harness"))

from exam_paper import Fields, Paper, Sent, is_kept
from hostile import Felt, platform
from hostile_stage import PORTAL, Person, Stage

from hub.platform.up import descendants
from records import Records, open_records
from records.assessment import sittings as kept
from records.examination import candidates, during, planned
from records.examination.planned import Rules
from records.people import persons
from records.tables.assessment import Sitting
from school import access
from school.examination import clock, invigilating_acts, planning_acts, sealing
from school.examination.planning_acts import Plan, RoomPlan

OFFICER = "tn-bo-thi"
AT_THE_DOOR = 8  # who logs in at once: hashing a password is slow on purpose
START_WITHIN_S, BEAT_S, LOOK_S, SPREAD_S = 10.0, 30.0, 10.0, 5.0
TRY_AGAIN_S = 3.0
LAST_MINUTES = 5
GONE = (502, 503, 504)  # the proxy has no portal behind it
QUESTION, BEAT = f"{PORTAL}examinations/question", f"{PORTAL}examinations/beat"
DEEDS = ("enter", "question", "save", "answer", "beat", "end", "room")
NOT_PAGES = ("enter",)


@dataclass
class Scene:
    """The examination as it was set up. ``codes``: by room; ``seats``: login name → room."""

    examination: int
    codes: dict[int, str]
    seats: dict[str, int]
    invigilators: dict[int, str]


@dataclass
class Told:
    """What was felt, and how often nobody answered. ``last``: the same of the last minutes."""

    felt: Felt = field(default_factory=Felt)
    last: Felt = field(default_factory=Felt)
    unanswered: int = 0
    broken_off: int = 0  # candidates who met what no page may say
    ends_at: float = 0.0

    def felt_now(self) -> list[Felt]:
        """Where a wait of this moment is written down."""
        late = time.monotonic() > self.ends_at - LAST_MINUTES * 60
        return [self.felt, self.last] if late else [self.felt]

    def all_p95(self, felt: Felt) -> float:
        waits = sorted(one for d in DEEDS if d not in NOT_PAGES for one in felt.waits[d])
        return waits[min(len(waits) - 1, int(len(waits) * 0.95))] if waits else 0.0


class Candidate:
    """One at their place. ``sent``: what was acknowledged, by number, the latest of each."""

    def __init__(self, who: Person, code: str, think_s: float, seed: int) -> None:
        self.who, self.code, self.think_s = who, code, think_s
        self.chance = random.Random(seed)
        self.sent: dict[int, Sent] = {}

    async def sit(self, told: Told) -> None:
        await asyncio.sleep(self.chance.random() * START_WITHIN_S)
        began = time.perf_counter()
        answer = await self._post(told, "enter", f"{PORTAL}examinations", [("code", self.code)])
        assert answer.status_code == 303, f"enter: {answer.status_code} {_said(answer.text)}"
        paper = await self._question(told)
        told.felt.waits["start"].append(time.perf_counter() - began)
        while paper is not None:
            paper = await self._answer(told, paper)

    async def _answer(self, told: Told, paper: Paper) -> Paper | None:
        """Think, type, hand in; the next question, None where there is none."""
        until = time.monotonic() + self.chance.uniform(0.5, 1.5) * self.think_s
        over = time.monotonic() + paper.seconds
        fields = paper.fill(self.chance)
        await self._pause(told, paper, min(until, over))
        if time.monotonic() >= over:  # the clock ran out: what was typed is saved, the page reloads
            await asyncio.sleep(self.chance.random() * SPREAD_S)
            return await self._question(told, "end")
        await self._save(told, paper, fields)
        posted = [*paper.hidden.items(), *fields, ("action", "answer")]
        answer = await self._post(told, "answer", QUESTION, posted)
        given: Fields | None = fields
        if answer.status_code == 422:  # what was typed is no answer to this
            posted = [*paper.hidden.items(), ("action", "unknown")]
            answer = await self._post(told, "answer", QUESTION, posted)
            given = None
        assert answer.status_code == 303, f"answer: {answer.status_code} {_said(answer.text)}"
        following = await self._question(told)
        if following is None and self._is_over(over):
            return None  # too late to be given: it was saved, and that is what counts
        self.sent[paper.number] = Sent(paper.number, given, given=True)
        return following

    @staticmethod
    def _is_over(over: float) -> bool:
        return time.monotonic() > over - 1

    async def _pause(self, told: Told, paper: Paper, until: float) -> None:
        """Think; the page saves what is typed and asks the time meanwhile."""
        while (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(left, BEAT_S))
            if until - time.monotonic() > 1:
                await self._post(told, "beat", BEAT, [("number", str(paper.number))])

    async def _save(self, told: Told, paper: Paper, fields: Fields) -> None:
        typed = urlencode([("number", str(paper.number)), *fields])
        posted = [("number", str(paper.number)), ("typed", typed)]
        answer = await self._post(told, "save", BEAT, posted)
        if answer.status_code == 200 and answer.json()["state"] == "open":
            self.sent[paper.number] = Sent(paper.number, fields, given=False)

    async def _question(self, told: Told, deed: str = "question") -> Paper | None:
        """The question's page; None where it led away from there."""
        for _ in range(200):
            answer = await self._ask(told, deed, "GET", QUESTION)
            if answer.status_code in (302, 303):
                return None
            assert answer.status_code == 200, f"{deed}: {answer.status_code}"
            paper = Paper.read(answer.text)
            if paper.controls:
                return paper
            await asyncio.sleep(TRY_AGAIN_S)  # paused, or the machine is slow to mark
            if paper.state == "open":
                posted = [*paper.hidden.items(), ("action", "next")]
                await self._post(told, "answer", QUESTION, posted)
        raise AssertionError("no question came")

    async def _post(self, told: Told, deed: str, path: str, fields: Fields) -> httpx.Response:
        fields = [one for one in fields if one[0] != "_xsrf"]
        posted = [("_xsrf", self.who.xsrf(f"/{PORTAL}")), *fields]
        return await self._ask(told, deed, "POST", path, urlencode(posted))

    async def _ask(
        self, told: Told, deed: str, method: str, path: str, body: str = ""
    ) -> httpx.Response:
        """Until somebody answers. A try that found no portal counts as none."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        while True:
            began = time.perf_counter()
            try:
                answer = await self.who.browser.request(
                    method, path, content=body, headers=headers, follow_redirects=False
                )
                if answer.status_code not in GONE:
                    took = time.perf_counter() - began
                    for felt in told.felt_now():
                        felt.waits[deed].append(took)
                    return answer
            except httpx.HTTPError:
                pass
            told.unanswered += 1
            await asyncio.sleep(self.chance.uniform(0.5, 1.5) * TRY_AGAIN_S)


def _said(page: str) -> str:
    start = page.find('role="alert"')
    return page[start : start + 300] if start >= 0 else page[:200]


async def invigilate(who: Person, room: int, told: Told, over: asyncio.Event) -> None:
    """Look at the room's page again and again."""
    while not over.is_set():
        began = time.perf_counter()
        with contextlib.suppress(httpx.HTTPError):
            answer = await who.browser.get(f"{PORTAL}exam-rooms/{room}", follow_redirects=False)
            if answer.status_code not in GONE:
                if answer.status_code != 200:
                    told.felt.failed[f"room: {answer.status_code}"] += 1
                for felt in told.felt_now():
                    felt.waits["room"].append(time.perf_counter() - began)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), LOOK_S)


async def kill_twice(stage: Stage, seconds: float) -> list[float]:
    """Kill the portal at a third and at two thirds; how long it was away each time."""
    away = []
    for _ in range(2):
        await asyncio.sleep(seconds / 3)
        os.kill(portal_of(), signal.SIGKILL)
        began = time.monotonic()
        async with httpx.AsyncClient(base_url=stage.url, trust_env=False) as browser:
            await asyncio.sleep(0.5)
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if (await browser.get(f"{PORTAL}health")).status_code == 200:
                        break
                await asyncio.sleep(0.2)
        away.append(time.monotonic() - began)
        print(f"killed; the portal was away for {away[-1]:.1f} s", flush=True)
    return away


def portal_of() -> int:
    """The portal's process among those that we started."""
    for pid in descendants(os.getpid()):
        with contextlib.suppress(OSError):
            if b"hub.portal.app" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                return pid
    raise SystemExit("the portal does not run")


def set_up(stage: Stage, records: Records, names: list[str], minutes: int, size: int) -> Scene:
    """Plan, publish, open the rooms and confirm who is who, by the acts that pages call."""
    rooms = [names[n : n + size] for n in range(0, len(names), size)]
    invigilators = [f"tn-coi-thi-{n}" for n in range(len(rooms))]
    stage.add_people([*names, *invigilators, OFFICER])
    at = dt.datetime.now(dt.UTC)
    with records.begin() as session:
        person = persons.find_person(session, OFFICER)
        assert person is not None
        persons.grant_role(session, person.id, access.MINISTRY_OFFICER)
    with records.begin() as session:
        by = access.load_actor(session, OFFICER, at=at)
        rules = Rules(minutes, most_items=60, least_items=12, pass_level=3)
        hours = dt.timedelta(hours=1)
        plan = Plan("Kỳ thi đo tải (mẫu)", rules, at - hours, at + 24 * hours)
        key = planning_acts.plan_examination(session, by, plan, at=at)
        scene = Scene(key, {}, {}, {})
        for n, (people, invigilator) in enumerate(zip(rooms, invigilators, strict=True), 1):
            hall = RoomPlan(f"P{n} (mẫu)", "Trụ sở (mẫu)", None, at, at + 6 * hours)
            room = planning_acts.plan_room(session, by, key, hall, at=at)
            planning_acts.name_invigilator(session, by, room, invigilator, at=at)
            planning_acts.register_candidates(session, by, room, people, at=at)
            scene.invigilators[room] = invigilator
            scene.seats |= dict.fromkeys(people, room)
        planning_acts.publish_examination(session, by, key, at=at)
    for room, invigilator in scene.invigilators.items():
        with records.begin() as session:
            by = access.load_actor(session, invigilator, at=at)
            invigilating_acts.open_room(session, by, room, at=at)
            for one, _person in candidates.in_room(session, room):
                invigilating_acts.confirm_identity(session, by, one.id, at=at)
            found = planned.find_room(session, room)
            assert found is not None
            scene.codes[room] = found.code
    return scene


async def measure(
    stage: Stage, scene: Scene, minutes: int, think_s: float
) -> tuple[Told, list[Candidate]]:
    told, over, door = Told(), asyncio.Event(), asyncio.Semaphore(AT_THE_DOOR)
    sitting = [
        Candidate(
            Person(stage.url, f"127.0.{1 + n // 250}.{1 + n % 250}", name),
            scene.codes[room],
            think_s,
            n,
        )
        for n, (name, room) in enumerate(scene.seats.items())
    ]
    watching = {
        room: Person(stage.url, f"127.0.9.{1 + n}", name)
        for n, (room, name) in enumerate(scene.invigilators.items())
    }

    async def come(who: Person) -> None:
        async with door:
            await who.log_in()
            await who.get(f"{PORTAL}examinations")

    await asyncio.gather(*(come(who) for who in [*(c.who for c in sitting), *watching.values()]))
    print(f"{len(sitting)} are in their places", flush=True)
    told.ends_at = time.monotonic() + minutes * 60
    async with asyncio.TaskGroup() as group:
        kills = group.create_task(kill_twice(stage, minutes * 60))
        looks = [group.create_task(invigilate(w, room, told, over)) for room, w in watching.items()]
        ended = await asyncio.gather(*(one.sit(told) for one in sitting), return_exceptions=True)
        over.set()
        await asyncio.gather(*looks)
        kills.cancel()
    for why in ended:
        if why is not None:
            told.broken_off += 1
            told.felt.failed[f"{type(why).__name__}: {why}"[:200]] += 1
    for who in [*(c.who for c in sitting), *watching.values()]:
        await who.close()
    return told, sitting


def look_back(records: Records, scene: Scene, sitting: list[Candidate]) -> dict[str, int]:
    """What the database has of it all."""
    found = dict.fromkeys(("sent", "lost", "ended", "short of time", "outages", "bad seals"), 0)
    with records.read() as session:
        for one in sitting:
            person = persons.find_person(session, one.who.name)
            assert person is not None
            candidate = candidates.find_in_examination(session, scene.examination, person.id)
            assert candidate is not None
            key = candidate.sitting_id
            rows = {row.number: row for row in kept.answers_of(session, key)} if key else {}
            found["sent"] += len(one.sent)
            found["lost"] += sum(not is_kept(rows.get(n), sent) for n, sent in one.sent.items())
            done = session.get(Sitting, key) if key else None
            if done is None or done.ended_at is None:
                continue
            found["ended"] += 1
            if done.ending == "time":
                pauses = during.pauses_for(session, candidate)
                still = clock.stood_still(done.begun_at, done.ended_at, pauses)
                worked = done.ended_at - done.begun_at - still
                allowed = clock.allowed_for(
                    candidates.find_seat(session, candidate).examination.minutes, 0.0, 0
                )
                found["short of time"] += worked < allowed
        for room in scene.codes:
            found["outages"] += sum(p.kind == "outage" for p in during.pauses_in(session, room))
    with records.read() as session:
        found["bad seals"] = sum(not one.sound for one in sealing.check_seals(session))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=500)
    parser.add_argument("--minutes", type=int, default=20, help="of each sitting, 10 at least")
    parser.add_argument("--think", type=float, default=75, help="seconds at a question")
    parser.add_argument("--room", type=int, default=50, help="candidates in a room")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leave by the way that tidies up
    with (
        tempfile.TemporaryDirectory(prefix="motcham-examination-") as folder,
        platform(Path(folder) / "data") as (url, settings),
    ):
        stage = Stage(url, settings, chosen.candidates)
        records = open_records(settings.records_url, audit_key=settings.audit_key)
        names = [f"tn-thi-{n}" for n in range(chosen.candidates)]
        scene = set_up(stage, records, names, chosen.minutes, chosen.room)
        told, sitting = asyncio.run(measure(stage, scene, chosen.minutes, chosen.think))
        found = look_back(records, scene, sitting)
        records.close()
        said = settings.data / "logs" / "platform.log"
        log = said.read_text(errors="replace") if said.exists() else ""
    if told.felt.failed and "Traceback" in log:
        print(log[log.find("Traceback") :][:4000])
    print(f"{'deed':<10}{'n':>7}{'p50':>9}{'p95':>9}{'max':>9}   last {LAST_MINUTES} min")
    for deed in ("start", *DEEDS):
        waits = sorted(told.felt.waits[deed]) or [0.0]
        late = f"{told.last.p95(deed):>8.3f}s" if told.last.waits[deed] else f"{'–':>9}"
        middle, most = waits[len(waits) // 2], waits[-1]
        print(
            f"{deed:<10}{len(told.felt.waits[deed]):>7}{middle:>8.3f}s"
            f"{told.felt.p95(deed) if told.felt.waits[deed] else 0:>8.3f}s{most:>8.3f}s   {late}"
        )
    print(f"found no portal: {told.unanswered} times; in the database: {found}")
    for why, times in told.felt.failed.most_common(5):
        print(f"  {times} × {why}")
    result = {
        "candidates": chosen.candidates,
        "page_p95_s": round(told.all_p95(told.felt), 3),
        "start_p95_s": round(told.felt.p95("start"), 3),
        "lost": found["lost"] + told.broken_off,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
