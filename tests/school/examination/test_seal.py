"""A sealed sitting cannot be changed unseen; no database."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import pytest

from records.assessment.sittings import Known
from school.examination import seal
from school.examination.seal import Verdict

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
HANOI = dt.timezone(dt.timedelta(hours=7))


@dataclass(frozen=True)
class Sat:
    id: int = 4
    person_id: int = 11
    kind: str = "examination"
    parameters: str = "p1"
    framework: str = "vn-tt02-2025"
    seed: int = 7
    eligible: bytes = b"\xff\x01"
    ending: str = "items"
    begun_at: dt.datetime = AT
    ended_at: dt.datetime | None = AT + dt.timedelta(minutes=40)


@dataclass(frozen=True)
class Row:
    number: int = 1
    item: str = "thu-muc-mau"
    digest: str = "d1"
    variant: int = 3
    arranged: int = 99
    asked_at: dt.datetime = AT
    answer: str | None = '{"a": "Đúng"}'
    unknown: bool = False
    given_at: dt.datetime | None = AT
    seconds: float | None = 31.5
    credit: float | None = 0.75
    set_aside: bool = False


RESULTS = {"": Known("", 0.1, 0.3, -0.4, 0.7), "1": Known("1", 0.2, 0.5, -0.8, 1.2)}
ROWS = (Row(), Row(number=2, item="thu-dien-tu-mau"))
ROOM = {"room": 2, "minutes": 60, "pauses": [{"begun_at": AT, "ended_at": None}]}


def text(sitting: Sat = Sat(), rows: tuple[Row, ...] = ROWS) -> str:
    return seal.text_of(sitting, rows, RESULTS, ROOM)


def verdict(now: str, sealed: str | None = text(), **changed: object) -> Verdict:
    facts = {"logged": [seal.hash_of(text())], "persons": [11], "erased": False} | changed
    return seal.verdict_of(
        4,
        text=sealed,
        sha256=seal.hash_of(text()),
        now=now,
        **facts,  # type: ignore[arg-type]  # each of its own type
    )


def test_the_same_sitting_gives_the_same_text_wherever_its_clock_stands() -> None:
    moved = dataclasses.replace(Sat(), begun_at=AT.astimezone(HANOI))
    assert text(moved) == text()
    assert seal.hash_of(text(moved)) == seal.hash_of(text())


def test_the_text_holds_all_that_was_asked_shown_and_given() -> None:
    found = json.loads(text())
    assert {"form", "person", "sitting", "answers", "results", "circumstances"} == set(found)
    assert set(found["answers"][0]) == {one.name for one in dataclasses.fields(Row)}
    assert found["sitting"]["eligible"] == "ff01" and found["sitting"]["seed"] == 7
    assert found["results"]["1"] == [0.2, 0.5, -0.8, 1.2]
    assert found["circumstances"]["pauses"][0]["begun_at"] == "2026-03-02T08:00:00.000000+00:00"
    assert "Đúng" in found["answers"][0]["answer"]


@pytest.mark.parametrize("name", [one.name for one in dataclasses.fields(Row)])
def test_whatever_is_changed_in_an_answer_shows_and_where(name: str) -> None:
    other: dict[str, Any] = {
        "answer": "{}",
        "unknown": True,
        "set_aside": True,
        "digest": "d2",
        "item": "mau",
    }
    times: dict[str, Any] = {"asked_at": AT + dt.timedelta(seconds=1), "given_at": None}
    changed = dataclasses.replace(ROWS[1], **{name: (other | times).get(name, 5)})
    found = verdict(text(rows=(ROWS[0], changed)))
    assert (found.state, found.where) == (seal.ROWS, (f"answers.2.{name}",))
    assert not found.sound


def test_an_answer_that_is_gone_shows() -> None:
    assert verdict(text(rows=ROWS[:1])).where == ("answers",)


def test_what_nobody_touched_is_sound() -> None:
    assert verdict(text()) == Verdict(4, seal.SOUND)


def test_a_changed_text_does_not_fit_its_hash() -> None:
    forged = text(rows=(dataclasses.replace(ROWS[0], credit=1.0), ROWS[1]))
    assert verdict(forged, forged).state == seal.TEXT


def test_text_and_hash_changed_together_are_not_what_the_log_says() -> None:
    assert verdict(text(), logged=[]).state == seal.LOG


def test_a_sitting_given_to_another_person_shows_and_one_merged_does_not() -> None:
    assert verdict(text(), persons=[12]).state == seal.PERSON
    assert verdict(text(), persons=[12, 11]).sound


def test_the_text_of_who_was_erased_may_be_gone_and_nobody_elses() -> None:
    assert verdict(text(), None, erased=True) == Verdict(4, seal.ERASED)
    assert verdict(text(), None).state == seal.TEXT
