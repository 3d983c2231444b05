"""What a release says of its course, read from the JSON that this and earlier versions stored."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import courses
from core.manifest import BadManifest, Criterion, Level, MediumEntry, read_manifest

CONTENT = Path(__file__).parents[2] / "courses"

# As the first version wrote it: no exam, no rubric, no media.
FIRST: dict[str, Any] = {
    "programme": "chuyen-doi-so-10000",
    "course": "khoa-mau",
    "title": "Khóa mẫu",
    "title_en": "Sample",
    "summary": "Tóm tắt.",
    "summary_en": "In short.",
    "frame": "4.1",
    "pass_share": 0.5,
    "framework": "vn-tt02-2025",
    "lessons": [
        {
            "slug": "bai-mot",
            "title": "Bài một",
            "title_en": "Lesson one",
            "file": "lessons/01.ipynb",
            "theory_minutes": 10,
            "practice_minutes": 4.5,
            "max_points": 2,
            "exercises": [
                {
                    "grade_id": "cau-1",
                    "title": "Câu một",
                    "competence": "1.1",
                    "level": 2,
                    "minutes": 4.5,
                    "points": 2,
                    "kind": "form",
                    "hint": "",
                    "answers": ["o-1", "o-2"],
                }
            ],
        }
    ],
}


def changed(*path: str | int, **given: Any) -> dict[str, Any]:
    """The first version's manifest with something else at a place in it."""
    whole = copy.deepcopy(FIRST)
    place: Any = whole
    for step in path:
        place = place[step]
    place |= given
    return whole


def test_a_manifest_of_the_first_version_is_read_and_needs_nothing_that_came_later() -> None:
    found = read_manifest(FIRST)
    [lesson] = found.lessons
    assert (found.course, found.title_en, found.pass_share) == ("khoa-mau", "Sample", 0.5)
    assert (found.media, found.mode) == ((), "strict")
    assert (lesson.file, lesson.minutes, lesson.exam) == ("lessons/01.ipynb", 14.5, False)
    [exercise] = lesson.exercises
    assert (exercise.level, exercise.answers, exercise.rubric) == (2, ("o-1", "o-2"), ())


def test_what_later_versions_added_is_read_where_it_is() -> None:
    later = changed("lessons", 0, exam=True)
    later["lessons"][0]["exercises"][0]["rubric"] = [
        {"title": "Đủ ý", "levels": [{"points": 2, "text": "Đủ."}, {"points": 0, "text": ""}]}
    ]
    later["mode"] = "compatible"
    later["media"] = {
        "media/a.png": {"digest": "ab", "size": 3, "width": 0, "height": 0},
        "media/a.vtt": {"digest": "cd", "size": 4, "lines": [[2.5, "Câu một."]]},
    }
    found = read_manifest(later)
    assert found.lessons[0].exam
    assert found.lessons[0].exercises[0].rubric == (
        Criterion("Đủ ý", (Level(2, "Đủ."), Level(0, ""))),
    )
    assert found.mode == "compatible"
    assert found.find_medium("media/a.png") == MediumEntry("media/a.png", "ab", 3, 0, 0)
    assert found.find_medium("media/a.vtt").lines == ((2.5, "Câu một."),)
    assert found.as_dict() == later


def test_nothing_is_found_where_nothing_is() -> None:
    found = read_manifest(FIRST)
    assert found.find_lesson("bai-hai") is None
    assert found.find_lesson("bai-mot").find_exercise("cau-2") is None
    assert found.find_medium("media/a.png") is None


@pytest.mark.parametrize("folder", sorted((CONTENT / "content").glob("*/")), ids=lambda p: p.name)
def test_what_is_read_would_be_written_as_it_was_to_the_byte(folder: Path) -> None:
    """Or a course taken back from its release could not be published again as the same."""
    release = courses.make_release(courses.load_course(folder))
    stored = json.loads(release.source_files["manifest.json"])
    read = read_manifest(stored)
    assert read == release.manifest
    assert json.dumps(read.as_dict(), sort_keys=True) == json.dumps(stored, sort_keys=True)


def test_what_has_no_title_is_called_by_its_name() -> None:
    bare = copy.deepcopy(FIRST)
    for place in (bare, bare["lessons"][0], bare["lessons"][0]["exercises"][0]):
        del place["title"]
    found = read_manifest(bare)
    assert (found.title, found.lessons[0].title) == ("khoa-mau", "bai-mot")
    assert found.lessons[0].exercises[0].title == "cau-1"


@pytest.mark.parametrize("key", ["course", "programme", "framework", "pass_share"])
def test_what_every_release_has_may_not_be_missing(key: str) -> None:
    with pytest.raises(BadManifest, match=f"^manifest: “{key}” is missing$"):
        read_manifest({name: value for name, value in FIRST.items() if name != key})


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        ([], r"^manifest: an object is needed, not \[\]$"),
        (changed(pass_share="0.5"), "^manifest.pass_share: a number is needed, not '0.5'$"),
        (changed(pass_share=True), "^manifest.pass_share: a number is needed, not True$"),
        (changed(title=None), "^manifest.title: text is needed, not None$"),
        (changed(lessons={}), r"^manifest.lessons: a list is needed, not \{\}$"),
        (changed(lessons=["a"]), r"^manifest.lessons\[0\]: an object is needed, not 'a'$"),
        (changed(media=[]), r"^manifest.media: an object is needed, not \[\]$"),
        (changed(media={"media/a": {}}), r"^manifest.media\['media/a'\]: “digest” is missing$"),
        (changed("lessons", 0, max_points=None), r"^manifest.lessons\[0\].max_points: a number"),
        (
            changed("lessons", 0, "exercises", 0, level="2"),
            r"^manifest.lessons\[0\].exercises\[0\].level: a number is needed, not '2'$",
        ),
    ],
)
def test_a_fault_says_where_it_is(stored: Any, why: str) -> None:
    with pytest.raises(BadManifest, match=why):
        read_manifest(stored)
