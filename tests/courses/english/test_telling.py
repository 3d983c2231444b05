"""A notebook, and what a test said, in English and back."""

import courses
from core.messages import Message
from courses.english import telling
from courses.english.catalogue import English
from courses.handouts.variants import variant
from courses.notebooks import learner_notebook


def english(**_none):
    texts = {
        ("chu", "## Gửi {{tien}} đồng cho {{ai}}"): "## Send {{tien}} VND to the {{ai}}",
        ("so", "ngân hàng"): "bank",
        ("so", "công an"): "police",
        ("bang", "Xếp loại: đúng"): "Sort: right",
        ("bang", "Của {{ai}}"): "Of the {{ai}}",
        ("cham", "Chưa điền."): "Not filled in.",
        ("cham", "Còn sai."): "Still wrong.",
        ("cham", "Đúng đến {den}. Xem từ {den + 1}."): "Right up to {den}. See from {den + 1}.",
        ("cham", "Mục {ten}: xem lại."): "Item {ten}: look again.",
    }
    anywhere = {vi: said for (_cell, vi), said in texts.items()}
    return English(texts, frozenset(), frozenset(texts), anywhere)


def lesson(cells):
    drawn = (
        "#| variant:\n#|   tien: {from: 1000, to: 9000, step: 1000}\n"
        '#|   ai: {choice: [ngân hàng, công an]}\ntien = 2500\nai = "ngân hàng"'
    )
    form = (
        '#| form: table\n#| label: "Xếp loại: đúng"\n#| columns:\n#|   viec: "Việc"\n'
        '#|   loai: "Loại"\n#| rows:\n#|   - {viec: "Của {{ai}}"}\nbang = None'
    )
    return cells.notebook(
        cells.marked("locked", "so", drawn),
        cells.text("chu", "## Gửi {{tien}} đồng cho {{ai}}\n"),
        cells.marked("solution", "bang", form),
    )


def heads(source, seed):
    own = learner_notebook(variant(source, seed))
    return own, telling.heads_of(own), telling.english_heads(source, english(), seed)


def test_the_same_numbers_are_written_as_english_does(cells):
    own, vi, en = heads(lesson(cells), 0)
    shown = telling.reworded(own, vi, en)
    assert shown["cells"][1]["source"] == "## Send 2,500 VND to the bank\n"
    assert own["cells"][1]["source"] == "## Gửi 2.500 đồng cho ngân hàng\n", "the argument stays"
    form = courses.read_form(shown["cells"][2]["source"])
    assert form.label == "Sort: right"
    assert form.rows == ({"viec": "Of the bank"},)


def test_every_drawn_variant_comes_back_as_it_was(cells):
    for seed in range(5):
        own, vi, en = heads(lesson(cells), seed)
        shown = telling.reworded(own, vi, en)
        assert shown != own
        assert telling.reworded(shown, en, vi) == own


def test_an_answer_and_what_a_learner_wrote_stay(cells):
    own, vi, en = heads(lesson(cells), 0)
    own["cells"][1]["source"] = "ghi chú của tôi"
    own["cells"][2]["source"] += "\nbang = [{'viec': 'Của ngân hàng', 'loai': 'a'}]"
    shown = telling.reworded(own, vi, en)
    assert shown["cells"][1]["source"] == "ghi chú của tôi"
    assert courses.read_answer(shown["cells"][2]["source"])[0]["loai"] == "a"
    assert telling.reworded(shown, en, vi) == own


def test_given_cells_are_the_lessons_words_and_never_the_learners(cells):
    own, _vi, _en = heads(lesson(cells), 0)
    form = courses.read_form(own["cells"][2]["source"])
    sent = [{"viec": "Of the bank", "loai": "a"}]
    assert telling.with_given(form, sent) == [{"viec": "Của ngân hàng", "loai": "a"}]
    assert telling.with_given(form, None) is None
    assert telling.with_given(form, [{}, {}]) == [{}, {}], "not of this form: left to the check"


def test_feedback_is_told_line_by_line_sentence_by_sentence_and_with_its_gaps():
    def told(text):
        return telling.told(english(), "cham", text)

    assert told("Chưa điền.\nCòn sai.") == "Not filled in.\nStill wrong."
    assert told("Chưa điền. Còn sai.") == "Not filled in. Still wrong."
    assert told("- Đúng đến 3. Xem từ 4.") == "- Right up to 3. See from 4."
    assert told("Còn sai. " * 3000).startswith("Still wrong. Still wrong. ")
    assert told("Đúng đến 3. Xem từ 4.") == "Right up to 3. See from 4."
    assert told("Mục công an: xem lại.") == "Item police: look again."
    twice = "Mục A: xem lại.{}Mục B: xem lại."
    assert told(twice.format("\n")) == "Item A: look again.\nItem B: look again."
    assert told(twice.format(" ")) == "Item A: look again. Item B: look again."
    assert told("Chuyện lạ.") == "Chuyện lạ."
    assert told("") == ""


def test_a_message_of_the_marker_keeps_its_sentence_for_the_catalogue():
    said = telling.told_message(english(), "cham", Message("Câu “{title}”.", {"title": "công an"}))
    assert said == Message("Câu “{title}”.", {"title": "police"})
