"""A lesson read in English: other words, the same answers, the same marks; and back again."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from courses.notebooks import marking_of, source_of
from graders import Marker
from graders.service.worker import GradingService
from hub.labs import door

COURSE = Path(__file__).parents[5] / "courses" / "content" / "ky-nang-bao-ve-thong-tin"
LESSON = "courses/ky-nang-bao-ve-thong-tin/lessons/giu-dieu-cua-minh"
WHOLE = f"{LESSON}?xem=ca-bai"
ONLY_VIETNAMESE = "The lessons themselves are in Vietnamese only."
TABLE, CHOICE, NUMBER = "n6-tra-loi-1", "n6-tra-loi-2b", "n6-tra-loi-2a"


OPENED: list[door.Lesson] = []


class KeptDoor(door.LabDoor):
    """No lab behind it: what would be opened is kept."""

    async def open_lesson(self, lesson: door.Lesson, **_more: Any) -> str:
        OPENED[:] = [lesson]
        return "/user/an/lab"


async def ended(site: Any, server: Any) -> None:
    server.stop()
    await server.close_all_connections()
    site.portal.threads.shutdown()
    site.portal.close()


@pytest.fixture
async def site(make_site: Any) -> AsyncIterator[Any]:
    """A portal with the course."""
    site, server = await make_site(COURSE, labs=KeptDoor(hub_api="", address=""))
    yield site
    await ended(site, server)


@pytest.fixture
async def marking_site(make_site: Any) -> AsyncIterator[Any]:
    """The same with a real grading service."""
    with Marker(allow_reduced=True) as marker:
        site, server = await make_site(COURSE, marker=marker)
        service = GradingService(site.records, marker, workers=1)
        service.start()
        yield site
        service.stop()
        await ended(site, server)


def state_of(page: str) -> dict[str, Any]:
    found = re.search(r'id="lesson-state"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    state: dict[str, Any] = json.loads(found[1])
    return state


def sealed_table(page: str) -> list[dict[str, Any]]:
    """The given cells of the first table, as the page's script sends them back."""
    found = re.search(r"data-given>(.*?)</script>", page, re.DOTALL)
    assert found
    rows: list[dict[str, Any]] = json.loads(found[1])["rows"]
    return rows


def words_in(notebook: dict[str, Any]) -> dict[str, tuple[str, Any]]:
    """What each cell says and what nbgrader keeps of it, by its id."""
    return {cell["id"]: (source_of(cell), marking_of(cell)) for cell in notebook["cells"]}


async def test_who_reads_in_english_finds_every_text_of_the_lesson_in_english(site: Any) -> None:
    page = unescape((await site.as_("an", "en").get(WHOLE)).text)
    for text in (
        "Six digits worth a whole pepper garden",
        "The variety of pepper he grows",
        "Which drawer?",
        "Given to nobody",
        "Allow, only while using",
        "Uncle Út's sentence (in Vietnamese)",
    ):
        assert text in page, text
    assert ONLY_VIETNAMESE not in page
    assert re.search(r'<div class="prose" id="[^"]*" lang="en">', page)
    lesson = page[page.index('id="lesson"') : page.index('id="lesson-state"')]
    left = [word for word in re.findall(r"[^\W\d_]+", lesson) if word in ("ngăn", "nào", "điều")]
    assert left == []


async def test_an_answer_given_in_english_is_the_answer_given_in_vietnamese(site: Any) -> None:
    english, vietnamese = site.as_("an", "en"), site.as_("an")
    page = (await english.get(WHOLE)).text
    rows = [{**given, "ngan": "khong"} for given in sealed_table(page)]
    assert rows[0]["dieu"] == "The six-digit code just sent to his phone"
    sent = {"revision": 1, "language": "en", "answers": {TABLE: rows, CHOICE: "cau"}}
    assert (await english.send("PUT", f"api/v1/{LESSON}/answers", sent)).status == 200
    stored = state_of((await vietnamese.get(WHOLE)).text)["answers"]
    assert stored[TABLE][0] == {"dieu": "Mã sáu số vừa nhắn về máy", "ngan": "khong"}
    assert stored[CHOICE] == "cau"
    shown = state_of((await english.get(WHOLE)).text)["answers"]
    assert shown[TABLE] == rows, "what the page would send is what it was told: nothing changed"


async def test_marks_are_the_same_and_what_is_said_is_in_the_readers_language(
    marking_site: Any,
) -> None:
    english, vietnamese = marking_site.as_("an", "en"), marking_site.as_("an")
    page = (await english.get(WHOLE)).text
    rows = [{**given, "ngan": "noi"} for given in sealed_table(page)]
    sent = {"revision": 1, "language": "en", "answers": {TABLE: rows, NUMBER: "99"}}
    await english.send("PUT", f"api/v1/{LESSON}/answers", sent)
    wanted = {"course": "ky-nang-bao-ve-thong-tin", "lesson": "giu-dieu-cua-minh"}
    number = (await english.send("POST", "api/v1/submissions", wanted)).json["id"]
    said = (await english.get(f"api/v1/submissions/{number}?wait=60")).json
    vi = (await vietnamese.get(f"api/v1/submissions/{number}")).json
    assert said["state"] == "marked"
    assert [one["points"] for one in said["exercises"]] == [
        one["points"] for one in vi["exercises"]
    ]
    first, in_vi = said["exercises"][0], vi["exercises"][0]
    assert first["title"] == "Which drawer?"
    assert in_vi["title"] == "Ngăn nào?"
    assert first["points"] == 0.5, "two of eight"
    assert "The six-digit code: what can whoever holds it do in his place?" in first["feedback"]
    assert "Mã sáu số: ai cầm nó thì làm được gì thay bác?" in in_vi["feedback"]
    assert first["feedback"].count("\n") == in_vi["feedback"].count("\n") == 5
    after = unescape((await english.get(WHOLE)).text)
    assert "what harm to him" not in after, "market day was right"
    assert "The six-digit code: what can whoever holds it do in his place?" in after
    assert "What harm if somebody knows it?" in after, "the hint after a miss"


async def test_a_step_is_the_same_step_in_both_languages(site: Any) -> None:
    english, vietnamese = site.as_("an", "en"), site.as_("an")
    en = state_of((await english.get(f"{LESSON}?buoc=3")).text)
    vi = state_of((await vietnamese.get(f"{LESSON}?buoc=3")).text)
    assert en["step_of"] == vi["step_of"]


async def test_a_notebook_from_the_lab_in_english_becomes_the_same_draft(site: Any) -> None:
    english, vietnamese = site.as_("an", "en"), site.as_("an")
    await english.get(WHOLE)
    own = json.loads((await vietnamese.get(f"api/v1/{LESSON}/notebook")).text)
    lab = json.loads((await english.get(f"api/v1/{LESSON}/notebook")).text)
    assert "Which drawer?" in json.dumps(lab)
    assert "Ngăn nào?" not in json.dumps(lab, ensure_ascii=False)
    for cell in lab["cells"]:
        if cell["id"] == CHOICE:
            cell["source"] = source_of(cell).replace("= None", '= "ten"')
        if cell["id"] == "n6-chu-2":
            cell["source"] = "my own note"
    sent = {"revision": 1, "notebook": lab}
    assert (await english.send("PUT", f"api/v1/{LESSON}/draft", sent)).status == 200
    now = json.loads((await vietnamese.get(f"api/v1/{LESSON}/notebook")).text)
    before, after = words_in(own), words_in(now)
    differing = {ident for ident in before if before[ident] != after[ident]}
    assert differing == {CHOICE, "n6-chu-2"}, "only what the learner wrote"
    assert state_of((await english.get(WHOLE)).text)["answers"][CHOICE] == "ten"


async def test_the_lab_gets_the_notebook_in_the_readers_language(site: Any) -> None:
    an = site.as_("an", "en")
    await an.get(WHOLE)
    assert (await an.post_form(f"{LESSON}/lab", screen="wide")).status == 302
    [opened] = OPENED
    assert "Which drawer?" in json.dumps(opened.notebook)


async def test_a_field_to_mend_has_the_name_that_is_read(site: Any) -> None:
    english = site.as_("an", "en")
    await english.get(WHOLE)
    sent = {"revision": 1, "language": "en", "answers": {NUMBER: "many"}}
    [told] = (await english.send("PUT", f"api/v1/{LESSON}/answers", sent)).json["fields"]
    assert told["label"] == "In how many places in all must the password be changed?"
    wanted = {"course": "ky-nang-bao-ve-thong-tin", "lesson": "giu-dieu-cua-minh"}
    refused = await english.send("POST", "api/v1/submissions", wanted)
    assert told["label"] in refused.json["errors"][0]


async def test_strangers_read_it_in_english_too(site: Any) -> None:
    address = "read/ky-nang-bao-ve-thong-tin"
    stranger, vietnamese = site.as_(None, "en"), site.as_(None)
    english = unescape((await stranger.get(f"{address}/giu-dieu-cua-minh")).text)
    assert "Allow, refuse, or remove?" in english
    assert ONLY_VIETNAMESE not in english
    assert ONLY_VIETNAMESE not in (await stranger.get(address)).text
    assert "Cho, không cho, hay gỡ?" in (await vietnamese.get(f"{address}/giu-dieu-cua-minh")).text
