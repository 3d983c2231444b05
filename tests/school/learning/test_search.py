"""Searching as people type: with diacritics, without, whole words, beginnings, in any order."""

from __future__ import annotations

from pathlib import Path

import pytest

import courses
from core.manifest import Manifest
from school.learning import search
from school.learning.overview import CourseState, LessonState
from skills_framework.framework import load_framework

CONTENT = Path(__file__).parents[3] / "courses" / "content"
FRAMEWORKS = {"vn-tt02-2025": load_framework()}


def state_of(manifest: Manifest) -> CourseState:
    lessons = tuple(
        LessonState(manifest.course, one.slug, one, 10, 1, 1.0, None, None, 0.5)
        for one in manifest.lessons
    )
    return CourseState(manifest.course, 1, 1, manifest, lessons, begun=False, pass_share=0.5)


@pytest.fixture(scope="module")
def taught() -> list[CourseState]:
    folders = sorted(path.parent for path in CONTENT.glob("*/course.toml"))
    assert len(folders) >= 2
    return [state_of(courses.make_release(courses.load_course(one)).manifest) for one in folders]


def titles(taught: list[CourseState], query: str) -> list[str]:
    """Titles of all lessons and exercises found, best first."""
    return [hit.title for one in search.find(taught, query, FRAMEWORKS) for hit in one.hits]


@pytest.mark.parametrize("query", ["lừa đảo", "lua dao", "LỪA ĐẢO", "đảo lừa", "  lua   dao "])
def test_a_lesson_is_found_with_and_without_diacritics(
    taught: list[CourseState], query: str
) -> None:
    found = search.find(taught, query, FRAMEWORKS)
    assert found[0].course.slug == "xa-hoi-so-an-toan"
    assert found[0].hits[0].title == "Nhận ra lừa đảo trên mạng"


@pytest.mark.parametrize("query", ["địa chỉ", "dia chi", "Dia Chi", "Đia chi"])
def test_d_with_and_without_its_stroke_is_the_same_letter(
    taught: list[CourseState], query: str
) -> None:
    assert "Địa chỉ nào của cơ quan nhà nước?" in titles(taught, query)


def test_a_task_leads_to_its_place_in_the_lesson(taught: list[CourseState]) -> None:
    [one] = search.find(taught, "mười phút đầu sau khi lỡ bấm", FRAMEWORKS)
    assert (one.hits[0].title, one.hits[0].anchor) == ("Mười phút đầu sau khi lỡ bấm", "bai-4")


def test_exercises_are_found_by_their_competence_and_say_so(taught: list[CourseState]) -> None:
    hits = [hit for one in search.find(taught, "lập trình", FRAMEWORKS) for hit in one.hits]
    assert hits
    assert {hit.competence.code for hit in hits if hit.competence} == {"3.4"}
    by_code = [hit for one in search.find(taught, "3.4", FRAMEWORKS) for hit in one.hits]
    assert by_code


def test_a_domain_s_name_finds_the_exercises_of_its_competences(taught: list[CourseState]) -> None:
    hits = [hit for one in search.find(taught, "an toàn", FRAMEWORKS) for hit in one.hits]
    assert {hit.competence.code[0] for hit in hits if hit.competence} == {"4"}


def test_english_titles_are_found_too(taught: list[CourseState]) -> None:
    assert titles(taught, "spotting fraud")[0] == "Nhận ra lừa đảo trên mạng"
    assert search.find(taught, "awareness", FRAMEWORKS)[0].course.slug == "nhan-thuc-chung"


def test_words_of_a_course_and_of_its_lesson_may_be_asked_together(
    taught: list[CourseState],
) -> None:
    assert titles(taught, "xã hội số mật khẩu")[0].startswith("Giữ mật khẩu")


def test_every_word_must_be_found(taught: list[CourseState]) -> None:
    assert search.find(taught, "lừa đảo zzz", FRAMEWORKS) == []


def test_nothing_asked_is_everything(taught: list[CourseState]) -> None:
    assert [one.course for one in search.find(taught, " ? ", FRAMEWORKS)] == taught


def little(*titles: str) -> list[CourseState]:
    return [
        state_of(
            Manifest(
                course=f"k{number}",
                title=title,
                programme="p",
                framework="none",
                pass_share=0.5,
                lessons=(),
                summary="Về máy tính." if number == 0 else "",
            )
        )
        for number, title in enumerate(titles)
    ]


def order(query: str, *titles: str) -> list[str]:
    return [one.course.manifest.title for one in search.find(little(*titles), query, {})]


def test_the_same_tones_come_before_others() -> None:
    assert order("bản", "Bạn", "Bàn", "Bản") == ["Bản", "Bạn", "Bàn"]
    assert order("ban", "Bạn", "Bàn", "Bản") == ["Bạn", "Bàn", "Bản"], "untyped tones: as given"


def test_words_in_a_row_come_before_words_apart() -> None:
    assert order("chính phủ số", "Số hóa chính sách phủ khắp", "Chính phủ số")[0] == "Chính phủ số"


def test_titles_come_before_summaries_and_whole_words_before_beginnings() -> None:
    assert order("máy tính", "Chung", "Máy tính") == ["Máy tính", "Chung"]
    assert order("train", "Training", "Train") == ["Train", "Training"]
    assert order("an", "Anh", "An") == ["An"], "two letters are no beginning"
