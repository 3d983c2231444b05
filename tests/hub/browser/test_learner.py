"""What learners rely on: nothing typed is lost, captions are there, marks say what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

TARGETS = "courses/nhan-thuc-chung/lessons/muc-tieu-2025-2030?xem=ca-bai"
FRAUD = "courses/xa-hoi-so-an-toan/lessons/nhan-ra-lua-dao?xem=ca-bai"
SAVED = "[data-save-state]"


def number(page: Page, place: int = 0) -> Any:
    return page.locator("[data-kind=number] input").nth(place)


def test_what_was_typed_before_the_script_arrived_is_saved_when_it_does(
    sit_down: Callable[..., Any],
) -> None:
    learner = sit_down("hocvien2", width="phone")
    page, waiting = learner.page, []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route(re.compile(r"/static/built/lesson\.js"), hold)
    page.goto(learner.portal + TARGETS, wait_until="commit")
    expect(page.locator("h1")).to_contain_text("Chuyển đổi số")
    number(page).fill("7,25")
    page.locator("[data-kind=match] select").first.select_option(index=1)
    page.locator("[data-kind=multiple] input").first.check()
    chosen = page.locator("[data-kind=match] select").first.input_value()
    expect(page.locator("[data-submit]")).to_be_enabled()
    assert len(waiting) == 1, "the script is still on its way"
    learner.picture("late-script")
    waiting[0].continue_()
    expect(page.locator(SAVED)).to_have_text("Đã lưu")
    page.unroute_all()
    page.reload()
    expect(number(page)).to_have_value("7,25")
    expect(page.locator("[data-kind=match] select").first).to_have_value(chosen)
    expect(page.locator("[data-kind=multiple] input").first).to_be_checked()
    assert not learner.faults, learner.faults


def test_work_closed_without_a_line_meets_another_window_s_and_neither_is_lost(
    sit_down: Callable[..., Any],
) -> None:
    learner = sit_down("hocvien2")
    first, context = learner.page, learner.page.context
    learner.go(TARGETS)
    number(first, 1).fill("41")
    expect(first.locator(SAVED)).to_have_text("Đã lưu")
    context.set_offline(True)
    number(first, 1).fill("42")
    expect(first.locator(SAVED)).to_contain_text("Mất mạng")
    first.close()

    # Another browser of the same person: their work is saved in the meantime.
    elsewhere = sit_down("hocvien2", width="phone")
    elsewhere.go(TARGETS)
    expect(number(elsewhere.page, 1)).to_have_value("41")
    number(elsewhere.page, 1).fill("43")
    expect(elsewhere.page.locator(SAVED)).to_have_text("Đã lưu")

    context.set_offline(False)
    again = context.new_page()
    again.goto(learner.portal + TARGETS)
    conflict = again.locator(".conflict:not([hidden])")
    expect(conflict).to_contain_text("42")
    expect(conflict).to_contain_text("43")
    learner.page = again
    learner.picture("desktop-vi-conflict")
    elsewhere.page.reload()
    (
        expect(number(elsewhere.page, 1)).to_have_value("43"),
        "nothing is overwritten before the choice",
    )
    conflict.get_by_role("button").nth(1).click()
    expect(number(again, 1)).to_have_value("43")
    again.reload()
    expect(number(again, 1)).to_have_value("43")
    expect(again.locator(".conflict:not([hidden])")).to_have_count(0)


def test_the_page_tells_how_long_somebody_works_at_an_exercise(
    sit_down: Callable[..., Any],
) -> None:
    learner = sit_down("hocvien2")
    page, told = learner.page, []

    def listen(request: Any) -> None:
        if request.method == "PUT" and request.url.endswith("/answers"):
            told.append(request.post_data_json["worked"])

    page.on("request", listen)
    learner.go(TARGETS)
    field = number(page, 2)
    field.click()
    page.wait_for_timeout(2300)
    field.press_sequentially("9")
    expect(page.locator(SAVED)).to_have_text("Đã lưu")
    heard = [seconds for worked in told for seconds in worked.values()]
    assert 2 <= sum(heard) <= 60, told
    assert len({grade_id for worked in told for grade_id in worked}) == 1, told


def test_a_video_plays_with_its_captions_and_asks_for_nothing_before(
    sit_down: Callable[..., Any],
) -> None:
    learner = sit_down("hocvien2", width="phone")
    page, fetched = learner.page, []
    page.on("response", lambda answer: fetched.append((answer.url, answer.status)))
    learner.go(FRAUD)
    page.wait_for_load_state("networkidle")
    assert not [url for url, _ in fetched if url.endswith(".mp4")], "the page itself stays light"
    video = page.locator("video")
    video.scroll_into_view_if_needed()
    expect(video).to_have_attribute("poster", re.compile("png$"))
    video.evaluate("one => { one.muted = true; return one.play() }")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.2")
    shown = "one => [...one.textTracks].map(t => [t.language, t.mode, t.cues ? t.cues.length : 0])"
    page.wait_for_function("() => document.querySelector('video').textTracks[0].cues?.length")
    assert video.evaluate(shown)[0] == ["vi", "showing", 7]
    assert [status for url, status in fetched if url.endswith(".mp4")] == [206]
    page.locator(".video summary").click()
    expect(page.locator(".transcript")).to_contain_text("đọc từ phải sang trái")
    learner.fits()
    learner.picture("phone-vi-video")
    assert not learner.faults, learner.faults


def test_a_table_that_is_partly_right_says_which_rows_are_not(sit_down: Callable[..., Any]) -> None:
    learner = sit_down("hocvien2", width="phone")
    page = learner.page
    learner.go(TARGETS)
    table = page.locator("[data-kind=table]").first
    for place, value in enumerate(["90", "100", "60", "70", "30", "20", "1", "2"]):
        table.locator("[data-row]").nth(place).fill(value)
    page.locator("[data-submit-too]").click()
    page.locator("[data-submit-now]").click()
    result = page.locator(".result").nth(1)
    expect(result).to_contain_text("Đúng một phần", timeout=60_000)
    expect(result).to_contain_text("1 trên 2 điểm")
    expect(result).to_contain_text("Kinh tế số trong GDP (%)”: hai con số đúng nhưng đang đổi chỗ")
    expect(result).to_contain_text("EGDI")
    expect(result).not_to_contain_text("cấp xã")
    learner.picture("phone-vi-partly-right")


def test_a_task_is_found_without_diacritics_and_opens_at_its_place(
    sit_down: Callable[..., Any],
) -> None:
    learner = sit_down("hocvien2", width="phone")
    page = learner.page
    learner.go("catalogue")
    page.get_by_role("searchbox").fill("doc nguon thu")
    page.get_by_role("button", name="Tìm", exact=True).click()
    learner.picture("phone-vi-search")
    learner.fits()
    page.get_by_role("link", name="Đọc nguồn thư, lập phiếu báo cáo").click()
    expect(page).to_have_url(re.compile(r"nhan-ra-lua-dao\?buoc=\d+#bai-7$"))
    expect(page.locator("#bai-7")).to_be_in_viewport()
