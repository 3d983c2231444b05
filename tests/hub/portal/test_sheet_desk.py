"""Sheets that officers send are taken apart behind walls: the same people, within bounds."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.messages import Refused
from hub.portal.sheet_desk import SheetDesk
from school.people.roster import read_table
from school.people.sheets.walled import read_answer

FILES = Path(__file__).parents[2] / "school" / "people" / "roster" / "files"


@pytest.fixture(scope="module")
def desk() -> Iterator[SheetDesk]:
    made = SheetDesk()
    yield made
    made.close()


@pytest.mark.parametrize("name", ["dimension-A1-I2.xlsx", "libreoffice.ods", "xml-2003.xls"])
def test_a_file_says_behind_walls_what_it_says_here(desk: SheetDesk, name: str) -> None:
    content = (FILES / name).read_bytes()
    there = read_table(name, content, desk.open)
    assert len(there.rows) == 5
    assert there == read_table(name, content)


def test_a_reason_comes_back_as_it_was_given(desk: SheetDesk) -> None:
    with pytest.raises(Refused, match=r"danh-sach\.xlsx"):
        desk.open((FILES / "zip-cua-xlsx.zip").read_bytes())


@pytest.mark.slow
def test_a_file_that_would_take_more_than_it_may_is_refused_and_the_next_is_read(
    desk: SheetDesk,
) -> None:
    hostile = io.BytesIO()
    with zipfile.ZipFile(hostile, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/_rels/workbook.xml.rels", "<Relationships/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/styles.xml", "<styleSheet/>")
        archive.writestr("xl/sharedStrings.xml", f"<sst>{'<si/>' * 9_000_000}</sst>")
    with pytest.raises(Refused):
        desk.open(hostile.getvalue())
    assert len(read_table("ds", (FILES / "mau.xlsx").read_bytes(), desk.open).rows) == 0


@pytest.mark.parametrize(
    "said", [None, 3, {}, {"sheets": [1]}, {"sheets": [["a", True, [], [], [[1, [["x", "y"]]]]]]}]
)
def test_what_a_spoiled_child_sends_is_no_book(said: object) -> None:
    with pytest.raises(ValueError):
        read_answer(said)
