"""A room's pages: whose they are, papers, who needs help first, time, what happened, closing."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

import pytest
from examining import begin, candidate_of, plan, room_of, rows_of


async def test_the_desk_finds_people_confirms_them_and_sees_who_needs_help(site: Any) -> None:
    examination, room = await plan(site, who="an\nthay\nquan")
    desk, where = site.as_("binh"), f"exam-rooms/{room}"
    page = (await desk.get(where)).text
    assert "Mở phòng thi" in page and "Đúng người" not in page
    assert (await desk.post_form(where, action="open")).status == 303
    page = (await desk.get(where)).text
    code = room_of(site, room).code
    assert f"{code[:4]}-{code[4:]}".upper() in page
    assert page.count("Đúng người") == 3
    for asked, found in (("1", 1), ("nguyen thi an", 1), ("THAY", 1), ("khong co ai", 0)):
        got = (await desk.get(f"{where}?q={asked.replace(' ', '+')}")).text
        assert got.count("Đúng người") == found, asked
    await desk.post_form(where, confirm=candidate_of(site, examination).id)
    assert (await desk.get(where)).text.count("Đúng người") == 2
    person = site.as_("an")
    assert (await person.post_form("examinations", code=code)).status == 303
    await person.post_form("examinations/question", number=1, action="report", text="Sai đề")
    site.clock.at += dt.timedelta(minutes=10)
    page = (await desk.get(where)).text
    names = re.findall(r'<th scope="row">(\d+) ·', page)
    assert names[0] == "1", "who reported a question stands first"
    assert "Báo câu hỏi có vấn đề" in page and "Lâu chưa lưu gì" in page
    assert 'data-fresh="' in page


@pytest.mark.parametrize("who", ["an", "thay", "can-bo"])
async def test_another_s_room_is_absent_whatever_the_role(site: Any, who: str) -> None:
    examination, room = await plan(site)
    person, candidate = site.as_(who), candidate_of(site, examination)
    for path in (f"exam-rooms/{room}", f"exam-rooms/{room}/candidates/{candidate.id}"):
        assert (await person.get(path)).status == 404
        assert (await person.post_form(path, action="open")).status == 404
    assert room_of(site, room).state == "planned"


@pytest.mark.parametrize("who", ["bo", "kiem", "quan"])
async def test_who_sees_results_looks_on_without_the_code_and_does_nothing(
    site: Any, who: str
) -> None:
    _, room = await plan(site)
    await site.as_("binh").post_form(f"exam-rooms/{room}", action="open")
    page = (await site.as_(who).get(f"exam-rooms/{room}")).text
    code = room_of(site, room).code
    assert "Nguyễn Thị An (mẫu)" in page
    assert code not in page and f"{code[:4]}-{code[4:]}".upper() not in page
    assert 'value="close"' not in page and "Đúng người" not in page
    refused = await site.as_(who).post_form(f"exam-rooms/{room}", action="close")
    assert refused.status == 404
    assert room_of(site, room).state == "open"


async def test_time_is_given_back_with_a_reason_and_stands_in_the_log(site: Any) -> None:
    examination, room = await plan(site)
    person = await begin(site, examination, room)
    desk, where = site.as_("binh"), f"exam-rooms/{room}"
    refused = await desk.post_form(where, action="add", minutes="mười đã gõ", reason="Mất điện")
    assert refused.status == 422
    page = html.unescape(refused.text)
    assert "mười đã gõ" in page and "Hãy ghi số phút" in page
    assert '<details class="meant" open>' in page
    given = await desk.post_form(where, action="add", minutes="15", reason="Mất điện")
    assert given.status == 303
    assert 'data-seconds="4500"' in (await person.get("examinations/question")).text
    assert "+15 phút: Mất điện" in (await desk.get(where)).text


async def test_one_candidate_is_paused_written_about_and_ended(site: Any) -> None:
    examination, room = await plan(site)
    await begin(site, examination, room)
    key = candidate_of(site, examination).id
    desk, where = site.as_("binh"), f"exam-rooms/{room}/candidates/{key}"
    for said in (
        {"action": "pause", "reason": "Đi ra ngoài"},
        {"action": "go-on"},
        {"action": "incident", "kind": "conduct", "text": "Trao đổi với người bên cạnh"},
    ):
        assert (await desk.post_form(where, **said)).status == 303, said
    page = (await desk.get(where)).text
    assert "Trao đổi với người bên cạnh" in page and "Vi phạm" in page
    assert (await desk.post_form(where, action="end", reason=" ")).status == 422
    assert (await desk.post_form(where, action="end", reason="Dùng điện thoại")).status == 303
    assert candidate_of(site, examination).state == "jury"
    assert 'value="answer"' not in (await site.as_("an").get("examinations/question")).text


async def test_papers_that_do_not_match_and_who_never_came(site: Any) -> None:
    examination, room = await plan(site, who="an\nthay")
    desk = site.as_("binh")
    await desk.post_form(f"exam-rooms/{room}", action="open")
    first, second = (candidate_of(site, examination, who).id for who in ("an", "thay"))
    refused = await desk.post_form(
        f"exam-rooms/{room}/candidates/{first}", action="refuse", reason="Không có giấy tờ"
    )
    assert refused.status == 303
    assert candidate_of(site, examination).identity == "refused"
    closed = await desk.post_form(f"exam-rooms/{room}", action="close")
    assert closed.status == 303, closed.text
    assert candidate_of(site, examination, "thay").state == "absent"
    assert "Phòng này" not in (await desk.get(f"exam-rooms/{room}/candidates/{second}")).text
    assert room_of(site, room).state == "closed"


async def test_a_room_is_not_closed_over_somebody_at_work(site: Any) -> None:
    examination, room = await plan(site)
    await begin(site, examination, room)
    refused = await site.as_("binh").post_form(f"exam-rooms/{room}", action="close")
    assert refused.status == 422 and "còn giờ" in refused.text
    site.clock.at += dt.timedelta(minutes=61)
    closed = await site.as_("binh").post_form(f"exam-rooms/{room}", action="close")
    assert closed.status == 303
    assert candidate_of(site, examination).state == "done"
    assert rows_of(site, examination)[0].given_at is None
