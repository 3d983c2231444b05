"""What the portal does by itself, seen from outside: its process is killed in the middle of it."""

from __future__ import annotations

import asyncio
import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest
from examined import CANDIDATES, MINUTE, START, Examined, examine

from hub.portal.watch import beat, keep_beating
from records import Records
from records.examination import during
from school.assessment.asking import read_answers
from school.assessment.item_bank import the_bank
from school.examination import candidate_acts, pulse, views

DIES = Path(__file__).parents[2] / "harness" / "dies_at_work.py"
AN, BINH, _CUC = CANDIDATES


def kill_at_work(exam: Examined, url: str, at: dt.datetime) -> list[tuple[int, str]]:
    """What a process said it had kept before it was killed in the middle of its work."""
    command = [sys.executable, str(DIES), url, AN, at.isoformat()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(4)]
        child.kill()
        said += child.stdout.readlines()  # what it had said and nobody had read yet
    assert all(one.endswith("\n") for one in said), "it died by itself"
    return [(int(number), text) for number, text in (one[:-1].split("\t") for one in said)]


def test_no_answer_is_lost_where_the_process_is_killed_and_its_time_is_given_back(
    records: Records, database_url: str
) -> None:
    exam = examine(records)
    exam.enter(AN, BINH)
    said = kill_at_work(exam, database_url, START + MINUTE)
    rows = exam.rows(AN)
    for number, text in said:
        assert read_answers(rows[number - 1].answer) == {"x": text}
        assert rows[number - 1].given_at is not None

    person = exam.actor(BINH).person_id or 0
    with records.read() as session:
        last = during.last_pulse(session)
        assert last is not None
        before = views.load_beat(session, person, at=last)
    back = last + 20 * MINUTE
    pulse.keep(records, at=back)
    with records.read() as session:
        after = views.load_beat(session, person, at=back)
    assert before is not None and after is not None
    assert after.seconds_left == pytest.approx(before.seconds_left)

    sitting = exam.sitting(AN).id
    with records.begin() as session:
        actor = exam.actor(AN)
        candidate_acts.enter(session, actor, the_bank(), exam.code, seed=9, at=back)
    exam.finish(AN, at=back + MINUTE)
    assert exam.sitting(AN).id == sitting
    assert [row.item for row in exam.rows(AN)][: len(rows)] == [row.item for row in rows]


async def test_it_beats_until_it_is_stopped(records: Records) -> None:
    exam = await asyncio.to_thread(examine, records)
    await asyncio.to_thread(exam.open)
    stopped = asyncio.Event()
    task = asyncio.create_task(keep_beating(records, lambda: START, stopped))
    for _ in range(200):
        with records.read() as session:
            if during.last_pulse(session) == START:
                break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("no pulse")
    stopped.set()
    await asyncio.wait_for(task, 10)


async def test_a_database_that_is_away_stops_no_portal(
    records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    with records.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE exam_room RENAME TO away")
    await beat(records, lambda: START)
    assert "no pulse was written" in caplog.text
