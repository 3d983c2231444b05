"""A lesson step by step, without script: one thing to do at a time, and nothing of it lost."""

from __future__ import annotations

import re
from typing import Any

LESSON = "courses/khoa-mau/lessons/bai-mau"
V1 = f"api/v1/{LESSON}"


def cells_of(page: str) -> dict[str, str]:
    """Kind of each cell with controls, by its id."""
    return dict(re.findall(r'data-cell="([^"]+)" data-kind="(\w+)"', page))


def steps_in(page: str) -> int:
    found = re.search(r"Bước \d+ trên (\d+)", page)
    assert found
    return int(found[1])


async def walk(person: Any) -> list[str]:
    count = steps_in((await person.get(LESSON)).text)
    return [(await person.get(f"{LESSON}?buoc={n}")).text for n in range(1, count + 1)]


async def test_every_control_of_the_lesson_is_on_exactly_one_step(site: Any) -> None:
    an = site.as_("an")
    pages = await walk(an)
    whole = cells_of((await an.get(f"{LESSON}?xem=ca-bai")).text)
    on_steps = [cell for page in pages for cell in cells_of(page)]
    assert sorted(on_steps) == sorted(whole)
    assert all(page.count('class="exercise"') <= 1 for page in pages)
    assert all('aria-current="step"' in page for page in pages)
    assert ["action" in page and 'value="submit"' in page for page in pages].count(True) == 1


async def test_next_saves_this_step_and_leaves_the_answers_of_the_others(site: Any) -> None:
    an = site.as_("an")
    pages = await walk(an)
    numbers = [
        (n, cell)
        for n, page in enumerate(pages, start=1)
        for cell, kind in cells_of(page).items()
        if kind in ("number", "text", "single")
    ]
    (one, number), (other, _) = numbers[1], numbers[0]
    answer = await an.post_form(
        f"{LESSON}?buoc={one}", action=f"go-{one + 1}", revision=1, cell=["", number],
        **{f"a-{number}": "1.250"},
    )  # fmt: skip
    assert answer.status == 302
    assert answer.headers["Location"].endswith(f"?buoc={one + 1}#buoc")
    reading = next(n for n, page in enumerate(pages, start=1) if not cells_of(page))
    for step in (other, reading):
        kept = (await an.get(V1)).json
        again = await an.post_form(
            f"{LESSON}?buoc={step}", action="go-1", revision=kept["revision"], cell=[""]
        )
        assert again.status == 302
    assert (await an.get(V1)).json["answers"][number] == 1250


async def test_the_next_device_opens_where_one_was(site: Any) -> None:
    an = site.as_("an")
    await an.get(f"{LESSON}?buoc=4")
    assert "Bước 4 trên" in (await site.as_("an").get(LESSON)).text
    last = steps_in((await an.get(LESSON)).text)
    await an.get(f"{LESSON}?buoc={last}")
    assert f"Bước {last} trên {last}" in (await site.as_("an").get(LESSON)).text
    assert "Bước 1 trên" in (await site.as_("binh").get(LESSON)).text


async def test_the_whole_page_is_kept_by_who_prefers_it(site: Any) -> None:
    an = site.as_("an")
    answer = await an.get(f"{LESSON}?xem=ca-bai")
    assert "motcham-lesson=ca-bai" in str(answer.headers.get_list("Set-Cookie"))
    assert "Bước 1 trên" not in answer.text
    assert "Học từng bước" in answer.text


async def test_an_exercise_that_was_sought_opens_its_step(site: Any) -> None:
    page = (await site.as_("an").get(f"{LESSON}?bai=3")).text
    assert 'id="bai-3"' in page
    assert page.count('class="exercise"') == 1


async def test_who_only_reads_goes_from_step_to_step_by_links(site: Any) -> None:
    page = (await site.as_("kiem").get(f"{LESSON}?buoc=2")).text
    assert 'href="?buoc=3#buoc"' in page
    assert "go-3" not in page


async def test_odd_steps_show_one_that_is_there(site: Any) -> None:
    an = site.as_("an")
    for asked in ("0", "-1", "999999", "x", "²", "9" * 30):
        assert "Bước " in (await an.get(f"{LESSON}?buoc={asked}")).text


async def test_handing_in_says_what_is_blank_and_asks(site: Any) -> None:
    an = site.as_("an")
    last = steps_in((await an.get(LESSON)).text)
    page = f"{LESSON}?buoc={last}"
    asked = await an.post_form(page, action="submit", revision=1, cell=[""])
    assert asked.status == 200
    assert "bài chưa trả lời" in asked.text
    assert 'value="submit-now"' in asked.text
    assert not (await an.get("api/v1/submissions?course=khoa-mau&lesson=bai-mau")).json[
        "submissions"
    ]
    part = (await an.get(f"{LESSON}?part=asks&buoc={last}")).text
    assert "bài chưa trả lời" in part
    sure = await an.post_form(page, action="submit-now", revision=2, cell=[""])
    assert sure.status == 302
    assert sure.headers["Location"].endswith(f"?buoc={last}#buoc")
    assert "Đang chấm" in (await an.get(page)).text
