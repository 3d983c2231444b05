"""Files are opened when they are chosen: what is wrong with them is said then, with its mend."""

import io
import zipfile

import openpyxl
import pytest

from core.messages import Refused
from courses import look_into
from courses.answers.notation import LARGEST_FILE

SHEETS = (".xlsx", ".csv")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
LOCKED = OLE + "EncryptedPackage".encode("utf-16-le")


def workbook(rows=3, sheets=1, write_only=False):
    made = openpyxl.Workbook()
    for place in range(sheets):
        sheet = made.active if place == 0 else made.create_sheet()
        for row in range(rows):
            sheet.append([row, f"Đơn vị {row} (mẫu)"])
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def archive(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return file.getvalue()


def test_a_good_workbook_is_told_with_its_size_sheets_and_rows():
    seen = look_into("danh sách.xlsx", workbook(rows=120, sheets=2), SHEETS)
    assert (seen.sheets, seen.rows) == (2, 240)
    assert str(seen.message).startswith("danh sách.xlsx · ")
    assert "2 trang tính, 240 dòng" in str(seen.message)


def test_rows_that_hold_nothing_are_not_counted():
    made = openpyxl.Workbook()
    made.active.append(["a", 1])
    made.active.row_dimensions[60000].height = 30
    file = io.BytesIO()
    made.save(file)
    assert look_into("a.xlsx", file.getvalue(), SHEETS).rows == 1


def test_a_good_csv_is_told_with_its_lines():
    assert look_into("a.csv", b"ten,so\nAn,1\n\n", SHEETS).rows == 2
    assert look_into("a.csv", "ten\tso\nAn\t1\n".encode("utf-16"), SHEETS).rows == 2


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.xlsx", b"", "rỗng"),
        ("a.csv", b"", "rỗng"),
        ("a.csv", b"\n\n ,,\n", "dòng trống"),
        ("bang", workbook(), "không có đuôi"),
        ("a.xlsx.download", workbook(), "chưa tải về xong"),
        ("a.xlsx.crdownload", workbook(), "chưa tải về xong"),
        ("a.pdf", b"%PDF-1.7", "nhận tệp .xlsx, .csv"),
        ("a.xls", OLE, "kiểu cũ"),
        ("a.xlsx", OLE, "kiểu cũ"),
        ("a.xlsx", LOCKED, "mật khẩu"),
        ("~$a.xlsx", b"\x05Nguyen" + b" " * 150, "tệp tạm"),
        (".~lock.a.xlsx#", b",may,", "tệp tạm"),
        ("a.xlsx", b"<html><table></table></html>", "không phải là tệp “.xlsx”"),
        ("a.xlsx", b"ten;so\nAn;1", "không phải là tệp “.xlsx”"),
        ("a.xlsx", archive(word__document="<w/>"), "không phải là tệp “.xlsx”"),
        ("a.xlsx", workbook()[:2000], "hỏng"),
        ("a.csv", workbook(), "không phải là tệp “.csv”"),
        ("a.csv", OLE, "không phải là tệp “.csv”"),
        ("a.xlsx", b"x" * (LARGEST_FILE + 1), "lớn hơn 2 MB"),
        ("a.xlsx", workbook(rows=0), "không có ô nào"),
    ],
)
def test_what_a_marker_could_not_open_is_refused_with_its_mend(name, content, says):
    with pytest.raises(Refused) as refused:
        look_into(name, content, SHEETS)
    assert says in str(refused.value)


def test_an_archive_that_unpacks_to_very_much_is_refused_and_not_held():
    big = archive(xl__workbook="", **{"xl__worksheets__sheet1.xml": b"<row/>" * 11_000_000})
    assert len(big) < LARGEST_FILE
    with pytest.raises(Refused, match="quá lớn"):
        look_into("a.xlsx", big, SHEETS)


def test_a_directory_that_lies_about_its_sizes_is_no_way_around():
    good = bytearray(
        archive(
            **{"xl__workbook.xml": "<w/>", "xl__worksheets__sheet1.xml": b"<row/>" * 11_000_000}
        )
    )
    place = good.rindex(b"PK\x01\x02")
    good[place + 24 : place + 28] = (1000).to_bytes(4, "little")  # said: one kilobyte
    with pytest.raises(Refused):
        look_into("a.xlsx", bytes(good), SHEETS)


def test_any_kind_may_be_sent_where_the_author_names_none():
    assert look_into("anh.png", b"\x89PNG\r\n\x1a\n...").size == 11
    with pytest.raises(Refused, match="không phải là tệp"):
        look_into("anh.png", b"GIF89a")
    with pytest.raises(Refused, match="rỗng"):
        look_into("anh.png", b"")


def test_a_path_in_the_name_is_passed_over():
    assert look_into("C:\\Users\\an\\a.csv", b"x,y", SHEETS).name == "a.csv"
