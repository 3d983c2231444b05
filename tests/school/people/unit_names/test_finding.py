"""A unit by its code alone, by its whole key, among the sender's own; what is told otherwise."""

from __future__ import annotations

import pytest

from records.programme.counting import UnitNode
from school.people.unit_names.finding import NotMeant, UnitFinder


def unit(key: int, kind: str, vintage: str, code: str, name: str, parent: int = 1) -> UnitNode:
    return UnitNode(key, kind, vintage, code, name, parent if key != 1 else None, None)


TREE = {
    one.id: one
    for one in (
        unit(1, "nation", "", "VN", "Việt Nam"),
        unit(2, "province", "2008", "44", "Quảng Bình"),
        unit(3, "province", "2025", "44", "Quảng Trị"),
        unit(4, "province", "2008", "48", "Đà Nẵng"),
        unit(5, "province", "2025", "48", "Đà Nẵng"),
        unit(6, "commune", "2025", "00256", "Phú Thượng", 5),
        unit(7, "commune", "2025", "20285", "Hòa Vang", 5),
        unit(8, "commune", "2025", "02000", "Hòa Vang", 3),
        unit(9, "central", "", "BKHCN", "Bộ Khoa học và Công nghệ"),
        unit(10, "district", "2008", "256", "Huyện Cũ", 2),
        unit(11, "press", "", "48", "Báo Mẫu"),
    )
}
ALL = UnitFinder(TREE, None)


def told(found: object) -> NotMeant:
    assert isinstance(found, NotMeant), found
    return found


@pytest.mark.parametrize(
    ("kind", "vintage", "said", "meant"),
    [
        ("", "", "20285", 7),
        ("", "", "BKHCN", 9),
        ("", "2025", "BKHCN", 9),
        ("tỉnh", "", "48", 5),
        ("", "2025", "44", 3),
        ("", "", "tỉnh/2008/44", 2),
        ("", "", "tỉnh/63/44", 2),
        ("", "", "trung ương//BKHCN", 9),
        ("xã", "2025", "tỉnh/2008/44", 2),
        ("phường", "2025", "256", 6),
        ("Báo chí", "", "48", 11),
    ],
)
def test_a_code_is_enough_where_one_unit_has_it_and_a_whole_key_always(
    kind: str, vintage: str, said: str, meant: int
) -> None:
    found = ALL.find(kind, vintage, said)
    assert isinstance(found, UnitNode) and found.id == meant


def test_of_several_units_each_is_named_to_choose_from() -> None:
    found = told(ALL.find("", "", "44"))
    assert str(found.reason) == (
        "Mã “44” khớp 2 đơn vị: tỉnh/2008/44 (Quảng Bình); tỉnh/2025/44 (Quảng Trị)"
    )
    assert ALL.choices_of(found.choices) == (
        ("tỉnh/2008/44", "Quảng Bình – tỉnh/2008/44"),
        ("tỉnh/2025/44", "Quảng Trị – tỉnh/2025/44"),
    )
    assert len(told(ALL.find("", "", "48")).choices) == 3, "a province twice, and a newspaper"


def test_a_code_that_is_one_of_the_sender_s_own_is_that_one() -> None:
    own = UnitFinder(TREE, {3, 8, 6})
    assert own.find("", "", "44") == TREE[3]
    assert own.find("", "", "256") == TREE[6], "a district of others has the code without noughts"


@pytest.mark.parametrize("said", ["48", "tỉnh/2025/48", "20285", "xã/2025/20285", "Đà Nẵng"])
def test_nobody_reaches_a_unit_that_is_not_theirs(said: str) -> None:
    found = told(UnitFinder(TREE, {3, 8}).find("", "", said))
    assert found.choices == ()


def test_a_name_in_the_place_of_a_code_is_told_with_the_codes_of_that_name() -> None:
    found = told(ALL.find("", "", "UBND xã Hoà Vang".replace("Hoà", "Hòa")))
    assert [one.id for one in found.choices] == [8, 7]
    assert ALL.choices_of(found.choices)[0][1] == "Hòa Vang (Quảng Trị) – xã/2025/02000"
    assert str(told(ALL.find("", "", "phú thượng")).mend) == "Mã của Phú Thượng là 00256"


@pytest.mark.parametrize(
    ("kind", "vintage", "said", "at"),
    [("ấp", "", "48", "kind"), ("", "1999", "48", "vintage"), ("", "", "999", "unit"),
     ("", "", "VN", "unit"), ("quốc gia", "", "VN", "kind"), ("", "", "tỉnh/2025/", "unit")],
)  # fmt: skip
def test_what_is_no_unit_is_told_at_its_column(kind: str, vintage: str, said: str, at: str) -> None:
    assert told(ALL.find(kind, vintage, said)).key == at


def test_an_empty_cell_is_no_unit() -> None:
    assert ALL.find("", "", "") is None
