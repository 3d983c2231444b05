"""Teaching cards: what an author writes is read, bounded to a page, and travels with a release."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from carded import CARD, carded_course, write_card

import courses
from core.manifest import read_manifest
from core.messages import Refused
from courses.teaching_card import MOST_LINES


def refusal(folder: Path, old: str, new: str) -> str:
    """What is said of a course whose card was changed like this."""
    assert old in CARD
    write_card(folder, CARD.replace(old, new, 1))
    with pytest.raises(Refused) as refused:
        courses.load_course(folder)
    return str(refused.value)


def test_a_card_is_read_in_both_languages(course_folder: Path) -> None:
    write_card(course_folder)
    card = courses.load_course(course_folder).teaching_card
    assert card is not None
    assert card.vi.steps[0].do == "Mở ứng dụng thư trên điện thoại của bác."
    assert card.in_language("en").steps[2].say == "Do you know this person?"
    assert card.in_language("en").careful == ("Tap no unknown link.", "Tell nobody the password.")
    assert card.sources == ("Quyết định 64/QĐ-BTTTT, mục 4.4",)


def test_most_courses_have_none(course_folder: Path) -> None:
    course = courses.load_course(course_folder)
    assert course.teaching_card is None
    assert "teaching_card" not in courses.make_release(course).manifest.as_dict()


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('goal = "', 'gaol = "', "teaching-card.toml: khóa “goal”"),
        ('title_en = "', 'title_xx = "', "khóa “title_en”"),
        ('say = "Thư in đậm là thư chưa đọc."', 'say = " "', "khóa “step 2: say”"),
        ('do_en = "Read', 'doo_en = "Read', "khóa “step 3: do_en”"),
        ("[exercise]", "[excercise]", "phải có mục [exercise]"),
        ('done_when = "', 'done = "', "khóa “exercise: done_when”"),
        ("careful_en = [", 'careful_en = ["a", "b", ', "khóa “careful_en”: phải có từ 2 đến 3"),
        ('careful = ["', "careful = [1, ", "không phải TOML hợp lệ"),
        ("[[step]]", "[[stop]]", "phải có từ 3 đến 5 mục [[step]], đang có 2"),
        ('title = "Đọc', f'title = "{"dài " * 20}Đọc', "khóa “title”: không quá 64 ký tự"),
        ('sources = ["', f'sources = ["{"dài " * 80}', "khóa “sources”: cả thảy không quá"),
    ],
)
def test_what_is_missing_is_named_with_its_place(
    course_folder: Path, old: str, new: str, named: str
) -> None:
    assert named in refusal(course_folder, old, new)


def test_each_fault_is_told_once(course_folder: Path) -> None:
    said = refusal(course_folder, "[[step]]", "[[stop]]")
    assert said.count("[[step]]") == 1


def test_a_card_too_long_for_its_page_says_which_language_and_what_to_shorten(
    course_folder: Path,
) -> None:
    long = "Bác chạm vào hình phong bì rồi chờ. " * 40
    said = refusal(course_folder, 'say = "Bác có quen', f'say = "{long}Bác có quen')
    assert "bản tiếng Việt" in said and "bản tiếng Anh" not in said
    assert f"chỉ đủ {MOST_LINES} dòng" in said
    assert "trước hết: “step 3: say”" in said


def test_a_release_carries_its_card_and_keeps_its_digest(tmp_path: Path) -> None:
    course = carded_course(tmp_path)
    release = courses.make_release(course)
    stored = json.loads(json.dumps(release.manifest.as_dict()))
    assert read_manifest(stored) == release.manifest
    assert read_manifest(stored).teaching_card == course.teaching_card
    mended = carded_course(tmp_path, CARD.replace("hộp thư", "hòm thư"))
    assert courses.make_release(mended).digest != release.digest


def test_a_published_card_is_written_as_its_author_would(tmp_path: Path) -> None:
    awkward = CARD.replace("hình phong bì", '\\"hình\\" \\\\ phong bì')
    card = carded_course(tmp_path, awkward).teaching_card
    assert card is not None and '"hình" \\ phong bì' in card.vi.steps[0].say
    written = courses.card_file(card)
    assert tomllib.loads(written) == tomllib.loads(awkward)
    write_card(tmp_path, written)
    assert courses.load_card(tmp_path, []) == card
