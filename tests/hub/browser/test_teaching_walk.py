"""An instructor's ways, every step in a real browser: from an idea to a published, checked lesson,
and from what a learner wrote to the marks a person gives it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Response, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PATIENCE_MS = 90_000  # a lab's first start on a busy machine
ESSAY = """<!--
#| exercise: Viết cho bà con
#| competence: "2.2"
#| level: 3
#| minutes: 6
#| rubric:
#|   Đủ ý:
#|     2: Nêu đủ việc, thời điểm và nơi hỏi.
#|     1: Thiếu một ý.
#|     0: Thiếu từ hai ý.
#|   Dễ hiểu:
#|     1: Đọc một lần hiểu ngay.
#|     0: Phải đọc lại.
-->
Từ thứ hai, bà con làm khai sinh trên điện thoại."""
WAYS = [("desktop", "vi", "hocvien2"), ("phone", "en", "hocvien")]


def write_a_manual_cell(lab: Page, grade_id: str, points: str) -> None:
    """In JupyterLab: a text cell below the first, marked by a person, with nbgrader's own bar."""
    notebook = lab.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook")
    expect(notebook).to_be_visible(timeout=PATIENCE_MS)
    first = notebook.locator(".jp-Cell").first
    first.click()
    lab.keyboard.press("Escape")
    lab.keyboard.press("b")
    lab.keyboard.press("m")
    written = notebook.locator(".jp-Cell.jp-mod-active")
    expect(written).to_have_class(re.compile("jp-MarkdownCell"))
    lab.keyboard.press("Enter")
    lab.keyboard.insert_text(ESSAY)
    lab.keyboard.press("Escape")
    lab.locator('[data-id="nbgrader-create_assignemnt"]').click()
    bar = lab.locator(".nbgrader-CellWidget.nbgrader-mod-active")
    bar.locator(".nbgrader-CellType select").select_option("manual")
    fill_in(bar.locator(".nbgrader-CellId input"), grade_id)
    fill_in(bar.locator(".nbgrader-CellPoints input"), points)


def fill_in(field: Locator, text: str) -> None:
    field.fill(text)
    field.press("Tab")  # the bar takes it when the field is left


def save(lab: Page) -> None:
    lab.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell.jp-mod-active").click()
    with lab.expect_response(lambda answer: is_save(answer) and answer.ok, timeout=PATIENCE_MS):
        lab.keyboard.press("Control+s")


def is_save(answer: Response) -> bool:
    return answer.request.method == "PUT" and "/api/contents/" in answer.url


@pytest.mark.parametrize(("width", "language", "learner_name"), WAYS)
def test_an_idea_becomes_a_published_lesson_that_is_answered_and_marked_by_a_rubric(
    sit_down: Callable[..., Any], width: str, language: str, learner_name: str
) -> None:
    slug, look = f"viet-cho-dan-{width}", f"teaching/{width}-{language}"
    author = sit_down("giangvien", width=width, language=language)
    page = author.page

    def seen(person: Any, name: str) -> None:
        person.fits()
        person.picture(f"{look}-{name}")

    # Begin from the template; the files lie in the author's own lab.
    author.go("teaching/authoring")
    seen(author, "authoring")
    page.locator("#title").fill("Viết cho bà con (mẫu)")
    page.locator("#slug").fill(slug)
    page.locator("button[value=new]").click()
    expect(page).to_have_url(re.compile(f"teaching/authoring/{slug}$"), timeout=PATIENCE_MS)
    with page.context.expect_page() as opening:
        page.locator("[data-lab-file]").first.click()
    lab = opening.value
    lab.set_viewport_size({"width": 1280, "height": 900})  # JupyterLab is no place for a phone
    write_a_manual_cell(lab, "viet-cho-dan", "3")
    author.picture(f"{look}-jupyterlab", page=lab)

    # Not complete yet: the wrong points. The check says so, where and how.
    fill_in(lab.locator(".nbgrader-mod-active .nbgrader-CellPoints input"), "4")
    save(lab)
    page.locator("button[value=publish]").click()
    expect(page.locator(".note.bad")).to_contain_text("viet-cho-dan")
    seen(author, "authored-wrong")
    fill_in(lab.locator(".nbgrader-mod-active .nbgrader-CellPoints input"), "3")
    save(lab)
    lab.close()

    # Preview as a learner, with another learner's numbers; then check and publish.
    author.go(f"teaching/authoring/{slug}/lessons/bai-mau?seed=2")
    expect(page.locator("main")).to_contain_text("Viết cho bà con")
    expect(page.locator("main")).not_to_contain_text("bà con làm khai sinh trên điện thoại.")
    seen(author, "preview")
    author.go(f"teaching/authoring/{slug}")
    page.locator("button[value=check]").click()
    expect(page.locator(".note.good")).to_be_visible(timeout=PATIENCE_MS)
    seen(author, "authored-checked")
    page.locator("button[value=publish]").click()
    expect(page.locator(".note.good a.button").first).to_be_visible(timeout=PATIENCE_MS)
    seen(author, "authored-published")

    # A learner finds it, writes, and waits for a person.
    learner = sit_down(learner_name, width=width, language=language)
    learner.go(f"courses/{slug}/lessons/bai-mau")
    box = learner.page.locator("textarea.written").first
    box.fill("Thưa bà con, **từ thứ hai** xã nhận hồ sơ qua mạng.")
    learner.page.locator("[data-submit-too]").click()
    waiting = learner.page.locator('[data-result="viet-cho-dan"] .note')
    expect(waiting).to_be_visible(timeout=PATIENCE_MS)
    seen(learner, "learner-waits")

    # The instructor picks by the rubric; the learner reads what was picked and why.
    author.go("teaching")
    seen(author, "home")
    page.locator("a", has_text="Viết cho bà con").first.click()
    card = page.locator("#viet-cho-dan")
    expect(card.locator(".answer-text strong")).to_have_text("từ thứ hai")
    seen(author, "marking")
    card.locator('[name=pick-0][value="2.0"]').check()
    card.locator('[name=pick-1][value="0.0"]').check()
    card.locator("textarea").fill("Thêm số điện thoại để bà con hỏi.")
    card.locator("button").click()
    expect(page.locator(".note.good[role=status]")).to_be_visible()
    seen(author, "marked")
    learner.page.reload()
    told = learner.page.locator('[data-result="viet-cho-dan"]')
    expect(told).to_contain_text("Nêu đủ việc, thời điểm và nơi hỏi.")
    expect(told).to_contain_text("Thêm số điện thoại để bà con hỏi.")
    expect(told.locator(".picked li")).to_have_count(2)
    seen(learner, "learner-told")
    author.go(f"teaching/courses/{slug}")
    seen(author, "course")
    author.go(f"teaching/courses/{slug}/lessons/bai-mau")
    seen(author, "lesson")
    assert not author.faults, author.faults
    assert not learner.faults, learner.faults
