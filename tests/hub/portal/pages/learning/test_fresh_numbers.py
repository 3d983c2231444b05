"""*Thử với số khác*: after a miss in practice an exercise has other numbers, nothing is lost."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from graders import Marker
from graders.service.sources import read_lesson_source
from records.courses import lesson_terms
from records.tables.learning import Draft
from records.tables.marking import Submission

ROOT = Path(__file__).parents[5]
LESSON = "courses/khoa-mau/lessons/bai-mau"
V1 = f"api/v1/{LESSON}"
EXERCISE, CELL = "mau-cham-so", "mau-tra-loi-so"
OFFER = f'value="again-{EXERCISE}"'
WANTED = {"course": "khoa-mau", "lesson": "bai-mau"}


async def page_of(person: Any) -> str:
    return str((await person.get(f"{LESSON}?xem=ca-bai")).text)


def records_in_it(page: str) -> int:
    """The learner's own number, as their task says it."""
    found = re.search(r"Một xã có ([\d.]+) hồ sơ", page)
    assert found
    return int(found[1].replace(".", ""))


async def post(person: Any, action: str, **answers: Any) -> Any:
    revision = (await person.get(V1)).json["revision"]
    return await person.post_form(
        f"{LESSON}?xem=ca-bai", action=action, revision=revision, cell=["", *answers],
        **{f"a-{cell}": value for cell, value in answers.items()},
    )  # fmt: skip


async def miss(person: Any) -> str:
    await page_of(person)
    answer = await post(person, f"check-{EXERCISE}", **{CELL: "1"})
    assert answer.status == 302
    return await page_of(person)


async def test_after_a_miss_the_exercise_has_other_numbers_and_is_blank(checking: Any) -> None:
    an = checking.as_("an")
    assert OFFER not in await page_of(an)
    before = await miss(an)
    assert OFFER in before
    kept = (await an.get(V1)).json["answers"]
    answer = await post(an, f"again-{EXERCISE}", **{CELL: "1"})
    assert answer.status == 302
    assert answer.headers["Location"].endswith("?xem=ca-bai#bai-3")
    after = await page_of(an)
    assert records_in_it(after) != records_in_it(before)
    assert "đang dùng số liệu mới" in after
    assert "Chưa đúng" not in after, "what was said was said of other numbers"
    assert "<summary>Gợi ý" in after, "the hint that was earned stays"
    assert OFFER not in after, "it is tried first"
    now = (await an.get(V1)).json["answers"]
    assert now.pop(CELL) is None
    assert kept.pop(CELL) == 1
    assert now == kept, "everything else is as it was"


async def test_the_new_numbers_are_the_ones_that_are_checked_and_marked(
    checking: Any, marker: Marker
) -> None:
    an = checking.as_("an")
    old = records_in_it(await miss(an))
    assert (await an.send("POST", "api/v1/submissions", WANTED)).status == 202
    await post(an, f"again-{EXERCISE}", **{CELL: "1"})
    new = records_in_it(await page_of(an))
    right = str(new * 60 // 100)
    await post(an, f"check-{EXERCISE}", **{CELL: right})
    page = await page_of(an)
    assert "<p data-verdict><strong>Đúng" in page
    assert (await an.send("POST", "api/v1/submissions", WANTED)).status == 202
    with checking.records.read() as session:
        first, second = session.scalars(select(Submission).order_by(Submission.id)).all()
        draft = session.scalars(select(Draft)).one()
        source = read_lesson_source(session, first.release_id, first.lesson)
        assert (first.drawn_again, second.drawn_again) == (None, draft.drawn_again)
        points = {
            one.id: {cell.grade_id: cell.points for cell in source.mark(marker, one).cells}
            for one in (first, second)
        }
    assert points[first.id][EXERCISE] == 0
    assert points[second.id][EXERCISE] == 1
    assert old != new


@pytest.mark.parametrize("terms", ["late", "used"])
async def test_where_nothing_can_be_handed_in_any_more_nothing_is_drawn(
    checking: Any, terms: str
) -> None:
    an = checking.as_("an")
    before = records_in_it(await miss(an))
    with checking.records.begin() as session:
        if terms == "late":
            lesson_terms.set_terms(session, "khoa-mau", "bai-mau", closes_at=checking.clock.at)
        else:
            lesson_terms.set_terms(session, "khoa-mau", "bai-mau", attempts=1)
    checking.clock.at += dt.timedelta(minutes=1)
    if terms == "used":
        assert (await an.send("POST", "api/v1/submissions", WANTED)).status == 202
    assert OFFER not in await page_of(an)
    refused = await post(an, f"again-{EXERCISE}", **{CELL: "1"})
    assert refused.status == 422
    assert "không đổi số được" in refused.text
    assert records_in_it(await page_of(an)) == before


async def test_nothing_is_drawn_without_a_miss_or_where_nothing_is_drawn_at_all(
    checking: Any,
) -> None:
    an = checking.as_("an")
    await page_of(an)
    for exercise in (EXERCISE, "none"):
        refused = await post(an, f"again-{exercise}", **{CELL: "1"})
        assert refused.status == 422
        assert "không đổi số được" in refused.text
