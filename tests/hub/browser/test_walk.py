"""The whole way of a learner, and what the ministry sees of it; every step in a real browser."""

from __future__ import annotations

import base64
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

import courses
from courses.notebooks import is_solution, is_test, source_of
from records import open_records
from records.courses import releases
from records.learning import enrolments
from records.people import persons
from records.programme import requirements

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

CONTENT = Path(__file__).parents[3] / "courses" / "content"
COURSE = "nhan-thuc-chung"


def required(platform: Any) -> list[courses.Course]:
    """The courses that the certificate of the course's programme asks for on the running platform;
    it has others besides."""
    now = dt.datetime.now(dt.UTC)
    records = open_records(platform.records_url)
    try:
        with records.read() as session:
            programme = courses.load_course(CONTENT / COURSE).programme
            asked = requirements.requirements_of(session, programme)
            slugs = list(dict.fromkeys(one.course for one in asked if one.holds(now)))
            there = {release.course for release in releases.current_releases(session)}
    finally:
        records.close()
    assert COURSE in slugs
    assert there >= set(slugs)
    slugs.sort(key=lambda slug: slug != COURSE)
    return [courses.load_course(CONTENT / slug) for slug in slugs]


def seed_of(platform: Any, username: str, course: str) -> int:
    """The seed of the learner's own numbers, as the platform drew it."""
    records = open_records(platform.records_url)
    try:
        with records.read() as session:
            person = persons.find_person(session, username)
            assert person is not None
            enrolment = enrolments.find_enrolment(session, person.id, course)
            assert enrolment is not None
            return enrolment.seed
    finally:
        records.close()


def solve(lesson: courses.Lesson, seed: int) -> dict[str, Any]:
    """The author's answers with this learner's numbers, by cell id."""
    answers: dict[str, Any] = {}
    names: dict[str, Any] = {}
    for cell in courses.variant(lesson.source, seed)["cells"]:
        if cell["cell_type"] != "code" or is_test(cell):
            continue
        source = source_of(cell)
        exec(source, names)  # the author's own cells
        if is_solution(cell):
            form = courses.read_form(source)
            code = "\n".join(line for line in source.split("\n") if "SOLUTION" not in line)
            answers[cell["id"]] = names[form.name] if form else code
    return answers


def type_number(value: float) -> str:
    return str(value).replace(".", ",")


def answer(cell: Locator, value: Any, language: str) -> None:
    """Do in the browser what a person does to give this answer."""
    match cell.get_attribute("data-kind"):
        case "single":
            cell.locator(f'input[value="{value}"]').check()
        case "multiple":
            for key in value:
                cell.locator(f'input[value="{key}"]').check()
        case "number":
            cell.locator("input").fill(type_number(value) if language == "vi" else str(value))
        case "text":
            cell.locator("input, textarea").first.fill(value)
        case "match":
            for key, target in value.items():
                cell.locator(f'select[data-key="{key}"]').select_option(target)
        case "order":
            put_in_order(cell, value)
        case "table":
            fill_table(cell, value, language)
        case "code":
            write_code(cell, value)
        case "file":
            content = base64.b64decode(value["base64"])
            cell.locator("input").set_input_files(
                {"name": value["name"], "mimeType": "application/octet-stream", "buffer": content}
            )
        case kind:
            raise AssertionError(f"no way to answer a {kind} cell")


def put_in_order(cell: Locator, keys: list[str]) -> None:
    for place, key in enumerate(keys):
        while [item.get_attribute("data-key") for item in cell.locator("li").all()].index(
            key
        ) > place:
            cell.locator(f'li[data-key="{key}"] [data-move="-1"]').click()


def fill_table(cell: Locator, rows: list[dict[str, Any]], language: str) -> None:
    for field in cell.locator("[data-row]").all():
        row, key = field.get_attribute("data-row"), field.get_attribute("data-key")
        value = rows[int(row or 0)].get(key or "")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        elif isinstance(value, int | float):
            field.fill(type_number(value) if language == "vi" else str(value))
        else:
            field.fill(value or "")


PASTE = """(editor, text) => {
  const data = new DataTransfer()
  data.setData('text/plain', text)
  editor.dispatchEvent(new ClipboardEvent('paste', {
    clipboardData: data, bubbles: true, cancelable: true}))
}"""


def write_code(cell: Locator, source: str) -> None:
    cell.scroll_into_view_if_needed()
    editor = cell.locator(".cm-content")
    editor.wait_for()
    editor.click()
    editor.press("Control+a")
    editor.evaluate(PASTE, source)


def certified_in(officer: Any, province: str) -> int:
    """What the national page's table says of a province."""
    officer.go("national")
    row = officer.page.locator("#provinces tbody tr").filter(
        has=officer.page.get_by_role("link", name=province, exact=True)
    )
    return int(re.sub(r"\D", "", row.locator("td").first.text_content() or ""))


def do_lesson(
    person: Any, course: str, lesson: courses.Lesson, language: str, *, picture: str
) -> None:
    """Answer everything, try every code cell, hand in, and see full marks without reloading."""
    page = person.page
    person.go(f"courses/{course}/lessons/{lesson.slug}?xem=ca-bai")
    seed = seed_of(person.platform, person.username, course)
    for cell_id, value in solve(lesson, seed).items():
        answer(page.locator(f'[data-cell="{cell_id}"]'), value, language)
    for code in page.locator("[data-kind=code]").all():
        code.locator("[data-run]").click()
        expect(code.locator("[data-output]")).to_be_visible()
        expect(code.locator(".run-error")).to_have_count(0)
    person.fits()
    person.picture(f"{picture}-answered")
    page.locator("[data-submit-too]").click()
    expect(page.locator("#ket-qua .score")).to_contain_text("100", timeout=60_000)
    assert page.locator("#ket-qua .note.good").count() >= 1
    expect(page.locator(".contents-list .tick.good")).to_have_count(len(lesson.exercises))


SEND = """async ([portal, course, lesson, answers]) => {
  const xsrf = document.querySelector('[name=_xsrf]').value
  const call = async (method, path, body) => (await fetch(portal + 'api/v1/' + path, {
    method, headers: {'X-Xsrftoken': xsrf}, body: body && JSON.stringify(body)})).json()
  const at = `courses/${course}/lessons/${lesson}`
  const {revision} = await call('GET', at)
  await call('PUT', `${at}/answers`, {revision, answers})
  const {id} = await call('POST', 'submissions', {course, lesson})
  for (;;) {
    const found = await call('GET', `submissions/${id}?wait=20`)
    if (found.state === 'marked') return found
  }
}"""


def send_lesson(person: Any, course: str, lesson: courses.Lesson) -> None:
    """The same by the JSON interface, from the same browser."""
    person.go(f"courses/{course}/lessons/{lesson.slug}")
    seed = seed_of(person.platform, person.username, course)
    sent = [person.portal, course, lesson.slug, solve(lesson, seed)]
    found = person.page.evaluate(SEND, sent)
    by_hand = sum(one.points for one in lesson.exercises if one.kind == "text")
    assert found["points"] == found["max_points"] - by_hand, found


@pytest.mark.parametrize(
    ("username", "province", "width", "language"),
    [("hocvien", "Lào Cai", "phone", "vi"), ("hocvien2", "Đà Nẵng", "desktop", "en")],
)
def test_from_login_to_certificate_and_to_the_province_on_the_national_page(
    sit_down: Callable[..., Any],
    platform: Any,
    username: str,
    province: str,
    width: str,
    language: str,
) -> None:
    name = f"{width}-{language}"
    officer = sit_down("bo", width=width, language=language)
    before = certified_in(officer, province)
    learner = sit_down(username, width=width, language=language)
    page = learner.page
    learner.fits()
    learner.picture(f"{name}-home-first")
    learner.go(f"courses/{COURSE}")
    learner.fits()
    learner.picture(f"{name}-course")
    page.locator("main .button.large").click()
    expect(page.locator("#lesson")).to_be_visible()
    learner.picture(f"{name}-lesson-first")

    # A first try with nothing in it: it is asked, then marks and feedback per exercise.
    if width == "phone":
        page.locator(".contents-box summary").click()
    page.locator(".view-choice a").click()
    page.locator("[data-submit-too]").click()
    page.locator("[data-submit-now]").click()
    expect(page.locator("#ket-qua .score")).to_be_visible(timeout=60_000)
    expect(page.locator(".result .note.bad").first).to_be_visible()
    learner.picture(f"{name}-lesson-tried")

    # The first and the last lesson by hand, those between by the interface.
    whole = [(course.slug, one) for course in required(platform) for one in course.lessons]
    do_lesson(learner, *whole[0], language, picture=f"{name}-lesson")
    for course, lesson in whole[1:-1]:
        send_lesson(learner, course, lesson)
    do_lesson(learner, *whole[-1], language, picture=f"{name}-last")

    certificate = page.locator("#ket-qua .note.good a.button")
    expect(certificate).to_be_visible()
    learner.picture(f"{name}-lesson-certificate")
    certificate.click()
    expect(page.locator("main")).to_contain_text("MC-")
    learner.fits()
    learner.picture(f"{name}-verify")
    for path in ("", "marks", "profile"):
        learner.go(path)
        learner.fits()
        learner.picture(f"{name}-{path or 'home'}-after")
    expect(page.locator("table").first).to_be_visible()
    assert not learner.faults, learner.faults

    assert certified_in(officer, province) == before + 1
    officer.fits()
    officer.picture(f"{name}-national")
    assert not officer.faults, officer.faults


def test_answers_typed_without_a_line_arrive_when_it_is_back(sit_down: Callable[..., Any]) -> None:
    learner = sit_down("hocvien2", width="phone")
    page = learner.page
    learner.go(f"courses/{COURSE}/lessons/muc-tieu-2025-2030?xem=ca-bai")
    number = page.locator("[data-kind=number] input, [data-kind=text] input").first
    page.context.set_offline(True)
    number.fill("12,5")
    expect(page.locator("[data-save-state]")).to_contain_text(re.compile("Mất mạng"))
    page.context.set_offline(False)
    expect(page.locator("[data-save-state]")).to_have_text("Đã lưu")
    page.reload()
    expect(number).to_have_value("12,5")


def test_two_windows_show_both_versions_and_overwrite_nothing(sit_down: Callable[..., Any]) -> None:
    learner = sit_down("hocvien2")
    first, path = learner.page, f"courses/{COURSE}/lessons/muc-tieu-2025-2030?xem=ca-bai"
    learner.go(path)
    second = first.context.new_page()
    second.goto(learner.portal + path)
    field = "[data-kind=number] input, [data-kind=text] input"
    second.locator(field).first.fill("11")
    expect(second.locator("[data-save-state]")).to_have_text("Đã lưu")
    first.locator(field).first.fill("22")
    conflict = first.locator(".conflict:not([hidden])")
    expect(conflict).to_contain_text("22")
    expect(conflict).to_contain_text("11")
    conflict.locator("button").first.click()
    expect(first.locator("[data-save-state]")).to_have_text("Đã lưu")
    second.reload()
    expect(second.locator(field).first).to_have_value("22")


def test_the_keyboard_reaches_and_leaves_the_code_editor(sit_down: Callable[..., Any]) -> None:
    learner = sit_down("hocvien2")
    page = learner.page
    learner.go(f"courses/{COURSE}/lessons/muoi-nghin-can-bo?xem=ca-bai")
    cell = page.locator("[data-kind=code]").first
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").wait_for()
    cell.locator(".cm-content").focus()
    page.keyboard.type("# ")
    page.keyboard.press("Tab")
    expect(cell.locator("[data-run]")).to_be_focused()
    assert not learner.faults, learner.faults


def test_without_script_a_lesson_is_read_answered_and_handed_in(
    sit_down: Callable[..., Any],
) -> None:
    learner = sit_down("hocvien2", java_script_enabled=False)
    page = learner.page
    learner.go(f"courses/{COURSE}/lessons/muc-tieu-2025-2030?xem=ca-bai")
    page.locator("[data-kind=single] input").first.check()
    with page.expect_navigation():
        page.locator("[data-submit]").click()
    sure = page.locator("[data-submit-now]")
    if sure.count():  # not asked where an earlier walk answered everything
        sure.click()
    expect(page.locator("#ket-qua")).to_contain_text(
        re.compile("Đang chấm|trên 18"), timeout=30_000
    )


def test_a_lesson_opens_in_the_learner_s_own_lab(sit_down: Callable[..., Any]) -> None:
    learner = sit_down("hocvien2")
    page = learner.page
    learner.go(f"courses/{COURSE}/lessons/muc-tieu-2025-2030?xem=ca-bai")
    with page.context.expect_page(timeout=90_000) as opening:
        page.locator("[data-lab]").click()
    lab = opening.value
    expect(lab, lab.locator("body").inner_text()).to_have_url(
        re.compile(rf"/user/hocvien2/lab.*{COURSE}/lessons/01-"), timeout=90_000
    )
    notebook = lab.locator(".jp-Notebook")
    expect(notebook).to_contain_text("chuyển đổi số", ignore_case=True, timeout=90_000)


STEPS = f"courses/{COURSE}/lessons/muc-tieu-2025-2030"


@pytest.mark.parametrize("script", [True, False])
def test_a_lesson_step_by_step_with_the_keyboard_alone(
    sit_down: Callable[..., Any], script: bool
) -> None:
    learner = sit_down("hocvien", width="phone", java_script_enabled=script)
    page = learner.page
    learner.go(f"{STEPS}?buoc=6")
    field = page.locator("[data-kind=number] input").first
    field.fill("33,5")
    following = page.get_by_role("button", name="Tiếp", exact=True)
    following.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"buoc=7#buoc$"))
    expect(page.locator("#buoc")).to_be_focused()
    page.go_back()
    expect(page).to_have_url(re.compile(r"buoc=6"))
    page.reload()
    expect(field).to_have_value("33,5")
    expect(page.get_by_role("region", name="Bước 6 trên 13")).to_be_visible()
    learner.fits()
    learner.go(STEPS)
    expect(page.locator(".step-line")).to_contain_text("Bước 6 trên 13")
    assert not learner.faults, learner.faults


def test_an_exercise_is_checked_at_once_and_its_tick_goes_with_the_answer(
    sit_down: Callable[..., Any],
) -> None:
    learner = sit_down("hocvien", width="phone")
    page = learner.page
    learner.go(f"{STEPS}?buoc=8")
    said, verdict = page.locator(".result"), page.locator("[data-verdict]").first
    for choice in page.locator("[data-kind=single] input").all():
        choice.check()
        page.locator("[data-check]").click()
        expect(page.locator("[data-check-said]")).to_have_text("", timeout=30_000)
        expect(verdict).to_be_visible(timeout=30_000)
        if (verdict.text_content() or "").strip().startswith("Đúng"):
            break
    tick = page.locator(".contents-list li:has([aria-current]) .tick.good")
    expect(tick).to_have_count(1)
    learner.picture("phone-vi-checked")
    page.locator("[data-kind=single] input:not(:checked)").first.check()
    expect(said).to_contain_text("Câu trả lời đã thay đổi")
    expect(verdict).to_be_hidden()
    expect(tick).to_have_count(0)
    assert not learner.faults, learner.faults
