"""Writing a course in the browser: from the author's lab to a release. The lab stands on a shelf
here (`conftest.Shelf`); `browser/test_teaching_walk.py` walks the same way through the real one."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import courses
from courses.manifest import manifest_of
from hub.labs.door import TooMuch
from records.courses import releases
from records.platform import audit
from school.courses import publishing

ROOT = Path(__file__).parents[5]
COURSE, LESSON = "khoa-mau", "bai-mau"
PAGE = "teaching/authoring"


async def begin(site: Any, slug: str = "du-lieu-mo") -> Any:
    return await site.as_("thay").post_form(
        PAGE, action="new", slug=slug, title='Dữ liệu "mở" (mẫu)', frame="4.2"
    )


@pytest.mark.slow
async def test_a_course_is_begun_checked_previewed_and_published(
    shelf_site: Any, in_own_words: Any
) -> None:
    site, shelf = shelf_site
    author = site.as_("thay")
    made = await begin(site)
    assert made.headers["Location"].endswith(f"{PAGE}/du-lieu-mo"), made.text
    assert 'title = "Dữ liệu \\"mở\\" (mẫu)"' in shelf.folders["du-lieu-mo"]["course.toml"].decode()
    page = (await author.get(f"{PAGE}/du-lieu-mo")).text
    assert "/user/thay/lab/tree/khoa-hoc/du-lieu-mo/lessons/01-bai-mau.ipynb" in page
    assert "Chưa công bố" in page
    preview = (await author.get(f"{PAGE}/du-lieu-mo/lessons/{LESSON}?seed=2")).text
    assert "Thang chấm" in preview
    assert "BEGIN SOLUTION" not in preview
    assert "Một xã có 1.500 hồ sơ" not in preview, "another learner's numbers"
    untouched = (await author.post_form(f"{PAGE}/du-lieu-mo", action="publish")).text
    assert "còn là chữ của bài mẫu" in untouched
    shelf.folders["du-lieu-mo"] = in_own_words(shelf.folders["du-lieu-mo"])
    checked = (await author.post_form(f"{PAGE}/du-lieu-mo", action="check")).text
    assert "Mọi kiểm tra đều đạt" in checked
    published = (await author.post_form(f"{PAGE}/du-lieu-mo", action="publish")).text
    assert "bản số 1" in published
    again = (await author.post_form(f"{PAGE}/du-lieu-mo", action="publish")).text
    assert "không có gì đổi" in again
    with site.records.read() as session:
        assert releases.current_release(session, "du-lieu-mo").published_by == "thay"
        assert [one.action for one in audit.entries(session, limit=9)].count("publish") == 1
    assert (await site.as_("an").get("courses/du-lieu-mo")).status == 200


async def test_a_preview_shows_the_course_s_pictures_before_it_is_published(
    shelf_site: Any,
) -> None:
    site, shelf = shelf_site
    folder = ROOT / "courses" / "content" / "xa-hoi-so-an-toan"
    shelf.folders["an-toan"] = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    page = (await site.as_("thay").get(f"{PAGE}/an-toan/lessons/nhan-ra-lua-dao")).text
    picture = base64.b64encode((folder / "media/bon-phan-cua-dia-chi.png").read_bytes()).decode()
    poster = base64.b64encode((folder / "media/doc-dia-chi.png").read_bytes()).decode()
    shown = re.findall(r'<img [^>]*src="data:image/png;base64,([^"]+)"', page)
    assert {picture, poster} <= set(shown)
    assert 'src="../media' not in page
    assert "Video xem được sau khi công bố" in page


@pytest.mark.slow
async def test_what_a_check_finds_stands_beside_the_cell_it_is_about(
    shelf_site: Any,
) -> None:
    site, shelf = shelf_site
    await begin(site)
    lesson = "lessons/01-bai-mau.ipynb"
    files = shelf.folders["du-lieu-mo"]
    source = json.loads(files[lesson])
    (test,) = [one for one in source["cells"] if one["id"] == "mau-cham-so"]
    test["source"] = [line for line in test["source"] if not line.startswith("#| hint")]
    shelf.folders["du-lieu-mo"] = files | {lesson: json.dumps(source).encode()}
    address = f"{PAGE}/du-lieu-mo/lessons/{LESSON}"
    author = site.as_("thay")
    unasked = (await author.get(address)).text
    assert "Kiểm tra bài này" in unasked
    assert "<aside" not in unasked
    checked = (await author.post_form(f"{address}?seed=2")).text
    ((name, said),) = re.findall(
        r'(?s)<aside class="note warn" id="(thay-\d+)"(.*?)</aside>', checked
    )
    assert "gợi ý" in said
    assert f'<a href="#{name}">Điền số (number), mỗi người một số</a>' in checked
    assert "còn nguyên như bài mẫu" in checked, "what is about the lesson as a whole"
    assert "Một xã có 1.500 hồ sơ" not in checked, "the numbers that were looked at stay"


@pytest.mark.slow
async def test_what_is_wrong_is_said_and_nothing_is_published(
    shelf_site: Any,
) -> None:
    site, shelf = shelf_site
    await begin(site)
    files = shelf.folders["du-lieu-mo"]
    lesson = files["lessons/01-bai-mau.ipynb"].decode()
    files["lessons/01-bai-mau.ipynb"] = lesson.replace("cao_hon = 'm2'", "cao_hon = 'm1'").encode()
    said = (await site.as_("thay").post_form(f"{PAGE}/du-lieu-mo", action="publish")).text
    assert "Chưa công bố: còn điều phải sửa" in said
    assert "lời giải mẫu chỉ được 0/1 điểm" in said
    files["course.toml"] = b'slug = "du-lieu-mo"'
    said = (await site.as_("thay", "en").post_form(f"{PAGE}/du-lieu-mo", action="check")).text
    assert "The course can not be read yet" in said
    assert "must be a text that is not empty" in said, "in the reader's language"
    with site.records.read() as session:
        assert releases.current_release(session, "du-lieu-mo") is None


async def test_a_published_course_is_copied_out_to_be_mended(
    shelf_site: Any,
) -> None:
    site, shelf = shelf_site
    author = site.as_("thay")
    taken = await author.post_form(PAGE, action="take", slug=COURSE)
    assert taken.status == 302
    course = await asyncio.to_thread(publishing.load_files, shelf.folders[COURSE])
    with site.records.read() as session:
        assert manifest_of(course) == releases.current_release(session, COURSE).manifest
    again = await author.post_form(PAGE, action="take", slug=COURSE)
    assert again.status == 422
    assert "khoa-hoc/khoa-mau" in again.text


async def test_a_closed_lab_is_opened_by_a_click_and_a_silent_one_is_said(
    shelf_site: Any,
) -> None:
    site, shelf = shelf_site
    author = site.as_("thay")
    await begin(site)
    shelf.runs = False
    assert "Mở phòng thực hành" in (await author.get(PAGE)).text
    assert (await author.get(f"{PAGE}/du-lieu-mo")).status == 302
    assert (await author.post_form(PAGE, action="start")).status == 302
    assert "du-lieu-mo" in (await author.get(PAGE)).text
    assert (await author.get(f"{PAGE}/khong-co")).status == 404
    shelf.fault = TimeoutError()
    silent = await author.get(f"{PAGE}/du-lieu-mo")
    assert silent.status == 503
    assert "Chưa mở được phòng thực hành" in silent.text
    shelf.fault = TooMuch()
    assert "quá lớn" in (await author.get(f"{PAGE}/du-lieu-mo")).text


@pytest.mark.parametrize(
    ("slug", "frame", "why"),
    [("Có Dấu", "4.1", "chữ thường không dấu"), ("tot", "9.9", "mục của khung nội dung")],
)
async def test_a_course_with_a_bad_name_is_not_begun(
    shelf_site: Any, slug: str, frame: str, why: str
) -> None:
    site, shelf = shelf_site
    answer = await site.as_("thay").post_form(
        PAGE, action="new", slug=slug, title="Khóa", frame=frame
    )
    assert answer.status == 422
    assert re.search(why, answer.text)
    assert 'value="Khóa"' in answer.text, "what was typed stays"
    assert not shelf.folders


@pytest.mark.parametrize("place", ["absolute", "above", "course.toml/x", "\0"])
async def test_a_lab_that_names_files_of_other_folders_writes_nothing_there(
    shelf_site: Any, tmp_path: Path, place: str
) -> None:
    """The author's own code runs in the lab, so its answers are what the author makes them."""
    site, shelf = shelf_site
    await begin(site)
    name = {
        "absolute": str(tmp_path / "evil"),
        "above": f"../../../../../../..{tmp_path}/evil",
    }.get(place, place)
    shelf.folders["du-lieu-mo"][name] = b"x"
    answer = await site.as_("thay").get(f"{PAGE}/du-lieu-mo")
    assert answer.status == 200
    assert "Tên tệp không hợp lệ" in answer.text
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("folder", sorted((ROOT / "courses" / "content").glob("*/course.toml")))
def test_a_course_file_written_from_a_release_says_the_same(folder: Path) -> None:
    course = courses.load_course(folder.parent)
    written = tomllib.loads(courses.course_file(manifest_of(course)))
    stated = tomllib.loads(folder.read_text(encoding="utf-8"))
    assert {key: written[key] for key in stated if key != "lesson"} == {
        key: value for key, value in stated.items() if key != "lesson"
    }
    for mine, theirs in zip(written["lesson"], stated["lesson"], strict=True):
        assert mine.items() >= theirs.items()
