import json
from dataclasses import replace

import pytest
from lesson_drafts import COMMON, DRAFTS

from core.messages import Refused
from courses.notebooks import learner_notebook, source_of
from courses.writing.cells import cells_of, draft_of
from courses.writing.draft import KINDS, Draft, Row
from courses.writing.drawn import Drawn


def test_there_is_a_draft_of_every_kind():
    assert set(DRAFTS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_becomes_cells_that_become_the_draft_again(kind):
    cells = json.loads(json.dumps(cells_of(DRAFTS[kind], "bai-1")))
    assert draft_of(cells) == DRAFTS[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_learners_receive_neither_answers_nor_what_the_form_keeps(kind, cells):
    received = learner_notebook(cells.notebook(*cells_of(DRAFTS[kind], "bai-1")))
    whole = json.dumps(received, ensure_ascii=False)
    assert '"form": {' not in whole
    assert "BEGIN" not in whole
    for row in DRAFTS[kind].rows:
        assert not row.feedback or row.feedback not in whole


def test_words_changed_in_the_notebook_are_changed_on_the_form():
    cells = cells_of(DRAFTS["single"], "bai-1")
    cells[0]["source"] = "Đề mới"
    cells[1]["source"] = cells[1]["source"].replace("Hỏi một người", "Hỏi hai người")
    cells[2]["source"] = cells[2]["source"].replace("minutes: 3", "minutes: 4")
    found = draft_of(cells)
    assert (found.task, found.rows[2].left, found.minutes) == ("Đề mới", "Hỏi hai người", "4")
    assert found.rows[0].feedback == DRAFTS["single"].rows[0].feedback


@pytest.mark.parametrize("place", [1, 2])
def test_cells_changed_beyond_the_form_are_somebody_s_own(place):
    cells = cells_of(DRAFTS["number"], "bai-1")
    cells[place + 1]["source"] += "\nprint('của tôi')"
    assert draft_of(cells) is None


def test_what_a_file_says_it_keeps_is_not_trusted():
    cells = cells_of(DRAFTS["number"], "bai-1")
    for held in ({"kind": "number", "rows": 3}, {"kind": ["x"]}, "x", None, {"kind": "number"}):
        cells[-1]["metadata"]["motcham"] = {"form": held}
        assert draft_of(cells) is None


@pytest.mark.parametrize(
    ("change", "field", "why"),
    [
        ({"title": " "}, "title", "Hãy điền mục này"),
        ({"title": "a --> b"}, "title", "-->"),
        ({"task": ""}, "task", "Hãy điền mục này"),
        ({"label": ""}, "label", "Hãy điền mục này"),
        ({"minutes": "x"}, "minutes", "Chỉ nhập số"),
        ({"points": "0"}, "points", "lớn hơn 0"),
        ({"answer": "tong * x"}, "answer", "Không có số nào tên “x”"),
        ({"task": "{{khac}}"}, "task", "khac"),
        ({"otherwise": "{{khac}}"}, "otherwise", "khac"),
        ({"drawn": (Drawn("tổng", "1", "2"),)}, "name-1", "không dấu"),
        ({"rows": (Row("tong * 0,6", feedback="x"),)}, "left-1", "trùng với đáp án"),
        ({"rows": (Row("tong / 0", feedback="x"),)}, "left-1", "chia cho 0"),
        ({"answer": "tong / 7"}, "tolerance", "sai số"),
        ({"tolerance": "-1"}, "tolerance", "nhỏ hơn 0"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(change, field, why):
    with pytest.raises(Refused) as refused:
        cells_of(replace(DRAFTS["number"], **change), "bai-1")
    assert why in str(refused.value.fields[field][0])


def test_everything_wrong_is_said_at_once():
    with pytest.raises(Refused) as refused:
        cells_of(Draft("single"), "bai-1")
    assert {"title", "task", "label", "left-1"} <= set(refused.value.fields)


@pytest.mark.parametrize(
    ("rows", "field", "why"),
    [
        ((Row("Ý", "1: có\n0: không"),), "points", "cộng lại được 1 điểm, bài tập ghi 2 điểm"),
        ((Row("Ý", "2 có"),), "right-1", "điểm: mô tả"),
        ((Row("Ý", "nhiều: có"),), "right-1", "điểm: mô tả"),
        ((Row("Ý", "2: có"),), "points", "ít nhất hai mức"),
    ],
)
def test_a_rubric_that_cannot_be_read_is_said(rows, field, why):
    with pytest.raises(Refused) as refused:
        cells_of(Draft("written", "Viết", rows=rows, **COMMON), "bai-1")
    assert why in str(refused.value.fields[field][0])


def test_a_draft_without_a_rubric_is_marked_by_points_alone():
    cells = cells_of(replace(DRAFTS["written"], rows=()), "bai-1")
    assert "rubric" not in source_of(cells[-1])
