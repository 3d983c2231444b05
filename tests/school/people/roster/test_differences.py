"""What a list would change, seen before it does: who is new, what becomes of what, who may be there
twice."""

from __future__ import annotations

import datetime as dt

import pytest

from records import Records
from records.people import merging, persons
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


def born(*lines):
    return "\n".join([f"{HEAD},Ngày sinh", *lines]).encode()


def test_a_day_of_birth_is_kept_changed_merged_and_erased(provinces):
    look(provinces, born(f"{ANH},12/03/1985"), dry_run=False)
    assert look(provinces, born(f"{ANH},1985")).differences == (), "a year takes no day away"
    [changed] = look(provinces, born(f"{ANH},13/03/1985")).differences
    assert [(one.column, one.before, one.after) for one in changed.changes] == [
        ("Ngày sinh", "12/03/1985", "13/03/1985")
    ]
    with provinces.begin() as session:
        anh = persons.find_person_by_code(session, "TN-1")
        assert anh.born == "1985-03-12"
        other = persons.add_person(session, username=None, full_name="Trần Ánh", code="T", at=AT)
        merging.merge(session, other, anh, at=AT)
        assert other.born == "1985-03-12"
        persons.erase_person(session, other.id, at=AT)
        assert session.get_one(type(other), other.id).born is None


def test_days_of_birth_tell_namesakes_apart_and_find_who_moved(provinces):
    look(provinces, born(f"{ANH},12/03/1985"), dry_run=False)
    other = "TN-2,Trần Thị Ánh,,c,2025,{unit},,{day}"
    assert look(provinces, born(other.format(unit=15, day="02/02/1990"))).likely_twice == ()
    [moved] = look(provinces, born(other.format(unit=48, day="12/03/1985"))).likely_twice
    assert (moved.known, moved.moved) == ("TN-1", True)
    [same] = look(provinces, born(other.format(unit=15, day="1985"))).likely_twice
    assert (same.known, same.moved) == ("TN-1", False)


def test_a_day_of_birth_that_is_not_sure_stops_the_list_at_its_cell(provinces):
    said = look(provinces, born(f"{ANH},03/25/1985"))
    [fault] = said.faults
    assert (fault.key, fault.value, fault.line) == ("born", "03/25/1985", 2)
