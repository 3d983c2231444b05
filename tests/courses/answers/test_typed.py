"""What was typed into form cells: read where it can be, kept as typed where it cannot."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import read_answer, read_cell, read_form, read_typed, write_answer

NUMBER = "#| form: number\n#| label: Số người\n#| unit: người\nso = {}"
TABLE = """#| form: table
#| label: Bảng
#| columns:
#|   don_vi: Đơn vị
#|   ty_le: {label: "Tỷ lệ (%)", kind: number}
#|   phan: {label: Phần, kind: number, fractions: true}
#|   so: {label: Số, kind: number, unit: hồ sơ}
#| rows: [{don_vi: Sở Y tế}, {don_vi: Sở Nội vụ}]
bang = None"""


def number_form():
    return read_form(NUMBER.format("None"))


def test_what_can_be_read_becomes_a_number_and_what_cannot_stays_as_typed():
    assert read_typed(number_form(), "1.500 người", "vi")[0] == 1500
    value, (field,) = read_typed(number_form(), " abc ", "vi")
    assert value == "abc" == field.typed
    assert "“Số người”: Chỉ nhập số" in str(field.message)
    assert read_typed(number_form(), "  ", "vi") == (None, ())
    assert read_typed(number_form(), None, "vi") == (None, ())


def test_a_table_is_read_cell_by_cell_and_its_fields_are_named_by_column_and_row():
    form = read_form(TABLE)
    typed = [
        {"don_vi": "Sở Y tế", "ty_le": "50%", "phan": "1/2", "so": "1.200 hồ sơ"},
        {"don_vi": "Sở Nội vụ", "ty_le": "--1", "phan": None, "so": ""},
    ]
    rows, fields = read_typed(form, typed, "vi")
    assert rows == [
        {"don_vi": "Sở Y tế", "ty_le": 50, "phan": 0.5, "so": 1200},
        {"don_vi": "Sở Nội vụ", "ty_le": "--1", "phan": None, "so": None},
    ]
    [bad] = [field for field in fields if field.fault]
    assert (bad.row, bad.column) == (1, "ty_le")
    assert str(bad.label) == "Tỷ lệ (%), dòng 2: Sở Nội vụ"


def test_what_could_not_be_read_can_be_written_into_the_cell_and_comes_back():
    written = write_answer(NUMBER.format("50"), "abc")
    assert read_answer(written) == "abc"


@pytest.mark.parametrize(
    ("left", "stands"),
    [
        ('"1.500 người"', "1500"),
        ("1.500 người", "1500"),
        ("12,5", "12.5"),
        ("1.234,5  # tính tay", "1234.5  # tính tay"),
        ("–5", "-5"),
        ("½", "0.5"),
        ("1 234", "1234"),
        ("12.345", "12.345"),  # Python's own
        ("None", "None"),
        ("3 * 4", "3 * 4"),
        ("len([1])", "len([1])"),
        ("mười hai", "'mười hai'"),
    ],
)
def test_a_form_cell_left_in_the_lab_is_read_like_the_page(left, stands):
    source, _fields = read_cell(NUMBER.format(left), "vi")
    assert source == NUMBER.format(stands)


def test_python_s_own_number_stays_and_is_said_as_python_means_it():
    source, (field,) = read_cell(NUMBER.format("12.345"), "vi")
    assert source == NUMBER.format("12.345")
    assert (field.typed, field.value, field.fault) == ("12.345", 12.345, None)
    assert read_cell(NUMBER.format("12.345"), "en")[1] == ()
    assert read_cell(NUMBER.format("1500"), "vi")[1] == ()


def test_a_table_in_the_lab_is_read_too_and_what_stands_after_it_stays():
    source = TABLE.replace("None", '[{"ty_le": "50%"},\n    {"so": "x"}]  # của tôi\nprint(bang)')
    read, fields = read_cell(source, "vi")
    assert read.endswith("bang = [{'ty_le': 50}, {'so': 'x'}]  # của tôi\nprint(bang)")
    assert [field.typed for field in fields if field.fault] == ["x"]


def test_other_cells_are_left_alone():
    for source in ("x = '1.500'", "#| form: text\n#| label: Ô\nx = '1.500'", "#| form: [", "x = ("):
        assert read_cell(source, "vi") == (source, ())


@given(st.text(max_size=30), st.sampled_from(["vi", "en"]))
def test_whatever_is_left_in_a_cell_is_read_or_left_and_never_breaks(left, language):
    read, _fields = read_cell(NUMBER.format(left), language)
    again, _ = read_cell(read, language)
    assert again == read


@given(st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9), st.sampled_from(["vi", "en"]))
def test_reading_twice_changes_nothing(value, language):
    source = write_answer(NUMBER.format("None"), value)
    assert read_cell(source, language)[0] == source
    assert ast.literal_eval(source.rsplit("= ", 1)[1]) == value
