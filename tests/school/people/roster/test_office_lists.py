"""Lists as offices really save them: each file here failed once. The inputs are made up."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from core.messages import Refused
from records import Records
from records.people import persons
from records.programme.counting import load_units_tree
from school.people.roster import Outcome, Table, import_roster, make_template, read_table
from school.people.sheets.markup import MOST_ELEMENTS

FILES = Path(__file__).parent / "files"
AT = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
HEAD = ("Mã cán bộ", "Họ tên", "Nhóm đối tượng", "Danh mục", "Mã đơn vị")


@pytest.fixture
def provinces(records: Records) -> Records:
    with records.begin() as session:
        persons.load_units(session)
    return records


def read(name: str) -> Table:
    return read_table(name, (FILES / name).read_bytes())


def load(records: Records, content: bytes, **choices) -> Outcome:
    with records.begin() as session:
        return import_roster(session, "ds", content, at=AT, actor="canbo", **choices)


def load_file(records: Records, name: str, **choices) -> Outcome:
    return load(records, (FILES / name).read_bytes(), **choices)


def book(*rows: tuple, head: tuple = HEAD) -> bytes:
    made = openpyxl.Workbook()
    for row in (head, *rows):
        made.active.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def names_of(table: Table) -> list[str]:
    return [row.cells["full_name"] for row in table.rows]


def said(outcome: Outcome) -> list[str]:
    return [f"{fault.line} {fault.column}: {fault.reason}" for fault in outcome.faults]


# --- what a file says ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("dimension-A1-I2.xlsx", "bad-cellstyle.xlsx", "empty-fill.xlsx", "libreoffice.ods"),
        *("xml-2003.xls", "o-dinh-dang-dong-60000.xlsx", "trang-dau-bi-an.xlsx"),
        *("sep-cham-phay-dong-dau.csv", "tieu-de-roi-cham-phay.csv", "utf16le-khong-bom.csv"),
    ],
)
def test_all_five_people_of_a_file_are_read(provinces: Records, name: str) -> None:
    outcome = load_file(provinces, name)
    assert said(outcome) == []
    assert outcome.added == 5


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("co-mat-khau.xlsx", "mật khẩu"),
        ("zip-cua-xlsx.zip", "giải nén rồi gửi tệp “danh-sach.xlsx”"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_mend(name: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        read(name)
    assert says in str(
        refused.value.messages[0].template.format(**refused.value.messages[0].params)
    )


def test_a_hidden_sheet_is_not_read_and_that_is_told(provinces: Records) -> None:
    reading = load_file(provinces, "trang-dau-bi-an.xlsx", dry_run=True).reading
    assert (reading.sheet, reading.hidden_sheets) == ("Danh sách 2026", ("Cũ",))


def test_a_cell_with_a_line_break_does_not_shift_the_lines_told() -> None:
    content = (FILES / "xuong-dong-trong-o.csv").read_bytes() + "TN-2,Lê,,,,,,,\n".encode()
    assert [row.line for row in read_table("ds.csv", content).rows] == [2, 4]


@pytest.mark.slow
def test_millions_of_empty_elements_are_refused_before_they_take_time() -> None:
    plain, hostile = book(("TN-1", "Trần Mẫu", "c", "2025", "15")), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(hostile, "w", 8) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
        new.writestr("xl/sharedStrings.xml", f"<sst>{'<si/>' * (MOST_ELEMENTS + 1)}</sst>")
    assert len(hostile.getvalue()) < 200_000
    with pytest.raises(Refused, match="quá nhiều thành phần"):
        read_table("ds.xlsx", hostile.getvalue())


def test_a_document_that_declares_entities_is_refused() -> None:
    content = (FILES / "xml-2003.xls").read_bytes()
    bomb = content.replace(b"<Workbook", b'<!DOCTYPE x [<!ENTITY a "b">]><Workbook', 1)
    with pytest.raises(Refused, match="DOCTYPE"):
        read_table("ds.xls", bomb)


# --- where the list stands ----------------------------------------------------------------------


def test_titles_totals_and_signatures_are_no_people_and_are_told() -> None:
    table = read("tieu-de-phia-tren-tong-cong-phia-duoi.xlsx")
    assert [row.cells["code"] for row in table.rows] == ["TN-0001", "TN-0002", "TN-0003"]
    assert [words.split(":")[0] for _line, words in table.reading.skipped[:1]] == ["Tổng cộng"]
    assert len(table.reading.skipped) >= 3


def test_a_head_on_two_floors_names_the_columns_below_it() -> None:
    first = read("dau-de-hai-tang-gop-o.xlsx").rows[0].cells
    assert (first["code"], first["unit"], first["email"]) == ("TN-0001", "15", "mau1@example.vn")


def test_a_merged_unit_counts_for_every_row_it_covers() -> None:
    assert [row.cells["unit"] for row in read("o-gop-don-vi.xlsx").rows] == ["15", "15", "15"]


def test_the_code_of_a_unit_is_taken_before_its_name_and_the_other_column_is_told() -> None:
    table = read("ca-don-vi-va-ma-don-vi.xlsx")
    assert {row.cells["unit"] for row in table.rows} == {"15"}
    assert table.reading.unknown_columns == ("Đơn vị",)


@pytest.mark.parametrize("name", ["ho-dem-va-ten.xlsx", "ho-va-ten-rieng.csv"])
def test_a_name_in_two_columns_is_joined(name: str) -> None:
    assert names_of(read(name)) == ["Nguyễn Văn Mẫu", "Nguyễn Văn Thử", "Nguyễn Văn Hoa"]


def test_a_head_merged_over_two_columns_is_family_and_given_name() -> None:
    made = openpyxl.Workbook()
    made.active.append(("Mã cán bộ", "Họ và tên", None, "Nhóm", "Danh mục", "Mã đơn vị"))
    made.active.append(("TN-1", "Nguyễn Văn", "Mẫu", "c", "2025", "15"))
    made.active.merge_cells("B1:C1")
    file = io.BytesIO()
    made.save(file)
    assert names_of(read_table("ds.xlsx", file.getvalue())) == ["Nguyễn Văn Mẫu"]


def test_the_templates_own_row_is_nobody(provinces: Records) -> None:
    with provinces.read() as session:
        template = make_template(load_units_tree(session).values())
    for content in (template, (FILES / "mau.xlsx").read_bytes()):
        outcome = load(provinces, content)
        assert (said(outcome), outcome.added) == ([], 0)
        assert outcome.reading.skipped == ((2, "TN-0001 Nguyễn Thị Mẫu"),)


# --- what a sheet, an encoding or a keyboard spoiled --------------------------------------------


def test_codes_that_a_sheet_changed_are_refused_and_padded_ones_read_as_shown(
    provinces: Records,
) -> None:
    outcome = load_file(provinces, "codes.xlsx")
    lines = {fault.line for fault in outcome.faults if fault.column == "Mã cán bộ"}
    assert lines == {4, 5, 6, 7, 8}  # a shortened number, a date, 12.5, TRUE, 17 figures


def test_a_code_shown_with_zeros_is_the_person_of_the_first_list(provinces: Records) -> None:
    assert load_file(provinces, "two-steps-1-text.xlsx").added == 1
    again = load_file(provinces, "two-steps-2-number-shown-00123.xlsx")
    assert (said(again), again.added, again.unchanged) == ([], 0, 1)


def test_codes_and_mail_addresses_that_differ_in_case_alone_are_one(provinces: Records) -> None:
    outcome = load_file(provinces, "trung-khac-hoa-thuong.xlsx")
    assert {(fault.line, fault.column) for fault in outcome.faults} == {
        (3, "Mã cán bộ"), (3, "Email"), (3, "Tài khoản"), (4, "Email"),
    }  # fmt: skip
    load(provinces, book(("TN-9", "Trần Mẫu", "c", "2025", "15")))
    known = load(provinces, book(("tn-9", "Trần Mẫu", "c", "2025", "15")))
    assert "TN-9" in str(known.faults[0].reason)


def test_error_values_are_refused_in_every_column(provinces: Records) -> None:
    outcome = load_file(provinces, "loi-vlookup.xlsx")
    assert {(fault.line, fault.column) for fault in outcome.faults} >= {
        (2, "Chức vụ"), (3, "Email"), (4, "Tài khoản"), (5, "Nhóm đối tượng"),
    }  # fmt: skip


def test_an_old_encoding_is_shown_converted_and_taken_only_when_asked(provinces: Records) -> None:
    told = load_file(provinces, "vni.xlsx")
    assert told.conversion is not None
    assert (told.conversion.encoding, told.added) == ("vni", 0)
    assert ("Traàn Thò Hoàng", "Trần Thị Hồng") in told.conversion.samples
    assert load_file(provinces, "vni.xlsx", convert="vni").added == 7
    with provinces.read() as session:
        person = persons.find_person_by_code(session, "TN-0004")
        assert person is not None
        assert (person.full_name, person.position) == ("Phạm Đức Thịnh", "Trưởng phòng")


def test_tcvn3_is_told_and_converted_too(provinces: Records) -> None:
    content = book(("TN-1", "NguyÔn V¨n MÉu", "c", "2025", "15"))
    told = load(provinces, content)
    assert told.conversion is not None
    assert told.conversion.samples == (("NguyÔn V¨n MÉu", "Nguyễn Văn Mẫu"),)
    assert load(provinces, content, convert="tcvn3").added == 1


def test_letters_replaced_by_question_marks_are_refused(provinces: Records) -> None:
    outcome = load_file(provinces, "question-marks.xlsx")
    assert {(fault.line, fault.column) for fault in outcome.faults} == {
        (2, "Họ tên"), (2, "Chức vụ"), (3, "Chức vụ"),
    }  # fmt: skip


def test_names_of_all_peoples_are_kept_and_what_no_certificate_can_print_is_refused(
    provinces: Records,
) -> None:
    outcome = load_file(provinces, "ten-hop-le.xlsx")
    refused = {fault.line - 1 for fault in outcome.faults}
    # B2, a comma, A/B, Chinese, Khmer script, and a name all in small letters
    assert refused == {22, 25, 26, 27, 28, 33}
    small = next(fault for fault in outcome.faults if fault.line == 34)
    assert small.value.islower()
    assert small.offered == small.value.title()
    assert small.offered in str(small.mend)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ðặng Văn Mẫu", "Đặng Văn Mẫu"),
        ("H’Mẫu Niê", "H'Mẫu Niê"),
        ("Ｎguyễn Mẫu", "Nguyễn Mẫu"),
        ("Trần\u00a0Mẫu\u200b", "Trần Mẫu"),
        ("Y Khơ̆ Mẫu", "Y Khơ̆ Mẫu"),
        ("Ô", "Ô"),
    ],
)
def test_look_alikes_are_one_name(provinces: Records, typed: str, kept: str) -> None:
    assert said(load(provinces, book(("TN-1", typed, "c", "2025", "15")))) == []
    with provinces.read() as session:
        person = persons.find_person_by_code(session, "TN-1")
        assert person is not None
        assert person.full_name == kept
