"""Importing rosters: what is read, what is refused and how it is said, all or nothing."""

from __future__ import annotations

import datetime as dt
import io
import unicodedata
import zipfile

import openpyxl
import pytest

from core.messages import Refused
from records import Records
from records.people import persons
from records.platform import audit
from records.programme.counting import load_units_tree
from school.people.roster import Outcome, import_roster, make_template, read_table

AT = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
HEAD = "Mã cán bộ,Họ tên,Chức vụ,Nhóm đối tượng,Loại đơn vị,Danh mục,Mã đơn vị,Email,Tài khoản"
ANH = "TN-1,Trần Thị Ánh,Chuyên viên,c,tỉnh,2025,15,anh@example.vn,tranthianh"
BINH = "TN-2,Lê Văn Bình,,đ,tỉnh,2008,10,,"


@pytest.fixture
def provinces(records: Records) -> Records:
    with records.begin() as session:
        persons.load_units(session)
    return records


def table(*lines: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *lines]).encode()


def load(records: Records, content: bytes, **choices) -> Outcome:
    with records.begin() as session:
        return import_roster(session, "ds", content, at=AT, actor="canbo", **choices)


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    return len(outcome.faults), outcome.added, outcome.changed, outcome.unchanged


def find(records: Records, code: str):
    with records.read() as session:
        return persons.find_person_by_code(session, code)


def test_a_list_is_imported_and_again_changes_nothing(provinces: Records) -> None:
    content = table(ANH, BINH)
    assert counts(load(provinces, content)) == (0, 2, 0, 0)
    assert counts(load(provinces, content)) == (0, 0, 0, 2)
    person = find(provinces, "TN-1")
    assert (person.full_name, person.audience_group, person.username) == (
        "Trần Thị Ánh", "c", "tranthianh"
    )  # fmt: skip
    with provinces.read() as session:
        assert audit.verify(session).entries == 1  # the second time there was nothing to log


def test_a_change_is_counted_and_an_empty_column_takes_nothing_away(provinces: Records) -> None:
    load(provinces, table(ANH))
    changed = ANH.replace("Chuyên viên", "Trưởng phòng").replace("anh@example.vn", "")
    assert counts(load(provinces, table(changed))) == (0, 0, 1, 0)
    person = find(provinces, "TN-1")
    assert (person.position, person.email) == ("Trưởng phòng", "anh@example.vn")


def test_a_dry_run_says_the_same_and_writes_nothing(provinces: Records) -> None:
    assert counts(load(provinces, table(ANH, BINH), dry_run=True)) == (0, 2, 0, 0)
    assert find(provinces, "TN-1") is None


def test_one_fault_stops_the_whole_list(provinces: Records) -> None:
    outcome = load(provinces, table(ANH, BINH.replace(",đ,", ",z,")))
    assert counts(outcome) == (1, 0, 0, 0)
    assert find(provinces, "TN-1") is None


@pytest.mark.parametrize(
    ("row", "line", "column", "reason", "mend"),
    [
        (
            BINH.replace(",đ,", ",z,"),
            3,
            "Nhóm đối tượng",
            "Không có nhóm",
            "a, b, c, d, đ, e, g, h",
        ),
        (BINH.replace("2008,10", "2025,99"), 3, "Mã đơn vị", "danh mục 2025", "Tra mã"),
        (
            BINH.replace("2008,10", "2025,10"),
            3,
            "Mã đơn vị",
            "danh mục 2025",
            "Lào Cai của danh mục 2008, nay thuộc Lào Cai (mã 15)",
        ),
        (
            BINH.replace("2008,10", ",44"),
            3,
            "Mã đơn vị",
            "khớp 2 đơn vị: tỉnh/2008/44 (Quảng Bình); tỉnh/2025/44 (Quảng Trị)",
            "mã đầy đủ như tỉnh/2025/44",
        ),
        (
            BINH.replace("2008,10", "2025,Lao Cai"),
            3,
            "Mã đơn vị",
            "Không có mã",
            "Mã của Lào Cai là 15",
        ),
        (BINH.replace("2008", "2010"), 3, "Danh mục", "Không có danh mục", "2008 (63 tỉnh)"),
        (BINH.replace("tỉnh", "ấp"), 3, "Loại đơn vị", "Không có loại", "doanh nghiệp"),
        (BINH.replace("TN-2", ""), 3, "Mã cán bộ", "Thiếu", "Điền"),
        (BINH.replace("TN-2", "TN 2*"), 3, "Mã cán bộ", "Sai dạng", "2 đến 32"),
        (BINH.replace("TN-2", "TN-1"), 3, "Mã cán bộ", "Trùng với dòng 2", "một dòng"),
        (BINH + "tranthianh", 3, "Tài khoản", "Trùng với dòng 2", "một dòng"),
        (BINH.replace("Lê Văn Bình", "=CONCAT(A1)"), 3, "Họ tên", "công thức", "giá trị"),
        (BINH.replace("Bình", "Bi\u0300\u0323\u0301nh"), 3, "Họ tên", "Có dấu rời", "Unicode"),
        (BINH.replace("Lê Văn Bình", "LÃª VÄƒn BÃ¬nh áº¡"), 3, "Họ tên", "sai bảng mã", "UTF-8"),
        (BINH.replace("Bình", "B\u202eình"), 3, "Họ tên", "ký tự ẩn", "Unicode"),
        (BINH.replace("Bình", "B1nh"), 3, "Họ tên", "có số", "Chỉ ghi họ tên"),
        (BINH.replace("Bình", "B" * 300), 3, "Họ tên", "Dài quá", "Rút gọn"),
        (BINH.removesuffix(",,") + ",khong-phai-thu,", 3, "Email", "Sai dạng", "@coquan"),
    ],
)
def test_each_fault_names_line_column_reason_and_mend(
    provinces: Records, row, line, column, reason, mend
) -> None:
    outcome = load(provinces, table(ANH, row))
    assert outcome.faults
    fault = outcome.faults[0]
    assert (fault.line, fault.column) == (line, column)
    assert reason in str(fault.reason)
    assert mend in str(fault.mend)


def test_a_code_of_somebody_else_is_refused_but_a_mended_diacritic_is_not(
    provinces: Records,
) -> None:
    load(provinces, table(ANH))
    other = load(provinces, table(ANH.replace("Trần Thị Ánh", "Phạm Văn Ba")))
    assert "tên khác" in str(other.faults[0].reason)
    mended = load(provinces, table(ANH.replace("Ánh", "Anh")))
    assert counts(mended) == (0, 0, 1, 0)


def test_a_login_name_of_somebody_already_there_is_refused(provinces: Records) -> None:
    load(provinces, table(ANH))
    outcome = load(provinces, table(BINH + "tranthianh"))
    assert "của người khác" in str(outcome.faults[0].reason)


def test_an_officer_fills_only_own_units_and_takes_nobody_from_others(
    provinces: Records,
) -> None:
    with provinces.read() as session:
        lao_cai = persons.find_unit(session, "province", "2025", "15").id
        scope = persons.unit_and_below(session, lao_cai)
    assert counts(load(provinces, table(ANH, BINH), scope=scope)) == (
        0,
        2,
        0,
        0,
    )  # 63's Lào Cai too
    elsewhere = table("TN-3,Ngô Thị Cúc,,c,tỉnh,2025,48,,")
    assert "ngoài phạm vi" in str(load(provinces, elsewhere, scope=scope).faults[0].reason)
    load(provinces, elsewhere)
    moved = table("TN-3,Ngô Thị Cúc,,c,tỉnh,2025,15,,")
    assert "ngoài phạm vi" in str(load(provinces, moved, scope=scope).faults[0].reason)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_as_people_save_it(provinces: Records, encoding: str, delimiter: str) -> None:
    text = table(ANH, BINH).decode().replace(",", delimiter).replace("\n", "\r\n")
    assert counts(load(provinces, text.encode(encoding))) == (0, 2, 0, 0)


def test_heads_in_any_order_with_or_without_diacritics(provinces: Records) -> None:
    content = table(
        "15,Trần Thị Ánh,C),TN-1,2025",
        head="ma don vi,HO VA TEN, Nhóm Đối Tượng * ,mã CBCC,danh mục",
    )
    assert counts(load(provinces, content)) == (0, 1, 0, 0)


def test_decomposed_names_are_kept_composed(provinces: Records) -> None:
    load(provinces, unicodedata.normalize("NFD", table(ANH).decode()).encode())
    assert find(provinces, "TN-1").full_name == "Trần Thị Ánh"


def workbook(*rows: tuple) -> bytes:
    book = openpyxl.Workbook()
    for row in [tuple(HEAD.split(",")), *rows]:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_xlsx_with_numbers_where_excel_ate_the_zero(provinces: Records) -> None:
    content = workbook(("TN-1", "Trần Thị Ánh", None, "c", "tỉnh", 2025, 1, None, None))
    assert counts(load(provinces, content)) == (0, 1, 0, 0)
    with provinces.read() as session:
        unit = persons.find_unit(session, "province", "2025", "01")
    assert find(provinces, "TN-1").unit_id == unit.id


def test_a_formula_in_xlsx_is_refused_with_its_place(provinces: Records) -> None:
    content = workbook(
        ("TN-1", '=HYPERLINK("http://x","y")', None, "c", "tỉnh", 2025, 1, None, None)
    )
    fault = load(provinces, content).faults[0]
    assert (fault.line, fault.column) == (2, "Họ tên")
    assert "công thức" in str(fault.reason)


def test_the_template_adds_nobody_and_lists_every_units_code(provinces: Records) -> None:
    with provinces.read() as session:
        template = make_template(load_units_tree(session).values())
    assert counts(load(provinces, template)) == (0, 0, 0, 0)
    codes = openpyxl.load_workbook(io.BytesIO(template))["Mã đơn vị"]
    assert codes.max_row - 1 == 63 + 34 + 1


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 120_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "rỗng"),
        (b"\n\n", "rỗng"),
        (b"PK\x03\x04 hong", "Không đọc được"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 xls", ".xlsx"),
        ("Mã,Họ tên\nTN-1,Tr\u1ea7n".encode() + b"\xff", "UTF-8"),
        (b"%PDF-1.7\n\0\0\0", "PDF"),
        (table(ANH, head="a,b,c"), "Thiếu cột: Mã cán bộ, Họ tên, Nhóm đối tượng, Mã đơn vị"),
        (table(ANH, head=HEAD.replace("Chức vụ", "Họ và tên")), "hai lần"),
        (table('TN-1,"Trần'), "CSV sai dạng"),
        (table(*["x"] * 50_002), "Hãy chia nhỏ"),
        (b"x" * 10_000_001, "lớn hơn 10 MB"),
        (bomb(), "giải nén"),
    ],
)
def test_files_that_cannot_be_used_are_refused_in_one_sentence(content: bytes, says: str) -> None:
    with pytest.raises(Refused) as refused:
        read_table("ds", content)
    assert says in str(refused.value)


@pytest.mark.slow
def test_thousands_of_rows_are_one_transaction(provinces: Records) -> None:
    rows = [f"TN-{n:05d},Trần Thị Ánh,,c,tỉnh,2025,15,," for n in range(3_000)]
    assert counts(load(provinces, table(*rows))) == (0, 3_000, 0, 0)
    assert counts(load(provinces, table(*rows))) == (0, 0, 0, 3_000)
