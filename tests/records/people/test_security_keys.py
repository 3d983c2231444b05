"""What the records keep of security keys, apart from what people do with them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import insert, select

from records.people import security_keys
from records.tables.people import RecoveryCode

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


def test_an_order_to_end_sessions_stands_until_they_ended_and_a_later_one_outlives_it(
    records, add_learner
) -> None:
    later = AT + dt.timedelta(seconds=5)
    with records.begin() as session:
        person = add_learner(session, code="M1")
        assert security_keys.ending_asked(session, person.id) is None
        security_keys.end_sessions_soon(session, person.id, at=AT)
        asked = security_keys.ending_asked(session, person.id)
        assert asked == AT
        security_keys.end_sessions_soon(session, person.id, at=later)  # while the hub ends them
        security_keys.note_ended(session, person.id, asked)
        assert security_keys.ending_asked(session, person.id) == later
        security_keys.note_ended(session, person.id, later)
        session.expire_all()
        assert security_keys.ending_asked(session, person.id) is None


def test_one_code_is_kept_in_different_letters_for_everybody_and_on_every_paper(
    records, add_learner
) -> None:
    with records.begin() as session:
        people = [add_learner(session, code=code) for code in ("M1", "M2")]
        kept = []
        for person in (*people, people[0]):
            security_keys.replace_codes(session, person.id, ["abcd-efgh-jkmn-pqrs"], at=AT)
            found = select(RecoveryCode.code_hash).where(RecoveryCode.person_id == person.id)
            kept.append(session.scalars(found).one())
        assert len(set(kept)) == 3
        assert all(len(one) <= 64 for one in kept), "as long as the column is"
        assert not any(security_keys.hash_code_of_before("abcdefghjkmnpqrs") in one for one in kept)


def test_a_code_is_used_once_by_its_owner_with_or_without_its_dashes(records, add_learner) -> None:
    with records.begin() as session:
        one, other = (add_learner(session, code=code) for code in ("M1", "M2"))
        security_keys.replace_codes(session, one.id, ["abcd-efgh", "jkmn-pqrs"], at=AT)
        assert not security_keys.use_code(session, other.id, "abcd-efgh", at=AT)
        assert not security_keys.use_code(session, one.id, "abcd-efgx", at=AT)
        assert security_keys.use_code(session, one.id, "ABCD efgh", at=AT)
        assert not security_keys.use_code(session, one.id, "abcd-efgh", at=AT)
        assert security_keys.count_codes(session, one.id) == 1


def test_codes_printed_before_the_salt_are_still_good_once(records, add_learner) -> None:
    with records.begin() as session:
        person = add_learner(session, code="M1")
        old = security_keys.hash_code_of_before("abcd-efgh")
        row = {"person_id": person.id, "code_hash": old, "created_at": AT}
        session.execute(insert(RecoveryCode), [row])
        assert security_keys.use_code(session, person.id, "abcd-efgh", at=AT)
        assert not security_keys.use_code(session, person.id, "abcd-efgh", at=AT)
