"""The JSON interface: what its description says, and what it does with bad input."""

from __future__ import annotations

import asyncio
import copy
import datetime as dt
import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from hub.login.callers import SpeedLimit
from hub.portal import routes
from hub.portal.api.platform import description
from records.courses import lesson_terms
from records.marking import exercise_results, queue

LESSON = "courses/khoa-mau/lessons/bai-mau"
OTHER = "courses/nhan-thuc-chung/lessons/muc-tieu-2025-2030"
V1 = "api/v1/"


def described() -> set[tuple[str, str]]:
    return {
        (method, path)
        for path, item in description()["paths"].items()
        for method in item
        if method != "parameters"
    }


def routed() -> set[tuple[str, str]]:
    found = set()
    for pattern, handler in routes.routes():
        if not pattern.startswith("api/v1/"):
            continue
        path = "/" + pattern.removeprefix("api/v1/")
        for name in ("{course}", "{lesson}"):
            path = path.replace(routes.SLUG, name, 1)
        path = path.replace(routes.NUMBER, "{id}")
        own = {
            name
            for klass in handler.__mro__
            for name in vars(klass)
            if klass.__module__.startswith("hub.")
        }
        found |= {(method, path) for method in ("get", "post", "put", "delete") if method in own}
    return found


def holds(answer: Any, method: str, path: str) -> None:
    """The answer is what the description promises for this status."""
    document = description()
    said = document["paths"][path][method]["responses"][str(answer.status)]
    schema = next(iter(said["content"].values()))["schema"]
    registry = Registry().with_resource("", DRAFT202012.create_resource(document))
    OAS31Validator({**schema, "components": document["components"]}, registry=registry).validate(
        answer.json
    )


def test_the_description_is_valid_openapi() -> None:
    validate(description())


def test_every_route_is_described_and_every_described_route_exists() -> None:
    assert routed() == described()
    assert len(routed()) >= 10


async def test_every_answer_is_what_the_description_promises(site: Any) -> None:
    an = site.as_("an")
    lesson = "/courses/{course}/lessons/{lesson}"
    for path, template in (
        ("me", "/me"),
        ("courses", "/courses"),
        (LESSON, lesson),
        ("marks", "/marks"),
        (f"{LESSON}/notebook", f"{lesson}/notebook"),
        (f"{LESSON}/guide", f"{lesson}/guide"),
        ("openapi.json", "/openapi.json"),
    ):
        answer = await an.get(V1 + path)
        assert answer.status == 200, answer.text
        holds(answer, "get", template)
    saved = await an.send("PUT", f"{V1}{LESSON}/answers", {"revision": 1, "answers": {}})
    holds(saved, "put", f"{lesson}/answers")
    handed_in = await an.send(
        "POST", V1 + "submissions", {"course": "khoa-mau", "lesson": "bai-mau"}
    )
    assert handed_in.status == 202, handed_in.text
    holds(handed_in, "post", "/submissions")
    one = await an.get(V1 + f"submissions/{handed_in.json['id']}")
    holds(one, "get", "/submissions/{id}")
    listed = await an.get(V1 + "submissions?course=khoa-mau&lesson=bai-mau")
    holds(listed, "get", "/submissions")
    assert [row["id"] for row in listed.json["submissions"]] == [handed_in.json["id"]]
    every = await an.get(V1 + "submissions")
    holds(every, "get", "/submissions")
    assert every.json == listed.json, "without a lesson: those of every course"
    assert (await an.get(V1 + "marks")).json["courses"][0]["course"] == "khoa-mau"


async def test_a_hand_in_that_is_sent_again_is_answered_with_what_it_became(site: Any) -> None:
    an = site.as_("an")
    await an.get(V1 + LESSON)
    sent = {"course": "khoa-mau", "lesson": "bai-mau", "revision": 1, "answers": {}}
    sent["key"] = "a" * 32
    first = await an.send("POST", V1 + "submissions", sent)
    assert first.status == 202, first.text
    holds(first, "post", "/submissions")
    site.clock.at += dt.timedelta(hours=1)
    again = await an.send("POST", V1 + "submissions", {**sent, "revision": 7})
    assert again.json == first.json, "the time is that of the first arrival"
    for wrong in ("short", "a" * 65, 7, "a" * 20 + "/"):
        assert (await an.send("POST", V1 + "submissions", {**sent, "key": wrong})).status == 422
    fresh = {**sent, "key": "b" * 32, "revision": 7}
    assert "answers" in (await an.send("POST", V1 + "submissions", fresh)).json, "stored elsewhere"


async def test_without_login_the_answer_is_401_and_no_page(site: Any) -> None:
    answer = await site.as_(None).get(V1 + "me")
    assert answer.status == 401
    holds(answer, "get", "/me")


async def test_a_request_without_the_page_s_token_changes_nothing(site: Any) -> None:
    an = site.as_("an")
    await an.get(V1 + LESSON)
    answer = await an.ask(
        "PUT",
        f"{V1}{LESSON}/answers",
        body=b'{"revision": 1, "answers": {}}',
        headers={"Sec-Fetch-Mode": "cors"},
    )
    assert answer.status == 403


async def notebook_of(person: Any, lesson: str = LESSON) -> dict[str, Any]:
    answer = await person.get(f"{V1}{lesson}/notebook")
    assert answer.status == 200
    notebook: dict[str, Any] = answer.json
    return notebook


async def hand_in(person: Any, notebook: Any, lesson: str = "bai-mau") -> Any:
    return await person.send(
        "POST",
        V1 + "submissions",
        {"course": "khoa-mau", "lesson": lesson, "notebook": notebook},
    )


def without_tests(notebook: dict[str, Any]) -> dict[str, Any]:
    kept = [
        cell
        for cell in notebook["cells"]
        if not (cell["metadata"].get("nbgrader", {}).get("grade"))
    ]
    return {**notebook, "cells": kept}


def without_one_test(notebook: dict[str, Any]) -> dict[str, Any]:
    graded = next(
        cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")
    )
    return {**notebook, "cells": [cell for cell in notebook["cells"] if cell is not graded]}


@pytest.mark.parametrize(
    ("notebook", "says"),
    [
        ("this is no notebook", "không phải sổ bài học"),
        ("[" * 100_000, "không phải sổ bài học"),
        ({"cells": "none"}, "không phải sổ bài học"),
        ({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, "không phải của bài"),
        (7, "Thiếu phần"),
        ("\ud800", "UTF-8"),
    ],
)
async def test_what_is_no_notebook_is_refused_with_a_sentence(
    site: Any, notebook: Any, says: str
) -> None:
    answer = await hand_in(site.as_("an"), notebook)
    assert answer.status == 422, answer.text
    assert says in " ".join(answer.json["errors"])
    assert "Traceback" not in answer.text


async def test_a_deleted_test_cell_is_named_by_its_exercise(site: Any) -> None:
    an = site.as_("an")
    notebook = await notebook_of(an)
    answer = await hand_in(an, without_one_test(notebook))
    assert answer.status == 422
    [error] = answer.json["errors"]
    assert "đã bị xóa" in error and "Chọn một" in error


async def test_another_course_s_notebook_is_refused(site: Any) -> None:
    an = site.as_("an")
    answer = await hand_in(an, await notebook_of(an, OTHER))
    assert answer.status == 422
    assert "không phải của bài học" in answer.json["errors"][0]
    english = await hand_in(site.as_("an", "en"), await notebook_of(an, OTHER))
    assert english.status == 422


async def test_fifty_megabytes_are_refused_before_they_are_held(site: Any) -> None:
    an = site.as_("an")
    notebook = await notebook_of(an)
    big = copy.deepcopy(notebook)
    big["metadata"]["noise"] = "x" * 50_000_000
    answer = await hand_in(an, big)
    assert answer.status == 413
    assert "16 MB" in answer.json["errors"][0]
    assert (await an.get(V1 + LESSON)).json["revision"] == 1, "the draft is untouched"


@pytest.mark.parametrize("path", [V1 + "submissions", "verify"])
async def test_an_answer_that_does_not_wait_for_its_body_ends_the_connection(
    site: Any, path: str
) -> None:
    """Or a proxy, which keeps connections, sends the next person's request down a closed one."""
    object.__setattr__(site.portal, "speed", SpeedLimit(burst=0, per_second=0))
    for method, body in (("POST", b"x" * 1000), ("GET", b"")):
        assert await said_on_a_kept_connection(site, method, path, body) == (429, "close")
    assert await said_on_a_kept_connection(site, "GET", "catalogue", b"") == (429, "")


async def said_on_a_kept_connection(
    site: Any, method: str, path: str, body: bytes
) -> tuple[int, str]:
    """Status and Connection header of an answer to somebody who would ask more."""
    to = urlsplit(site.address)
    reader, writer = await asyncio.open_connection(to.hostname, to.port)
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    head = f"{method} {to.path}{path} HTTP/1.1\r\nHost: {to.netloc}\r\nTest-User: an\r\n{length}"
    writer.write(head.encode() + b"\r\n" + body)
    status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
    writer.close()
    named = dict(line.split(": ", 1) for line in lines if line)
    return int(status.split()[1]), named.get("Connection", "")


async def test_after_the_deadline_nothing_is_handed_in_and_nothing_lost(site: Any) -> None:
    an = site.as_("an")
    before = await an.get(V1 + LESSON)
    with site.records.begin() as session:
        lesson_terms.set_terms(session, "khoa-mau", "bai-mau", closes_at=site.clock.at)
    site.clock.at += dt.timedelta(minutes=1)  # the deadline's own minute is over
    answer = await an.send("POST", V1 + "submissions", {"course": "khoa-mau", "lesson": "bai-mau"})
    assert answer.status == 409
    assert "hết hạn" in answer.json["errors"][0]
    after = await an.get(V1 + LESSON)
    assert after.json["answers"] == before.json["answers"]
    page = await an.get(f"{LESSON}?xem=ca-bai")
    assert "Đã hết hạn nộp" in page.text


async def test_attempts_are_counted_and_end(site: Any) -> None:
    an = site.as_("an")
    with site.records.begin() as session:
        lesson_terms.set_terms(session, "khoa-mau", "bai-mau", attempts=1)
    wanted = {"course": "khoa-mau", "lesson": "bai-mau"}
    assert (await an.send("POST", V1 + "submissions", wanted)).status == 202
    site.clock.at += dt.timedelta(minutes=1)
    again = await an.send("POST", V1 + "submissions", wanted)
    assert again.status == 409
    assert "1 lần" in again.json["errors"][0]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"not json", "không phải JSON"),
        (b"[]", "đối tượng JSON"),
        (b'{"revision": "1", "answers": {}}', "revision"),
        (b'{"revision": 1, "answers": []}', "answers"),
        (b'{"revision": 1, "answers": {"no-such-cell": 1}}', "no-such-cell"),
        (b'{"revision": 99999999999, "answers": {}}', "revision"),
        (b'{"revision": 1, "answers": {}, "worked": [5]}', "worked"),
        (b'{"revision": 1, "answers": {}, "worked": {"c1": -5}}', "worked"),
        (b'{"revision": 1, "answers": {}, "worked": {"c1": true}}', "worked"),
        (b'{"revision": 1, "answers": {}, "worked": {"c1": 9e99}}', "worked"),
    ],
)
async def test_answers_of_a_wrong_shape_are_refused(site: Any, body: bytes, says: str) -> None:
    an = site.as_("an")
    await an.get(V1 + LESSON)
    answer = await an.send("PUT", f"{V1}{LESSON}/answers", body)
    assert answer.status == 422, answer.text
    assert says in " ".join(answer.json["errors"])


async def test_answers_are_kept_as_typed_and_come_back(site: Any) -> None:
    an = site.as_("an")
    cells = (await an.get(V1 + LESSON)).json["answers"]
    code = next(cell for cell, value in cells.items() if isinstance(value, str) and "def" in value)
    saved = await an.send(
        "PUT", f"{V1}{LESSON}/answers", {"revision": 1, "answers": {code: "x = 'Tiếng Việt'"}}
    )
    assert saved.json["revision"] == 2
    assert (await an.get(V1 + LESSON)).json["answers"][code] == "x = 'Tiếng Việt'"


async def test_time_at_exercises_adds_up_and_only_for_exercises_of_the_lesson(site: Any) -> None:
    an = site.as_("an")
    lesson = (await an.get(V1 + LESSON)).json
    exercise = lesson["exercises"][0]["grade_id"]
    said = lesson["answers"].items()
    code = next(cell for cell, value in said if isinstance(value, str) and "def" in value)
    path = f"{V1}{LESSON}/answers"
    for revision, seconds in ((1, 40), (2, 2)):
        body = {
            "revision": revision,
            "answers": {code: f"a = {revision}"},
            "worked": {exercise: seconds, "no-such-exercise": 7},
        }
        assert (await an.send("PUT", path, body)).status == 200
    with site.records.read() as session:
        assert exercise_results.times_at_exercises(session, "khoa-mau", "bai-mau") == {
            exercise: [42]
        }


async def test_two_windows_never_overwrite_each_other_silently(site: Any) -> None:
    an = site.as_("an")
    cells = (await an.get(V1 + LESSON)).json["answers"]
    code = next(cell for cell, value in cells.items() if isinstance(value, str) and "def" in value)
    path = f"{V1}{LESSON}/answers"
    assert (await an.send("PUT", path, {"revision": 1, "answers": {code: "a = 1"}})).status == 200
    late = await an.send("PUT", path, {"revision": 1, "answers": {code: "a = 2"}})
    assert late.status == 409
    holds(late, "put", "/courses/{course}/lessons/{lesson}/answers")
    assert late.json["answers"][code] == "a = 1"
    again = await an.send("PUT", path, {"revision": 1, "answers": {code: "a = 1"}})
    assert again.status == 200, "the same once more is no conflict"


async def test_a_whole_notebook_is_saved_with_its_revision(site: Any) -> None:
    an = site.as_("an")
    notebook = await notebook_of(an)
    path = f"{V1}{LESSON}/draft"
    saved = await an.send("PUT", path, {"revision": 1, "notebook": json.dumps(notebook)})
    assert saved.status == 200, saved.text
    conflict = await an.send(
        "PUT", path, {"revision": 1, "notebook": {**notebook, "metadata": {"other": True}}}
    )
    assert conflict.status == 409


async def test_a_draft_that_lost_cells_can_be_made_whole(site: Any) -> None:
    an = site.as_("an")
    notebook = without_one_test(await notebook_of(an))
    await an.send("PUT", f"{V1}{LESSON}/draft", {"revision": 1, "notebook": notebook})
    page = await an.get(LESSON)
    assert "Lấy lại các ô bị thiếu" in page.text
    done = await an.post_form(LESSON, action="restore", revision=2)
    assert done.status == 302
    assert "Lấy lại các ô bị thiếu" not in (await an.get(LESSON)).text


async def test_nobody_sees_another_s_submission(site: Any) -> None:
    handed_in = await site.as_("an").send(
        "POST", V1 + "submissions", {"course": "khoa-mau", "lesson": "bai-mau"}
    )
    path = V1 + f"submissions/{handed_in.json['id']}"
    assert (await site.as_("binh").get(path)).status == 404
    assert (await site.as_("thay").get(path)).status == 200
    assert (await site.as_("kiem").get(path)).status == 200
    assert (await site.as_("can-bo").get(path)).status == 404


async def test_a_lesson_that_does_not_exist_is_404(site: Any) -> None:
    for path in ("courses/none/lessons/none", "courses/khoa-mau/lessons/none/notebook"):
        assert (await site.as_("an").get(V1 + path)).status == 404


async def test_the_same_notebook_twice_in_a_moment_is_one_submission(site: Any) -> None:
    an = site.as_("an")
    wanted = {"course": "khoa-mau", "lesson": "bai-mau"}
    first = await an.send("POST", V1 + "submissions", wanted)
    second = await an.send("POST", V1 + "submissions", wanted)
    assert first.json["id"] == second.json["id"]
    with site.records.read() as session:
        assert queue.line(session).queued == 1


async def test_an_auditor_reads_and_hands_in_nothing(site: Any) -> None:
    kiem = site.as_("kiem")
    assert (await kiem.get(LESSON)).status == 200
    answer = await kiem.send(
        "POST", V1 + "submissions", {"course": "khoa-mau", "lesson": "bai-mau"}
    )
    assert answer.status == 404


async def test_too_many_requests_are_slowed_down_with_a_message(site: Any) -> None:
    site.portal.speed.burst = 3
    site.portal.speed.per_second = 0
    an = site.as_("an")
    answers = [await an.get(V1 + "me") for _ in range(5)]
    assert answers[-1].status == 429
    assert re.search("thao tác", answers[-1].json["errors"][0])
