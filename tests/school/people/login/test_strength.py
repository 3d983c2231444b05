"""Which passwords can be guessed."""

from __future__ import annotations

import pytest

from core.messages import Refused
from hub.login.accounts import new_password
from school.people.login.strength import check_password

OWN = ["hocvien", "Nguyễn Thị Học (mẫu)", "Lào Cai"]


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("ngắn", "ít nhất 10 ký tự"), ("ă" * 60, "dài quá 72 byte"), ("a\0" * 8, "dài quá"),
        ("matkhau123456", "hay gặp"), ("Password2026!", "hay gặp"), ("1234567890", "hay gặp"),
        ("abcdefghijkl", "một dãy"), ("aaaaaaaaaaaa", "lặp lại"), ("qwertyuiop[]", "cạnh nhau"),
        ("hocvien2026", "dựa vào tên"), ("nguyenthihoc90", "dựa vào tên"),
        ("Nguyễn Thị Học 1990", "dựa vào tên"), ("LaoCai@2026", "dựa vào tên"),
    ],
)  # fmt: skip
def test_what_is_easy_to_guess_is_refused_with_its_reason(password: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        check_password(password, personal=OWN)


def test_what_is_hard_to_guess_is_taken() -> None:
    for password in ("voi xôi cày tím", "bàn ghế mây trời", "học voi ăn xôi tím", "tR7#kq9!vmZ2"):
        check_password(password, personal=OWN)
    for _ in range(50):
        check_password(new_password(), personal=OWN)
