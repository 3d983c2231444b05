"""An examination in a real browser, on a phone: the candidate, whose line is cut on the way, and
the invigilator. The portal is in this process; the browser is Chromium with its scripts."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from examining import candidate_of, plan, rows_of
from playwright.async_api import Page, async_playwright, expect

from hub.platform.doctor import chromium_program

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
expect.set_options(timeout=40_000)
Sit = Callable[[str], Awaitable[Page]]


@pytest.fixture
async def sit_down(site: Any) -> AsyncIterator[Sit]:
    """``await sit_down("an")``: a phone of one's own."""
    program = chromium_program()
    assert program, "Chromium is missing: apt-get install chromium"
    async with async_playwright() as started:
        browser = await started.chromium.launch(executable_path=str(program), args=["--no-sandbox"])
        faults: list[str] = []

        async def open_one(username: str) -> Page:
            context = await browser.new_context(
                viewport={"width": 360, "height": 800},
                locale="vi",
                extra_http_headers={"Test-User": username},
                reduced_motion="reduce",
            )
            context.set_default_timeout(40_000)
            page = await context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            return page

        yield open_one
        await browser.close()
        assert not faults


async def fits(page: Page) -> None:
    over = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert over <= 0, f"{page.url} is {over} px too wide"


async def fill_something(page: Page) -> None:
    """Something in the first field of the item."""
    field = page.locator("#examination .cell :is(input, select)").first
    kind = await field.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
    if kind == "select":
        await field.select_option(index=1)
    elif kind in ("radio", "checkbox"):
        await field.check()
    else:
        await field.fill("1")


async def test_from_the_desk_to_the_end_with_the_line_cut_on_the_way(
    site: Any, sit_down: Sit
) -> None:
    examination, room = await plan(site)
    desk, page = await sit_down("binh"), await sit_down("an")
    await desk.goto(f"{site.address}exam-rooms/{room}")
    await desk.get_by_role("button", name="Mở phòng thi").click()
    code = await desk.locator(".code-line strong").inner_text()
    await desk.get_by_role("button", name="Đúng người").click()
    await expect(desk.get_by_text("Đã kiểm tra giấy tờ của mọi người")).to_be_visible()
    await fits(desk)
    await page.goto(f"{site.address}examinations")
    await page.locator("#code").fill(code)
    await page.get_by_role("button", name="Vào thi, bắt đầu làm bài").click()
    await expect(page.locator("h1")).to_have_text("Câu 1")
    await expect(page.locator("#time-left")).to_have_text(re.compile("Còn (59|60) phút"))
    await fits(page)

    await page.route("**/examinations/beat", lambda route: route.abort())
    await fill_something(page)
    await page.get_by_role("button", name="Trả lời").click()
    await expect(page.locator("#saved")).to_contain_text("Sẽ tự gửi khi có mạng")
    assert rows_of(site, examination)[0].answer is None
    await page.reload()
    assert await page.locator("#examination :is(:checked, option:checked)").count() or (
        await page.locator("#examination .cell input").first.input_value()
    ), "what was typed stands there again"
    await page.unroute("**/examinations/beat")
    await expect(page.locator("#saved")).to_have_text("Đã lưu.")
    assert rows_of(site, examination)[0].answer
    await page.get_by_role("button", name="Trả lời").click()
    await expect(page.locator("h1")).to_have_text("Câu 2")

    await site.as_("binh").post_form(f"exam-rooms/{room}", action="pause", reason="Mất điện")
    await page.reload()
    await expect(page.get_by_text("Giám thị đang tạm dừng")).to_be_visible()
    await site.as_("binh").post_form(f"exam-rooms/{room}", action="go-on")
    await expect(page.get_by_role("button", name="Trả lời")).to_be_visible()

    await page.locator("summary", has_text="Nộp và kết thúc").click()
    await page.get_by_role("button", name="Nộp bài và kết thúc").click()
    await expect(page.get_by_role("heading", name="Đã nộp bài")).to_be_visible()
    assert candidate_of(site, examination).state == "done"
