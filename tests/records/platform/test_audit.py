from __future__ import annotations

import datetime as dt
import threading
import unicodedata

from sqlalchemy import delete, update

from records import Records
from records.assessment import certificates
from records.people import persons
from records.platform import audit
from records.programme import counting
from records.tables.platform import AuditEntry


def _append(records: Records, at: dt.datetime, subject: str = "person:1") -> None:
    with records.begin() as session:
        detail = {"lý do": "thử", "share": 0.1, "list": [1, None, True]}
        audit.append(
            session, at=at, actor="person:2", action="role.grant", subject=subject, detail=detail
        )


def test_a_name_is_found_in_small_letters_and_large(records: Records, at: dt.datetime) -> None:
    with records.begin() as session:
        person = persons.add_person(session, username="TN1", full_name="Đặng Thị Ổn (mẫu)", at=at)
        certificates.record_certificate(
            session, person_id=person.id, programme="p", points=8, max_points=10,
            framework="vn-tt02-2025", at=at,
        )  # fmt: skip
        audit.append(session, at=at, actor="TN1", action="x", subject="y", detail={})
    with records.read() as session:
        decomposed = unicodedata.normalize("NFD", "Đặng Thị Ổn")
        for typed in (
            "đặng",
            "ĐẶNG THỊ",
            "ổn",
            "dang thi on",
            "DANG",
            "on thi",
            decomposed,
            "Ðặng",
        ):
            assert counting.list_certificates(session, search=typed)[0] == 1, typed
            assert len(audit.entries(session, search=typed)) == 1, typed
        for typed in ("on %", "d_ng", "dang thi onn"):
            assert counting.list_certificates(session, search=typed)[0] == 0, typed


def test_an_untouched_log_holds_together(records, at) -> None:
    for n in range(5):
        _append(records, at + dt.timedelta(microseconds=n))
    with records.read() as session:
        chain = audit.verify(session)
    assert chain.sound
    assert chain.entries == 5


def test_an_empty_log_is_sound(records) -> None:
    with records.read() as session:
        assert audit.verify(session) == audit.Chain(0, audit.BEFORE_THE_FIRST, None)


def test_the_time_zone_it_was_said_in_does_not_matter(records, at) -> None:
    _append(records, at.astimezone(dt.timezone(dt.timedelta(hours=7))))
    with records.read() as session:
        assert audit.verify(session).sound


def test_a_changed_entry_is_found(records, at) -> None:
    for _ in range(3):
        _append(records, at)
    with records.begin() as session:
        session.execute(update(AuditEntry).where(AuditEntry.id == 2).values(actor="person:9"))
    with records.read() as session:
        assert audit.verify(session).broken_at == 2


def test_a_removed_entry_is_found(records, at) -> None:
    for _ in range(3):
        _append(records, at)
    with records.begin() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.id == 2))
    with records.read() as session:
        chain = audit.verify(session)
    assert (chain.entries, chain.broken_at) == (1, 3)


def test_many_writers_at_once_make_one_chain(records, at) -> None:
    def write(name: str) -> None:
        for _ in range(10):
            _append(records, at, subject=name)

    threads = [threading.Thread(target=write, args=(f"person:{n}",)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with records.read() as session:
        chain = audit.verify(session)
    assert chain.sound
    assert chain.entries == 50


def test_an_entry_holds_a_key_and_no_name_and_an_erased_person_is_nobody_any_more(
    records: Records, at: dt.datetime
) -> None:
    with records.begin() as session:
        person = persons.add_person(session, username="thay", full_name="Lê Thị Giảng (mẫu)", at=at)
        key = f"person:{person.id}"
        audit.append(
            session, at=at, actor="thay", action="plan.set", subject="programme:x", detail={}
        )
    with records.read() as session:
        for search in ("thay", "giảng", "plan"):
            (entry,) = audit.entries(session, search=search)
            assert entry.actor == key
        assert audit.actor_names(session, [entry]) == {key: "thay"}
    with records.begin() as session:
        persons.erase_person(session, person.id, at=at)
    with records.read() as session:
        assert audit.entries(session, search="thay") == []
        (entry,) = audit.entries(session)
        assert audit.actor_names(session, [entry]) == {}
        assert audit.verify(session).sound


def test_what_acts_by_itself_is_named_as_it_is(records: Records, at: dt.datetime) -> None:
    with records.begin() as session:
        audit.append(
            session, at=at, actor="service:grading", action="issue", subject="c", detail={}
        )
        assert audit.entries(session)[0].actor == "service:grading"
