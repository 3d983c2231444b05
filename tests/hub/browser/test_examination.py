"""An examination from the plan to the result, each at their own browser: the ministry's officer,
the invigilator, the candidate on a phone; the line is cut on the way."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.calendar import HANOI

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

TITLE = "Kỳ thi qua trình duyệt (mẫu)"


def local(moment: dt.datetime) -> str:
    return moment.astimezone(HANOI).strftime("%Y-%m-%dT%H:%M")


def plan(ministry: Any) -> None:
    """A room from now on, looked after by “giangvien”, with “hocvien” in it."""
    page, now = ministry.page, dt.datetime.now(dt.UTC)
    ministry.go("examinations/plans")
    page.locator("#title").fill(TITLE)
    page.locator("#opens_at").fill(local(now - dt.timedelta(minutes=1)))
    page.locator("#closes_at").fill(local(now + dt.timedelta(hours=6)))
    page.locator("#least_items").fill("6")
    page.locator("#most_items").fill("6")
    page.get_by_role("button", name="Lập kỳ thi").click()
    expect(page.locator("h1")).to_have_text(TITLE)
    page.locator("#name").fill("Phòng 1 (mẫu)")
    page.locator("#place").fill("Trụ sở (mẫu)")
    page.locator("#starts_at").fill(local(now - dt.timedelta(minutes=1)))
    page.locator("#ends_at").fill(local(now + dt.timedelta(hours=3)))
    page.get_by_role("button", name="Thêm phòng").click()
    page.locator("summary", has_text="Giám thị").first.click()
    page.get_by_placeholder("Tên đăng nhập hoặc mã cán bộ").fill("giangvien")
    page.get_by_role("button", name="Cử làm giám thị").click()
    page.locator("summary", has_text="Ghi danh sách thí sinh").click()
    page.get_by_label("mỗi dòng một người").fill("hocvien")
    page.get_by_role("button", name="Ghi danh sách này").click()
    ministry.fits()
    page.get_by_role("button", name="Công bố kỳ thi").click()
    expect(page.locator(".facts .tag").first).to_have_text("Đã công bố")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def fill_something(page: Page) -> None:
    """Something in the first field of the item."""
    field = page.locator("#examination .cell :is(input, select)").first
    kind = field.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
    if kind == "select":
        field.select_option(index=1)
    elif kind in ("radio", "checkbox"):
        field.check()
    else:
        field.fill("1")


def test_an_examination_from_the_plan_to_the_result(sit_down: Callable[..., Any]) -> None:
    ministry = sit_down("bo")
    plan(ministry)
    desk = sit_down("giangvien", width="phone", bypass_csp=True)
    desk.go("examinations")
    desk.page.get_by_role("link", name=re.compile("Phòng 1")).first.click()
    room = desk.page.url
    press(desk.page, "Mở phòng thi")
    code = desk.page.locator(".code-line strong").inner_text()
    press(desk.page, "Đúng người")
    expect(desk.page.get_by_text("Đã kiểm tra giấy tờ của mọi người")).to_be_visible()
    faults = desk.axe()
    desk.fits()

    person = sit_down("hocvien", width="phone", bypass_csp=True)
    page = person.page
    person.go("examinations")
    faults += person.axe()
    page.locator("#code").fill(code)
    press(page, "Vào thi, bắt đầu làm bài")
    expect(page.locator("h1")).to_have_text("Câu 1")
    expect(page.locator("#time-left")).to_have_text(re.compile("Còn (59|60) phút"))
    person.fits()
    faults += person.axe()

    # The line is cut: what is typed stays, the answer waits, and goes by itself.
    page.route("**/examinations/beat", lambda route: route.abort())
    fill_something(page)
    press(page, "Trả lời")
    expect(page.locator("#saved")).to_contain_text("Sẽ tự gửi khi có mạng")
    expect(page.locator("h1")).to_have_text("Câu 1")
    page.unroute("**/examinations/beat")
    expect(page.locator("h1")).to_have_text("Câu 2", timeout=45_000)

    page.locator("summary", has_text="Báo câu hỏi có vấn đề").click()
    page.locator("#text").fill("Không có đáp án nào đúng")
    press(page, "Báo cho giám thị")
    desk.page.goto(room)
    desk.page.locator("#needs tbody a").first.click()
    desk.page.get_by_label("Đổi câu khác").check()
    press(desk.page, "Ghi quyết định")
    faults += desk.axe()
    page.reload()
    expect(page.locator("h1")).to_have_text("Câu 3")
    expect(page.locator("#answer")).to_contain_text("Đã đổi câu khác")

    desk.page.locator("summary", has_text="Tạm dừng").click()
    desk.page.locator("#pause-reason").fill("Mất điện")
    press(desk.page, "Tạm dừng")
    page.reload()
    expect(page.get_by_text("Giám thị đang tạm dừng")).to_be_visible()
    faults += person.axe()
    press(desk.page, "Cho làm tiếp")
    expect(page.get_by_role("button", name="Trả lời")).to_be_visible(timeout=40_000)

    for _turn in range(8):
        press(page, "Tôi chưa biết")
        page.wait_for_load_state()
        if "/own/" in page.url:
            break
    expect(page.get_by_role("heading", name="Đã nộp bài")).to_be_visible()
    desk.page.goto(room)
    desk.page.locator("summary", has_text="Đóng phòng").click()
    press(desk.page, "Đóng phòng thi")
    page.reload()
    expect(page.get_by_role("heading", name="Kết quả")).to_be_visible()
    person.fits()
    faults += person.axe()
    assert not faults, "\n".join(faults)
    assert not person.faults + desk.faults + ministry.faults
