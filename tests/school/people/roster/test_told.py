"""What a sender says beside the file: columns, what holds for all, rows left out."""

from __future__ import annotations

import io

import openpyxl
import pytest

from core.messages import Refused
from records.programme.counting import UnitNode
from school.people.roster import Told, read_list, read_table, settle
from school.people.roster.told import read_for_all, units_for_all

TREE = {
    1: UnitNode(1, "nation", "", "VN", "Việt Nam", None, None),
    2: UnitNode(2, "province", "2008", "10", "Lào Cai", 1, 3),
    3: UnitNode(3, "province", "2025", "15", "Lào Cai", 1, None),
    4: UnitNode(4, "province", "2025", "48", "Đà Nẵng", 1, None),
}


def listed(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def keys_of(content: bytes, told: Told | None = None) -> dict[int, str]:
    columns = read_list(content, told or Told()).reading.columns
    return {one.position: one.key for one in columns if one.key}


def test_a_missing_column_is_told_and_not_where_it_is_said_of_all() -> None:
    content = listed("Mã cán bộ,Họ tên,Ghi thêm", "TN-1,Trần Thị Ánh,x")
    table = read_list(content, Told())
    assert table.reading.missing == ("group", "unit")
    assert table.reading.unknown_columns == ("Ghi thêm",)
    assert [one.sample for one in table.reading.columns] == ["TN-1", "Trần Thị Ánh", "x"]
    told = Told(for_all={"unit": "tỉnh/2025/15", "group": "d"})
    table = settle(read_list(content, told), told)
    assert table.reading.missing == ()
    assert (table.rows[0].cells["unit"], table.rows[0].cells["group"]) == ("tỉnh/2025/15", "d")
    with pytest.raises(Refused, match="Thiếu cột: Nhóm đối tượng, Mã đơn vị"):
        read_table("ds.csv", content)


def test_what_is_said_of_all_overrules_a_column_and_a_mended_cell_overrules_that() -> None:
    content = listed(
        "Mã cán bộ,Họ tên,Nhóm,Loại đơn vị,Đơn vị", "TN-1,Lê Ánh,c,xã,Phòng Văn hóa",
        "TN-2,Lê Bình,c,xã,Phòng Nội vụ",
    )  # fmt: skip
    told = Told(corrections={(3, "unit"): "48"}, for_all={"unit": "tỉnh/2025/15"})
    table = settle(read_list(content, told), told)
    assert table.reading.overruled == ("Đơn vị",)
    assert [row.cells["unit"] for row in table.rows] == ["tỉnh/2025/15", "48"]
    assert {row.cells["kind"] for row in table.rows} == {""}, "the kind of what was said before"


def test_columns_are_as_they_are_said_to_be() -> None:
    content = listed("A,B,Họ tên,Họ và tên,Nhóm,Đơn vị", "1,TN-1,Lê,Lê Văn Ánh,c,15")
    table = read_list(content, Told())
    assert table.reading.twice == ("Họ tên", "Họ và tên")
    assert set(table.reading.missing) == {"code", "full_name"}
    said = {0: "", 1: "code", 2: "", 3: "full_name"}
    table = read_list(content, Told(columns=said))
    assert (table.reading.twice, table.reading.missing) == ((), ())
    assert table.rows[0].cells["full_name"] == "Lê Văn Ánh"
    twice = read_list(content, Told(columns={**said, 2: "full_name"}))
    assert twice.reading.twice, "two that are said to be one are asked about again"


def test_a_head_in_which_nothing_is_understood_is_shown_to_be_told() -> None:
    content = listed("Số hiệu,Người,Cơ quan", "TN-1,Lê Văn Ánh,15")
    assert keys_of(content) == {}
    told = Told(columns={0: "code", 1: "full_name"}, for_all={"unit": "15", "group": "c"})
    table = settle(read_list(content, told), told)
    assert [row.cells["code"] for row in table.rows] == ["TN-1"]
    with pytest.raises(Refused, match="Thiếu cột"):
        read_list(listed("a,b", "1,2"), Told())


def test_a_row_is_left_out_and_is_known_as_such() -> None:
    content = listed("Mã cán bộ,Họ tên,Nhóm,Đơn vị", "TN-1,Lê Ánh,c,15", "TN-2,Lê Bình,c,15")
    told = Told(left_out=frozenset({3, 99}))
    table = settle(read_list(content, told), told)
    assert [row.cells["code"] for row in table.rows] == ["TN-1"]
    assert [row.line for row in table.left_out] == [3]


# --- heads on two floors ------------------------------------------------------------------------


def test_the_lower_floor_of_a_head_keeps_the_address_where_the_upper_one_is_whole_already() -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append(["DANH SÁCH CÁN BỘ"])
    sheet.append(["Mã cán bộ", "Họ tên", "Nhóm", "Mã đơn vị", "Liên hệ", None])
    sheet.append([None, None, None, None, "Điện thoại", "Email"])
    sheet.append(["TN-1", "Lê Văn Ánh", "c", "15", "0900", "anh@example.vn"])
    for area in ("A1:F1", "E2:F2", "A2:A3", "B2:B3", "C2:C3", "D2:D3"):
        sheet.merge_cells(area)
    file = io.BytesIO()
    made.save(file)
    (row,) = read_list(file.getvalue(), Told()).rows
    assert (row.line, row.cells["email"]) == (4, "anh@example.vn")
    assert read_list(file.getvalue(), Told()).reading.unknown_columns == ("Điện thoại",)


def test_the_lower_floor_is_known_without_merged_cells_and_a_person_below_is_no_floor() -> None:
    content = listed(
        "Mã cán bộ,Họ tên,Nhóm,Mã đơn vị,Liên hệ,", ",,,,Điện thoại,Email",
        "TN-1,Lê Văn Ánh,c,15,0900,anh@example.vn",
    )  # fmt: skip
    (row,) = read_list(content, Told()).rows
    assert (row.line, row.cells["email"]) == (3, "anh@example.vn")
    content = listed("Mã cán bộ,Họ tên,Nhóm,Mã đơn vị,Chức vụ", "TN-1,Lê Ánh,c,15,Email")
    assert [row.line for row in read_list(content, Told()).rows] == [2]


# --- of all -------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["tỉnh/2025/15", "15", "Lào Cai", "tỉnh Lào Cai"])
def test_the_unit_of_all_is_said_by_key_code_or_name(said: str) -> None:
    found = read_for_all(TREE, None, unit=said, group="Đ)")
    assert found == {"unit": "tỉnh/2025/15", "group": "đ"}


@pytest.mark.parametrize(
    ("unit", "group", "field"), [("48", "", "unit"), ("xx", "", "unit"), ("", "z", "group")]
)
def test_what_cannot_hold_for_all_is_refused_at_its_field(
    unit: str, group: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        read_for_all(TREE, {2, 3}, unit=unit, group=group)
    assert set(refused.value.fields) == {field}


def test_units_of_today_are_offered_until_they_are_too_many() -> None:
    assert units_for_all(TREE, {2, 3}) == [("tỉnh/2025/15", "Lào Cai")]
    many = TREE | {
        n: UnitNode(n, "commune", "2025", str(n), f"Xã {n}", 3, None) for n in range(10, 90)
    }
    assert units_for_all(many, None) == ()
