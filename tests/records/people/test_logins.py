"""A login name belongs to one person for ever, however it is written, whatever became of them."""

from __future__ import annotations

import pytest

from core.messages import Refused
from records import Records
from records.people import logins, persons


def add(records: Records, username: str | None, at, **facts) -> int:
    with records.begin() as session:
        facts.setdefault("full_name", "Trần Thị Mẫu E (mẫu)")
        return persons.add_person(session, username=username, at=at, **facts).id


@pytest.mark.parametrize("typed", ["mau21", "MAU21", "Mau21", "ｍａｕ２１", " mau21 "])
def test_a_name_that_differs_by_case_width_or_spaces_is_the_same_name(
    records: Records, at, typed: str
) -> None:
    add(records, "mau21", at)
    with pytest.raises(Refused):
        add(records, typed, at, full_name="Kẻ Gian (mẫu)")


@pytest.mark.parametrize("typed", ["mаu21", "mαu21", "maụ21"], ids=["Cyrillic", "Greek", "dotted"])
def test_a_name_with_letters_that_look_alike_is_refused(records: Records, at, typed: str) -> None:
    with pytest.raises(Refused, match="ngoài a–z"):
        add(records, typed, at)


def test_the_name_of_somebody_erased_is_nobody_elses(records: Records, at) -> None:
    first = add(records, "mau21", at)
    with records.begin() as session:
        persons.erase_person(session, first, at=at)
    with pytest.raises(Refused, match="đã có người dùng"):
        add(records, "mau21", at)
    with records.read() as session:
        assert persons.find_person(session, "mau21") is None
        assert "mau21" not in str(
            session.get(logins.LoginName, logins.fingerprint("mau21")).__dict__
        )


def test_the_first_subject_of_a_provider_keeps_the_name_until_it_is_unbound(
    records: Records, at
) -> None:
    add(records, "mau21", at)
    with records.begin() as session:
        assert logins.bind(session, "mau21", "a" * 64)
        assert logins.bind(session, "MAU21", "a" * 64)
        assert not logins.bind(session, "mau21", "b" * 64)
        assert not logins.bind(session, "khong-co", "a" * 64)
        assert logins.unbind(session, "mau21")
        assert not logins.unbind(session, "mau21")
        assert logins.bind(session, "mau21", "b" * 64)


def test_rows_written_many_at_once_get_their_names_too(records: Records, at) -> None:
    one, two = add(records, None, at), add(records, None, at)
    with records.begin() as session:
        persons.find_person_by_id(session, one).username = "mot"
        persons.find_person_by_id(session, two).username = "hai"
        session.flush()
        logins.give_all(session)
        logins.give_all(session)
        assert logins.owners(session, ["mot", "hai", "ba"]) == {"mot": one, "hai": two}


def test_who_has_no_name_gets_one_of_their_code_and_nobody_s_is_taken(records: Records, at) -> None:
    with records.begin() as session:
        one, two, three, named, old = (
            persons.add_person(
                session, username=name, code=code, full_name=f"Người {code} (mẫu)", at=at
            )
            for name, code in (
                (None, "TN/01"), (None, "tn-01"), (None, None), ("co-san", "TN-9"), ("tn-7", "X1")
            )
        )  # fmt: skip
        old.username = "khac"
        seven = persons.add_person(session, username=None, code="TN-7", full_name="B (mẫu)", at=at)
        session.flush()
        assert logins.give_by_code(session, [one, two, three, named, seven]) == 1
        assert (one.username, named.username) == ("tn-01", "co-san")
        assert (two.username, three.username) == (None, None)
        assert seven.username is None, "the name was somebody's once"
        assert logins.owners(session, ["tn-01"]) == {"tn-01": one.id}
        assert logins.give_by_code(session, [one, two, three, named, seven]) == 0
