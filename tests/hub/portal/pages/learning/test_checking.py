"""*Kiểm tra ngay*: one exercise marked at once, and where it must say nothing."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest

import courses
from graders import Marker
from records.courses import lesson_terms

ROOT = Path(__file__).parents[5]
LESSON = "courses/khoa-mau/lessons/bai-mau"
V1 = f"api/v1/{LESSON}"


async def single(person: Any) -> tuple[int, str, str, list[str]]:
    """The step of the first choice, its cell, its exercise, and what can be chosen."""
    for step in range(1, 20):
        page = (await person.get(f"{LESSON}?buoc={step}")).text
        found = re.search(r'data-cell="([^"]+)" data-kind="single"', page)
        if found:
            exercise = re.search(r'data-result="([^"]+)" aria-live', page)
            assert exercise
            options = re.findall(rf'name="a-{found[1]}" value="([^"]+)"', page)
            return step, found[1], exercise[1], options
    raise AssertionError("no choice in the lesson")


async def check(person: Any, step: int, cell: str, exercise: str, value: str) -> Any:
    revision = (await person.get(V1)).json["revision"]
    return await person.post_form(
        f"{LESSON}?buoc={step}", action=f"check-{exercise}", revision=revision, cell=["", cell],
        **{f"a-{cell}": value},
    )  # fmt: skip


async def page_of(person: Any, step: int) -> str:
    return str((await person.get(f"{LESSON}?buoc={step}")).text)


def verdict(page: str) -> str:
    """What the page says of the answer as it is now; "" for nothing."""
    found = re.search(r"<p data-verdict><strong>([^<]+)", page)
    return found[1] if found else ""


async def test_a_check_says_what_a_submission_would_and_counts_for_nothing(checking: Any) -> None:
    an = checking.as_("an")
    step, cell, exercise, options = await single(an)
    said = {}
    for value in options:
        answer = await check(an, step, cell, exercise, value)
        assert answer.status == 302
        assert answer.headers["Location"].endswith(f"?buoc={step}#buoc")
        said[value] = verdict(await page_of(an, step))
    assert sorted(said.values()).count("Đúng") == 1
    assert set(said.values()) == {"Đúng", "Chưa đúng"}
    page = await page_of(an, step)
    assert "chưa ghi điểm" in page
    asked = "api/v1/submissions?course=khoa-mau&lesson=bai-mau"
    assert (await an.get(asked)).json["submissions"] == []
    marks = (await an.get("api/v1/marks")).json["courses"]
    assert [one["points"] for course in marks for one in course["lessons"]] == [None]


async def test_the_verdict_goes_when_the_answer_changes_and_the_hint_stays(checking: Any) -> None:
    an = checking.as_("an")
    step, cell, exercise, options = await single(an)
    assert "<summary>Gợi ý" not in await page_of(an, step)
    wrong = []
    for value in options:
        await check(an, step, cell, exercise, value)
        if verdict(await page_of(an, step)) == "Chưa đúng":
            wrong.append(value)
            break
    assert "<summary>Gợi ý" in await page_of(an, step)
    other = next(value for value in options if value not in wrong)
    revision = (await an.get(V1)).json["revision"]
    await an.send("PUT", f"{V1}/answers", {"revision": revision, "answers": {cell: other}})
    page = await page_of(an, step)
    assert verdict(page) == ""
    assert "Câu trả lời đã thay đổi" in page
    assert "<summary>Gợi ý" in page


@pytest.mark.parametrize("terms", [{"attempts": 2}, {"closes": True}])
async def test_where_marks_are_scarce_or_late_a_check_says_nothing(
    checking: Any, terms: dict[str, Any]
) -> None:
    an = checking.as_("an")
    step, cell, exercise, options = await single(an)
    await check(an, step, cell, exercise, options[0])
    assert verdict(await page_of(an, step))
    with checking.records.begin() as session:
        if "closes" in terms:
            lesson_terms.set_terms(session, "khoa-mau", "bai-mau", closes_at=checking.clock.at)
        else:
            lesson_terms.set_terms(session, "khoa-mau", "bai-mau", attempts=2)
    checking.clock.at += dt.timedelta(minutes=1)
    page = await page_of(an, step)
    assert verdict(page) == ""
    assert "data-check=" not in page
    refused = await check(an, step, cell, exercise, options[1])
    assert refused.status == 422
    assert "chỉ có kết quả sau khi nộp" in refused.text


async def test_a_blank_answer_and_a_strange_exercise_are_told_so(checking: Any) -> None:
    an = checking.as_("an")
    step, _cell, exercise, _options = await single(an)
    revision = (await an.get(V1)).json["revision"]
    for action, why in ((f"check-{exercise}", "chưa được trả lời"), ("check-none", "sau khi nộp")):
        answer = await an.post_form(
            f"{LESSON}?buoc={step}", action=action, revision=revision, cell=[""]
        )
        assert answer.status == 422
        assert why in answer.text


async def test_who_checks_without_end_is_told_to_wait(checking: Any) -> None:
    an = checking.as_("an")
    for _ in range(20):
        checking.portal.checks.allow("an")
    step, cell, exercise, options = await single(an)
    answer = await check(an, step, cell, exercise, options[0])
    assert answer.status == 422
    assert "liên tiếp nhiều lần" in answer.text


async def test_the_script_gets_the_answer_alone_or_the_reason(checking: Any) -> None:
    an = checking.as_("an")
    step, cell, exercise, options = await single(an)
    page = f"{LESSON}?part=results&buoc={step}"
    revision = (await an.get(V1)).json["revision"]
    fields = {"action": f"check-{exercise}", "revision": revision}
    blank = await an.post_form(page, cell=[""], **fields)
    assert blank.status == 422
    assert "chưa được trả lời" in blank.json["errors"][0]
    said = await an.post_form(page, cell=["", cell], **{f"a-{cell}": options[0]}, **fields)
    assert said.status == 200
    assert f'data-for="{exercise}"' in said.text
    assert "<html" not in said.text


async def test_one_exercise_is_marked_as_the_whole_notebook_would_be(
    checking: Any, marker: Marker
) -> None:
    """All exercises of a real lesson, blank: the same points and the same words."""
    course = courses.load_course(ROOT / "courses" / "content" / "nhan-thuc-chung")
    source = courses.write_notebook(courses.variant(course.lessons[0].source, 5))
    learners = json.dumps(courses.learner_notebook(json.loads(source))).encode()
    whole = {one.grade_id: one for one in marker.mark(source, learners, seed=5).cells}
    for exercise in course.lessons[0].exercises[-3:]:
        (one,) = marker.mark_one(source, learners, exercise.grade_id, seed=5).cells
        assert one == whole[exercise.grade_id]
    assert marker.mark_one(source, learners, "none", seed=5).cells == ()
