import pytest

from core.messages import Refused
from courses.writing.formula import read_formula, reckon

VALUES = {"tong": 1500, "a": 3, "b": 1}


@pytest.mark.parametrize(
    ("typed", "python", "value"),
    [
        ("tong × 60%", "tong * 0.6", 900),
        ("round(tong / 7; 1)", "round(tong / 7, 1)", 214.3),
        ("1.500 + 12,5*(a-b)", "1500 + 12.5 * (a - b)", 1525),
        ("max(a; b) ^ 2", "max(a, b) ** 2", 9),
        ("−a : 2", "- a / 2", -1.5),
    ],
)
def test_a_formula_is_read_as_people_type_it(typed, python, value):
    assert read_formula(typed, tuple(VALUES)) == python
    assert reckon(python, VALUES) == pytest.approx(value)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("tổng * 2", "Không có số nào tên “tổng”. Các số đã đặt: tong, a, b."),
        ("__import__('os')", "Không có số nào tên “__import__”"),
        ("tong.real", "Không hiểu “.real”"),
        ("[a]", "Không hiểu “[a]”"),
        ("", "Không đọc được công thức này"),
        ("a b", "Không đọc được công thức này"),
        ("round", "Không đọc được công thức này"),
        ("a; b", "Không đọc được công thức này"),
        ("a" * 301, "Công thức dài quá 300 ký tự"),
    ],
)
def test_what_is_no_formula_is_said(typed, why):
    with pytest.raises(Refused) as refused:
        read_formula(typed, tuple(VALUES))
    assert why in str(refused.value)


def test_a_name_where_nothing_is_drawn_says_where_numbers_are_named():
    with pytest.raises(Refused, match="Số riêng của từng người"):
        read_formula("tong * 2", ())


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("tong / (a - 3)", "chia cho 0"),
        ("9 ^ 9 ^ 9", "Không đọc được"),
        ("tong ^ 20", "Không đọc được"),
        ("(0 - a) ^ 0,5", "Không đọc được"),
    ],
)
def test_what_cannot_be_reckoned_is_said_and_takes_no_time(typed, why):
    with pytest.raises(Refused, match=why):
        reckon(read_formula(typed, tuple(VALUES)), VALUES)
