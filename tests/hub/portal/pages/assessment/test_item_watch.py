"""*Theo dõi câu hỏi*: what the ministry sees of items, and what it decides."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from stocked import COURSE, TEMPLATE, stock

from records.assessment import items as kept
from records.people import looks, persons
from records.platform import audit
from school.assessment.in_force import in_force
from school.assessment.item_bank import the_bank

NAME = sorted(the_bank().items)[0]
ITEM = f"items/{NAME}"


@pytest.fixture
async def site(make_site: Any) -> AsyncIterator[Any]:
    made, server = await make_site(TEMPLATE)
    made.facts = stock(made)
    assert COURSE
    yield made
    server.stop()
    await server.close_all_connections()
    made.portal.threads.shutdown()
    made.portal.close()


def bank_of(site: Any) -> Any:
    with site.records.read() as session:
        return in_force(session, the_bank())


async def test_the_page_tells_signs_pairs_and_what_waits_and_no_answer(site: Any) -> None:
    page = await site.as_("bo").get("items")
    title = the_bank().items[NAME].title
    for said in (title, "Đúng quá nhanh", "chờ quyết định", "không điểm, kết quả hay kỷ luật nào"):
        assert said in page.text
    assert page.text.count('<th scope="row"><a href="/services/portal/items/') == len(
        the_bank().items
    )
    english = await site.as_("bo", "en").get("items")
    assert "Right too fast" in english.text and "no mark, result or sanction" in english.text


async def test_a_filter_shows_what_was_asked_for(site: Any) -> None:
    bo = site.as_("bo")
    for query, lines in (
        ("sign=fast", 1),
        ("sign=fast&state=trial", 0),
        ("state=retired", 0),
        ("q=khong-co-cau-nay", 0),
        (f"q={NAME}", 1),
    ):
        page = await bo.get(f"items?{query}")
        assert page.text.count('<th scope="row"><a') == lines, query


async def test_whoever_is_named_in_a_pair_finds_out_who_looked(site: Any) -> None:
    await site.as_("bo").get("items")
    with site.records.read() as session:
        an = persons.find_person(session, "an")
        assert "items" in {one.what for one in looks.looks_at(session, an.id)}


async def test_an_item_is_moved_on_with_a_reason_and_never_comes_back(site: Any) -> None:
    bo = site.as_("bo")
    for state in ("trial", "live", "retired"):
        done = await bo.post_form(ITEM, state=state, reason=f"Lý do {state}")
        assert done.status == 302, done.text
        page = await bo.get(f"{ITEM}?done=moved")
        assert f"Lý do {state}" in page.text
    assert NAME in bank_of(site).retired
    again = await bo.post_form(ITEM, state="live", reason="Dùng lại")
    assert again.status == 422 and "không dùng lại" in again.text
    assert 'name="state"' not in (await bo.get(ITEM)).text
    with site.records.read() as session:
        lines = [one for one in audit.entries(session) if one.action == "item.move"]
    assert [one.detail["to"] for one in lines] == ["retired", "live", "trial"]


async def test_without_a_reason_nothing_is_moved(site: Any) -> None:
    page = await site.as_("bo").post_form(ITEM, state="retired", reason="  ")
    assert page.status == 422 and "Hãy ghi lý do" in page.text
    assert NAME not in bank_of(site).retired


async def test_a_variant_is_retired_and_the_last_is_not(site: Any) -> None:
    item = next(name for name, one in the_bank().items.items() if len(one.seeds) > 1)
    bo, seeds = site.as_("bo"), the_bank().items[item].seeds
    for seed in seeds[:-1]:
        done = await bo.post_form(f"items/{item}", variant=seed, reason="Lộ")
        assert done.status == 302
    assert bank_of(site).seeds(item) == seeds[-1:]
    last = await bo.post_form(f"items/{item}", variant=seeds[-1], reason="Lộ")
    assert last.status == 422 and "biến thể cuối" in last.text
    twice = await bo.post_form(f"items/{item}", variant=seeds[0], reason="Lộ")
    assert twice.status == 404


async def test_a_version_is_used_from_when_it_is_accepted_until_it_is_refused(site: Any) -> None:
    bo, where = site.as_("bo"), f"items/calibrations/{site.facts['calibration']}"
    before = bank_of(site).parameters.version
    page = await bo.get(where)
    assert "chưa dừng hẳn" in page.text and "không khớp mô hình" in page.text
    assert (await bo.post_form(where, decision="accept", reason="Đã xem")).status == 302
    assert bank_of(site).parameters.about(NAME)["steps"] == [0.5]
    assert bank_of(site).parameters.version != before
    again = await bo.post_form(where, decision="accept", reason="Lần nữa")
    assert again.status == 422
    assert (await bo.post_form(where, decision="refuse", reason="Sai")).status == 302
    assert bank_of(site).parameters.version == before
    assert "decision" not in (await bo.get(where)).text


@pytest.mark.parametrize("who", ["an", "thay", "can-bo", "kiem"])
async def test_whoever_may_not_decide_cannot(site: Any, who: str) -> None:
    person = site.as_(who)
    assert (await person.post_form(ITEM, state="retired", reason="Thử")).status == 404
    where = f"items/calibrations/{site.facts['calibration']}"
    assert (await person.post_form(where, decision="accept", reason="Thử")).status == 404
    shown = (await person.get("items")).status
    assert shown == (200 if who == "kiem" else 404)
    with site.records.read() as session:
        assert kept.accepted_version(session) is None
        assert [one for one in kept.moved(session) if one.variant is None] == []


async def test_what_is_not_there_looks_absent(site: Any) -> None:
    bo = site.as_("bo")
    for path in ("items/khong-co", "items/calibrations/999"):
        assert (await bo.get(path)).status == 404
        assert (await bo.post_form(path, state="live", reason="x", decision="accept")).status == 404
