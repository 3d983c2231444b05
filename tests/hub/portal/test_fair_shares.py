"""What one person may take on the portal: attempts, runs, bytes; by page, lab and API alike."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from settled import store_marks
from sqlalchemy import func, select

from graders import CellMarks, Marker, Marks
from records.courses import lesson_terms, releases
from records.marking import queue
from records.tables.learning import Draft
from records.tables.marking import Submission
from school.learning import answering, lessons, notebook_weight, notebooks
from school.learning.numbers import own

COURSE, LESSON = "khoa-mau", "bai-mau"
PAGE = f"courses/{COURSE}/lessons/{LESSON}"
API, SUBMISSIONS = f"api/v1/{PAGE}", "api/v1/submissions"
V1_DESCRIPTION = "api/v1/openapi.json"
WANTED = {"course": COURSE, "lesson": LESSON}
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


def allow(site: Any, attempts: int) -> None:
    with site.records.begin() as session:
        lesson_terms.set_terms(session, COURSE, LESSON, attempts=attempts)


def mark_all(site: Any) -> int:
    """What the grading service does; how many there were. Time goes on by a minute."""
    count = 0
    while True:
        with site.records.begin() as session:
            one = queue.claim(session, worker="w", at=site.clock.at, lease=HOUR)
            if one is None:
                break
            release = releases.find_release(session, one.release_id)
            cells = tuple(
                CellMarks(exercise.grade_id, 0.0, exercise.points)
                for exercise in releases.find_lesson(release, LESSON).exercises
            )
            marks = Marks("marked", 0.0, sum(cell.max for cell in cells), cells)
            assert store_marks(session, one.id, marks, worker="w", at=site.clock.at)
            count += 1
    site.clock.at += MINUTE
    return count


async def notebook_of(browser: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await browser.get(f"{API}/notebook")).json
    return found


class TestAttempts:
    async def test_the_limit_bites_after_marking_too(self, site: Any) -> None:
        an = site.as_("an")
        allow(site, 2)
        for _ in range(2):
            assert (await an.send("POST", SUBMISSIONS, WANTED)).status == 202
            assert mark_all(site) == 1
        refused = await an.send("POST", SUBMISSIONS, WANTED)
        assert refused.status == 409
        assert "2 lần" in refused.json["errors"][0]
        assert "báo giảng viên" in refused.json["errors"][0], "what one can do"

    async def test_page_lab_and_program_together_get_exactly_what_is_left(self, site: Any) -> None:
        an = site.as_("an")
        allow(site, 3)
        await an.get(f"{PAGE}?xem=ca-bai")
        assert (await an.send("POST", SUBMISSIONS, WANTED)).status == 202
        mark_all(site)
        base = await notebook_of(an)

        def variant(n: int) -> dict[str, Any]:
            own: dict[str, Any] = json.loads(json.dumps(base))
            own["metadata"]["copy"] = n
            return own

        revision = (await an.get(API)).json["revision"]
        sent = [an.send("POST", SUBMISSIONS, WANTED)]
        sent += [an.send("POST", SUBMISSIONS, WANTED | {"notebook": variant(n)}) for n in range(4)]
        sent += [an.post_form(PAGE, action="submit-now", revision=revision)]
        answers = await asyncio.gather(*sent)
        accepted = [answer.status for answer in answers if answer.status in (202, 302)]
        with site.records.read() as session:
            stored = session.scalar(select(func.count()).select_from(Submission))
            assert stored == 3, [answer.status for answer in answers]
        assert len(accepted) >= 2, "the same notebook twice is one submission"

    async def test_the_page_says_how_many_are_left_and_asks_before_the_last(
        self, site: Any
    ) -> None:
        an = site.as_("an")
        allow(site, 2)
        assert "Còn 2 lần" in (await an.get(f"{PAGE}?xem=ca-bai")).text
        revision = (await an.get(API)).json["revision"]
        first = await an.post_form(PAGE, action="submit-now", revision=revision)
        assert first.status == 302
        mark_all(site)
        page = (await an.get(f"{PAGE}?xem=ca-bai")).text
        assert "Còn 1 lần: hãy xem lại" in page
        assert 'data-attempts-left="1"' in page, "by which the script asks"
        revision = (await an.get(API)).json["revision"]
        asked = await an.post_form(PAGE, action="submit", revision=revision)
        assert asked.status == 200
        assert "lần nộp cuối cùng" in asked.text
        assert mark_all(site) == 0, "nothing was handed in yet"
        revision = (await an.get(API)).json["revision"]
        last = await an.post_form(PAGE, action="submit-now", revision=revision)
        assert last.status == 302
        assert mark_all(site) == 1
        page = (await an.get(f"{PAGE}?xem=ca-bai")).text
        assert "Không còn lần nộp nào" in page
        assert "sửa rồi nộp lại" not in page, "nobody is told to do what one may not"
        assert "data-submit hidden" in page
        part = await an.get(f"{PAGE}?part=results")
        assert 'data-attempts-left="0"' in part.text

    async def test_solutions_wait_until_the_last_attempt_is_marked(self, site: Any) -> None:
        """It may come back as one that did not count."""
        an = site.as_("an")
        allow(site, 1)
        await an.get(f"{PAGE}?xem=ca-bai")
        with site.records.read() as session:
            place = lessons.find_place(session, 1, COURSE, LESSON)
            solutions = own.solutions_for(session, 1, place)
        assert any(solutions.values())
        assert (await an.send("POST", SUBMISSIONS, WANTED)).status == 202
        said = "Lời giải"
        assert said not in (await an.get(f"{PAGE}?xem=ca-bai")).text
        mark_all(site)
        assert said in (await an.get(f"{PAGE}?xem=ca-bai")).text

    async def test_without_a_limit_nothing_is_said(self, site: Any) -> None:
        assert "data-attempts-left" not in (await site.as_("an").get(f"{PAGE}?xem=ca-bai")).text


class TestBytes:
    async def test_outputs_are_not_stored(self, site: Any) -> None:
        an = site.as_("an")
        notebook = await notebook_of(an)
        code = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
        code["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 3_000_000}]
        code["execution_count"] = 3
        saved = await an.send("PUT", f"{API}/draft", {"revision": 1, "notebook": notebook})
        assert saved.status == 200, saved.text
        sent = await an.send("POST", SUBMISSIONS, WANTED | {"notebook": notebook})
        assert sent.status == 202, sent.text
        with site.records.read() as session:
            for table in (Draft, Submission):
                [kept] = session.scalars(select(table.notebook))
                assert len(kept) < 200_000
                assert json.loads(kept)["cells"], table

    @pytest.mark.parametrize("way", ["draft", "submission"])
    async def test_a_notebook_larger_than_its_answers_can_be_is_refused_with_the_mend(
        self, site: Any, way: str
    ) -> None:
        an = site.as_("an")
        notebook = await notebook_of(an)
        most = notebook_weight.most_bytes(notebook)
        own = {"cell_type": "raw", "id": "cua-toi", "metadata": {}, "source": "x" * most}
        notebook["cells"].append(own)
        if way == "draft":
            answer = await an.send("PUT", f"{API}/draft", {"revision": 1, "notebook": notebook})
        else:
            answer = await an.send("POST", SUBMISSIONS, WANTED | {"notebook": notebook})
        assert answer.status == 413
        assert "Hãy bỏ hình dán" in answer.json["errors"][0]
        own["source"] = "x" * 900_000
        assert (await an.send("POST", SUBMISSIONS, WANTED | {"notebook": notebook})).status == 202

    async def test_a_loop_of_large_bodies_is_slowed_and_another_person_is_not(
        self, site: Any
    ) -> None:
        an, binh = site.as_("an"), site.as_("binh")
        body = json.dumps({"cell": "x", "pad": "x" * 15_000_000}).encode()
        found = [(await an.send("POST", f"{API}/run", body)).status for _ in range(8)]
        assert found[0] == 422, "taken, and told that the lesson has no such cell"
        assert found[-1] == 429
        assert (await binh.get(f"{PAGE}?xem=ca-bai")).status == 200


@pytest.fixture(scope="module")
def marker() -> Iterator[Marker]:
    with Marker(allow_reduced=True, cell_s=4, notebook_s=8) as one:
        one.warm_up()
        yield one


@pytest.fixture
async def running(make_site: Any, marker: Marker) -> AsyncIterator[Any]:
    site, server = await make_site(
        Path(__file__).parents[3] / "courses" / "template", marker=marker
    )
    yield site
    server.stop()
    await server.close_all_connections()
    site.portal.threads.shutdown()


class TestRuns:
    async def test_endless_runs_of_one_leave_the_places_to_the_others(self, running: Any) -> None:
        """The case: four endless runs of one learner shut *Chạy thử* for everybody."""
        an, binh = running.as_("an"), running.as_("binh")
        cell = next(
            cell_id
            for cell_id, one in notebooks.answer_cells(await notebook_of(an)).items()
            if one["cell_type"] == "code" and answering.form_of(one) is None
        )

        async def run(browser: Any, code: str) -> Any:
            return await browser.send("POST", f"{API}/run", {"cell": cell, "answers": {cell: code}})

        await binh.get(f"{PAGE}?xem=ca-bai")
        await an.xsrf()
        endless = [asyncio.create_task(run(an, "while True: pass")) for _ in range(4)]
        await asyncio.sleep(0.5)
        began = time.monotonic()
        quick = await run(binh, "print('nhanh')")
        assert quick.status == 200
        assert "nhanh" in quick.json["html"]
        assert time.monotonic() - began < 4, "it waited for no endless one"
        answers = await asyncio.gather(*endless)
        assert sorted(answer.status for answer in answers) == [200, 200, 429, 429]
        told = next(answer for answer in answers if answer.status == 429)
        assert "Lần chạy thử trước của anh/chị chưa xong" in told.json["errors"][0]
        again = await run(an, "print('lại')")
        assert again.status == 200, "nothing stays taken"


async def test_one_caller_s_slow_questions_leave_threads_for_the_others(site: Any) -> None:
    """Threads that ask the database are shared like places to run in."""
    gate = threading.Event()
    portal = site.portal

    async def ask(person: str) -> None:
        async with portal.desks.turn(person):
            await asyncio.get_running_loop().run_in_executor(portal.threads, gate.wait, 30)

    slow = [asyncio.create_task(ask("an")) for _ in range(20)]
    await asyncio.sleep(0.1)
    try:
        async with asyncio.timeout(20):
            assert (await site.as_("binh").get(f"{PAGE}?xem=ca-bai")).status == 200
    finally:
        gate.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.gather(*slow)


async def test_a_refusal_before_the_body_was_read_tells_the_proxy_that_the_line_is_closed(
    site: Any,
) -> None:
    """Else the proxy hands the closed line to the next request, and an honest one gets a 503."""
    parts = urlsplit(site.address)

    async def head_of(request: str) -> str:
        """The head of the answer on a line that would be used again."""
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(f"{request}Host: x\n\n".replace("\n", "\r\n").encode())
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
        writer.close()
        return head.decode().lower()

    unread = "Content-Length: 200000\n"
    refused = await head_of(f"POST {parts.path}{SUBMISSIONS} HTTP/1.1\n{unread}")
    assert refused.split()[1] in ("401", "403")
    assert "connection: close" in refused
    answered = await head_of(f"GET {parts.path}{V1_DESCRIPTION} HTTP/1.1\n")
    assert answered.split()[1] == "200"
    assert "connection: close" not in answered
