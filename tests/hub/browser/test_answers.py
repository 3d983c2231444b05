"""Shown is marked: numbers, tables and files, as somebody meets them in a browser."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

NUMBERS = "courses/nhan-thuc-chung/lessons/muoi-nghin-can-bo?xem=ca-bai"
SHEETS = "courses/nhan-thuc-chung/lessons/doc-va-lam-sach-bang?xem=ca-bai"
SAVED = "[data-save-state]"


def number(page: Page) -> Locator:
    return page.locator("[data-kind=number] input").first


def said(field: Locator) -> Locator:
    return field.page.locator(f"#{field.get_attribute('aria-describedby')}")


def workbook(rows: int) -> bytes:
    made = openpyxl.Workbook()
    for row in range(rows):
        made.active.append([row, f"Việc {row} (mẫu)"])
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("width", "language", "figures", "words", "unread"),
    [
        ("phone", "vi", "Hiểu là 12 345", "mười hai nghìn ba trăm bốn mươi lăm", "Chỉ nhập số"),
        ("desktop", "en", "", "", "Numbers only"),
        ("desktop", "vi", "Hiểu là 12 345", "mười hai nghìn ba trăm bốn mươi lăm", "Chỉ nhập số"),
    ],
)
def test_the_page_says_at_once_how_it_read_a_number_and_stops_at_what_is_none(
    sit_down: Callable[..., Any],
    width: str,
    language: str,
    figures: str,
    words: str,
    unread: str,
) -> None:
    learner = sit_down("hocvien2", width=width, language=language)
    page = learner.page
    learner.go(NUMBERS)
    field = number(page)
    field.fill("50")
    expect(field).to_have_attribute("aria-invalid", "false")
    field.press_sequentially("x")
    field.fill("12.345")
    page.wait_for_timeout(1500)
    heard = said(field).text_content() or ""
    assert words in heard
    assert figures in heard.replace("\u2009", " ")
    learner.picture(f"answers-understood-{width}-{language}")
    field.fill("abc")
    expect(said(field)).to_contain_text(unread)
    expect(field).to_have_attribute("aria-invalid", "true")
    cell = page.locator("table.fill input[data-kind=number]").first
    cell.fill("50%")
    expect(cell).to_have_attribute("aria-invalid", "false")
    cell.fill("--5")
    expect(cell).to_have_attribute("aria-invalid", "true")
    assert re.search(r"(dòng|row) \d+", cell.get_attribute("aria-label") or "")
    page.reload()
    expect(field).to_have_value("abc")
    expect(said(field)).to_contain_text(unread)
    page.locator("[data-submit]").click()
    expect(page.locator("#submit-errors")).to_be_visible()
    first = page.locator('[aria-invalid="true"]').first
    expect(first).to_be_focused()
    learner.picture(f"answers-unread-{width}-{language}")
    learner.fits()
    field.fill("")
    cell.fill("")
    expect(page.locator(SAVED)).to_have_text(re.compile("^(Đã lưu|Saved)$"))
    expect(page.locator('[aria-invalid="true"]')).to_have_count(0)
    assert not learner.faults, learner.faults


def test_a_file_is_opened_when_chosen_and_a_bad_one_stops_handing_in(
    sit_down: Callable[..., Any],
) -> None:
    learner = sit_down("hocvien2", width="phone")
    page = learner.page
    learner.go(SHEETS)
    field = page.locator("[data-kind=file] input").first

    def choose(name: str, content: bytes) -> None:
        field.set_input_files({"name": name, "mimeType": "application/x", "buffer": content})

    choose("danh-sach.xlsx", workbook(12))
    expect(said(field)).to_contain_text("1 trang tính, 12 dòng có dữ liệu")
    learner.picture("file-good")
    for name, content, says in (
        ("danh-sach.xlsx", b"", "rỗng"),
        ("~$danh-sach.xlsx", b"x" * 165, "tệp tạm"),
        ("danh-sach.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "kiểu cũ"),
        ("danh-sach.xlsx", b"x" * 2_500_000, "lớn hơn 2 MB"),
    ):
        choose(name, content)
        expect(said(field)).to_contain_text(says)
        expect(field).to_have_attribute("aria-invalid", "true")
    expect(said(field)).to_contain_text("Tệp gửi trước (danh-sach.xlsx) vẫn được giữ")
    page.locator("[data-submit]").click()
    expect(page.locator("#submit-errors")).to_contain_text("có ô chưa đọc được")
    expect(field).to_be_focused()
    learner.picture("file-bad")
    learner.fits()
    page.reload()
    expect(said(field)).to_contain_text("danh-sach.xlsx")
    assert not learner.faults, learner.faults


def test_handing_in_without_a_line_promises_nothing_and_goes_to_its_result_with_one(
    sit_down: Callable[..., Any],
) -> None:
    learner = sit_down("hocvien2")
    page, context = learner.page, learner.page.context
    learner.go(NUMBERS)
    context.set_offline(True)
    number(page).fill("41")
    page.locator("[data-submit]").click()
    asks = page.locator("#submit-asks")
    expect(asks).to_contain_text("Chưa nộp: đang mất mạng")
    expect(asks).to_be_focused()
    assert "tự gửi" not in page.locator(SAVED).inner_text()
    learner.picture("hand-in-offline")
    context.set_offline(False)
    expect(page.locator(SAVED)).to_have_text("Đã lưu")
    page.locator("[data-submit]").click()
    expect(page.locator("#submit-asks")).to_be_focused()
    page.locator("[data-submit-now]").click()
    expect(page.locator("#ket-qua .score")).to_be_visible(timeout=90_000)
    expect(page.locator("#ket-qua")).to_be_focused()
    assert not learner.faults, learner.faults


def test_a_conflict_met_when_handing_in_is_said_and_gone_to(sit_down: Callable[..., Any]) -> None:
    learner = sit_down("hocvien2")
    first, second = learner.page, learner.page.context.new_page()
    learner.go(NUMBERS)
    second.goto(learner.portal + NUMBERS)
    number(second).fill("7")
    expect(second.locator(SAVED)).to_have_text("Đã lưu")
    number(first).fill("8")
    first.locator("[data-submit]").click()
    expect(first.locator("#submit-errors")).to_contain_text("Chọn bản muốn giữ")
    expect(first.locator(SAVED)).to_contain_text("Chưa nộp")
    expect(first.locator(".conflict button").first).to_be_focused()
    learner.picture("hand-in-conflict")
    first.locator(".conflict button").first.click()
    expect(first.locator(SAVED)).to_have_text("Đã lưu")
    assert not learner.faults, learner.faults


def test_the_result_of_a_run_is_announced_and_gone_to(sit_down: Callable[..., Any]) -> None:
    learner = sit_down("hocvien2")
    page = learner.page
    learner.go(SHEETS)
    cells = page.locator("[data-kind=code]")
    assert cells.count() > 0
    names = [cells.nth(place).get_attribute("data-name") for place in range(cells.count())]
    assert len(set(names)) == len(names)
    cell = cells.first
    cell.scroll_into_view_if_needed()
    cell.locator("[data-run]").click()
    expect(cell.locator("[data-run-said]")).to_contain_text("Chạy xong", timeout=60_000)
    expect(cell.locator("[data-output]")).to_be_focused()
    learner.picture("run-said")
    assert not learner.faults, learner.faults
