"""Writing a lesson on forms, the lab standing on a shelf (`conftest.Shelf`); the whole way in a
browser is `browser/test_writing_walk.py`."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

COURSE = "so-lieu-mo"
ABOUT = f"teaching/authoring/{COURSE}/about"
WRITE = f"teaching/authoring/{COURSE}/lessons/bai-1/write"
NOTEBOOK = "lessons/01-bai-1.ipynb"
FIELDS = {
    "title": "Tính hồ sơ",
    "task": "Xã có {{tong}} hồ sơ. 60% là bao nhiêu?",
    "label": "Số hồ sơ",
    "answer": "tong * 60%",
    "name-1": "tong",
    "low-1": "1.000",
    "high-1": "2.000",
    "step-1": "100",
    "left-1": "tong * 40%",
    "feedback-1": "Đó là phần còn lại.",
    "competence": "1.1",
    "level": "2",
    "minutes": "20",
    "points": "2",
}


@pytest.fixture
async def begun(shelf_site: tuple[Any, Any]) -> tuple[Any, Any]:
    """An author's course with one empty lesson, and the shelf it stands on."""
    site, shelf = shelf_site
    author = site.as_("thay")
    made = await author.post_form(
        "teaching/authoring", action="empty", slug=COURSE, title="Số liệu mở (mẫu)", frame="4.2"
    )
    assert made.status == 302, made.text
    return author, shelf


def cells_of(shelf: Any) -> list[dict[str, Any]]:
    return json.loads(shelf.folders[COURSE][NOTEBOOK])["cells"]


async def test_a_lesson_is_written_looked_at_changed_and_moved(begun: tuple[Any, Any]) -> None:
    author, shelf = begun
    before = dict(shelf.folders[COURSE])
    tried = (await author.post_form(f"{WRITE}/piece?new=number", action="preview", **FIELDS)).text
    live = tried[tried.index('id="live"') :]
    assert len(re.findall(r'<th scope="row">', live)) == 3, "three learners' numbers"
    assert re.search(r"Xã có 1\.\d00 hồ sơ", live)
    assert "BEGIN HIDDEN TESTS" in live
    assert shelf.folders[COURSE] == before, "nothing is kept of a preview"
    saved = await author.post_form(f"{WRITE}/piece?new=number", action="save", **FIELDS)
    assert saved.headers["Location"].endswith("/write#bai-1")
    assert [one["id"] for one in cells_of(shelf)][1:] == [
        *("bai-1-so", "bai-1-de", "bai-1-tra-loi", "bai-1")
    ]
    page = (await author.get(f"{WRITE}/piece?piece=bai-1")).text
    assert 'value="tong * 60%"' in page
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    change = FIELDS | {"title": "Tên mới", "seen": seen[1]}
    await author.post_form(f"{WRITE}/piece?piece=bai-1", action="save", **change)
    assert "Tên mới" in (await author.get(WRITE)).text
    late = await author.post_form(f"{WRITE}/piece?piece=bai-1", action="save", **change)
    assert late.status == 422
    assert "vừa được sửa ở nơi khác" in late.text
    await author.post_form(WRITE, action="up", piece="bai-1")
    assert cells_of(shelf)[-1]["id"] == "chu-1"
    page = (await author.get(f"{WRITE}/piece?piece=bai-1")).text
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    await author.post_form(WRITE, action="remove", piece="bai-1", seen=seen[1])
    assert [one["id"] for one in cells_of(shelf)] == ["chu-1"]


async def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    begun: tuple[Any, Any],
) -> None:
    author, shelf = begun
    wrong = FIELDS | {"answer": "tong * x", "low-1": "nhiều"}
    page = await author.post_form(f"{WRITE}/piece?new=number", action="save", **wrong)
    assert page.status == 422
    assert 'id="low-1-fault"' in page.text
    assert 'value="nhiều"' in page.text
    page = await author.post_form(
        f"{WRITE}/piece?new=number", action="save", **FIELDS | {"left-1": "tong * 0,6"}
    )
    assert re.search(r'id="left-1-fault">Lỗi này trùng với đáp án', page.text)
    assert len(cells_of(shelf)) == 1


async def test_cells_written_by_hand_are_kept_and_only_their_task_is_changed(
    begun: tuple[Any, Any],
) -> None:
    author, shelf = begun
    await author.post_form(f"{WRITE}/piece?new=number", action="save", **FIELDS)
    held = json.loads(shelf.folders[COURSE][NOTEBOOK])
    held["cells"][-1]["source"] = [*held["cells"][-1]["source"], "\nprint('của tôi')"]
    shelf.folders[COURSE][NOTEBOOK] = json.dumps(held).encode()
    page = (await author.get(f"{WRITE}/piece?piece=bai-1")).text
    assert "được viết riêng trong JupyterLab" in page
    assert "của tôi" in page, "what is written stands beside"
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    await author.post_form(
        f"{WRITE}/piece?piece=bai-1", action="save", text="Đề {{tong}} mới", seen=seen[1]
    )
    task, *code = [one["source"] for one in cells_of(shelf)[2:]]
    assert "".join(task) == "Đề {{tong}} mới"
    assert ["".join(one) for one in code] == ["".join(c["source"]) for c in held["cells"][3:]]


async def test_an_exercise_is_found_in_the_bank_and_taken(begun: tuple[Any, Any]) -> None:
    author, shelf = begun
    page = (await author.get(f"{WRITE}/add?words=so+ho+so&kind=number")).text
    key = re.search(r'name="key" value="(khoa-mau/[^"]*)"', page)
    assert key, page
    taken = await author.post_form(f"{WRITE}/add", key=key[1], after="chu-1")
    assert taken.headers["Location"].endswith("#bai-1")
    assert "#| taken_from: khoa-mau/bai-mau, bản 1" in "".join(cells_of(shelf)[-1]["source"])
    item = re.search(
        r'name="key" value="(cau-hoi/[^"]*)"', (await author.get(f"{WRITE}/add?level=1")).text
    )
    assert item
    assert (await author.post_form(f"{WRITE}/add", key=item[1])).status == 302
    gone = await author.post_form(f"{WRITE}/add", key="khoa-mau/bai-mau/khong-co")
    assert gone.status == 422
    assert "Không còn bài tập này" in gone.text


async def test_the_course_is_named_and_lessons_come_and_go(begun: tuple[Any, Any]) -> None:
    author, shelf = begun
    about = {"title": "Tên mới", "title_en": "New", "summary": "Làm được việc."}
    assert (await author.post_form(ABOUT, action="course", **about)).status == 302
    added = {"title": "Bài hai", "title_en": "Two", "minutes": "7,5"}
    assert (await author.post_form(ABOUT, action="add", **added)).status == 302
    text = shelf.folders[COURSE]["course.toml"].decode()
    assert 'title = "Tên mới"' in text
    assert "theory_minutes = 7.5" in text
    await author.post_form(ABOUT, action="remove", lesson="bai-hai")
    assert "bai-hai" not in shelf.folders[COURSE]["course.toml"].decode()
    assert "lessons/02-bai-hai.ipynb" in shelf.folders[COURSE], "the notebook stays"


async def test_learners_cannot_write(begun: tuple[Any, Any], shelf_site: tuple[Any, Any]) -> None:
    _author, shelf = begun
    site, _shelf = shelf_site
    before = dict(shelf.folders[COURSE])
    answer = await site.as_("an").post_form(f"{WRITE}/piece?new=number", action="save", **FIELDS)
    assert answer.status == 404
    assert shelf.folders[COURSE] == before
