"""The learner's lab in a real browser: Vietnamese, the lesson's tasks beside its notebook, its own
file only, and the administrator who sees it."""

# Longer than most: one browser and one platform serve all that is looked at in a lab; a second
# file would start both again.

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from labs.environment import SHARE
from labs.homes import PERSON
from labs.language import CATALOGUES
from records import open_records
from records.marking import exercise_results
from records.people import persons
from records.platform import audit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

COURSE, LESSON = "nhan-thuc-chung", "muc-tieu-2025-2030"
PATH = f"courses/{COURSE}/lessons/{LESSON}"
FILE = f"{COURSE}/lessons/01-{LESSON}.ipynb"
LONG = 90_000
LOOK = 6_000  # by then the server has looked at the folder again

VIETNAMESE = re.compile(
    "[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.I
)
# What may stand in a Vietnamese page as it is: names, and what JupyterLab gives no language.
NAMES = {
    "Python 3",
    "Markdown",
    "JupyterLab",
    "Jupyter Notebook",
    "LaTeX",
    "HTML",
    "PDF",
    "AsciiDoc",
    "reStructuredText",
    "ReStructured Text",
    "Asciidoc",  # formats to export to
    "Qtpdf",
    "Qtpng",
    "Webpdf",
    "codemirror",  # colours of the editor
    "jupyter",
    "English - English",
    "Vietnamese (Vietnam)",
    "Save",  # of “Lưu sổ thành…”: JupyterLab 4.6 has no translation for this button
    # Labels for screen readers that JupyterLab 4.6 writes without asking for a translation.
    "Cell toolbar",
    "Markdown Cell Content",
    "Code Cell Content",
    "main area content",
    "main area toolbar",
}


def home_of(platform: Any, username: str) -> Path:
    """The folder of that person's lab."""
    records = open_records(platform.records_url)
    try:
        with records.read() as session:
            person = persons.find_person(session, username)
            assert person is not None
            return Path(platform.data / "labs" / "homes" / f"{PERSON}{person.id}")
    finally:
        records.close()


def open_lab(learner: Any, path: str = PATH) -> Page:
    """From the lesson's page into the learner's lab; its page once the notebook is there."""
    learner.go(f"{path}?xem=ca-bai")
    with learner.page.context.expect_page(timeout=LONG) as opening:
        learner.page.locator("[data-lab]").click()
    lab = opening.value
    expect(lab, lab.locator("body").inner_text()).to_have_url(
        re.compile(rf"/user/{learner.username}/lab"), timeout=LONG
    )
    expect(lab.locator(".jp-Notebook:visible")).to_be_visible(timeout=LONG)
    return lab


def ready(lab: Page, lesson: str = LESSON) -> Page:
    """Once the lesson's own tasks stand beside it."""
    guide = lab.locator(f".motcham-guide[data-lesson='{lesson}']")
    expect(guide.locator("h2")).to_be_visible(timeout=LONG)
    return lab


# --- Vietnamese ---------------------------------------------------------------------------------


def translations() -> set[str]:
    """Every Vietnamese sentence of the pack without a gap in it."""
    found = set()
    for path in CATALOGUES.glob("*.json"):
        found |= {text for said in json.loads(path.read_text()).values() for text in said}
    assert len(found) > 900
    return found


SHOWN = "nodes => nodes.filter(node => node.offsetParent).map(node => node.{})"


def texts(place: Locator, attribute: str = "textContent") -> list[str]:
    found: list[str] = place.evaluate_all(SHOWN.format(attribute))
    return [text.strip() for text in found if text and text.strip()]


class Strings:
    """What was seen on the way, by where."""

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}
        self.known = translations() | NAMES

    def note(self, where: str, found: list[str]) -> None:
        assert found, f"nothing to read at {where}"
        for text in found:
            self.seen.setdefault(text, where)

    def english(self) -> list[str]:
        return sorted(
            f"{where}: {text}" for text, where in self.seen.items() if not self._is_fine(text)
        )

    def _is_fine(self, text: str) -> bool:
        plain = re.sub(r"\s*\([^)]*\)$", "", text)  # a shortcut behind it
        return (
            bool(VIETNAMESE.search(text))
            or not {text, plain}.isdisjoint(self.known)
            or not re.search(r"[A-Za-z]{2}", text)
            or COURSE in text  # files and folders
            or re.fullmatch(r"\S+\.\w{2,5}", text) is not None
            or text.startswith("/")
        )


def read_menus(page: Page, strings: Strings, name: str) -> None:
    bar = page.locator(".lm-MenuBar-item:visible")
    assert bar.count() >= 7
    for place in range(bar.count()):
        item = bar.nth(place)
        strings.note(f"{name} menu bar", texts(item))
        item.click()
        menu = page.locator(".lm-Menu")
        expect(menu.last).to_be_visible()
        strings.note(f"{name} menu {item.inner_text()}", texts(menu.locator(".lm-Menu-itemLabel")))
        # The list of programming languages holds a hundred names and no words.
        inner = menu.last.locator(".lm-Menu-item[data-type=submenu]:visible").filter(
            has_not_text="Tô màu cú pháp"
        )
        for one in range(inner.count()):
            inner.nth(one).hover()
            expect(menu).to_have_count(2)
            strings.note(
                f"{name} menu {item.inner_text()}", texts(menu.last.locator(".lm-Menu-itemLabel"))
            )
            page.keyboard.press("ArrowLeft")
            expect(menu).to_have_count(1)
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(menu).to_have_count(0)


def read_page(page: Page, strings: Strings, name: str) -> None:
    strings.note(f"{name} titles", texts(page.locator("[title]"), "title"))
    strings.note(f"{name} labels", texts(page.locator("[aria-label]"), "ariaLabel"))


def read_context_menu(page: Page, place: Locator, strings: Strings, name: str) -> None:
    place.click(button="right")
    menu = page.locator(".lm-Menu")
    expect(menu).to_be_visible()
    strings.note(f"context menu of {name}", texts(menu.locator(".lm-Menu-itemLabel")))
    page.keyboard.press("Escape")


def read_dialog(page: Page, command: str, strings: Strings) -> None:
    """Choose an item of a menu that asks first, read the question, and say no."""
    menu, item = command.split("/")
    page.locator(".lm-MenuBar-item:visible", has_text=menu).first.click()
    page.locator(".lm-Menu-item").filter(has_text=item).first.click()
    dialog = page.locator(".jp-Dialog")
    expect(dialog).to_be_visible()
    strings.note(
        f"dialog {command}", texts(dialog.locator("span, button, label, option"), "innerText")
    )
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_what_a_learner_meets_in_the_lab_is_vietnamese(sit_down: Callable[..., Any]) -> None:
    lab = ready(open_lab(sit_down("hocvien")))
    strings = Strings()
    expect(lab.locator(".lm-MenuBar-item:visible").first).to_have_text("Tệp")
    assert lab.evaluate("document.documentElement.lang").startswith("vi")
    read_menus(lab, strings, "JupyterLab")
    read_page(lab, strings, "JupyterLab")
    strings.note("files", texts(lab.locator(".jp-DirListing-headerItemText")))
    read_context_menu(lab, lab.locator(".jp-Cell:visible").first, strings, "a cell")
    read_context_menu(lab, lab.locator(".jp-DirListing-item").first, strings, "a file")
    for command in ("Bộ chạy/Khởi động lại bộ chạy…", "Bộ chạy/Đổi bộ chạy…", "Tệp/thành…"):
        read_dialog(lab, command, strings)
    lab.locator(".jp-DirListing-item").first.click()
    lab.keyboard.press("Delete")
    expect(lab.locator(".jp-Dialog")).to_contain_text("Xóa")
    lab.keyboard.press("Escape")
    lab.locator(".lm-TabBar-addButton:visible").first.click()
    launcher = lab.locator(".jp-Launcher:visible")
    strings.note("launcher", texts(launcher.locator("h2, p, .jp-LauncherCard-label")))

    # Notebook 7: the same notebook, and the list of files
    lab.goto(lab.url.split("/lab")[0] + f"/notebooks/{FILE}")
    expect(lab.locator(".jp-Notebook-cell:visible").first).to_be_visible(timeout=LONG)
    ready(lab)
    read_menus(lab, strings, "Notebook 7")
    read_page(lab, strings, "Notebook 7")
    lab.goto(lab.url.split("/notebooks")[0] + "/tree")
    expect(lab.locator(".jp-DirListing-item").first).to_be_visible(timeout=LONG)
    read_page(lab, strings, "list of files")
    strings.note("list of files", texts(lab.locator("[role=tab], .jp-DirListing-headerItemText")))

    left = strings.english()
    assert len(strings.seen) > 200
    assert not left, f"{len(left)} of {len(strings.seen)} strings are English:\n" + "\n".join(left)


def test_whoever_chose_english_has_an_english_lab(sit_down: Callable[..., Any]) -> None:
    lab = ready(open_lab(sit_down("canbo", language="en")))
    expect(lab.locator(".lm-MenuBar-item:visible").first).to_have_text("File")
    expect(lab.locator(".motcham-guide")).to_contain_text("Exercises")


# --- the lesson beside its notebook -------------------------------------------------------------


def test_the_lesson_s_tasks_stand_beside_the_notebook_and_get_their_marks(
    sit_down: Callable[..., Any],
) -> None:
    learner = sit_down("bo")
    lab = ready(open_lab(learner))
    guide = lab.locator(".motcham-guide")
    expect(guide).to_contain_text("điểm")
    tasks = guide.locator("ol > li")
    assert tasks.count() >= 5
    box = guide.bounding_box()
    assert box and box["width"] >= 240, "too narrow to read"
    assert box["x"] + box["width"] <= 1280
    tasks.last.locator("summary").click()
    expect(tasks.last.locator(".motcham-text")).to_be_visible()
    tasks.last.locator("button").click()
    expect(lab.locator(".jp-Notebook-cell.jp-mod-active")).to_be_in_viewport()

    guide.locator("button.jp-mod-accept").click()
    expect(lab.locator(".jp-Dialog")).to_contain_text("Đã nộp bài", timeout=LONG)
    lab.locator(".jp-Dialog button", has_text="Ở lại đây").click()
    expect(guide.locator(".motcham-result")).to_contain_text("trên", timeout=LONG)
    expect(tasks.first).to_contain_text("trên")

    back = guide.locator("a", has_text="Về trang bài học")
    with lab.context.expect_page() as opening:
        back.click()
    expect(opening.value).to_have_url(re.compile(re.escape(PATH)))


def test_on_a_phone_the_lesson_opens_as_a_notebook_alone_and_can_be_submitted(
    sit_down: Callable[..., Any],
) -> None:
    learner = sit_down("hocvien2", width="phone")
    learner.go(f"{PATH}?xem=ca-bai")
    with learner.page.context.expect_page(timeout=LONG) as opening:
        learner.page.locator("[data-lab]").click()
    lab = opening.value
    expect(lab.locator(".jp-Notebook-cell").first).to_be_visible(timeout=LONG)
    assert f"/notebooks/{FILE}" in lab.url
    submit = lab.locator("button.motcham-within-reach")
    expect(submit).to_be_in_viewport(ratio=1)
    learner.picture("lab-phone", lab)
    submit.click()
    expect(lab.locator(".jp-Dialog")).to_contain_text("Đã nộp bài", timeout=LONG)
    learner.picture("lab-phone-submitted", lab)


def test_the_lab_reads_a_form_cell_like_the_page_and_writes_what_it_read(
    sit_down: Callable[..., Any],
) -> None:
    learner = sit_down("hocvien2")
    lab = ready(open_lab(learner))
    name = "diem_phan_tram = "
    cell = lab.locator(".jp-CodeCell .cm-content", has_text=name).first
    tasks = lab.locator(".motcham-guide ol > li button")
    for place in range(tasks.count()):
        if cell.is_visible():
            break
        tasks.nth(place).click()
        lab.wait_for_timeout(500)

    def write(text: str) -> None:
        cell.click()
        lab.keyboard.press("Control+End")
        lab.keyboard.press("Shift+Home")
        lab.keyboard.insert_text(name + text)
        lab.keyboard.press("Control+s")

    write("1.500 điểm")
    expect(cell).to_contain_text(f"{name}1500", timeout=LONG)
    told = lab.locator(".Toastify, .jp-Notification-Toast, [class*=Toastify]").first
    expect(told).to_contain_text("Hiểu là")
    learner.picture("lab-understood", lab)
    write("mười hai nghìn")
    expect(lab.locator("body")).to_contain_text("Chỉ nhập số", timeout=LONG)
    lab.wait_for_timeout(3000)  # the lab's own save of the new revision ends first
    lab.locator(".motcham-nop-bai button, button.motcham-within-reach").first.click()
    dialog = lab.locator(".jp-Dialog")
    expect(dialog).to_contain_text("Chưa nộp được", timeout=LONG)
    expect(dialog).to_contain_text("Chỉ nhập số")
    learner.picture("lab-unread", lab)
    dialog.locator("button").last.click()
    write("None")
    lab.wait_for_timeout(2000)


def test_what_a_lesson_shows_and_hands_out_is_in_the_lab_and_stays_as_the_learner_left_it(
    sit_down: Callable[..., Any], platform: Any
) -> None:
    learner = sit_down("hocvien2")
    course = "courses/xa-hoi-so-an-toan/lessons"
    lab = open_lab(learner, f"{course}/nhan-ra-lua-dao")
    picture = lab.locator(".jp-MarkdownOutput img").first
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 300
    learner.picture("lab-picture", lab)

    lab.close()
    lab = ready(open_lab(learner, f"{course}/giu-mat-khau-va-du-lieu"), "giu-mat-khau-va-du-lieu")
    expect(lab.locator(".jp-NotebookPanel")).to_have_count(1)  # what was open before stays away
    lab.close()
    home = home_of(platform, "hocvien2") / "xa-hoi-so-an-toan"
    assert (home / "media" / "doc-dia-chi.mp4").stat().st_size > 10_000
    [log] = (home / "lessons").glob("*.log")
    assert "canbo-mau" in log.read_text()
    log.write_text("sửa rồi")
    open_lab(learner, f"{course}/giu-mat-khau-va-du-lieu").close()
    assert log.read_text() == "sửa rồi"


def test_a_lesson_s_video_plays_in_the_notebook_with_its_captions_and_its_words(
    sit_down: Callable[..., Any],
) -> None:
    learner = sit_down("hocvien2")
    lesson = "nhan-ra-lua-dao"
    lab = ready(open_lab(learner, f"courses/xa-hoi-so-an-toan/lessons/{lesson}"), lesson)
    begin = lab.locator(".motcham-watch")
    begin.scroll_into_view_if_needed()
    expect(begin).to_contain_text("Xem video")
    cell = lab.locator(".jp-Notebook-cell", has=begin)
    expect(cell.locator(".jp-InputArea")).to_be_hidden()
    learner.picture("lab-video-offered", lab)
    begin.click()
    video = lab.locator(".motcham-video video")
    expect(video).to_be_focused()
    expect(video).to_have_js_property("readyState", 4)
    modes = "video => [...video.textTracks].map(one => `${one.language} ${one.mode}`)"
    assert video.evaluate(modes) == ["vi showing", "en disabled"]
    video.evaluate("video => { video.pause(); video.currentTime = video.duration / 2; }")
    assert video.evaluate("video => video.currentTime") > 1, "it cannot be wound forward"
    lab.locator(".motcham-video summary").click()
    expect(lab.locator(".motcham-video li").first).to_be_visible()
    learner.picture("lab-video", lab)


def test_time_spent_at_an_exercise_in_the_lab_counts_as_on_the_lesson_page(
    sit_down: Callable[..., Any], platform: Any
) -> None:
    records = open_records(platform.records_url)

    def seconds() -> int:
        with records.read() as session:
            return sum(
                map(sum, exercise_results.times_at_exercises(session, COURSE, LESSON).values())
            )

    lab = ready(open_lab(sit_down("hocvien2")))
    lab.locator(".motcham-guide ol > li button").first.click()
    task = ".jp-Notebook:visible .jp-Notebook-cell.jp-mod-active"
    answer = lab.locator(f"{task} ~ .jp-CodeCell .cm-content").first
    before = seconds()
    answer.click()
    lab.wait_for_timeout(3200)
    answer.press("ArrowDown")

    def save() -> None:
        with lab.expect_response(lambda said: said.url.endswith("/draft")):
            lab.keyboard.press("Control+s")

    save()
    for _ in range(150):
        if seconds() > before:
            break
        lab.wait_for_timeout(200)
    assert 3 <= seconds() - before <= 30
    lab.wait_for_timeout(1000)  # JupyterLab saves nothing while it is still saving
    save()
    assert seconds() - before <= 30, "told twice"
    records.close()


def test_a_page_that_was_edited_meanwhile_is_told_of_and_nothing_is_overwritten(
    sit_down: Callable[..., Any], platform: Any
) -> None:
    learner = sit_down("hocvien")
    lab = ready(open_lab(learner))
    lab.bring_to_front()
    lab.keyboard.press("Control+s")
    page = learner.page
    page.bring_to_front()
    page.reload()
    field = page.locator("[data-kind=number] input, [data-kind=text] input").first
    typed = "77" if field.input_value() != "77" else "78"
    field.fill(typed)
    expect(page.locator("[data-save-state]")).to_have_text("Đã lưu")

    lab.bring_to_front()
    lab.keyboard.press("Control+s")
    dialog = lab.locator(".jp-Dialog")
    expect(dialog).to_contain_text("Chưa bản nào bị ghi đè")
    dialog.locator("button", has_text="Để nguyên cả hai").click()
    expect(lab.locator(".motcham-newer")).to_be_visible()
    page.reload()
    expect(field).to_have_value(typed)  # what was typed there is still there

    lab.locator(".motcham-newer button").click()
    dialog.locator("button", has_text="Lấy bản trên trang").click()
    expect(lab.locator(".motcham-newer")).to_have_count(0)
    home = home_of(platform, "hocvien")
    own, [kept, *_] = home / FILE, list((home / FILE).parent.glob("*-ban-o-day-*.ipynb"))
    expect(lab.locator(".jp-NotebookPanel")).to_be_visible()
    assert kept.exists()
    assert re.search(rf"\b{typed}\b", own.read_text())


# --- the room there is --------------------------------------------------------------------------


@pytest.fixture
def nearly_full(platform: Any) -> Iterator[Callable[[str], Path]]:
    """Fills a learner's folder to 470 of 500 MB; empties it again."""
    made: list[Path] = []

    def fill(username: str) -> Path:
        path: Path = home_of(platform, username) / "lon.bin"
        with path.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, 470 << 20)
        made.append(path)
        return path

    yield fill
    for path in made:
        path.unlink(missing_ok=True)


UPLOAD = """async ([address, token, megabytes]) => {
  const answer = await fetch(address, {method: 'PUT',
    headers: {Authorization: `token ${token}`, 'Content-Type': 'application/json'},
    body: JSON.stringify({type: 'file', format: 'text', content: 'x'.repeat(megabytes << 20)})})
  return [answer.status, (await answer.json()).message || '']
}"""
TOKEN = "JSON.parse(document.getElementById('jupyter-config-data').textContent).token"


def test_a_folder_that_fills_up_is_warned_of_then_refused_and_nothing_is_lost(
    sit_down: Callable[..., Any], nearly_full: Callable[[str], Path]
) -> None:
    learner = sit_down("hocvien")
    lab = ready(open_lab(learner))
    large = nearly_full("hocvien")
    large.chmod(0o644)
    lab.wait_for_timeout(LOOK)
    lab.reload()
    expect(lab.get_by_text("trong 500 MB")).to_be_visible(timeout=LONG)

    with large.open("r+b") as file:
        os.posix_fallocate(file.fileno(), 0, 510 << 20)
    lab.wait_for_timeout(LOOK)
    lab.reload()
    expect(lab.get_by_text("đã đầy")).to_be_visible(timeout=LONG)
    for _ in range(8):  # its kernel was ended for it, and nothing more is said of that
        lab.wait_for_timeout(2_000)
        expect(lab.get_by_text("đã đầy")).to_have_count(1)
        expect(lab.locator(".jp-Dialog")).to_have_count(0)
    learner.picture("lab-full", lab)
    os.truncate(large, 470 << 20)
    expect(lab.get_by_text("đã đầy")).to_have_count(0, timeout=LONG)
    expect(lab.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first).to_be_visible(
        timeout=LONG
    )

    address = lab.url.split("/lab")[0] + "/api/contents/to.txt"
    token = lab.evaluate(TOKEN)
    status, _ = lab.evaluate(UPLOAD, [address, token, 1])
    assert status == 201
    status, said = lab.evaluate(UPLOAD, [address, token, 60])
    assert status == 507
    assert "Bản đã lưu trước đó vẫn còn nguyên" in said
    kept = large.with_name("to.txt")
    assert kept.stat().st_size == 1 << 20, "what was stored is unchanged"
    large.unlink()
    status, _ = lab.evaluate(UPLOAD, [address, token, 60])
    assert status == 200, "after tidying up it is saved again"
    kept.unlink()


NEVER_OPENS = """window.WebSocket = class extends EventTarget {
  static CONNECTING = 0; static OPEN = 1; static CLOSING = 2; static CLOSED = 3;
  constructor(url) { super(); this.url = url; this.readyState = 0 }
  send() {} close() {}
}"""


def test_where_websockets_are_blocked_that_is_told_at_once_with_the_way_back(
    sit_down: Callable[..., Any],
) -> None:
    learner = sit_down("hocvien")
    address = open_lab(learner).url
    blocked = learner.page.context.new_page()
    blocked.add_init_script(NEVER_OPENS)
    blocked.goto(address)
    expect(blocked.locator("#main")).to_be_visible(timeout=LONG)
    told = blocked.get_by_text("Mạng ở đây chặn WebSocket")
    expect(told).to_be_visible(timeout=10_000)
    expect(blocked.locator(".jp-Notebook:visible")).to_be_visible(timeout=LONG)
    blocked.wait_for_timeout(6_000)
    expect(told).to_have_count(1)
    blocked.get_by_role("button", name="Về trang bài học").last.click()
    blocked.wait_for_url(re.compile(rf"/services/portal/{PATH}(\?.*)?$"))
    blocked.close()


# --- one learner's page and another's -----------------------------------------------------------

FETCH = """async ([address, options]) => {
  try { const answer = await fetch(address, options || {}); return answer.status }
  catch (error) { return 0 }
}"""
FRAME = """address => new Promise(resolve => {
  const frame = document.createElement('iframe')
  frame.src = address
  frame.onload = () => {
    let inside = ''
    try { inside = frame.contentDocument ? frame.contentDocument.body.innerText : '' }
    catch { inside = '' }
    resolve(inside)
  }
  document.body.append(frame)
})"""


def cookies_of(context: BrowserContext) -> dict[str, str]:
    """Path by cookie name."""
    return {cookie["name"]: cookie["path"] for cookie in context.cookies()}


def test_a_s_page_cannot_act_as_b(sit_down: Callable[..., Any], platform: Any) -> None:
    other = sit_down("canbo")
    open_lab(other)  # B has a lab that runs
    learner = sit_down("hocvien")
    lab = ready(open_lab(learner))
    root, port = platform.url, urlsplit(platform.url).port
    assert lab.url.startswith(f"http://hocvien.localhost:{port}/user/hocvien/"), "its own origin"
    stopped: list[str] = []

    def fails(what: str, path: str, **options: Any) -> None:
        start = f"http://canbo.localhost:{port}/" if path.startswith("user/canbo") else root
        status = lab.evaluate(FETCH, [start + path, {"redirect": "error", **options}])
        assert status in (0, 401, 403, 404), f"{what}: {status}"
        stopped.append(what)

    token = {"Authorization": f"token {lab.evaluate(TOKEN)}"}
    for how, sent in (("cookies", {}), ("the lab page's token", {"headers": token})):
        fails(f"B's files with {how}", "user/canbo/api/contents", **sent)
        fails(f"B's page with {how}", "user/canbo/lab", **sent)
        fails(f"B's kernels with {how}", "user/canbo/api/kernels", method="POST", **sent)
        fails(f"what the hub knows of B, with {how}", "hub/api/users/canbo", **sent)
        fails(f"stop B's lab with {how}", "hub/api/users/canbo/server", method="DELETE", **sent)
        fails(f"all users with {how}", "hub/api/users", **sent)
        fails(f"the labs of all with {how}", "services/portal/labs", **sent)
    fails("the portal with the cookies of A's lab", "services/portal/api/v1/me", credentials="omit")
    fails(
        "hand in at the portal by cookie alone",
        "services/portal/api/v1/submissions",
        method="POST",
        body="{}",
    )
    assert lab.evaluate(FETCH, [f"{root}services/portal/api/v1/me", {"headers": token}]) == 200

    assert lab.evaluate(FRAME, f"{root}services/portal/") == ""
    assert lab.evaluate(FRAME, f"http://canbo.localhost:{port}/user/canbo/lab") == ""
    assert lab.evaluate(FRAME, f"{root}hub/token") == ""
    paths = cookies_of(lab.context)
    assert paths, "no cookie at all"
    for name, path in paths.items():
        assert path != "/" or name in ("jupyterhub-session-id",), f"{name} is sent everywhere"
    seen = lab.evaluate("document.cookie")
    assert "jupyterhub-user" not in seen and "jupyterhub-hub-login" not in seen
    assert len(stopped) == 16


# --- the administrator --------------------------------------------------------------------------


def test_an_administrator_sees_who_has_a_lab_and_stops_one(
    sit_down: Callable[..., Any], platform: Any
) -> None:
    learner = sit_down("hocvien")
    lab = ready(open_lab(learner))
    expect(lab.locator(".jp-Notebook-ExecutionIndicator")).to_be_visible()
    for username in ("hocvien", "giangvien", "bo", "kiemtra"):
        other = learner if username == "hocvien" else sit_down(username)
        other.go("labs", status=404)

    admin = sit_down("quantri")
    admin.go("labs")
    row = admin.page.locator("tbody tr", has_text="hocvien ·")
    expect(row).to_contain_text("/ 500")
    cells = [int(re.sub(r"\D", "", text) or 0) for text in row.locator("td.num").all_inner_texts()]
    assert cells[0] >= 1, "a kernel runs"
    assert cells[1] >= 20, "it takes memory"
    admin.fits()
    row.locator("button").click()
    expect(admin.page.locator("[role=status]")).to_contain_text("hocvien")
    admin.go("labs")
    expect(admin.page.locator("tbody tr", has_text="hocvien ·")).to_have_count(0)
    assert not admin.faults, admin.faults
    assert (home_of(platform, "hocvien") / FILE).exists()

    records = open_records(platform.records_url)
    try:
        with records.read() as session:
            [entry, *_] = audit.entries(session, before=None, search="lab.stop", limit=5)
            assert audit.actor_names(session, [entry]) == {entry.actor: "quantri"}
            assert entry.action == "lab.stop"
            assert entry.subject.startswith("person/")
    finally:
        records.close()


def test_the_languages_of_labs_are_those_of_the_portal() -> None:
    from hub.locale.translate import LANGUAGES

    assert {path.parent.parent.name for path in SHARE.glob("*/labconfig/default*.json")} == set(
        LANGUAGES
    )
