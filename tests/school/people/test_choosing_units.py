"""A unit is found among thousands, by words of its own name or of the one above."""

from __future__ import annotations

import pytest

from records.programme.counting import UnitNode
from school.people.choosing_units import MOST, find_units_to_go_to


def unit(key: int, kind: str, code: str, name: str, above: int | None, **rest: int) -> UnitNode:
    return UnitNode(key, kind, "2025", code, name, above, rest.get("successor"), None, None)


@pytest.fixture(scope="module")
def tree() -> dict[int, UnitNode]:
    found = [unit(1, "nation", "VN", "Việt Nam", None), unit(2, "province", "15", "Lào Cai", 1)]
    found.append(unit(3, "province", "01", "Hà Nội", 1))
    found.append(unit(4, "commune", "00004", "Phường Cũ", 2, successor=5))
    for key in range(5, 3326):
        found.append(unit(key, "commune", f"{key:05}", f"Xã Tân Lập {key}", 2 + key % 2))
    return {one.id: one for one in found}


def test_without_a_search_thousands_are_not_listed_and_the_page_says_so(tree):
    found = find_units_to_go_to(tree, None, "")
    assert (found.searchable, len(found.lines), found.total) == (True, 0, 3324)


def test_words_of_the_unit_above_narrow_it_and_no_list_is_longer_than_it_may_be(tree):
    found = find_units_to_go_to(tree, None, "tan lap lao cai")
    assert len(found.lines) == MOST < found.total < 3321
    assert all(one.label.endswith("(Lào Cai)") for one in found.lines)


def test_a_code_finds_one_and_its_own_name_comes_before_those_below(tree):
    assert [one.id for one in find_units_to_go_to(tree, None, "00777").lines] == [777]
    assert find_units_to_go_to(tree, None, "hà nội").lines[0].label == "Hà Nội"


def test_units_of_the_past_and_of_others_are_no_choice(tree):
    assert find_units_to_go_to(tree, None, "phuong cu").total == 0
    mine = find_units_to_go_to(tree, {2, 6, 8}, "")
    assert ({one.id for one in mine.lines}, mine.searchable) == ({2, 6, 8}, False)


def test_the_one_chosen_before_stays_in_the_list(tree):
    found = find_units_to_go_to(tree, None, "ha noi", keep=777)
    assert found.lines[0].id == 777
    assert find_units_to_go_to(tree, {2}, "", keep=777).lines[0].id == 2
