"""The columns of a list of learners, and the words offices use for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from analytics.programme.targets import load_groups
from core.folding import fold as plain
from records.people import persons


class Column(NamedTuple):
    """Its title in the template, whether it must be there, and other heads people use, plain."""

    title: str
    must: bool
    others: tuple[str, ...]


COLUMNS: dict[str, Column] = {
    "code": Column(
        "Mã cán bộ", True, ("ma", "ma cong chuc", "ma cbcc", "ma nhan su", "ma so", "ma vien chuc")
    ),
    "full_name": Column(
        "Họ tên",
        True,
        ("ho va ten", "ho ten day du", "ho va ten day du", "ho, ten", "ho ten can bo"),
    ),
    "position": Column("Chức vụ", False, ("chuc danh", "vi tri", "chuc vu/chuc danh")),
    "group": Column("Nhóm đối tượng", True, ("nhom", "doi tuong")),
    "kind": Column("Loại đơn vị", False, ("loai", "cap don vi")),
    "vintage": Column("Danh mục", False, ("danh muc tinh", "nam danh muc", "phien ban")),
    "unit": Column("Mã đơn vị", True, ("ma tinh", "don vi", "ma co quan")),
    "email": Column("Email", False, ("thu dien tu", "e-mail", "mail", "dia chi email", "hop thu")),
    "username": Column("Tài khoản", False, ("ten dang nhap", "username", "ten tai khoan")),
    "born": Column(
        "Ngày sinh",
        False,
        ("nam sinh", "sinh ngay", "ngay thang nam sinh", "ngay, thang, nam sinh", "ngay/nam sinh"),
    ),
    "full_time": Column(
        "Chuyên trách CNTT, CĐS",
        False,
        (
            *("chuyen trach", "chuyen trach cntt", "chuyen trach cds", "chuyen trach so"),
            *("chuyen trach cntt/cds", "can bo chuyen trach", "can bo chuyen trach cntt"),
        ),
    ),
}
# The made-up row of the template. Sent back as it is, or only half written over, it is nobody.
SAMPLE = {
    "code": "TN-0001",
    "full_name": "Nguyễn Thị Mẫu",
    "position": "Chuyên viên",
    "group": "c",
    "kind": "tỉnh",
    "vintage": "2025",
    "unit": "15",
    "email": "mau@example.vn",
    "username": "",
    "born": "12/03/1985",
    "full_time": "có",
}
# A name in two columns: the one, a space, the other.
FAMILY, GIVEN = "family_name", "given_name"
_PARTS = {
    FAMILY: (
        "ho",
        "ho dem",
        "ho va dem",
        "ho lot",
        "ho va ten dem",
        "ho va chu dem",
        "ho va chu lot",
    ),
    GIVEN: ("ten", "ten goi"),
}
_TITLES = {plain(column.title): key for key, column in COLUMNS.items()}
_KNOWN = (
    {word: key for key, column in COLUMNS.items() for word in column.others}
    | {word: key for key, words in _PARTS.items() for word in words}
    | _TITLES
)


def spelled(label: str, *, titles_only: bool = False) -> str:
    """The key of the column that a head names; empty for none."""
    words = plain(persons.clean(label)).rstrip(" *:.")
    return (_TITLES if titles_only else _KNOWN).get(words, "")


def is_sample(cells: Mapping[str, str]) -> bool:
    """Whether a row is the template's own made-up one."""
    return all(cells.get(key, "").strip() == SAMPLE[key] for key in ("code", "full_name"))


_YES = {"co", "x", "1", "v", "dung", "chuyen trach", "toan thoi gian", "yes", "true"}
_NO = {"khong", "0", "sai", "kiem nhiem", "ban chuyen trach", "no", "false"}


def read_full_time(text: str) -> bool | None:
    """Whether a cell says that the post is full-time; None where it says neither."""
    words = plain(text)
    return True if words in _YES else False if words in _NO else None


def read_group(text: str) -> str:
    """The letter of the audience group that a cell says, by letter or in its words; "" for none."""
    letter = text.lower().rstrip(").")
    if letter in load_groups():
        return letter
    words = plain(text)
    return next((key for key, one in load_groups().items() if words == plain(one.name["vi"])), "")
