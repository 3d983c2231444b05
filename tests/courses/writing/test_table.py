import pytest

from core.messages import Refused
from courses.writing.table import made_of_table

TYPED = """Đơn vị | Tỷ lệ (%) | Đạt? (chọn: Đạt, Chưa đạt)
Xã Mẫu Một | [58,3] | [Chưa đạt]
Xã Mẫu Hai | [tong / 8] | Đạt // Chia cho tổng."""


def test_brackets_are_what_learners_fill_in_and_all_else_is_given():
    made = made_of_table(TYPED, ["tong"])
    assert made.columns["c2"] == {"label": "Tỷ lệ (%)", "kind": "number"}
    assert made.columns["c3"]["options"] == {"a1": "Đạt", "a2": "Chưa đạt"}
    assert made.rows == [{"c1": "Xã Mẫu Một"}, {"c1": "Xã Mẫu Hai", "c3": "a1"}]
    assert "('Xã Mẫu Một: chưa đúng.', {'c2': 58.3, 'c3': 'a2'})" in made.expected
    assert "('Chia cho tổng.', {'c2': tong / 8})" in made.expected
    assert "{'c1': 'Xã Mẫu Hai', 'c2': tong / 8, 'c3': 'a1'}" in made.solution


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("A | B", "Bảng cần một dòng tên cột"),
        ("A | B\nx", "Dòng 2 có 1 ô, phải có 2 ô"),
        ("A | B\nx | y", "Dòng 2 chưa có ô nào để điền"),
        ("A | B\nx | []", "Dòng 2 có ô [ ] chưa có đáp án"),
        ("A | B (chọn: Có, Không)\nx | [Ừ]", "“Ừ” không có trong danh sách chọn: Có, Không"),
        ("A | B (chọn: Có)\nx | [Có]", "cần ít nhất hai lựa chọn"),
        ("A | B\nx | [1]\ny | [hai]", "lẫn chữ và số"),
        ("A | \nx | [1]", "Cột thứ 2 chưa có tên"),
        ("|".join("abcdefghi") + "\n" + "|".join(["[1]"] * 9), "nhiều nhất 8 cột"),
    ],
)
def test_what_is_no_table_is_said_with_its_line(typed, why):
    with pytest.raises(Refused) as refused:
        made_of_table(typed, [])
    assert why in str(refused.value.fields["body"][0])
