"""What the records are for is decided once, and not by whoever comes later."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.messages import Refused
from records import Records
from records.people import persons
from records.platform import installation

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


def add(records: Records, code: str, name: str) -> None:
    with records.begin() as session:
        persons.add_person(session, username=None, code=code, full_name=name, at=AT)


def test_it_is_open_then_decided_and_stays(records: Records) -> None:
    with records.begin() as session:
        assert installation.kind_of(session) is None
        assert installation.decide(session, "demonstration", at=AT)
        assert not installation.decide(session, "demonstration", at=AT)
        with pytest.raises(Refused, match="demo clear"):
            installation.decide(session, "real", at=AT)
        assert installation.kind_of(session) == "demonstration"


def test_real_people_never_become_a_demonstration(records: Records) -> None:
    add(records, "TN-9", "Nguyễn Văn Thật")  # a code of Thái Nguyên, and no made-up name
    with records.begin() as session:
        with pytest.raises(Refused, match="người thật"):
            installation.decide(session, "demonstration", at=AT)
        assert installation.decide(session, "real", at=AT)
        with pytest.raises(Refused):
            installation.decide(session, "demonstration", at=AT)


def test_whoever_was_made_up_stays_so_under_another_name(records: Records) -> None:
    add(records, "TN-1", "Lê Thị Một (mẫu)")
    add(records, "CB-2", "Lê Thị Hai (mẫu)")
    with records.begin() as session:
        person = persons.find_person_by_code(session, "TN-1")
        assert person
        person.full_name, person.code = "Lê Thị Một", "CB-1"
    with records.read() as session:
        assert installation.count_people(session, made_up=True) == 1
        assert installation.count_people(session, made_up=False) == 1


def test_two_who_decide_at_once_agree(records: Records) -> None:
    together = threading.Barrier(2)

    def decide(kind: installation.Kind) -> bool:
        together.wait(10)
        try:
            with records.begin() as session:
                return installation.decide(session, kind, at=AT)
        except Refused:
            return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, ("real", "demonstration"))) == [False, True]
