"""Every course has a picture: its own, or one drawn of what it is about."""

import itertools
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from courses import load_course, make_release
from courses.checks.check import check_media
from courses.pictures import (
    LARGEST_COVER,
    LARGEST_DRAWN,
    MOTIFS,
    WORDS,
    cover_among,
    drawn,
    motif_of,
)

COURSES = sorted((Path(__file__).parents[2] / "courses" / "content").glob("*/course.toml"))
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 140"><path d="M0 0h9"/></svg>'
CLASSES = {"drawn", "sun", "b", "s", "g", "w", "l", "m", "y"}


def test_every_course_that_is_taught_has_a_light_picture_of_its_subject() -> None:
    pictures = {}
    for path in COURSES:
        course = load_course(path.parent)
        pictures[course.slug] = drawn(course.slug, course.frame)
    assert len(pictures) >= 9
    assert max(map(len, pictures.values())) <= LARGEST_DRAWN
    assert len(set(pictures.values())) == len(pictures), "two courses look the same"


@pytest.mark.parametrize(
    ("slug", "frame", "motif"),
    [
        ("xa-hoi-so-an-toan", "4.4", "shield"),
        ("xa-hoi-so", "4.4", "people"),
        ("tri-tue-nhan-tao-tai-cong-so", "4.4", "nodes"),
        ("chuyen-doi-so-cho-nguoi-dung-dau", "4.1", "signpost"),
        ("nhan-thuc-chung", "4.1", "path"),
        ("mot-khoa-moi", "4.2", "building"),
        ("mangan", "4.3", "market"),  # “mang” is a word only by itself
    ],
)
def test_the_words_of_a_course_choose_its_motif_else_its_frame(
    slug: str, frame: str, motif: str
) -> None:
    assert motif_of(slug, frame) == motif


def test_a_course_of_no_frame_of_ours_has_one_too_and_keeps_it() -> None:
    found = {motif_of(f"khoa-{number}", "9.9") for number in range(60)}
    assert len(found) > 6
    assert motif_of("khoa-mau", "") == motif_of("khoa-mau", "")


@pytest.mark.parametrize("motif", MOTIFS)
def test_a_drawing_is_whole_and_takes_its_colours_from_the_page(motif: str) -> None:
    word = next((said.split()[0] for name, said in WORDS if name == motif), "khac")
    picture = ET.fromstring(drawn(word, "4.1"))
    assert picture.get("aria-hidden") == "true"
    shapes = list(picture.iter())[1:]
    assert len(shapes) > 3
    for shape in shapes:
        assert shape.tag in ("path", "circle")
        assert shape.get("class") in CLASSES
        assert not {"style", "fill", "stroke", "onload", "href"} & set(shape.attrib)


def test_two_courses_with_one_motif_differ() -> None:
    looks = {drawn(f"du-lieu-{number}", "4.2") for number in range(40)}
    assert len(looks) >= 10


def test_nothing_of_a_slug_is_written_into_the_page() -> None:
    assert "evil" not in drawn('"><script>evil', "<b>evil")


def test_a_course_may_bring_its_own_picture(course_folder: Path) -> None:
    (course_folder / "media").mkdir(exist_ok=True)
    (course_folder / "media" / "cover.svg").write_bytes(SVG)
    course = load_course(course_folder)
    assert check_media(course) == []
    release = make_release(course)
    assert release.learner_files["media/cover.svg"] == SVG
    paths = [one.path for one in release.manifest.media]
    assert cover_among(paths) == "media/cover.svg"
    assert cover_among(["media/covers.svg", "media/khac.png"]) is None


def test_a_picture_that_is_too_heavy_for_the_catalogue_is_told(course_folder: Path) -> None:
    (course_folder / "media").mkdir(exist_ok=True)
    (course_folder / "media" / "cover.svg").write_bytes(SVG + b" " * LARGEST_COVER)
    [problem] = check_media(load_course(course_folder))
    assert "31 KB" in str(problem)


def test_every_word_chooses_one_motif_only() -> None:
    words = list(itertools.chain.from_iterable(said.split() for _, said in WORDS))
    assert len(words) == len(set(words))
    assert {motif for motif, _ in WORDS} <= set(MOTIFS)
