"""The check of a lesson's English: every fault that a translator can make is named."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from courses import load_course
from courses.authoring import write_english
from courses.checks.in_english import faults_in_english
from courses.english.catalogue import read_english
from courses.manifest import manifest_of
from courses.release import make_release

CONTENT = Path(__file__).parents[3] / "courses" / "content"


@pytest.fixture
def lesson():
    """A lesson that is taught in English too."""
    return load_course(CONTENT / "ky-nang-bao-ve-thong-tin").lessons[0]


def told(lesson, old="", new=""):
    text = lesson.english.decode()
    assert old in text
    changed = replace(lesson, english=text.replace(old, new, 1).encode())
    return [str(one) for one in faults_in_english(changed)]


def test_a_whole_translation_has_no_fault_and_a_vietnamese_lesson_asks_for_none(lesson):
    assert told(lesson) == []
    assert list(faults_in_english(replace(lesson, file_en="", english=b""))) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('msgstr "Drawer"', 'msgstr ""', "chưa có bản tiếng Anh của column: “Ngăn”"),
        ('msgstr "Drawer"', 'msgstr "Ngăn"', "còn tiếng Việt (Ngăn)"),
        ('msgstr "Drawer"', 'msgstr "The ngăn"', "còn tiếng Việt (ngăn)"),
        ("Right up to number {den}.", "Right so far.", "các chỗ trống {den + 1}, {den}"),
        ("Presses him to be done in {{phut}}", "Presses him in {{phu}}", "chỗ trống {{phut}}"),
        ('"## Stage 1. Three drawers\\n"', '"Stage 1. Three drawers\\n"', "cùng tiêu đề"),
        ('"| Mailbox | {{k2}} |\\n"', '"Mailbox {{k2}}\\n"', "số dòng bảng"),
    ],
)
def test_each_fault_is_named_with_its_text(lesson, old, new, said):
    [fault] = told(lesson, old, new)
    assert said in fault
    assert fault.startswith("lessons/01-bao-ve-thong-tin.en.po (n6-")


def test_vietnamese_that_is_meant_is_said_so(lesson):
    text = lesson.english.decode().replace('msgstr "Drawer"', 'msgstr "The ngăn"')
    entry = re.search(r'#\. column\nmsgctxt "n6-tra-loi-1"\nmsgid "Ngăn"', text)
    kept = text.replace(entry[0], "# kept: the word is taught\n" + entry[0])
    assert list(faults_in_english(replace(lesson, english=kept.encode()))) == []


def test_a_text_that_is_said_no_more_is_named(lesson):
    [fault] = told(lesson, 'msgid "Ngăn"', 'msgid "Ngăn cũ"')[1:]
    assert "“Ngăn cũ” không còn trong bài" in fault


def test_a_sentence_marked_in_vietnamese_says_so(lesson):
    text = lesson.english.decode().replace("Vietnamese", "any language")
    [fault] = faults_in_english(replace(lesson, english=text.encode()))
    assert "(n6-tra-loi-6)" in str(fault)


def test_no_translation_at_all_is_one_fault(lesson):
    [fault] = faults_in_english(replace(lesson, english=b"nonsense"))
    assert "không phải tệp bản dịch" in str(fault)


def test_a_release_carries_the_file_and_its_manifest_the_titles():
    course = load_course(CONTENT / "ky-nang-bao-ve-thong-tin")
    [entry] = manifest_of(course).lessons
    assert entry.file_en == "lessons/01-bao-ve-thong-tin.en.po"
    first = entry.in_english().exercises[0]
    assert (first.title, first.points) == ("Which drawer?", entry.exercises[0].points)
    assert first.hint.startswith("What harm")
    release = make_release(course)
    assert release.source_files[entry.file_en] == course.lessons[0].english
    assert entry.file_en not in release.learner_files, "feedback is not handed out"


def test_what_an_author_begins_lies_beside_the_notebook(course_folder):
    course = load_course(course_folder)
    [(path, (count, missing))] = write_english(course, course_folder).items()
    assert path == course_folder / "lessons" / "01.en.po"
    assert count == missing > 0
    assert len(read_english(path.read_bytes()).names) == count
