"""The player without a browser: what a page holds, what a plain form post does, what runs."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from settled import store_marks

from core.marks import CellMarks, Marks
from graders import Marker
from graders.service.worker import GradingService
from hub.locale import translate
from hub.portal import outputs
from hub.portal.api.running import run_as_json
from records.courses import releases
from records.marking import queue

ROOT = Path(__file__).parents[5]
LESSON = "courses/khoa-mau/lessons/bai-mau"
WHOLE = f"{LESSON}?xem=ca-bai"
VI = translate.load_translators()["vi"]


@pytest.fixture
async def marking_site(checking: Any, marker: Marker) -> AsyncIterator[Any]:
    """A portal with real runs and a real grading service."""
    service = GradingService(checking.records, marker, workers=1)
    service.start()
    yield checking
    service.stop()


def state_of(page: str) -> dict[str, Any]:
    """What the page hands to its script."""
    found = re.search(r'id="lesson-state"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    state: dict[str, Any] = json.loads(found[1])
    return state


def cell_of(page: str, kind: str) -> str:
    found = re.search(rf'data-cell="([^"]+)" data-kind="{kind}"', page)
    assert found, kind
    return found[1]


async def test_every_kind_of_cell_is_an_ordinary_labelled_control(site: Any) -> None:
    page = (await site.as_("an").get(WHOLE)).text
    for kind in ("single", "multiple", "number", "text", "table", "order", "match", "file", "code"):
        cell_of(page, kind)
    for field in re.findall(r'<(?:input|select|textarea)[^>]*id="([^"]+)"', page):
        assert f'for="{unescape(field)}"' in page, f"{field} has no label"


async def test_a_page_holds_no_hidden_test_and_no_solution(site: Any) -> None:
    an = site.as_("an")
    for answer in (await an.get(WHOLE), await an.get(f"api/v1/{LESSON}/notebook")):
        assert "HIDDEN TESTS" not in answer.text
        assert "BEGIN SOLUTION" not in answer.text


async def test_opening_a_lesson_begins_the_course_on_this_release(site: Any) -> None:
    an = site.as_("an")
    assert "Khóa học đang theo" not in (await an.get("")).text
    await an.get(WHOLE)
    assert "Khóa học đang theo" in (await an.get("")).text


async def test_a_plain_form_post_saves_and_hands_in(site: Any) -> None:
    an = site.as_("an")
    page = (await an.get(WHOLE)).text
    number, multiple = cell_of(page, "number"), cell_of(page, "multiple")
    options = re.findall(rf'name="a-{multiple}" value="([^"]+)"', page)
    fields = {f"a-{number}": "1.250", f"a-{multiple}": options[:2]}
    answer = await an.post_form(WHOLE, action="submit-now", revision=1, **fields)
    assert answer.status == 302
    after = (await an.get(WHOLE)).text
    state = state_of(after)
    assert state["answers"][number] == 1250
    assert state["answers"][multiple] == options[:2]
    assert state["waiting"], "it waits to be marked"


def words_of(page: str) -> str:
    """The page as somebody reads it whose browser knows neither scripts nor styles."""
    bare = re.sub(r"<script.*?</script>|<[^>]+>", " ", page, flags=re.DOTALL)
    return unescape(" ".join(bare.split()))


def mark_all(site: Any) -> None:
    """What the grading service does: no points for anything."""
    with site.records.begin() as session:
        one = queue.claim(session, worker="w", at=site.clock.at, lease=dt.timedelta(hours=1))
        assert one
        release = releases.find_release(session, one.release_id)
        cells = tuple(
            CellMarks(exercise.grade_id, 0.0, exercise.points)
            for exercise in releases.find_lesson(release, one.lesson).exercises
        )
        marks = Marks("marked", 0.0, sum(cell.max for cell in cells), cells)
        assert store_marks(session, one.id, marks, worker="w", at=site.clock.at)


async def test_of_a_whole_form_it_is_said_that_it_waits_and_then_only_what_it_got(
    site: Any,
) -> None:
    an = site.as_("an")
    number = cell_of((await an.get(WHOLE)).text, "number")
    assert "Đang làm" in words_of((await an.get("marks")).text)
    await an.post_form(WHOLE, action="submit-now", revision=1, **{f"a-{number}": "1.250"})
    for page in ("marks", "learning"):
        said = words_of((await an.get(page)).text)
        assert "Đang chờ chấm" in said, page
        assert "Đang làm" not in said, page
    mark_all(site)
    said = words_of((await an.get(WHOLE)).text)
    assert "Chưa đúng · 0 trên" in said
    assert "đã thay đổi" not in said
    assert "Đang chờ chấm" not in words_of((await an.get("marks")).text)
    revision = state_of((await an.get(WHOLE)).text)["revision"]
    await an.post_form(WHOLE, action="save", revision=revision, **{f"a-{number}": "2"})
    assert "Câu trả lời đã thay đổi" in words_of((await an.get(WHOLE)).text)


async def test_a_form_post_on_an_old_version_changes_nothing_and_says_so(site: Any) -> None:
    an = site.as_("an")
    number = cell_of((await an.get(WHOLE)).text, "number")
    assert (
        await an.post_form(WHOLE, action="save", revision=1, **{f"a-{number}": "1"})
    ).status == 302
    late = await an.post_form(WHOLE, action="save", revision=1, **{f"a-{number}": "2"})
    assert late.status == 422
    assert "cửa sổ khác" in late.text
    assert state_of((await an.get(WHOLE)).text)["answers"][number] == 1


async def test_the_file_a_lesson_hands_out_can_be_fetched(site: Any) -> None:
    an = site.as_("an")
    await an.get(WHOLE)
    answer = await an.get(f"{LESSON}/files/so-lieu.csv")
    assert answer.status == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert (await an.get(f"{LESSON}/files/../../01-bai-mau.ipynb")).status == 404
    assert (await an.get(f"{LESSON}/files/none.csv")).status == 404


async def test_without_a_lab_there_is_no_button_and_a_reason(site: Any) -> None:
    page = (await site.as_("an").get(WHOLE)).text
    assert "data-lab>" not in page
    assert "không mở phòng thực hành" in page
    assert (await site.as_("an").post_form(f"{LESSON}/lab")).status == 404


async def test_run_shows_what_the_cell_prints_and_never_keeps_anything(marking_site: Any) -> None:
    an = marking_site.as_("an")
    code = cell_of((await an.get(WHOLE)).text, "code")
    path = f"api/v1/{LESSON}/run"
    ran = await an.send("POST", path, {"cell": code, "answers": {code: "print('Chào', 6 * 7)"}})
    assert ran.status == 200, ran.text
    assert ran.json["ok"]
    assert "Chào 42" in ran.json["html"]
    failed = await an.send("POST", path, {"cell": code, "answers": {code: "x = 1\nkhong_co"}})
    assert not failed.json["ok"]
    assert "NameError" in failed.json["html"]
    assert "dòng 2" in failed.json["html"]
    assert "Traceback" not in failed.json["html"]
    lesson = (await an.get(f"api/v1/{LESSON}")).json
    assert lesson["revision"] == 1


async def test_marks_arrive_while_the_page_waits(marking_site: Any) -> None:
    an = marking_site.as_("an")
    handed_in = await an.send(
        "POST", "api/v1/submissions", {"course": "khoa-mau", "lesson": "bai-mau"}
    )
    found = await an.get(f"api/v1/submissions/{handed_in.json['id']}?wait=25")
    assert found.json["state"] == "marked"
    assert found.json["points"] == 0
    assert all(one["feedback"] for one in found.json["exercises"])
    part = (await an.get(f"{LESSON}?part=results")).text
    for one in found.json["exercises"]:
        assert f'data-for="{one["grade_id"]}"' in part


async def test_a_worked_solution_shows_only_when_nothing_more_can_be_handed_in(site: Any) -> None:
    from records.courses import lesson_terms

    an = site.as_("an")
    assert "data-solution" not in (await an.get(WHOLE)).text
    with site.records.begin() as session:
        lesson_terms.set_terms(session, "khoa-mau", "bai-mau", closes_at=site.clock.at)
    site.clock.at += dt.timedelta(minutes=1)  # the minute of a deadline still belongs to it
    assert "data-solution" in (await an.get(WHOLE)).text


# --- pure -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hostile",
    [
        "<table><tr><td onclick=alert(1)>x</td></tr></table>",
        "<script>alert(1)</script><table><tr><td>x</td></tr></table>",
        "<table><style>*{display:none}</style><tr><td><img src=//evil></td></tr></table>",
        '<table><tr><td><a href="javascript:alert(1)">x</a><form></td></tr></table>',
    ],
)
def test_a_learner_s_html_is_cleaned(hostile: str) -> None:
    shown = outputs.render(
        [{"output_type": "execute_result", "data": {"text/html": hostile, "text/plain": "x"}}], VI
    )
    assert "<td>x" in shown or "<td></td>" in shown
    assert not re.search(r"script|onclick|style|img|href|form|evil", shown)


def test_text_output_is_escaped_and_bounded() -> None:
    shown = outputs.render(
        [{"output_type": "stream", "name": "stdout", "text": "<b>" + "x" * 100_000}], VI
    )
    assert "&lt;b&gt;" in shown
    assert len(shown) < 25_000
    assert "quá dài" in shown


def test_only_pictures_become_pictures() -> None:
    picture = {"output_type": "display_data", "data": {"image/png": "aGk="}}
    hostile = {
        "output_type": "display_data",
        "data": {"image/png": '"><script>', "text/plain": "-"},
    }
    assert 'src="data:image/png;base64,aGk="' in outputs.render([picture], VI)
    assert "<script>" not in outputs.render([hostile], VI)


def test_an_earlier_cell_is_only_blamed_where_this_one_failed() -> None:
    class Run:
        def __init__(self, ok: bool, name: str = "") -> None:
            self.ok, self.timed_out = ok, False
            error = {"output_type": "error", "ename": name, "evalue": "", "traceback": []}
            self.outputs = [error] if name else []

    fine = run_as_json([Run(False, "NotImplementedError"), Run(True)], ["a", "b"], VI)
    assert fine["ok"]
    assert "NotImplementedError" not in fine["html"]
    both = run_as_json([Run(False, "NotImplementedError"), Run(False, "NameError")], ["a", "b"], VI)
    assert "phía trên" in both["html"]
    assert "NameError" in both["html"]


async def test_with_a_share_of_the_ministry_s_own_page_and_interface_ask_for_it(site: Any) -> None:
    """Six of ten points: enough for the course (half), and not for nine tenths."""
    an = site.as_("an")
    wanted = {"course": "khoa-mau", "lesson": "bai-mau"}
    await an.get("courses/khoa-mau/lessons/bai-mau")
    assert (await an.send("POST", "api/v1/submissions", wanted)).status == 202
    with site.records.begin() as session:
        one = queue.claim(session, worker="w", at=site.clock.at, lease=dt.timedelta(hours=1))
        lesson = releases.find_lesson(releases.find_release(session, one.release_id), "bai-mau")
        cells = tuple(
            CellMarks(exercise.grade_id, 0.6 * exercise.points, exercise.points)
            for exercise in lesson.exercises
        )
        points = sum(cell.points for cell in cells)
        marks = Marks("marked", points, sum(cell.max for cell in cells), cells)
        assert store_marks(session, one.id, marks, worker="w", at=site.clock.at)
    for share, passed in ((None, True), (0.9, False)):
        settings = site.portal.settings.model_copy(update={"pass_share": share})
        object.__setattr__(site.portal, "settings", settings)
        page = (await an.get(WHOLE)).text
        assert ("Chưa đạt mức 90" in page) is not passed
        courses = (await an.get("api/v1/marks")).json["courses"]
        assert [course["passed"] for course in courses] == [passed]
        assert ("Hoàn thành" in (await an.get("marks")).text) is passed
