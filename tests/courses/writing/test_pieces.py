import pytest
from lesson_drafts import DRAFTS

from core.messages import Refused
from courses import load_course
from courses.notebooks import source_of
from courses.writing import pieces
from courses.writing.cells import cells_of, text_cell


@pytest.fixture
def lesson(cells):
    return cells.notebook(
        text_cell("chu-1", "## Đầu bài"),
        *cells_of(DRAFTS["number"], "bai-1"),
        cells.marked("locked", "so-lieu", "so_dan = [1, 2]"),
        cells.text("de-rieng", "Đề viết tay"),
        cells.marked("solution", "tra-loi-rieng", "x = 1"),
        cells.marked("test", "rieng", "#| exercise: Riêng\nassert x == 1"),
        *cells_of(DRAFTS["task"], "bai-2"),
    )


def test_every_cell_stands_in_one_piece_in_its_order(lesson):
    found = pieces.pieces_of(lesson)
    assert [(one.kind, one.name, len(one.cells)) for one in found] == [
        ("text", "chu-1", 1),
        ("exercise", "bai-1", 4),
        ("cell", "so-lieu", 1),
        ("exercise", "rieng", 3),
        ("exercise", "bai-2", 1),
    ]
    assert [cell for one in found for cell in one.cells] == lesson["cells"]
    assert [bool(one.draft) for one in found] == [False, True, False, False, True]
    assert [one.title for one in found[:4]] == [
        "Đầu bài",
        "Tính số hồ sơ",
        "so_dan = [1, 2]",
        "Riêng",
    ]


def test_shipped_lessons_are_cut_without_a_loss(shipped_course):
    for lesson in load_course(shipped_course).lessons:
        found = pieces.pieces_of(lesson.source)
        assert [cell for one in found for cell in one.cells] == lesson.source["cells"]
        names = [one.name for one in found if one.kind == "exercise"]
        assert names == [one.grade_id for one in lesson.exercises]


@pytest.fixture(params=["nhan-thuc-chung", "xa-hoi-so-an-toan"])
def shipped_course(request):
    from courses.course import CONTENT

    return CONTENT / request.param


def test_a_piece_is_replaced_and_all_others_stay(lesson):
    piece = pieces.find_piece(lesson, "bai-1")
    made = pieces.replaced(lesson, "bai-1", [text_cell("moi", "Mới")], seen=piece.digest)
    assert made["cells"] == [lesson["cells"][0], text_cell("moi", "Mới"), *lesson["cells"][5:]]


def test_a_piece_that_was_changed_meanwhile_is_not_replaced(lesson):
    seen = pieces.find_piece(lesson, "rieng").digest
    lesson["cells"][7]["source"] = "x = 2"
    with pytest.raises(Refused, match="vừa được sửa ở nơi khác"):
        pieces.replaced(lesson, "rieng", [], seen=seen)
    with pytest.raises(Refused, match="vừa được sửa ở nơi khác"):
        pieces.replaced(lesson, "mat-roi", [], seen=seen)


def test_pieces_are_moved_and_put_between(lesson):
    up = pieces.moved(lesson, "rieng", -1)
    assert [one.name for one in pieces.pieces_of(up)][1:4] == ["bai-1", "rieng", "so-lieu"]
    assert pieces.moved(lesson, "chu-1", -1) == lesson
    put = pieces.inserted(lesson, "bai-1", [text_cell("moi", "Mới")])
    assert [one.name for one in pieces.pieces_of(put)][1:3] == ["bai-1", "moi"]
    last = pieces.inserted(lesson, "", [text_cell("moi", "Mới")])
    assert source_of(last["cells"][-1]) == "Mới"


def test_names_are_free_and_variables_known(lesson):
    assert pieces.free_name(lesson) == "bai-3"
    assert pieces.free_name(lesson, "chu") == "chu-2"
    assert "so_dan" in pieces.names_bound(lesson)
    assert "tong" not in pieces.names_bound(lesson, "bai-1")


def test_only_the_task_of_somebody_s_own_exercise_is_rewritten(lesson):
    piece = pieces.find_piece(lesson, "rieng")
    made = pieces.with_words(piece, task="Đề mới")
    assert [source_of(one) for one in made[:1]] == ["Đề mới"]
    assert made[1:] == list(piece.cells[1:])
