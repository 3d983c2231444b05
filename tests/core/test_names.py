"""Lists stand in the order a Vietnamese reader looks things up."""

from __future__ import annotations

import datetime as dt
import random

from hypothesis import given
from hypothesis import strategies as st

from core.names import KEY_LENGTH, in_small_letters, name_key, sort_key, with_capitals
from records import Records
from records.people import persons
from records.programme import counting
from records.tables.people import Person

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
PLACES = [
    "An", "Ân", "Ấn", "Âu", "Bắc Ninh", "Ca", "Cà", "Cá", "Dương", "Đà Nẵng", "Đồng Nai",
]  # fmt: skip
# By given name, then family name, then what stands between; ngang huyền hỏi ngã sắc nặng.
NAMES = [
    "Lê Văn An",
    "Nguyễn An",
    "Nguyễn Thị An",
    "Trần Văn An",
    "Lê Thị Án",
    "Đỗ Ân",
    "Vũ Thị Bình",
    "Đặng Dung",
    "Bùi Đăng",
    "Hồ Hoa",
    "Hồ Hòa",
    "Hồ Hỏa",
    "Hồ Hõa",
    "Hồ Hóa",
    "Hồ Họa",
    "Lý Ơn",
    "Mai Ưng",
    "Mai Yên",
]


def test_places_stand_as_in_a_dictionary() -> None:
    assert sorted(random.Random(1).sample(PLACES, len(PLACES)), key=sort_key) == PLACES


def test_people_stand_by_their_given_name() -> None:
    assert sorted(random.Random(1).sample(NAMES, len(NAMES)), key=name_key) == NAMES


@given(st.text(max_size=300))
def test_a_key_is_short_and_plain_whatever_a_name_is(name: str) -> None:
    key = name_key(name)
    assert len(key) <= KEY_LENGTH
    assert set(key) <= set("0123456789abcdef")


def test_a_list_of_people_stands_in_that_order_page_by_page(records: Records) -> None:
    with records.begin() as session:
        unit = persons.add_unit(session, kind="ministry", code="TN", name="Đơn vị (mẫu)").id
        for number, name in enumerate(random.Random(2).sample(NAMES, len(NAMES))):
            persons.add_person(
                session,
                username=f"tn{number}",
                full_name=name,
                at=AT,
                unit_id=unit,
                audience_group="d",
            )
        pages = [
            counting.list_people(session, [unit], "pcm", offset=begin, limit=5)[1]
            for begin in range(0, len(NAMES), 5)
        ]
    assert [line.full_name for page in pages for line in page] == NAMES


def test_who_changes_their_name_moves_in_the_list_and_who_is_erased_leaves_no_trace(
    records: Records,
) -> None:
    with records.begin() as session:
        person = persons.add_person(session, username="tn", full_name="Lê Văn An", at=AT)
        assert person.name_key == name_key("Lê Văn An")
        person.full_name = "Lê Văn Yên"
        session.flush()
        persons.erase_person(session, person.id, at=AT)
        found = session.get_one(Person, person.id)
        assert (found.full_name, found.name_key) == ("", "")


def test_a_name_all_in_small_letters_is_seen_and_offered_with_capitals() -> None:
    assert in_small_letters("nguyễn thị an")
    assert in_small_letters("đỗ y")
    assert not any(map(in_small_letters, ("Nguyễn thị An", "NGUYỄN", "H'Hen niê", "")))
    assert with_capitals("nguyễn thị an (mẫu)") == "Nguyễn Thị An (Mẫu)"
    assert with_capitals("h'hen niê-êban") == "H'Hen Niê-Êban"
