"""What the records keep of security keys, apart from what people do with them."""

from __future__ import annotations

import datetime as dt

from records.people import security_keys

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
