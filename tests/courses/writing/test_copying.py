import pytest
from lesson_drafts import DRAFTS

from core.messages import Refused
from courses.course import exercises_of
from courses.handouts.variants import variant
from courses.notebooks import source_of
from courses.writing.cells import cells_of, draft_of
from courses.writing.copying import copied, kind_of
from courses.writing.pieces import pieces_of

TEST = """#| exercise: Tỷ lệ
#| competence: "1.1"
#| level: 1
#| minutes: 3
assert ty_le == so[0] * he_so, f"Lấy {so[0]} nhân {he_so}."  # so là chữ"""


@pytest.fixture
def source(cells):
    setup = "#| title: so liệu\n#| table: so\n#| variant:\n#|   so: {choice: [[1], [2]]}\nso = [1]"
    return cells.notebook(
        cells.marked("locked", "khong-lien-quan", "khac = 5"),
        cells.marked("locked", "du-lieu", setup),
        cells.marked("locked", "he-so", "import math\nhe_so = math.floor(2.5)"),
        cells.text("de", "Lấy so đầu {{so}} nhân hệ số."),
        cells.marked("solution", "tra-loi", "#| form: number\n#| label: a\nty_le = None"),
        cells.marked("test", "cham", TEST),
        cells.text("de-2", "Dựa vào bài trên"),
        cells.marked("solution", "tra-loi-2", "#| form: number\n#| label: b\ngap = None"),
        cells.marked("test", "cham-2", TEST.replace("ty_le ==", "gap == ty_le +")),
    )


def test_an_exercise_is_copied_with_what_it_rests_on_and_says_where_it_is_from(source, cells):
    made = copied(source, "cham", cells.notebook(), "bai-1", "khoa-mau/bai-mau")
    assert [one["id"] for one in made] == ["bai-1-1", "bai-1-2", "bai-1-3", "bai-1-4", "bai-1"]
    assert "#| taken_from: khoa-mau/bai-mau\nassert" in source_of(made[-1])
    (exercise,) = exercises_of(cells.notebook(*made))
    assert (exercise.grade_id, exercise.title) == ("bai-1", "Tỷ lệ")
    assert pieces_of(cells.notebook(*made))[-1].origin == "khoa-mau/bai-mau"
    assert "khac" not in "".join(map(source_of, made))


def test_names_that_are_taken_get_others_in_code_and_gaps_and_not_in_words(source, cells):
    into = cells.notebook(cells.marked("locked", "o", "so = 3\nty_le = 1\nso_2 = 0"))
    made = copied(source, "cham", into, "bai-1", "x")
    setup, _factor, task, answer, test = map(source_of, made)
    assert setup.startswith("#| title: so liệu\n#| table: so_3\n#| variant:\n#|   so_3: {choice")
    assert setup.endswith("\nso_3 = [1]")
    assert task == "Lấy so đầu {{so_3}} nhân hệ số."
    assert answer.endswith("ty_le_2 = None")
    assert 'assert ty_le_2 == so_3[0] * he_so, f"Lấy {so_3[0]} nhân {he_so}."  # so là chữ' in test
    assert "so_3 = [2]" in source_of(
        next(
            v["cells"][0]
            for n in range(9)
            if "[2]"
            in source_of((v := variant(cells.notebook(*made), n))["cells"][0]).split("\n")[-1]
        )
    )


def test_what_rests_on_another_exercise_is_not_copied(source, cells):
    with pytest.raises(Refused, match="kết quả của một bài ở trên nó"):
        copied(source, "cham-2", cells.notebook(), "bai-1", "x")
    with pytest.raises(Refused, match="Không còn bài tập này"):
        copied(source, "de", cells.notebook(), "bai-1", "x")


def test_a_function_whose_name_is_taken_is_not_renamed_behind_the_task_s_back(cells):
    source = cells.notebook(*cells_of(DRAFTS["code"], "bai-1"))
    with pytest.raises(Refused, match="ty_le"):
        copied(source, "bai-1", source, "bai-2", "x")


@pytest.mark.parametrize("kind", DRAFTS)
def test_a_copy_of_what_a_form_wrote_can_be_taken_up_by_the_form(kind, cells):
    source = cells.notebook(*cells_of(DRAFTS[kind], "bai-1"))
    (piece,) = pieces_of(source)
    assert kind_of(piece) == kind
    made = copied(source, "bai-1", cells.notebook(), "bai-1", "khoa/bai")
    assert draft_of(made).taken_from == "khoa/bai"
