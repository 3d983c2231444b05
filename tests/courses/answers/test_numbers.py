"""A number as people type it: what it is read as, what is said of what is none."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.messages import Refused
from courses import number_words, read_number, show_number, write_number

LANGUAGES = st.sampled_from(["vi", "en"])
NUMBERS = st.integers(-(10**18), 10**18) | st.floats(
    -1e15, 1e15, allow_nan=False, allow_subnormal=False
)
NBSP, THIN, NARROW, ZERO_WIDTH = "\u00a0", "\u2009", "\u202f", "\u200b"


@pytest.mark.parametrize(
    ("typed", "language", "value"),
    [
        ("6.800", "vi", 6800),
        ("12,5", "vi", 12.5),
        ("1.234,5", "vi", 1234.5),
        ("1,234.5", "vi", 1234.5),
        ("12.345", "vi", 12345),
        ("12.345", "en", 12.345),
        ("12,345", "en", 12345),
        ("12,345", "vi", 12.345),
        ("0.125", "vi", 0.125),  # no group of thousands begins with 0
        ("0,125", "en", 0.125),
        ("0.5", "vi", 0.5),
        ("6,800", "en", 6800),
        ("12.5", "en", 12.5),
        ("1,234,567", "vi", 1234567),  # several of one mark can only be thousands
        ("1.234.567", "en", 1234567),
        ("1.234.567,25", "vi", 1234567.25),
        ("1 234", "vi", 1234),
        (f"1{NBSP}234,5", "vi", 1234.5),
        (f"1{THIN}234{THIN}567", "vi", 1234567),
        (f"1{NARROW}234.5", "en", 1234.5),
        ("1'000", "vi", 1000),
        ("1’000", "vi", 1000),
        ("  12 ", "vi", 12),
        (f"{ZERO_WIDTH}12", "vi", 12),
        ("-3", "vi", -3),
        ("−3,5", "vi", -3.5),
        ("–5", "vi", -5),
        ("‒5", "vi", -5),
        ("- 5", "vi", -5),
        ("+5", "vi", 5),
        ("１２３", "vi", 123),
        ("－１２，５", "vi", -12.5),
        ("½", "vi", 0.5),
        ("2½", "vi", 2.5),
        ("−¾", "en", -0.75),
        ("1e6", "vi", 1e6),
        ("1,5E-3", "vi", 0.0015),
        ("2×10^3", "vi", 2000.0),
        ("50%", "vi", 0.5),
        ("7 %", "vi", 0.07),
        ("5.", "vi", 5),
        (",5", "vi", 0.5),
        ("007", "vi", 7),
        ("9007199254740993", "vi", 9007199254740993),
    ],
)
def test_a_number_is_read_by_the_language_of_its_page(typed, language, value):
    read = read_number(typed, language)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("typed", "unit", "label", "value"),
    [
        ("1.500 người", "người", "", 1500),
        ("1.500 Người.", "người", "", 1500),
        ("50%", "%", "", 50),
        ("50 phần trăm", "%", "", 50),
        ("50%", "", "Tỷ lệ (%)", 50),
        ("5%", "điểm phần trăm", "", 5),
        ("12 triệu", "triệu đồng", "", 12),
        ("12.000 đ", "đồng", "", 12000),
        ("1.000 VND", "", "Số tiền (đồng)", 1000),
        ("120 m2", "m²", "", 120),
        ("$5", "$", "", 5),
        ("11", "", "Câu (1)", 11),  # a number in brackets is no unit
    ],
)
def test_a_unit_is_passed_over_where_the_field_says_it(typed, unit, label, value):
    assert read_number(typed, "vi", unit=unit, label=label) == value


@pytest.mark.parametrize(
    ("typed", "unit", "says"),
    [
        ("--5", "", "hai dấu"),
        ("-–5", "", "hai dấu"),
        ("+-5", "", "hai dấu"),
        ("abc", "", "Chỉ nhập số"),
        ("", "", "Chỉ nhập số"),
        ("²", "", "Chỉ nhập số"),
        ("nan", "", "Chỉ nhập số"),
        ("inf", "", "Chỉ nhập số"),
        ("1.2.3", "", "không đứng đúng chỗ"),
        ("12 34", "", "không đứng đúng chỗ"),
        ("1.23,4", "", None),
        ("12.345.67", "", "không đứng đúng chỗ"),
        ("1,234.567,8", "", "không đứng đúng chỗ"),
        ("5-10", "", "một khoảng"),
        ("1.500 người", "", "“người”"),
        ("5 hồ sơ", "người", "“người”"),
        ("12 đồng", "triệu đồng", "triệu đồng"),
        ("1,5 triệu", "", "đủ các chữ số"),
        ("1/2", "", "không nhận phân số"),
        ("1e999", "", "quá lớn"),
        ("1" * 400, "", "quá dài"),
    ],
)
def test_what_is_no_number_is_refused_with_its_reason(typed, unit, says):
    with pytest.raises(Refused) as refused:
        read_number(typed, "vi", unit=unit)
    assert says is None or says in str(refused.value)


def test_a_fraction_is_read_where_the_field_asks_for_one():
    assert read_number("1/2", "vi", fractions=True) == 0.5
    assert read_number("-1 1/4", "vi", fractions=True) == -1.25
    with pytest.raises(Refused, match="chia cho không"):
        read_number("1/0", "vi", fractions=True)


@given(NUMBERS, LANGUAGES)
def test_what_is_written_into_a_field_reads_as_the_same_number(value, language):
    read = read_number(write_number(value, language), language)
    assert read == value
    assert type(read) is type(value)


@given(st.integers(-(10**20), 10**20), LANGUAGES)
def test_a_number_shown_in_figures_reads_as_itself(value, language):
    assert read_number(show_number(value, language), language) == value


@given(st.integers(1, 10**12), st.integers(0, 99), LANGUAGES)
def test_grouping_and_the_decimal_mark_of_the_language_are_understood(whole, cents, language):
    english = f"{whole:,}.{cents:02}"
    typed = english if language == "en" else english.translate(str.maketrans(",.", ".,"))
    assert math.isclose(read_number(typed, language), whole + cents / 100)


@given(st.text(max_size=40), LANGUAGES)
def test_whatever_is_typed_is_a_number_or_refused(typed, language):
    try:
        value = read_number(typed, language, unit="người", label="Số (%)", fractions=True)
    except Refused as refused:
        assert str(refused)
    else:
        assert math.isfinite(value)
        assert any(one.isnumeric() for one in typed)


@pytest.mark.parametrize(
    ("value", "language", "figures", "words"),
    [
        (12345, "vi", "12\u2009345", "mười hai nghìn ba trăm bốn mươi lăm"),
        (12345, "en", "12\u2009345", "twelve thousand three hundred and forty-five"),
        (-5, "vi", "-5", "âm năm"),
        (0, "vi", "0", "không"),
        (21, "vi", "21", "hai mươi mốt"),
        (15, "vi", "15", "mười lăm"),
        (105, "vi", "105", "một trăm linh năm"),
        (1000005, "vi", "1\u2009000\u2009005", "một triệu không trăm linh năm"),
        (2 * 10**9, "vi", "2\u2009000\u2009000\u2009000", "hai tỷ"),
        (1234 * 10**9, "vi", None, "một nghìn hai trăm ba mươi bốn tỷ"),
        (0.5, "vi", "0,5", "không phẩy năm"),
        (0.5, "en", "0.5", "zero point five"),
        (12.0, "vi", "12", "mười hai"),
        (1101, "en", "1\u2009101", "one thousand one hundred and one"),
    ],
)
def test_how_it_was_understood_is_said_in_figures_and_in_words(value, language, figures, words):
    assert figures is None or show_number(value, language) == figures
    assert number_words(value, language) == words


@given(NUMBERS | st.floats(allow_nan=False, allow_infinity=False), LANGUAGES)
def test_every_number_can_be_said(value, language):
    assert show_number(value, language)
    assert isinstance(number_words(value, language), str)
