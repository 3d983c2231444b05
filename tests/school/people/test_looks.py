"""What shows other people says so, and is written down in the transaction that loads it."""

from __future__ import annotations

import datetime as dt

import pytest

from records import Session
from records.people import persons
from records.people.looks import looks_at
from school import access
from school.access import Actor
from school.people import looks
from school.refusals import NotAllowed

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def session(records):
    with records.begin() as session:
        yield session


@pytest.fixture
def two(session: Session) -> tuple[Actor, int]:
    names = ("Hoàng Thị Bộ (mẫu)", "Nguyễn Thị An (mẫu)")
    officer, learner = (
        persons.add_person(session, username=None, full_name=name, at=AT).id for name in names
    )
    return Actor("bo", officer, grants=((access.MINISTRY_OFFICER, None),)), learner


def showing(session: Session, *people: int):
    def ask() -> str:
        looks.show(session, people, "marks")
        return "found"

    return ask


def test_whoever_is_shown_is_written_down_and_oneself_is_not(session, two):
    actor, learner = two
    found = looks.look(session, actor, showing(session, learner, actor.person_id), at=AT)
    assert found == "found"
    [seen] = looks_at(session, learner)
    assert (seen.looker_id, seen.what) == (actor.person_id, "marks")
    assert looks_at(session, actor.person_id) == []


def test_a_question_that_does_not_say_whom_it_shows_fails(session, two):
    actor, _learner = two
    with pytest.raises(AssertionError, match="did not say"):
        looks.look(session, actor, lambda: "found", at=AT)
    assert looks.look(session, actor, lambda: None, at=AT) is None


def test_people_that_a_plain_question_would_show_are_not_shown(session, two):
    _actor, learner = two
    with pytest.raises(AssertionError, match="not asked as a look"):
        looks.nobody(session, showing(session, learner))
    assert looks.nobody(session, showing(session)) == "found"


def test_who_may_see_nobody_else_is_shown_nobody_else(session, two):
    _actor, learner = two
    stranger = Actor("an", 999_999)
    with pytest.raises(NotAllowed):
        looks.look(session, stranger, showing(session, learner), at=AT)
    assert looks.look(session, stranger, showing(session, 999_999), at=AT) == "found"


def test_every_kind_of_look_has_its_words():
    assert set(looks.LOOKED) >= looks.UNNAMED
    assert all(len(kind) <= 16 for kind in looks.LOOKED)
