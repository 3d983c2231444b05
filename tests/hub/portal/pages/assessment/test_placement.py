"""*Kiểm tra đầu vào* on pages: begin, answer, go away, come back, and what it said."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from filled_items import filled

import courses
from courses.bank.reference import find_reference
from graders import Marker
from records.assessment import sittings as kept
from records.people import persons
from records.platform import audit
from records.tables.assessment import SittingAnswer
from school.assessment.asking import question_of
from school.assessment.item_bank import the_bank
from school.learning.answering import form_of

CONTENT = Path(courses.__file__).parent / "content"
ASK = "placement/question"


@pytest.fixture(scope="module")
def marker() -> Iterator[Marker]:
    with Marker() as made:
        yield made


@pytest.fixture
async def site(make_site: Any, marker: Marker) -> AsyncIterator[Any]:
    made, server = await make_site(CONTENT / "nhan-thuc-chung", marker=marker)
    yield made
    server.stop()
    await server.close_all_connections()
    made.portal.threads.shutdown()
    made.portal.close()


def rows(site: Any, username: str = "an") -> list[SittingAnswer]:
    with site.records.read() as session:
        person = persons.find_person(session, username)
        sitting = kept.find_open(session, person.id, "placement")
        sitting = sitting or kept.ended_of(session, person.id)[0]
        return list(kept.answers_of(session, sitting.id))


def reference(row: SittingAnswer) -> dict[str, Any] | None:
    """What to post so that the item is solved; None where its reference is computed."""
    item = the_bank().items[row.item]
    question = question_of(item, row.variant, row.arranged)
    found: dict[str, Any] = {}
    solutions = {cell["id"]: cell for cell in question.source["cells"]}
    for cell_id, cell in question.cells.items():
        form, value = form_of(cell), find_reference(solutions[cell_id])
        if form is None or value is None or form.kind in ("table", "match"):
            return None
        if form.kind == "order":
            found |= {f"a-{cell_id}-{key}": at for at, key in enumerate(value, start=1)}
        else:
            found[f"a-{cell_id}"] = value
    return found


async def answer(site: Any, learner: Any, **fields: Any) -> Any:
    await learner.get(ASK)
    number = rows(site)[-1].number
    return await learner.post_form(ASK, number=number, **fields)


async def test_a_whole_placement_from_the_first_item_to_the_profile(site: Any) -> None:
    learner = site.as_("an")
    page = await learner.get("placement")
    assert "Bắt đầu" in page.text and "25 phút" in page.text
    assert 'href="/services/portal/placement"' in (await learner.get("learning")).text
    begun = await learner.post_form("placement", action="begin")
    assert begun.headers["Location"].endswith(ASK)
    solved = 0
    for _turn in range(30):
        row = rows(site)[-1]
        page = await learner.get(ASK)
        if page.status == 302:
            break
        assert f"Câu {row.number}" in page.text and "Còn chừng" in page.text
        assert "assert" not in page.text and "python test" not in page.text
        fields = reference(row)
        site.clock.at += dt.timedelta(seconds=30)
        how = {"action": "answer", **fields} if fields else {"action": "unknown"}
        said = await learner.post_form(ASK, number=row.number, **how)
        solved += fields is not None
        assert said.status == 302, said.text
        if "results" in said.headers["Location"]:
            break
    else:
        pytest.fail("it never ended")
    given = rows(site)
    assert 10 <= len([one for one in given if one.given_at]) <= 18
    assert solved >= 2
    for one in given:
        assert one.seconds == 30
        assert one.credit == (0 if one.unknown else 1), one.item
    assert len({one.item for one in given}) == len(given)
    with site.records.read() as session:
        person = persons.find_person(session, "an")
        sitting = kept.ended_of(session, person.id)[0]
        figures = kept.results_of(session, sitting.id)
        actions = [line.action for line in audit.entries(session)]
    assert set(figures) == {"", "1", "2", "3", "4", "5", "6"}
    assert all(
        0 < one.error <= 1.8 and one.low < one.estimate < one.high for one in figures.values()
    )
    assert {"placement.begin", "placement.end"} <= set(actions)
    where = f"placement/results/{sitting.id}"
    for language, word in (("vi", "Nên học gì tiếp"), ("en", "What to learn next")):
        page = await site.as_("an", language).get(where)
        assert page.status == 200 and word in page.text
    assert re.search(r'href="/services/portal/courses/nhan-thuc-chung/lessons/', page.text)
    assert (await site.as_("binh").get(where)).status == 404


async def begin(site: Any, username: str = "an") -> Any:
    learner = site.as_(username)
    assert (await learner.post_form("placement", action="begin")).status == 302
    return learner


async def test_whoever_leaves_comes_back_to_the_same_item_with_what_was_typed(
    unmarked: Any,
) -> None:
    learner = await begin(unmarked)
    (row,) = rows(unmarked)
    unmarked.clock.at += dt.timedelta(minutes=1)
    left = await learner.post_form(ASK, number=1, action="pause", **filled(row))
    assert left.headers["Location"].endswith("placement?paused=1")
    assert "Làm tiếp" in (await learner.get("placement")).text
    assert "Làm tiếp" in (await learner.get(ASK)).text, "nothing is asked while one is away"
    unmarked.clock.at += dt.timedelta(days=3)
    await unmarked.as_("an").post_form("placement", action="resume")
    (again,) = rows(unmarked)
    assert (again.item, again.given_at) == (row.item, None)
    assert again.answer and again.asked_at == unmarked.clock.at
    page = (await learner.get(ASK)).text
    assert re.search(r"<option[^>]* selected|<input[^>]* checked|value=\"1\"", page)


async def test_nothing_chosen_is_no_answer_and_says_so(unmarked: Any) -> None:
    learner = await begin(unmarked)
    for language, word in (("vi", "chưa trả lời câu này"), ("en", "have not answered")):
        said = await unmarked.as_("an", language).post_form(ASK, number=1, action="answer")
        assert said.status == 422 and word in said.text
    assert rows(unmarked)[0].given_at is None
    await learner.get(ASK)


async def test_an_answer_is_kept_as_given_also_where_nothing_marks_it(unmarked: Any) -> None:
    learner = await begin(unmarked)
    (row,) = rows(unmarked)
    typed = filled(row)
    unmarked.clock.at += dt.timedelta(seconds=20)
    assert (await learner.post_form(ASK, number=1, action="answer", **typed)).status == 302
    first, second = rows(unmarked)
    assert first.answer and first.credit is None and first.seconds == 20
    assert second.item != first.item and second.given_at is None
    await learner.post_form(ASK, number=1, action="unknown")
    assert rows(unmarked)[0].answer == first.answer, "what was given once stays"
    assert len(rows(unmarked)) == 2
    refused = await learner.post_form(ASK, number=2, action="end")
    assert refused.status == 422 and "chưa có kết quả" in refused.text


async def test_whoever_stops_early_has_a_result_and_waits_before_the_next(unmarked: Any) -> None:
    learner = await begin(unmarked)
    await learner.post_form(ASK, number=1, action="unknown")
    ended = await learner.post_form(ASK, number=2, action="end")
    page = await learner.get(ended.headers["Location"].split("/portal/")[1])
    assert "dừng sớm" in page.text and "Có thể làm lại từ ngày" in page.text
    again = await learner.post_form("placement", action="begin")
    assert again.status == 422 and 'id="refused"' in again.text
    unmarked.clock.at += dt.timedelta(days=31)
    await begin(unmarked)
    await learner.post_form(ASK, number=1, action="unknown")
    ended = await learner.post_form(ASK, number=2, action="end")
    page = await learner.get(ended.headers["Location"].split("/portal/")[1])
    assert "So với lần trước" in page.text and "lần trước:" in page.text


async def test_what_is_no_answer_of_the_form_is_refused_and_changes_nothing(unmarked: Any) -> None:
    learner = await begin(unmarked)
    (row,) = rows(unmarked)
    hostile = dict.fromkeys(filled(row), "<script>alert(1)</script>")
    said = await learner.post_form(ASK, number=1, action="answer", **hostile)
    assert said.status in (302, 422) and "<script>alert" not in said.text
    for number in ("", "-1", "9" * 30, "²"):
        assert (await learner.post_form(ASK, number=number, action="unknown")).status == 302
    assert [one.unknown for one in rows(unmarked)][:1] == [False]


async def test_an_auditor_reads_about_it_and_begins_none(unmarked: Any) -> None:
    auditor = unmarked.as_("kiem")
    page = await auditor.get("placement")
    assert page.status == 200 and 'value="begin"' not in page.text
    assert (await auditor.post_form("placement", action="begin")).status == 404
