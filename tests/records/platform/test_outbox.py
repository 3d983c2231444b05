"""Letters on their way: written with what they tell of, held by one worker, sent at least once."""

from __future__ import annotations

import datetime as dt

import pytest

from records import Records
from records.people import persons
from records.platform import outbox
from records.tables.platform import Mail

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def people(records: Records) -> dict[str, int]:
    with records.begin() as session:
        return {
            name: persons.add_person(
                session, username=name, full_name=f"{name} (mẫu)", email=email, at=AT
            ).id
            for name, email in (("an", "an@example.org"), ("binh", None))
        }


def states(records: Records) -> list[str]:
    with records.read() as session:
        return [one.state for one in session.query(Mail).order_by(Mail.id)]


def test_a_letter_is_written_with_what_it_tells_of_or_not_at_all(records, people) -> None:
    with pytest.raises(OSError), records.begin() as session:
        assert outbox.put(session, "certificate", people["an"], {"number": "MC"}, at=AT)
        raise OSError
    assert states(records) == []


def test_only_who_can_and_wants_to_be_written_to_is(records, people) -> None:
    with records.begin() as session:
        assert not outbox.put(session, "message", people["binh"], {}, at=AT)
        assert outbox.refuse(session, people["an"], "message", at=AT)
        assert not outbox.put(session, "message", people["an"], {}, at=AT)
        assert outbox.put(session, "reset", people["an"], {"token": "x"}, at=AT)
        assert outbox.accept(session, people["an"], "message")
        facts = {people["an"]: {}, people["binh"]: {}}
        assert outbox.put_many(session, "deadline", facts, once="d1", at=AT) == 1
        assert outbox.put_many(session, "deadline", facts, once="d1", at=AT) == 0


def test_one_worker_has_a_letter_until_its_time_is_up(records, people) -> None:
    with records.begin() as session:
        outbox.put(session, "reset", people["an"], {"token": "x"}, at=AT)
    with records.begin() as session:
        assert [mail.tries for mail, _to in outbox.claim(session, limit=5, at=AT)] == [1]
    with records.begin() as session:
        assert outbox.claim(session, limit=5, at=AT + MINUTE) == []
        after = AT + outbox.LEASE + MINUTE  # that worker was killed: it comes again, never none
        assert [mail.tries for mail, _to in outbox.claim(session, limit=5, at=after)] == [2]


def test_who_waits_at_a_screen_comes_first(records, people) -> None:
    with records.begin() as session:
        for kind in ("message", "setup", "reset"):
            outbox.put(session, kind, people["an"], {}, at=AT)
        taken = outbox.claim(session, limit=5, at=AT)
        assert [mail.kind for mail, _to in taken] == ["reset", "setup", "message"]
        outbox.give_back(session, [mail.id for mail, _to in taken])
    with records.begin() as session:
        assert [mail.tries for mail, _to in outbox.claim(session, limit=5, at=AT)] == [1, 1, 1]


def test_what_stood_in_a_letter_is_forgotten_when_it_is_sent(records, people) -> None:
    with records.begin() as session:
        for _ in range(2):
            outbox.put(session, "reset", people["an"], {"token": "x"}, at=AT)
        sent, dead = (mail.id for mail, _to in outbox.claim(session, limit=5, at=AT))
        outbox.note_sent(session, sent, at=AT)
        outbox.note_dead(session, dead, "550 no such user", at=AT)
    with records.read() as session:
        assert [(one.state, one.facts) for one in session.query(Mail).order_by(Mail.id)] == [
            ("sent", None), ("dead", None),
        ]  # fmt: skip
        assert outbox.sent_since(session, AT - MINUTE) == 1
        assert outbox.count_by_state(session) == {"sent": 1, "dead": 1}
    with records.begin() as session:
        assert outbox.forget_old(session, at=AT + outbox.KEPT + MINUTE) == 2


def test_a_letter_that_is_not_taken_waits_longer_each_time_and_is_dead_at_last(
    records, people
) -> None:
    with records.begin() as session:
        outbox.put(session, "reset", people["an"], {"token": "x"}, at=AT)
    at, waits = AT, []
    for _ in range(outbox.MOST_TRIES):
        with records.begin() as session:
            ((mail, _to),) = outbox.claim(session, limit=5, at=at)
            outbox.note_failed(session, mail.id, mail.tries, "451 later", at=at)
            number = mail.id
        with records.read() as session:
            found = session.get(Mail, number)
            assert found is not None
            waits.append(found.next_at - at)
            at = found.next_at
    assert waits[:4] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert max(waits[:-1]) == outbox.LONGEST_WAIT
    assert states(records) == ["dead"]


def test_an_erased_person_s_letters_are_blank(records, people) -> None:
    with records.begin() as session:
        outbox.put(session, "reset", people["an"], {"token": "x"}, at=AT)
        persons.erase_person(session, people["an"], at=AT)
    with records.read() as session:
        mail = session.query(Mail).one()
        assert (mail.address, mail.facts) == ("", None)
