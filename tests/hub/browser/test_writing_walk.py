"""A whole lesson written on the forms by somebody who is no programmer: a text with a picture, an
exercise with numbers of one's own and one of the bank; published, and marked for two learners."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

PATIENCE_MS = 90_000  # a lab's first start on a busy machine
COURSE = "so-lieu-ho-so"
WRITE = f"teaching/authoring/{COURSE}/lessons/bai-1/write"
EXERCISE = {
    "title": "Tính chỉ tiêu của xã",
    "task": "Xã nhận {{tong}} hồ sơ. Chỉ tiêu là 60% làm trên mạng. Cần bao nhiêu hồ sơ?",
    "name-1": "tong",
    "low-1": "1.000",
    "high-1": "9.000",
    "step-1": "100",
    "label": "Số hồ sơ trên mạng",
    "answer": "tong * 60%",
    "left-1": "tong * 40%",
    "feedback-1": "Đó là phần còn lại, không phải phần trên mạng.",
    "otherwise": "Tính 60% của số hồ sơ.",
    "hint": "Tính 10% trước, rồi nhân với 6.",
    "minutes": "15",
    "points": "2",
}


def picture() -> bytes:
    """A small PNG of one colour."""

    def part(kind: bytes, held: bytes) -> bytes:
        whole = kind + held
        return struct.pack(">I", len(held)) + whole + struct.pack(">I", zlib.crc32(whole))

    rows = b"".join(b"\0" + bytes((20, 90, 140)) * 320 for _ in range(120))
    size = struct.pack(">IIBBBBB", 320, 120, 8, 2, 0, 0, 0)
    parts = part(b"IHDR", size) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.fixture(scope="module")
def platform(
    start_module_s_platform: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """Of this test's own: it publishes a course."""
    found = start_module_s_platform(tmp_path_factory.mktemp("writing") / "data")
    found.wait_until_ready(400)  # seven courses are published first
    return found


def fill_all(page: Page, fields: dict[str, str]) -> None:
    page.locator("details.card").first.evaluate("one => one.open = true")
    for name, text in fields.items():
        page.locator(f'[name="{name}"]').fill(text)


def test_a_lesson_written_on_forms_is_published_and_marked_for_two_learners(
    sit_down: Callable[..., Any],
) -> None:
    author = sit_down("giangvien", bypass_csp=True)
    page = author.page
    page.set_default_timeout(PATIENCE_MS)
    faults: list[str] = []

    def seen(name: str) -> None:
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            author.fits()
            author.picture(f"writing/{width}-{name}")
        faults.extend(author.axe())
        page.set_viewport_size({"width": 1280, "height": 800})

    # An empty course; what it is called and what it is for.
    author.go("teaching/authoring")
    seen("begin")
    page.locator("#title").fill("Số liệu hồ sơ (mẫu)")
    page.locator("#slug").fill(COURSE)
    page.locator("button[value=empty]").click()
    expect(page).to_have_url(re.compile(f"teaching/authoring/{COURSE}$"), timeout=PATIENCE_MS)
    seen("course")
    author.go(f"teaching/authoring/{COURSE}/about")
    page.locator("#summary").fill("Tính được chỉ tiêu hồ sơ trên mạng của xã mình.")
    page.locator("#course-en").fill("Figures of files")
    seen("about")
    page.locator("button[value=course]").click()

    # A text with a picture, told at its field where it is not described.
    author.go(f"{WRITE}/piece?piece=chu-1")
    page.locator("#text").fill("## Chỉ tiêu hồ sơ\n\nXã được giao **60%** hồ sơ làm trên mạng.")
    png = {"name": "Biểu đồ hồ sơ.png", "mimeType": "image/png", "buffer": picture()}
    page.locator("#upload").set_input_files(png)
    page.locator("#words").fill("hình 1")
    page.locator("button[value=upload]").click()
    expect(page.locator("#words-fault")).to_contain_text("không nói hình cho thấy gì")
    seen("text-refused")
    page.locator("#upload").set_input_files(png)
    page.locator("#words").fill("Cột xanh: số hồ sơ trên mạng bằng cả năm trước")
    page.locator("button[value=upload]").click()
    expect(page.locator("#live img")).to_be_visible()
    seen("text")

    # An exercise with numbers of one's own: the preview follows what is typed.
    author.go(f"{WRITE}/add")
    seen("add")
    page.locator('a[href*="new=number"]').click()
    fill_all(page, EXERCISE | {"left-1": "tong * 0,6"})
    expect(page.locator("#live li")).to_contain_text("trùng với đáp án")
    seen("number-mistake")
    page.locator('[name="left-1"]').fill(EXERCISE["left-1"])
    expect(page.locator("#live tbody tr")).to_have_count(3)
    expect(page.locator("#live .card")).to_contain_text("Xã nhận")
    seen("number")
    page.locator("button[value=save]").click()

    # One of the bank.
    author.go(f"{WRITE}/add")
    page.locator("#words").fill("điểm phần trăm")
    page.locator("form[method=get] button").click()
    seen("bank")
    page.locator("button[name=key]").first.click()
    expect(page).to_have_url(re.compile(r"write#bai-2$"))
    seen("lesson")
    page.locator("button[value=check]").click()
    expect(page.locator("section[role=status]")).to_be_visible(timeout=PATIENCE_MS)
    seen("checked")
    expect(page.locator(".tag.bad")).to_have_count(0)
    page.locator("#bai-2 h2 a").click()
    expect(page.locator("main")).to_contain_text("Lấy từ")
    seen("taken")
    author.go(f"teaching/authoring/{COURSE}")
    page.locator("button[value=publish]").click()
    expect(page.locator(".note.good a.button").first).to_be_visible(timeout=PATIENCE_MS)

    # Two learners, each with their own numbers; one makes the mistake that was thought of.
    asked = {}
    for learner, share in (("hocvien", 60), ("hocvien2", 40)):
        person = sit_down(learner, bypass_csp=True)
        person.go(f"courses/{COURSE}/lessons/bai-1?xem=ca-bai")
        lesson = person.page
        lesson.set_default_timeout(PATIENCE_MS)
        expect(lesson.locator("main img[alt^='Cột xanh']")).to_have_count(1)
        said = lesson.locator("main").inner_text()
        asked[learner] = int(re.search(r"Xã nhận ([\d.]+) hồ sơ", said)[1].replace(".", ""))
        lesson.locator('[name="a-bai-1-tra-loi"]').fill(str(asked[learner] * share // 100))
        lesson.locator("[data-submit-too]").first.click()
        lesson.locator("[data-submit-now]").click()
        told = lesson.locator('[data-result="bai-1"]')
        right = re.compile(r"2 trên 2 điểm") if share == 60 else re.compile("Đó là phần còn lại")
        expect(told).to_contain_text(right, timeout=PATIENCE_MS)
        person.picture(f"writing/learner-{share}")
        assert not person.faults, person.faults
    assert len(set(asked.values())) == 2, asked
    assert not faults, "\n".join(faults)
    assert not author.faults, author.faults
