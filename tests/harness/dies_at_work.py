"""What the portal does in an examination, in a process that is there to be killed: it keeps its
pulse and takes answers. A line is printed when what it says was committed.

    python dies_at_work.py URL USERNAME BEGUN        # BEGUN: ISO time of its clock at the start
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
import time

from hub.portal.watch import beat, keep_beating
from records import open_records
from records.assessment import sittings as kept
from records.examination import candidates as listed
from school.access import load_actor
from school.assessment.item_bank import the_bank
from school.examination import candidate_acts


async def main(url: str, username: str, begun: str) -> None:
    records, start, bank = open_records(url), dt.datetime.fromisoformat(begun), the_bank()
    since = time.monotonic()

    def now() -> dt.datetime:
        return start + dt.timedelta(seconds=time.monotonic() - since)

    def answer() -> None:
        with records.begin() as session:
            actor = load_actor(session, username, at=now())
            candidate = listed.working_of(session, actor.person_id)
            number = len(kept.answers_of(session, candidate.sitting_id))
            said = f"câu {number}, lúc {now().isoformat()}"
            candidate_acts.answer(session, actor, number, {"x": said}, at=now())
        print(number, said, sep="\t", flush=True)
        with records.begin() as session:
            candidate_acts.go_on(session, actor, bank, {number: 1.0}, at=now())

    await beat(records, now)
    beating = asyncio.create_task(keep_beating(records, now, asyncio.Event()))
    while not beating.done():
        await asyncio.to_thread(answer)


asyncio.run(main(*sys.argv[1:]))
