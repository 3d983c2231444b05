"""Reading ease: long sentences, long averages and strange words are told with their place."""

import pytest

from courses import load_course
from courses.checks.ease import LONGEST, faults_of, hard_to_read
from courses.checks.prose import sentences, texts, unfamiliar, words


def cell(source):
    return {"cell_type": "markdown", "id": "chu", "metadata": {}, "source": source}


def told(source):
    return [str(one) for one in faults_of(cell(source))]


def long_sentence(count):
    return " ".join(["Bà", *["con"] * (count - 1)]) + "."


def test_only_running_text_is_read_and_list_items_stand_alone():
    source = (
        "## Một tiêu đề\n\nCâu một. Câu *hai*\nxuống dòng.\n\n- mục thứ nhất;\n- mục thứ hai.\n\n"
        "| Bảng | không đọc |\n|---|---|\n| a | b |\n\n```\nmã = 1\n```\n<!-- ghi chú -->\n"
        "![Hình](../media/a.png)\n\nVăn bản dùng trong bài: QĐ 749/QĐ-TTg, mục II."
    )
    assert list(texts(source)) == [
        "Câu một. Câu hai xuống dòng.",
        "mục thứ nhất;",
        "mục thứ hai.",
    ]


def test_sentences_end_where_a_reader_draws_breath():
    said = sentences('Xin 1.000 hồ sơ? Có: "một." Rồi hai; ba (QĐ 3.1). Bốn…')
    assert said == ["Xin 1.000 hồ sơ?", "Có:", '"một.', "Rồi hai;", "ba (QĐ 3.1).", "Bốn…"]
    assert words("793/BTTTT-THH ngày 05/3/2022, 12,5% và 3-2-1") == [
        "793/BTTTT-THH", "ngày", "05/3/2022", "12,5", "và", "3-2-1",
    ]  # fmt: skip


@pytest.mark.parametrize("word", ["nghiêng", "khuỷu", "quyết", "Đắk", "ưỡn", "gì", "II", "7", "a"])
def test_vietnamese_syllables_and_numbers_are_familiar(word):
    assert unfamiliar(word) == []


@pytest.mark.parametrize("word", ["GDP", "dashboard", "Mobile", "VNeID", "file", "AI", "e-mail"])
def test_abbreviations_and_foreign_words_are_not(word):
    assert unfamiliar(word) == [word]


def test_a_sentence_of_more_than_so_many_tieng_is_told_with_its_beginning():
    assert told(long_sentence(LONGEST)) == []
    [said] = told(long_sentence(LONGEST + 1))
    assert said.startswith(f"câu dài {LONGEST + 1} tiếng (tối đa {LONGEST}), hãy tách ra: “Bà con")
    assert said.endswith("…”")


def test_where_something_stands_does_not_lengthen_a_sentence():
    place = " (QĐ 749/QĐ-TTg, mục IV, khoản 1, điểm d)."
    assert told(long_sentence(LONGEST)[:-1] + place) == []
    assert told(long_sentence(LONGEST)[:-1] + " (và thêm mấy chữ).") != []


def test_three_sentences_that_are_long_together_are_told():
    assert told(" ".join([long_sentence(21)] * 2)) == []
    [said] = told(" ".join([long_sentence(21)] * 3))
    assert said == "câu dài trung bình 21 tiếng (tối đa 20); hãy viết câu ngắn hơn"


def test_many_abbreviations_are_named_and_english_is_left_alone():
    text = " ".join(["Bà con nộp hồ sơ."] * 8)
    assert told(text) == []
    [said] = told(text + " " + " ".join(["CNTT KPI API"] * 3) + ".")
    assert said == "18% là chữ tắt hay từ nước ngoài (tối đa 15%): CNTT, KPI, API"
    assert told(" ".join(["These sentences are written for English readers"] * 10)) == []


def test_the_place_is_the_cell(course_folder):
    [lesson] = load_course(course_folder).lessons
    lesson.source["cells"][0]["source"] = long_sentence(40)
    [problem] = hard_to_read(lesson)
    assert (problem.severity, str(problem.where)) == ("warning", "lessons/01.ipynb, ô số 1 (viec)")
