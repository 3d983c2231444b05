"""An instructor's ways, every step in a real browser: from an idea to a published, checked lesson,
and from what a learner wrote to the marks a person gives it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Response, expect
from settled import store_marks
from sqlalchemy import select

from graders import CellMarks, Marks
from records import open_records
from records.courses import releases
from records.learning import drafts, enrolments, meetings
from records.marking import queue, remarking
from records.marking.marks import marks_of
from records.people import persons
from records.tables.marking import Remark, Submission

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


@pytest.fixture(scope="module")
def platform(
    start_module_s_platform: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """Of these tests' own: they publish courses, which every learner then sees."""
    found = start_module_s_platform(tmp_path_factory.mktemp("teaching") / "data")
    found.wait_until_ready()
    return found


BAR = ".nbgrader-CellWidget.nbgrader-mod-active"


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
    bar = lab.locator(BAR)
    bar.locator(".nbgrader-CellType select").select_option("manual")
    fill_in(bar.locator(".nbgrader-CellId input"), grade_id)
    fill_in(bar.locator(".nbgrader-CellPoints input"), points)


def replace_placeholders(folder: Path, in_own_words: Any) -> None:
    """In the author's place: every text of the template written anew."""
    paths = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    for name, content in in_own_words({n: p.read_bytes() for n, p in paths.items()}).items():
        paths[name].write_bytes(content)


def fill_in(field: Locator, text: str) -> None:
    field.fill(text)
    field.press("Tab")  # the bar takes it when the field is left


def save(lab: Page, slug: str) -> None:
    def is_saved(answer: Response) -> bool:
        there = answer.request.method == "PUT" and f"/{slug}/lessons/" in answer.url
        return there and answer.ok

    lab.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell.jp-mod-active").click()
    with lab.expect_response(is_saved, timeout=PATIENCE_MS):
        lab.keyboard.press("Control+s")


@pytest.mark.parametrize(("width", "language", "learner_name"), WAYS)
def test_an_idea_becomes_a_published_lesson_that_is_answered_and_marked_by_a_rubric(
    sit_down: Callable[..., Any],
    platform: Any,
    in_own_words: Any,
    width: str,
    language: str,
    learner_name: str,
) -> None:
    slug, look = f"viet-cho-dan-{width}", f"teaching/{width}-{language}"
    author = sit_down("giangvien", width=width, language=language, bypass_csp=True)
    page = author.page

    faults: list[str] = []

    def seen(person: Any, name: str) -> None:
        person.fits()
        person.picture(f"{look}-{name}")
        faults.extend(person.axe())

    # Begin from the template; the files lie in the author's own lab.
    author.go("teaching/authoring")
    seen(author, "authoring")
    page.locator("#title").fill("Viết cho bà con (mẫu)")
    page.locator("#slug").fill(slug)
    page.locator("button[value=new]").click()
    expect(page).to_have_url(re.compile(f"teaching/authoring/{slug}$"), timeout=PATIENCE_MS)
    replace_placeholders(next(platform.data.glob(f"labs/**/khoa-hoc/{slug}")), in_own_words)
    with page.context.expect_page() as opening:
        page.locator("[data-lab-file]").first.click()
    lab = opening.value
    lab.set_viewport_size({"width": 1280, "height": 900})  # JupyterLab is no place for a phone
    lab.goto(lab.url.partition("?")[0] + "?reset")  # without the tabs of the walk before
    write_a_manual_cell(lab, "viet-cho-dan", "3")
    author.picture(f"{look}-jupyterlab", page=lab)

    # Not complete yet: the wrong points. The check says so, where and how.
    fill_in(lab.locator(f"{BAR} .nbgrader-CellPoints input"), "4")
    save(lab, slug)
    page.locator("button[value=publish]").click()
    expect(page.locator(".note.bad")).to_contain_text("viet-cho-dan")
    seen(author, "authored-wrong")
    fill_in(lab.locator(f"{BAR} .nbgrader-CellPoints input"), "3")
    save(lab, slug)
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
    learner = sit_down(learner_name, width=width, language=language, bypass_csp=True)
    learner.go(f"courses/{slug}/lessons/bai-mau?xem=ca-bai")
    box = learner.page.locator("textarea.written").first
    box.fill("Thưa bà con, **từ thứ hai** xã nhận hồ sơ qua mạng.")
    learner.page.locator("[data-submit-too]").click()
    learner.page.locator("[data-submit-now]").click()
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
    assert not faults, "\n".join(faults)
    assert not author.faults, author.faults
    assert not learner.faults, learner.faults


# --- every page with something on it -------------------------------------------------------------

COURSE = "nhan-thuc-chung"
LEARNERS = 24


@pytest.fixture(scope="module")
def taught(platform: Any) -> dict[str, int]:
    """Learners who did the first lesson with mixed success, one submission that could not be
    marked, a class that meets now, and a mended check to decide on; the numbers of the last two."""
    records = open_records(platform.records_url)
    at, minute = dt.datetime.now(dt.UTC), dt.timedelta(minutes=1)
    try:
        with records.begin() as session:
            release = releases.current_release(session, COURSE)
            lesson = release.manifest.lessons[0]
            notebook = releases.lesson_notebook(session, release, lesson.slug, "learner")
            for number in range(LEARNERS):
                began = at - dt.timedelta(days=1, minutes=number)
                submission = hand_in_first(session, release, lesson, notebook, number, began)
            submission.state, submission.failure = "dead", "the worker died"
            meeting = meetings.call_meeting(
                session,
                course=COURSE,
                lesson=lesson.slug,
                place="Hội trường xã Mẫu, tầng 2",
                starts_at=at - minute,
                ends_at=at + 180 * minute,
                by="giangvien",
            )
            remark = a_remark_to_decide_on(session, release, lesson, at)
            return {"class": meeting.id, "remark": remark, "submission": submission.id - 1}
    finally:
        records.close()


def hand_in_first(
    session: Any, release: Any, lesson: Any, notebook: bytes, number: int, began: dt.datetime
) -> Any:
    """One made-up learner's first try: the higher the number, the better; but for exercise 2."""
    person = persons.add_person(
        session, username=f"tn-day-{number}", full_name=f"Lê Thị Dạy {number} (mẫu)", at=began
    )
    enrolments.begin_course(session, person.id, COURSE, at=began)
    drafts.open_draft(
        session,
        person_id=person.id,
        release_id=release.id,
        lesson=lesson.slug,
        at=began,
        notebook=notebook,
    )
    at = began + dt.timedelta(minutes=10 + number)
    submission = queue.submit(
        session,
        person_id=person.id,
        release_id=release.id,
        lesson=lesson.slug,
        notebook=notebook,
        at=at,
        seed=1,
    )
    # Taken by hand: the running grading service must not be quicker.
    submission.state, submission.claimed_by = "claimed", "stock"
    submission.lease_until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    session.flush()
    skill = number / LEARNERS
    cells = tuple(
        CellMarks(
            one.grade_id,
            one.points * (skill > bar if place != 1 else skill < 0.5),
            one.points,
            feedback="Lấy mức tăng chia cho mức năm 2025 rồi nhân 100.",
        )
        for place, one in enumerate(lesson.exercises)
        for bar in [(place + 1) / (len(lesson.exercises) + 2)]
    )
    marks = Marks("marked", sum(c.points for c in cells), sum(c.max for c in cells), cells)
    assert store_marks(session, submission.id, marks, worker="stock", at=at)
    return submission


def a_remark_to_decide_on(session: Any, release: Any, lesson: Any, at: dt.datetime) -> int:
    """A mended check as the grading service leaves it: one rises, one falls."""
    remark = Remark(
        course=COURSE,
        lesson=lesson.slug,
        release_id=release.id,
        reason="Câu 2 chấm ngược: hỏi mức năm 2030 mà so với mức năm 2025.",
        state="ready",
        begun_by="giangvien",
        begun_at=at,
    )
    session.add(remark)
    session.flush()
    found = session.scalars(
        select(Submission).where(Submission.release_id == release.id).order_by(Submission.id.desc())
    ).all()
    for submission, mended, change in ((found[3], 1, 2.0), (found[6], 0, -1.0)):
        cells = [
            CellMarks(one.grade_id, one.points + change * (place == mended), one.max_points)
            for place, one in enumerate(marks_of(session, submission.id))
        ]
        total = sum(cell.points for cell in cells)
        marks = Marks("marked", total, sum(cell.max for cell in cells), tuple(cells))
        remarking.record_try(session, remark, submission, marks.as_dict())
    return int(remark.id)


@pytest.mark.parametrize(
    ("width", "language"), [("phone", "vi"), ("phone", "en"), ("desktop", "vi"), ("desktop", "en")]
)
def test_teaching_pages_hold_what_there_is_to_see_at_every_width(
    sit_down: Callable[..., Any], taught: dict[str, int], width: str, language: str
) -> None:
    scheme = "dark" if (width, language) in (("phone", "en"), ("desktop", "vi")) else "light"
    teacher = sit_down("giangvien", width=width, language=language, scheme=scheme, bypass_csp=True)
    faults: list[str] = []
    lesson = f"teaching/courses/{COURSE}/lessons/muc-tieu-2025-2030"
    for path, name, there in (
        ("teaching", "home", ".cards .card"),
        (f"teaching/courses/{COURSE}", "course", "svg.way rect"),
        (lesson, "lesson", "svg.map .dot"),
        (f"teaching/courses/{COURSE}/signs", "signs", "h1"),
        (f"teaching/submissions/{taught['submission']}", "submission", ".exercise-seen .form-cell"),
        (f"teaching/remarks/{taught['remark']}", "remark", "tbody tr + tr"),
        ("teaching/dead", "dead", ".rows button"),
        ("teaching/classes", "classes", ".rows h2"),
        (f"teaching/classes/{taught['class']}", "class", ".code-big"),
        ("teaching/publish", "publish", "input[type=file]"),
        ("notices", "notices", "select"),
    ):
        teacher.go(path)
        expect(teacher.page.locator(there).first).to_be_visible()
        teacher.fits()
        if name == "class":
            keeps_its_code_fresh(teacher.page)
        teacher.picture(f"teaching/pages/{width}-{language}-{name}")
        faults += teacher.axe()
    assert not faults, "\n".join(faults)
    assert not teacher.faults, teacher.faults


def keeps_its_code_fresh(page: Page) -> None:
    """The wall asks for the code anew by itself, and what is typed meanwhile stays."""
    page.locator("#codes").fill("TN001")
    page.locator(".code-big").evaluate("one => { one.textContent = 'old' }")
    expect(page.locator(".code-big")).to_have_text(re.compile(r"\d{3} \d{3}"))
    expect(page.locator("#codes")).to_have_value("TN001")
