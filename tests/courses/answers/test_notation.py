import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.messages import Refused
from courses import check_answer, options_of, read_answer, read_form, write_answer
from courses.answers.notation import KINDS, LARGEST_FILE

HEAD = {
    "single": "#| options: {a: A, b: B, c: C}",
    "multiple": "#| options: {a: A, b: B, c: C}",
    "number": "#| unit: '%'",
    "text": "#| lines: 3",
    "table": "#| columns: {x: X, y: {label: Y, kind: number}}\n#| rows: 2",
    "order": "#| options: {a: A, b: B, c: C}",
    "match": "#| options: {a: A, b: B}\n#| targets: {p: P, q: Q}",
    "file": "#| accept: [.csv]",
}
FITTING = {
    "single": "b",
    "multiple": ["a", "c"],
    "number": 12.5,
    "text": "Chuyển đổi số\nhai dòng 'nháy' \"kép\"",
    "table": [{"x": "Sở Y tế", "y": 3}, {"x": "", "y": None}],
    "order": ["c", "a", "b"],
    "match": {"a": "q", "b": "p"},
    "file": {"name": "bang.csv", "base64": "YQ=="},
}
UNFIT = {
    "single": ["z", 1, ["a"]],
    "multiple": ["a", ["a", "a"], ["z"]],
    "number": [["12"], "1" * 3000, True, float("nan"), float("inf")],
    "text": [12, ["a"]],
    "table": ["a", [["x"]], [{"z": 1}], [{"x": {}}]],
    "order": [["a", "b"], ["a", "b", "b"]],
    "match": [{"a": "z"}, {"z": "p"}, ["a"]],
    "file": ["bang.csv", {"name": "a"}, {"name": "a", "base64": "x" * LARGEST_FILE * 2}],
}


def cell(kind):
    return f"#| form: {kind}\n#| label: Câu hỏi\n{HEAD[kind]}\n# Ghi chú giữ lại\ntra_loi = None"


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_written_into_a_form_cell_reads_back(kind):
    written = write_answer(cell(kind), FITTING[kind])
    assert read_answer(written) == FITTING[kind]
    assert read_form(written) == read_form(cell(kind))
    assert "# Ghi chú giữ lại" in written
    assert read_answer(write_answer(written, None)) is None


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_of_the_wrong_shape_is_refused(kind):
    form = read_form(cell(kind))
    for value in UNFIT[kind]:
        assert check_answer(form, value) is not None, value
        with pytest.raises(Refused):
            write_answer(cell(kind), value)


@given(st.text())
def test_whatever_a_learner_types_stays_text_and_never_becomes_code(typed):
    import unicodedata

    written = write_answer(cell("text"), typed)
    assert read_answer(written) == unicodedata.normalize("NFC", typed)
    scope = {}
    exec(written, {"__builtins__": {}}, scope)
    assert list(scope) == ["tra_loi"]


def test_decomposed_vietnamese_is_composed():
    assert read_answer(write_answer(cell("text"), "Hà Nội")) == "Hà Nội"


def test_long_answers_are_written_one_row_to_a_line():
    rows = [{"x": f"Sở Giáo dục và Đào tạo số {i}", "y": i} for i in range(8)]
    written = write_answer(cell("table"), rows)
    assert max(len(line) for line in written.splitlines()) <= 100
    assert read_answer(written) == rows


def test_the_reference_solution_is_the_last_assignment():
    source = cell("single") + '\n### BEGIN SOLUTION\ntra_loi = "b"\n### END SOLUTION'
    assert read_answer(source) == "b"
    assert "SOLUTION" not in write_answer(source, "a")


def test_an_ordinary_cell_is_no_form():
    assert read_form("x = 1") is None
    assert options_of("x = 1") == {}
    with pytest.raises(Refused, match="không phải ô biểu mẫu"):
        write_answer("x = 1", "a")


def test_code_in_place_of_an_answer_is_refused_and_not_run():
    with pytest.raises(Refused, match="viết sẵn"):
        read_answer("tra_loi = __import__('os').getcwd()")
    with pytest.raises(Refused, match="Python hợp lệ"):
        read_answer("tra_loi = (")


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ("form: radio\nlabel: A", "“form”"),
        ("form: single\noptions: {a: A, b: B}", "“label”"),
        ("form: single\nlabel: A", "“options”"),
        ("form: single\nlabel: A\noptions: {1: A, 2: B}", "“options”"),
        ("form: match\nlabel: A\noptions: {a: A, b: B}", "“targets”"),
        ("form: table\nlabel: A\nrows: 2", "“columns”"),
        ("form: table\nlabel: A\ncolumns: {a: A}\nrows: 0", "“rows”"),
        ("form: table\nlabel: A\ncolumns: {a: A}\nrows: [{b: 1}]", "“rows”"),
        ("form: table\nlabel: A\ncolumns: {a: {label: A, kind: x}}\nrows: 1", "“columns.a.kind”"),
        ("form: text\nlabel: A\nlines: 0", "“lines”"),
        ("form: file\nlabel: A\naccept: csv", "“accept”"),
    ],
)
def test_each_fault_of_a_form_names_its_key(options, key):
    top = "\n".join(f"#| {line}" for line in options.split("\n"))
    with pytest.raises(Refused, match=key):
        read_form(f"{top}\ntra_loi = None")


@pytest.mark.parametrize(
    "literal", ['b"a"', "{1, 2}", "0x" + "f" * 6000, "1e999", "{(1, 2): 3}", "[[1j]]", "..."]
)
def test_a_literal_that_no_form_can_hold_is_no_answer(literal):
    with pytest.raises(Refused, match="giá trị viết sẵn"):
        read_answer(f"#| form: text\n#| label: Ô\nx = {literal}")


@pytest.mark.parametrize("value", [10**400, float("inf"), float("nan")])
def test_a_number_that_no_page_can_carry_is_no_answer(value):
    form = read_form("#| form: number\n#| label: Số\nx = None")
    assert check_answer(form, value) is not None
