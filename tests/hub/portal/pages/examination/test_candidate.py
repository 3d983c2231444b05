"""An examination on a candidate's pages: the code, one item at a time, what is saved meanwhile, a
pause, a report, the end."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from examining import begin, candidate_of, plan, room_of, rows_of
from filled_items import filled

ASK = "examinations/question"


async def beat(person: Any, **said: Any) -> dict[str, Any]:
    answer = await person.post_form("examinations/beat", **said)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = json.loads(answer.text)
    return found


async def test_a_whole_examination_from_the_plan_to_the_result(site: Any) -> None:
    examination, room = await plan(site)
    page = (await site.as_("an").get("examinations")).text
    assert "Kỳ thi thử (mẫu)" in page and "Phòng 1 (mẫu)" in page and "Mã phòng thi" in page
    assert room_of(site, room).code not in page
    assert "Anh/chị có tên trong kỳ thi Kỳ thi thử (mẫu)" in (await site.as_("an").get("")).text
    person = await begin(site, examination, room)
    for _turn in range(20):
        row = rows_of(site, examination)[-1]
        page = (await person.get(ASK)).text
        assert f"Câu {row.number}" in page and "phút" in page
        site.clock.at += dt.timedelta(seconds=40)
        said = await person.post_form(ASK, number=row.number, action="unknown")
        assert said.status == 303, said.text
        if "/own/" in said.headers["Location"]:
            break
    else:
        pytest.fail("it never ended")
    candidate = candidate_of(site, examination)
    assert candidate.state == "done"
    own = said.headers["Location"].split("/portal/")[1]
    assert "Đã nộp bài" in (await person.get(own)).text, "no result before the room is closed"
    closed = await site.as_("binh").post_form(f"exam-rooms/{room}", action="close")
    assert closed.status == 303, closed.text
    for language, words in (("vi", "Chưa đạt"), ("en", "Not passed")):
        page = (await site.as_("an", language).get(own)).text
        assert words in page
    assert (await site.as_("thay").get(own)).status == 404
    listed = (await site.as_("bo").get(f"examinations/plans/{examination}")).text
    assert "Nguyễn Thị An (mẫu)" in listed and "Chưa đạt" in listed


async def test_nobody_enters_by_a_wrong_code_or_before_the_desk_has_looked(site: Any) -> None:
    examination, room = await plan(site)
    person, code = site.as_("an"), room_of(site, room).code
    refused = await person.post_form("examinations", code="ABCD-đã-gõ")
    assert refused.status == 422 and "ABCD-đã-gõ" in refused.text
    assert re.search(r'<input id="code"[^>]*aria-invalid="true"', refused.text)
    assert (await person.post_form("examinations", code=code)).status == 422
    await site.as_("binh").post_form(f"exam-rooms/{room}", action="open")
    refused = await person.post_form("examinations", code=code)
    assert refused.status == 422 and "bàn giám thị" in refused.text
    assert "Mã phòng thi" in (await person.get(ASK)).text
    assert candidate_of(site, examination).sitting_id is None
    assert (await site.as_("thay").post_form("examinations", code=code)).status == 422
    assert (await site.as_("kiem").post_form("examinations", code=code)).status == 404


async def test_what_is_typed_is_saved_with_the_beat_and_stands_there_in_another_browser(
    site: Any,
) -> None:
    person = await begin(site, *await plan(site))
    examination = 1
    (row,) = rows_of(site, examination)
    typed = filled(row)
    site.clock.at += dt.timedelta(minutes=2)
    told = await beat(person, number=1, focus=0, screen=0, typed=urlencode({"number": 1, **typed}))
    assert told["state"] == "open" and told["number"] == 1
    assert told["seconds"] == pytest.approx(58 * 60)
    kept = rows_of(site, examination)[0]
    assert kept.answer and kept.given_at is None
    page = (await site.as_("an").get(ASK)).text
    assert re.search(r"<option[^>]* selected|<input[^>]* checked|value=\"1\"", page)
    assert 'data-seconds="3480"' in page


async def test_a_beat_of_an_earlier_item_saves_nothing(site: Any) -> None:
    person = await begin(site, *await plan(site))
    typed = urlencode(filled(rows_of(site, 1)[0]))
    await person.post_form(ASK, number=1, action="unknown")
    told = await beat(person, number=1, typed=typed)
    assert told["number"] == 2, "the page learns that it is an old one"
    assert [one.answer for one in rows_of(site, 1)] == [None, None]


@pytest.mark.parametrize("typed", ["a=b&" * 600, "x" * 200_000])
async def test_a_beat_takes_no_more_than_a_form_can_hold(site: Any, typed: str) -> None:
    person = await begin(site, *await plan(site))
    refused = await person.post_form("examinations/beat", number=1, typed=typed)
    assert refused.status == 422
    assert json.loads(refused.text)["errors"]


async def test_leaving_the_page_is_counted_and_nothing_else(site: Any) -> None:
    person = await begin(site, *await plan(site))
    await beat(person, number=1, focus=2, screen=0)
    await beat(person, number=1, focus=0, screen=0)
    await beat(person, number=1, focus=0, screen=1)
    found = candidate_of(site, 1)
    assert (found.left_page, found.state) == (2, "working")


async def test_a_beat_of_who_sits_nowhere_says_it_is_over(site: Any) -> None:
    assert (await beat(site.as_("thay"), number=1))["state"] == "ended"
    assert (await site.as_("kiem").post_form("examinations/beat", number=1)).status == 404


async def test_in_a_pause_no_item_is_shown_and_no_time_passes(site: Any) -> None:
    _, room = await plan(site)
    person = await begin(site, 1, room)
    site.clock.at += dt.timedelta(minutes=10)
    desk = site.as_("binh")
    await desk.post_form(f"exam-rooms/{room}", action="pause", reason="Mất điện")
    site.clock.at += dt.timedelta(minutes=30)
    told = await beat(person, number=1)
    assert (told["state"], told["seconds"]) == ("paused", 50 * 60)
    page = (await person.get(ASK)).text
    assert "tạm dừng" in page and 'value="answer"' not in page
    await desk.post_form(f"exam-rooms/{room}", action="go-on")
    page = (await person.get(ASK)).text
    assert 'value="answer"' in page and 'data-seconds="3000"' in page


async def test_when_time_is_up_what_was_typed_counts_as_given(site: Any) -> None:
    person = await begin(site, *await plan(site))
    typed = filled(rows_of(site, 1)[0])
    await beat(person, number=1, typed=urlencode(typed))
    site.clock.at += dt.timedelta(minutes=61)
    ended = await person.get(ASK)
    assert ended.status == 303 and "/own/" in ended.headers["Location"]
    (row,) = rows_of(site, 1)
    assert row.given_at is not None and row.answer


async def test_a_reported_item_is_changed_and_the_candidate_is_told(site: Any) -> None:
    _, room = await plan(site)
    person = await begin(site, 1, room)
    refused = await person.post_form(ASK, number=1, action="report", text=" ")
    assert refused.status == 422 and '<details class="aside" open' not in refused.text
    sent = await person.post_form(
        ASK, number=1, action="report", text="Hai đáp án đúng", **filled(rows_of(site, 1)[0])
    )
    assert sent.status == 303
    assert rows_of(site, 1)[0].answer, "what was typed went along"
    assert "Đã báo câu này" in (await person.get(ASK)).text
    candidate = candidate_of(site, 1)
    where = f"exam-rooms/{room}/candidates/{candidate.id}"
    desk = site.as_("binh")
    page = (await desk.get(where)).text
    assert "Hai đáp án đúng" in page
    incident = re.search(r'name="incident" value="(\d+)"', page)
    assert incident
    decided = await desk.post_form(
        where, action="decide", incident=incident[1], decision="new", answer="Cảm ơn anh/chị"
    )
    assert decided.status == 303, decided.text
    assert [one.set_aside for one in rows_of(site, 1)] == [True, False]
    told = await beat(person, number=1)
    assert (told["number"], told["answer"]) == (2, "Cảm ơn anh/chị")
    page = (await person.get(ASK)).text
    assert "Đã đổi câu khác" in page and "Cảm ơn anh/chị" in page


async def test_who_wants_to_end_early_is_told_what_that_means(site: Any) -> None:
    person = await begin(site, *await plan(site))
    page = (await person.get(ASK)).text
    assert "Cần ít nhất 6 câu" in page
    ended = await person.post_form(ASK, number=1, action="finish")
    assert ended.status == 303 and "/own/" in ended.headers["Location"]
    assert candidate_of(site, 1).state == "done"
    again = await person.post_form(ASK, number=1, action="unknown")
    assert again.headers["Location"].endswith("examinations")


async def test_other_forms_of_the_page_are_marked_as_such(site: Any) -> None:
    _, room = await plan(site)
    candidate = candidate_of(site, 1)
    given = await site.as_("bo").post_form(
        f"examinations/plans/1/candidates/{candidate.id}",
        action="alternative",
        extra_share="0.5",
        alternative="large",
        note="Ngồi gần cửa",
    )
    assert given.status == 303, given.text
    person = await begin(site, 1, room)
    page = (await person.get(ASK)).text
    assert 'class="sitting large"' in page and 'data-seconds="5400"' in page
    await site.as_("bo").post_form(
        f"examinations/plans/1/candidates/{candidate.id}",
        action="alternative",
        extra_share="0.5",
        alternative="plain",
        note="",
    )
    page = (await person.get(ASK)).text
    assert 'class="sitting calm"' in page and 'data-calm="true"' in page
