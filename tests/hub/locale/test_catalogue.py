"""Every room's sentences reach the catalogue, and the lab's English is the catalogue's."""

from __future__ import annotations

from hub.locale import catalogue


def test_pages_code_and_the_lab_extension_are_all_read() -> None:
    said = catalogue.said()
    for where, sentence in {
        "a page": "Đến nội dung chính",
        "a page in a folder": "Bảng theo tỉnh",
        "the page's script": "Đang lưu…",
        "a lower room": "Bài này đã hết hạn nộp. Bài làm đã lưu của anh/chị vẫn còn nguyên.",
        "the lab extension": "Đến ô của bài: {title}",
    }.items():
        assert sentence in said, f"nothing is read of {where}"


def test_nothing_stands_in_the_catalogue_that_nobody_says() -> None:
    assert set(catalogue.translated()) - catalogue.said() == set()


def test_the_lab_s_english_is_what_the_catalogue_says() -> None:
    bundled = (catalogue.EXTENSION / "english.json").read_text(encoding="utf-8")
    assert bundled == catalogue.english_of_the_extension(), "run: python -m hub.locale.catalogue"
    assert '"Hạn nộp: {time} (giờ Việt Nam)": "Due: {time} (Vietnam time)"' in bundled
    assert bundled.count("\n") > 40


def test_the_lab_and_the_pages_say_a_deadline_with_the_same_words() -> None:
    sentence = '_("Hạn nộp: {time} (giờ Việt Nam)"'
    rooms = catalogue.ROOT
    for file in (
        *(
            rooms / "hub" / "portal" / "templates" / name
            for name in ("learning/lesson.html", "parts.html")
        ),
        catalogue.EXTENSION / "guide_words.js",
    ):
        assert sentence in file.read_text(encoding="utf-8"), file
