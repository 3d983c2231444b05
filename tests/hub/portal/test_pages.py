"""Every page by every role: what is allowed shows, what is not looks absent; errors are kind."""

from __future__ import annotations

from typing import Any

import pytest

from hub.login.callers import SpeedLimit
from hub.portal import routes
from records.people import persons

COURSE = "courses/nhan-thuc-chung"
LESSON = f"{COURSE}/lessons/muc-tieu-2025-2030"
EVERYBODY = {"an", "thay", "can-bo", "bo", "kiem", "quan"}
TEACHERS = {"thay", "kiem", "quan"}
NATION = {"bo", "kiem", "quan"}

MAY_SEE = {
    "learning": EVERYBODY,
    "catalogue?q=nhan+thuc": EVERYBODY,
    COURSE: EVERYBODY,
    LESSON: EVERYBODY,
    "courses/khoa-mau/lessons/bai-mau": EVERYBODY,
    "marks": EVERYBODY,
    "profile": EVERYBODY,
    "attend": EVERYBODY,
    "teaching": TEACHERS,
    "teaching/dead": TEACHERS,
    "teaching/courses/nhan-thuc-chung": TEACHERS,
    "national": NATION,
    "audit": {"kiem", "quan"},
}


@pytest.mark.parametrize("path", MAY_SEE)
async def test_a_page_shows_to_whom_it_is_for_and_looks_absent_to_others(
    site: Any, path: str
) -> None:
    for username in sorted(EVERYBODY):
        for language in ("vi", "en"):
            answer = await site.as_(username, language).get(path)
            wanted = 200 if username in MAY_SEE[path] else 404
            assert answer.status == wanted, f"{username}: {answer.text}"
            assert f'<html lang="{language}">' in answer.text


async def test_the_menu_leads_nowhere_that_is_absent(site: Any) -> None:
    import re

    for username in sorted(EVERYBODY):
        person = site.as_(username)
        menu = re.search(
            r'<nav class="menu".*?</nav>', (await person.get("learning")).text, re.DOTALL
        )
        assert menu
        links = re.findall(r'href="/services/portal/([^"]*)"', menu[0])
        assert len(links) >= 2
        for link in links:
            assert (await person.get(link)).status == 200, f"{username}: {link}"


async def test_everybody_lands_where_their_work_begins(site: Any) -> None:
    for username in sorted(EVERYBODY):
        landed = await site.as_(username).get("")
        if landed.status == 200:
            assert "Việc học của tôi</h1>" in landed.text
            continue
        assert landed.status == 302
        front = landed.headers["Location"].removeprefix("/services/portal/")
        page = await site.as_(username).get(front)
        assert page.status == 200, f"{username}: {front}"
        assert 'href="/services/portal/learning"' in page.text, "one's own learning is a link away"
    assert (await site.as_("an").get("")).status == 200
    assert (await site.as_("thay").get("")).headers["Location"].endswith("teaching")
    assert (await site.as_("bo").get("")).headers["Location"].endswith("national")
    assert (await site.as_("quan").get("")).headers["Location"].endswith("operation")


async def test_every_route_has_a_handler_that_says_what_it_is_for() -> None:
    paths = [path for path, _handler in routes.routes()]
    assert len(paths) == len(set(paths))
    assert len(paths) > 20


async def test_without_login_one_is_sent_to_the_hub(site: Any) -> None:
    answer = await site.as_(None).get(LESSON)
    assert answer.status == 302
    assert "oauth2/authorize" in answer.headers["Location"]


async def test_who_is_in_no_list_is_told_what_to_do(site: Any) -> None:
    answer = await site.as_("nobody-knows-me").get("")
    assert answer.status == 403
    assert "chưa có trong danh sách" in answer.text


async def test_who_was_erased_has_no_account_any_more(site: Any) -> None:
    with site.records.begin() as session:
        person = persons.find_person(session, "binh")
        persons.erase_person(session, person.id, at=site.clock.at)
    assert (await site.as_("binh").get("")).status == 403


async def test_a_page_that_does_not_exist_is_said_kindly_in_both_languages(site: Any) -> None:
    vi = await site.as_("an").get("no/such/page")
    en = await site.as_("an", "en").get("no/such/page")
    assert (vi.status, en.status) == (404, 404)
    assert "Không có trang này" in vi.text
    assert "There is no such page" in en.text


async def test_a_fault_of_ours_shows_no_trace_of_code(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from school.learning import overview

    def broken(*_: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(overview, "load_courses", broken)
    answer = await site.as_("an").get("catalogue")
    assert answer.status == 500
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    assert "Hệ thống vừa gặp lỗi" in answer.text


async def test_pages_are_protected_and_static_files_cached_for_ever(site: Any) -> None:
    import re

    page = await site.as_("an").get(LESSON)
    policy = page.headers["Content-Security-Policy"]
    for part in ("default-src 'self'", "frame-ancestors 'none'", "object-src 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "Server" not in page.headers
    assert not re.search(r"<script(?![^>]*(?:src=|application/json))", page.text)
    assert not re.search(r"\s(?:style|on\w+)=", page.text)
    style = re.search(r'href="/services/portal/(static/motcham.css\?v=[^"]+)"', page.text)
    assert style
    sheet = await site.as_(None).get(style[1])
    assert "immutable" in sheet.headers["Cache-Control"]


async def test_a_form_from_elsewhere_changes_nothing(site: Any) -> None:
    an = site.as_("an")
    answer = await an.ask(
        "POST",
        LESSON,
        body=b"action=submit",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status == 403


async def test_the_home_page_names_one_thing_to_do_next(site: Any) -> None:
    an = site.as_("an")
    page = (await an.get("")).text
    assert page.count('class="button large"') == 1
    await an.get(LESSON)
    assert "Tiếp tục bài học" in (await an.get("")).text


@pytest.mark.parametrize("query", ["nhận thức", "NHAN THUC", "muc tieu 2030", "national"])
async def test_searching_finds_with_and_without_diacritics(site: Any, query: str) -> None:
    from urllib.parse import quote

    page = await site.as_("an").get(f"catalogue?q={quote(query)}")
    assert "Nhận thức chung" in page.text
    nothing = await site.as_("an").get("catalogue?q=khong-co-gi")
    assert "Nhận thức chung" not in nothing.text


async def test_the_portal_says_that_it_is_well(site: Any) -> None:
    answer = await site.as_(None).get("health")
    assert answer.json == {"ok": True}


def test_a_bucket_refills_with_time() -> None:
    now = [0.0]
    limit = SpeedLimit(burst=2, per_second=1, clock=lambda: now[0])
    assert [limit.allow("a") for _ in range(3)] == [True, True, False]
    assert limit.allow("b"), "another caller has a bucket of their own"
    now[0] = 1.0
    assert limit.allow("a")
