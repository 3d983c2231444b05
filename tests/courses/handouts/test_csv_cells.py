"""Files of people's data, opened in a spreadsheet: nothing is computed, nothing is changed."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.messages import Refused
from courses.handouts.csv_cells import safe_cell
from courses.handouts.variants import downloads

CASE = """#| show: false
#| download: danh-sach.csv
#| content: bang
bang = [["Mã", "Ghi chú", "Tỷ lệ"], ["TN001", "=1+1", "-5%"],
 ["TN002", "=HYPERLINK(\\"http://vi-du.invalid\\",\\"bấm\\")", "+84 912 000 000"],
 ["00123", "@SUM(A1)", "1-2"], ["TN004", "\\tx", "1E5"]]"""


def handed_out(cells, source=CASE, name="danh-sach.csv") -> list[list[str]]:
    content = downloads(cells.notebook(cells.marked("locked", "bang", source)))[name]
    delimiter = ";" if "separator" in source else ","
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=delimiter))


def test_the_hand_out_carries_no_formula_and_keeps_its_zeros(cells) -> None:
    rows = handed_out(cells)
    assert rows[1:] == [
        ["TN001", "'=1+1", "-5%"],
        ["TN002", '\'=HYPERLINK("http://vi-du.invalid","bấm")', "'+84 912 000 000"],
        ["'00123", "'@SUM(A1)", "'1-2"],
        ["TN004", "'\tx", "'1E5"],
    ]


def test_raw_leaves_codes_to_programs_and_still_carries_no_formula(cells) -> None:
    rows = handed_out(cells, CASE.replace("#| content", "#| raw: true\n#| content"))
    assert rows[3] == ["00123", "'@SUM(A1)", "1-2"]


def test_an_author_chooses_what_parts_the_columns(cells) -> None:
    rows = handed_out(cells, CASE.replace("#| content", '#| separator: ";"\n#| content'))
    assert rows[0] == ["Mã", "Ghi chú", "Tỷ lệ"]
    with pytest.raises(Refused, match="separator"):
        handed_out(cells, CASE.replace("#| content", '#| separator: "|"\n#| content'))


@pytest.mark.parametrize(
    "value", ["12,5", "0,5", "-3", "2026-03-02", "a=b", "Xã Mẫu", 7, None, 0.5]
)
def test_what_a_spreadsheet_leaves_alone_is_left_alone(value) -> None:
    assert safe_cell(value) == value


@given(st.text())
def test_no_text_begins_like_a_formula(text) -> None:
    shown = safe_cell(text)
    begins = shown.lstrip()[:1]
    assert begins not in ("=", "@", "|") and (
        begins not in ("+", "-") or shown.strip(" %+-")[0:1].isdigit()
    )
    assert shown in (text, "'" + text)
