"""A sitting is sealed when it ends, and whatever is changed in the database afterwards shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sat
from sat import AT

from records import Records, Session
from records.assessment import sittings as kept
from records.people import merging, persons
from records.tables.assessment import Sitting, SittingResult
from records.tables.examination import SittingSeal
from school.examination import seal, sealing

CREDITS = [1.0, 0.0, 0.5] * 5


@pytest.fixture
def sealed(records: Records) -> tuple[Records, int]:
    """A sealed sitting among two."""
    with records.begin() as session:
        officer = sat.find_or_add(session, "bo", 1)
        room = sat.add_room(session, officer, invigilator=sat.find_or_add(session, "giam", 2))
        candidate = sat.seat(session, room, sat.find_or_add(session, "an", 3), CREDITS)
        sat.seat(session, room, sat.find_or_add(session, "binh", 4), CREDITS)
        assert candidate.sitting_id is not None
        return records, candidate.sitting_id


def states(records: Records) -> list[str]:
    with records.read() as session:
        return [one.state for one in sealing.check_seals(session)]


def test_every_seal_holds_while_nobody_touches_anything(sealed: tuple[Records, int]) -> None:
    records, key = sealed
    assert states(records) == [seal.SOUND, seal.SOUND]
    with records.read() as session:
        assert sealing.check_seal(session, key).sound
        facts = sealing.circumstances_of(session, key)
    assert facts["minutes"] == 60 and facts["number"] == 1 and facts["pass_level"] == 3


def change_answer(session: Session, key: int) -> None:
    kept.answers_of(session, key)[2].credit = 1.0


def change_result(session: Session, key: int) -> None:
    session.get_one(SittingResult, (key, "3", 0)).estimate += 0.1


def change_time(session: Session, key: int) -> None:
    session.get_one(Sitting, key).ended_at = AT + dt.timedelta(hours=3)


def change_text(session: Session, key: int) -> None:
    found = session.get_one(SittingSeal, key)
    assert found.content is not None
    found.content = found.content.replace('"credit":0.5', '"credit":1.0')


def change_text_and_hash(session: Session, key: int) -> None:
    change_text(session, key)
    found = session.get_one(SittingSeal, key)
    assert found.content is not None
    found.sha256 = seal.hash_of(found.content)


def remove_text(session: Session, key: int) -> None:
    session.get_one(SittingSeal, key).content = None


def remove_seal(session: Session, key: int) -> None:
    session.delete(session.get_one(SittingSeal, key))


def give_to_another(session: Session, key: int) -> None:
    other = persons.find_person(session, "binh")
    assert other is not None
    session.get_one(Sitting, key).person_id = other.id


@pytest.mark.parametrize(
    ("do", "state"),
    [
        (change_answer, seal.ROWS),
        (change_result, seal.ROWS),
        (change_time, seal.ROWS),
        (change_text, seal.TEXT),
        (change_text_and_hash, seal.LOG),
        (remove_text, seal.TEXT),
        (remove_seal, seal.GONE),
        (give_to_another, seal.PERSON),
    ],
)
def test_whatever_is_changed_shows_and_the_other_stays_sound(
    sealed: tuple[Records, int], do: Callable[[Session, int], None], state: str
) -> None:
    records, key = sealed
    with records.begin() as session:
        do(session, key)
    assert states(records) == [state, seal.SOUND]


def test_further_revisions_break_no_seal(sealed: tuple[Records, int]) -> None:
    records, key = sealed
    with records.begin() as session:
        figures = list(kept.results_of(session, key).values())
        kept.keep_results(session, session.get_one(Sitting, key), figures, revision=1)
    assert states(records) == [seal.SOUND, seal.SOUND]


def test_a_person_who_was_erased_leaves_the_hash_and_nothing_they_wrote(
    sealed: tuple[Records, int],
) -> None:
    records, key = sealed
    with records.begin() as session:
        persons.erase_person(session, session.get_one(Sitting, key).person_id, at=AT)
    assert states(records) == [seal.ERASED, seal.SOUND]
    with records.read() as session:
        found = session.get_one(SittingSeal, key)
        assert found.content is None and len(found.sha256) == 64


def test_two_persons_who_become_one_keep_their_seals(sealed: tuple[Records, int]) -> None:
    records, _key = sealed
    with records.begin() as session:
        one, other = (persons.find_person(session, name) for name in ("binh", "an"))
        assert one is not None and other is not None
        merging.merge(session, one, other, at=AT)
    assert states(records) == [seal.SOUND, seal.SOUND]
