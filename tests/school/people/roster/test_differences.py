"""What a list would change, seen before it does: who is new, what becomes of what, who may be there
twice."""

from __future__ import annotations

import datetime as dt

import pytest

from records import Records
from records.people import persons
from school.people.roster import correct, import_roster, read_table

AT = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
HEAD = "Mã cán bộ,Họ tên,Chức vụ,Nhóm đối tượng,Danh mục,Mã đơn vị,Email"
ANH = "TN-1,Trần Thị Ánh,Chuyên viên,c,2025,15,anh@example.vn"


@pytest.fixture
def provinces(records: Records) -> Records:
    with records.begin() as session:
        persons.load_units(session)
    return records


def listed(*lines):
    return "\n".join([HEAD, *lines]).encode()


def look(records, content, *, dry_run=True, corrections=None):
    table = correct(read_table("ds", content), corrections or {})
    with records.begin() as session:
        return import_roster(
            session, "ds", content, at=AT, actor="canbo", dry_run=dry_run, table=table
        )


def test_who_is_new_and_what_changes_into_what_is_said_before_it_happens(provinces):
    look(provinces, listed(ANH), dry_run=False)
    moved = ANH.replace("Chuyên viên", "Phó phòng").replace(",15,", ",48,")
    said = look(provinces, listed(moved, "TN-2,Lê Văn Bình,,c,2025,15,"))
    changed, new = said.differences
    assert (changed.line, changed.code, changed.moves) == (2, "TN-1", True)
    assert [(one.column, one.before, one.after) for one in changed.changes] == [
        ("Chức vụ", "Chuyên viên", "Phó phòng"),
        ("Đơn vị", "Lào Cai", "Đà Nẵng"),
    ]
    assert (new.line, new.code, new.changes, new.moves) == (3, "TN-2", (), False)
    assert (said.added, said.changed, said.unchanged) == (1, 1, 0)


def test_a_column_left_empty_changes_nothing(provinces):
    look(provinces, listed(ANH), dry_run=False)
    said = look(provinces, listed("TN-1,Trần Thị Ánh,,c,2025,15,"))
    assert said.differences == ()
    assert said.unchanged == 1


def test_a_new_code_with_a_known_name_in_the_same_unit_is_pointed_out(provinces):
    look(provinces, listed(ANH), dry_run=False)
    said = look(
        provinces,
        listed(
            "TN-7,TRAN THI ANH,,c,2025,15,",
            "TN-8,Trần Thị Ánh,,c,2025,48,",  # of another province: another person
            "TN-9,Đỗ Văn Cường,,c,2025,15,",
            "TN-10,Đỗ Văn Cường,,c,2025,15,",
        ),
    )
    assert [(one.line, one.known, one.line_of) for one in said.likely_twice] == [
        (2, "TN-1", 0),
        (5, "", 4),
    ]
    assert not said.faults, "two people of one name are common: nothing is refused for it"


def test_a_cell_that_is_mended_afterwards_counts_and_the_others_stay(provinces):
    content = listed(ANH.replace(",15,", ",99,"), "TN-2,Lê Văn Bình,,c,2025,15,")
    wrong = look(provinces, content)
    assert [(fault.line, fault.key) for fault in wrong.faults] == [(2, "unit")]
    corrections = {(2, "unit"): "15", (3, "full_name"): "Lê Văn Bình", (77, "unit"): "1"}
    said = look(provinces, content, corrections=corrections)
    assert not said.faults
    assert said.corrected == 1, "what says the same, or is nowhere, is no correction"
    assert [one.full_name for one in said.differences] == ["Trần Thị Ánh", "Lê Văn Bình"]


def test_a_mended_cell_is_plain_text_whatever_the_sheet_kept_there():
    import io

    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(HEAD.split(","))
    book.active.append([dt.date(2026, 1, 1), "Trần Thị Ánh", "", "c", "2025", "15", ""])
    content = io.BytesIO()
    book.save(content)
    table = read_table("ds.xlsx", content.getvalue())
    (row,) = table.rows
    assert "code" in row.kinds
    (mended,) = correct(table, {(row.line, "code"): "TN-1"}).rows
    assert mended.cells["code"] == "TN-1"
    assert "code" not in mended.kinds
