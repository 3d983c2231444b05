import pytest

from core.messages import Refused
from courses.writing.drawn import (
    Drawn,
    first_value,
    refuse_bad_names,
    refuse_unknown_gaps,
    way_of,
)


@pytest.mark.parametrize(
    ("drawn", "way", "first"),
    [
        (Drawn("a", "1.000", "2.000", "100"), {"from": 1000, "to": 2000, "step": 100}, 1000),
        (Drawn("a", "0,5", "2"), {"from": 0.5, "to": 2, "step": 1}, 0.5),
        (Drawn("a", listed="10; 20,5;30"), {"choice": [10, 20.5, 30]}, 10),
        (Drawn("a", listed="Cao Bằng; Cà Mau"), {"choice": ["Cao Bằng", "Cà Mau"]}, "Cao Bằng"),
    ],
)
def test_a_range_or_a_list_is_drawn_from(drawn, way, first):
    assert way_of(drawn, "1") == way
    assert first_value(way) == first


@pytest.mark.parametrize(
    ("drawn", "field", "why"),
    [
        (Drawn("a"), "low-2", "Hãy điền số"),
        (Drawn("a", "1", "x"), "high-2", "Chỉ nhập số"),
        (Drawn("a", "5", "5"), "high-2", "lớn hơn số đầu"),
        (Drawn("a", "1", "5", "-1"), "step-2", "lớn hơn 0"),
        (Drawn("a", "1", "5", "9"), "step-2", "ít nhất hai số"),
        (Drawn("a", "0", "9000000", "0,001"), "step-2", "quá nhỏ"),
        (Drawn("a", listed="một"), "listed-2", "từ 2 đến 100"),
        (Drawn("a", listed="1;1"), "listed-2", "lặp lại"),
    ],
)
def test_what_cannot_be_drawn_is_said_at_its_field(drawn, field, why):
    with pytest.raises(Refused) as refused:
        way_of(drawn, "2")
    assert why in str(refused.value.fields[field][0])


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("tổng", "không dấu"),
        ("2a", "không dấu"),
        ("sum", "đã dùng vào việc khác"),
        ("for", "đã dùng vào việc khác"),
        ("so_dan", "chỗ khác trong bài"),
        ("a", "dòng trên"),
    ],
)
def test_a_name_that_would_break_the_notebook_is_refused(name, why):
    with pytest.raises(Refused) as refused:
        refuse_bad_names([Drawn("a"), Drawn(name)], {"so_dan"})
    assert why in str(refused.value.fields["name-2"][0])


def test_a_gap_that_nothing_fills_is_refused_at_its_text():
    refuse_unknown_gaps({"task": "Có {{tong}} hồ sơ"}, {"tong"})
    with pytest.raises(Refused) as refused:
        refuse_unknown_gaps({"task": "Có {{tong}}", "hint": "{{ khac }}"}, {"tong"})
    assert list(refused.value.fields) == ["hint"]
    assert "{{khac}}" in str(refused.value)
