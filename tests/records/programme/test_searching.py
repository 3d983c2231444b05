"""People are found as they are typed: with or without diacritics, composed or not, Đ as D."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest

from records.people import persons
from records.programme import counting
from records.tables.people import Person

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def listed(records):
    with records.begin() as session:
        unit = persons.add_unit(session, kind="press", code="TN-1", name="Báo (mẫu)").id
        for number, name in enumerate(
            ("Nguyễn Văn Đức (mẫu)", "Nguyễn Thị Vân (mẫu)", "Y Ơ̆n Niê (mẫu)")
        ):
            persons.add_person(
                session, username=None, code=f"TN00{number}", full_name=name, at=AT,
                audience_group="h", unit_id=unit,
            )  # fmt: skip
    return records, unit


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("nguyen van", 2),  # each word is somewhere in the name
        ("nguyễn văn", 2),
        ("NGUYỄN VĂN ĐỨC", 1),
        ("nguyen van duc", 1),
        (unicodedata.normalize("NFD", "Nguyễn Văn Đức"), 1),
        ("Ðức", 1),  # Icelandic Ð, which looks alike
        ("duc nguyen", 1),
        ("y on", 1),
        ("tn002", 1),
        ("%", 0),
        ("_", 0),
        ("", 3),
    ],
)
def test_a_name_is_found_however_it_is_typed(listed, typed, found) -> None:
    records, unit = listed
    with records.read() as session:
        assert counting.list_people(session, [unit], "p", search=typed)[0] == found


def test_a_changed_name_is_found_under_its_new_form(listed) -> None:
    records, unit = listed
    with records.begin() as session:
        person = persons.find_person_by_code(session, "TN000")
        person.full_name = "Lê Đình Phước (mẫu)"
    with records.read() as session:
        assert counting.list_people(session, [unit], "p", search="dinh phuoc")[0] == 1
        assert counting.list_people(session, [unit], "p", search="duc")[0] == 0


def test_an_erased_name_is_found_no_more(listed) -> None:
    records, _unit = listed
    with records.begin() as session:
        person_id = persons.find_person_by_code(session, "TN000").id
        persons.erase_person(session, person_id, at=AT)
    with records.read() as session:
        assert session.get_one(Person, person_id).name_folded == ""


@pytest.mark.slow
def test_one_of_fifty_thousand_people_is_found(records) -> None:
    from sqlalchemy import insert

    with records.begin() as session:
        unit = persons.add_unit(session, kind="press", code="TN-1", name="Báo (mẫu)").id
        session.execute(
            insert(Person),
            [
                {"full_name": f"Nguyễn Văn Số {n} (mẫu)", "created_at": AT, "unit_id": unit,
                 "audience_group": "h", "language": "vi", "code": f"TN{n:06}"}
                for n in range(50_000)
            ],
        )  # fmt: skip
    with records.read() as session:
        total, lines = counting.list_people(session, [unit], "p", search="so 49999 (mau")
        assert (total, [line.code for line in lines]) == (1, ["TN049999"])
