from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from settled import store_marks
from sqlalchemy import select

from core.messages import Refused
from records import Records
from records.assessment import certificates, evidence, sittings
from records.courses import lecturers
from records.examination import candidates, during, planned
from records.learning import drafts, enrolments, posts
from records.marking import queue
from records.people import account_links, looks, moves, persons, privacy, security_keys
from records.platform import outbox
from records.programme import counting, reached
from records.schema import Table, personal_columns
from records.tables.courses import Release
from records.tables.entry import Registration
from records.tables.examination import Appeal, SittingSeal
from records.tables.people import Person


def test_both_vintages_of_provinces_are_loaded_once(records: Records) -> None:
    with records.begin() as session:
        persons.load_units(session)
        persons.load_units(session)
        old, new = (persons.find_units(session, "province", v) for v in ("2008", "2025"))
    assert (len(old), len(new)) == (63, 34)
    assert {unit.valid_to for unit in old} == {dt.date(2025, 6, 30)}
    assert {unit.valid_from for unit in new} == {dt.date(2025, 7, 1)}


def test_every_old_province_was_merged_into_a_new_one(records: Records) -> None:
    with records.begin() as session:
        persons.load_units(session)
        old = persons.find_units(session, "province", "2008")
        successors = {persons.find_unit_by_id(session, unit.successor_id or 0) for unit in old}
        yen_bai = persons.find_unit(session, "province", "2008", "15")
        assert yen_bai and yen_bai.successor_id
        lao_cai = persons.find_unit_by_id(session, yen_bai.successor_id)
    assert len(successors) == 34
    assert {unit.vintage for unit in successors if unit} == {"2025"}
    assert lao_cai and (lao_cai.vintage, lao_cai.code, lao_cai.name) == ("2025", "15", "Lào Cai")


def test_a_code_means_different_provinces_in_different_vintages(records: Records) -> None:
    with records.begin() as session:
        persons.load_units(session)
        old = persons.find_unit(session, "province", "2008", "44")
        new = persons.find_unit(session, "province", "2025", "44")
    assert old and new and (old.name, new.name) == ("Quảng Bình", "Quảng Trị")


def test_a_unit_covers_what_is_below_it_and_what_it_was_made_of(records: Records) -> None:
    with records.begin() as session:
        persons.load_units(session)
        province = persons.find_unit(session, "province", "2025", "15")
        assert province
        commune = persons.add_unit(
            session, kind="commune", vintage="2025", code="TN01", name="Xã (mẫu)",
            parent_id=province.id,
        )  # fmt: skip
        old = {persons.find_unit(session, "province", "2008", code) for code in ("10", "15")}
        covered = persons.unit_and_below(session, province.id)
        assert covered == {province.id, commune.id, *(unit.id for unit in old if unit)}
        assert persons.unit_and_below(session, commune.id) == {commune.id}


def test_the_nation_covers_everything(records: Records) -> None:
    with records.begin() as session:
        persons.load_units(session)
        nation = persons.find_nation(session)
        assert nation
        assert len(persons.unit_and_below(session, nation.id)) == 1 + 1 + 63 + 34


def test_names_are_kept_composed_with_their_diacritics(records: Records, at: dt.datetime) -> None:
    typed = unicodedata.normalize("NFD", " Nguyễn  Thị Hồng Ấn (mẫu) ")
    with records.begin() as session:
        person = persons.add_person(session, username="TN1", full_name=typed, at=at)
    assert person.full_name == "Nguyễn Thị Hồng Ấn (mẫu)"


def test_two_people_with_one_code_are_refused_with_everything_wrong_at_once(
    records: Records, at: dt.datetime
) -> None:
    with records.begin() as session:
        persons.add_person(session, username="TN1", code="M1", full_name="A (mẫu)", at=at)
        with pytest.raises(Refused) as refused:
            persons.add_person(session, username="TN1", code="M1", full_name="B (mẫu)", at=at)
    assert len(refused.value.messages) == 2


def test_a_role_is_granted_once_with_and_without_a_unit(records: Records, learner: Person) -> None:
    with records.begin() as session:
        persons.load_units(session)
        unit = persons.find_unit(session, "province", "2025", "01")
        assert unit
        granted = [persons.grant_role(session, learner.id, "learner") for _ in range(2)]
        granted += [persons.grant_role(session, learner.id, "unit-officer", unit.id) for _ in "12"]
        held = [
            (g.role, g.unit_id)
            for g in persons.roles_of(session, learner.id, on=dt.date(2026, 3, 2))
        ]
        withdrawn = [persons.withdraw_role(session, learner.id, "learner") for _ in range(2)]
    assert granted == [True, False, True, False]
    assert held == [("learner", None), ("unit-officer", unit.id)]
    assert withdrawn == [True, False]


def test_a_role_nobody_knows_is_an_error(records: Records, learner: Person) -> None:
    with records.begin() as session, pytest.raises(ValueError, match="no role"):
        persons.grant_role(session, learner.id, "king")


def test_erasing_a_person_blanks_what_is_declared_personal_and_nothing_else(
    records, release, course, add_learner, at
) -> None:
    with records.begin() as session:
        persons.load_units(session)
        sittings.keep_parameters(session, "p1", rule="r", content={}, at=at)
        unit = persons.find_unit(session, "province", "2025", "01")
        mine, other = (
            add_learner(
                session, code=f"M{n}", email=f"tn{n}@example.vn", position="Chuyên viên",
                audience_group="c", unit_id=unit.id,
            )
            for n in (1, 2)
        )  # fmt: skip
        mine.born = other.born = "1980-02-03"
        examination = planned.add_examination(
            session, title="x", framework="f", rules=planned.Rules(60, 12, 8, 3), opens_at=at,
            closes_at=at, by=other.id, at=at,
        )  # fmt: skip
        room = planned.add_room(
            session, examination, name="P1", place="x", unit_id=None, starts_at=at, ends_at=at,
            code="abcdefgh",
        )  # fmt: skip
        for person in (mine, other):
            where = {"person_id": person.id, "release_id": release.id, "lesson": "bai-mot"}
            drafts.open_draft(session, **where, at=at)
            submission = queue.submit(session, **where, notebook=b"{}", at=at, device="d")
            queue.claim(session, worker="w", at=at, lease=dt.timedelta(minutes=1))
            result = course.result("bai-mot", 2.0, 1.0)
            assert store_marks(session, submission.id, result, worker="w", at=at)
            certificate, _ = certificates.record_certificate(
                session, person_id=person.id, programme="p", points=3, max_points=5,
                framework="f", at=at,
            )  # fmt: skip
            paper = f"paper of {person.id}".encode()
            name = certificate.full_name
            certificates.keep_paper(session, certificate.number, paper, full_name=name, at=at)
            moves.record_change(
                session, person, "return", to_unit_id=None, on_day=at.date(), reason="Ốm",
                by="x", at=at,
            )  # fmt: skip
            asked = privacy.add_request(session, person.id, "other", "Hỏi", due_at=at, at=at)
            asked.words = "Đáp"
            account_links.note_password(session, person.id, must_change=False, at=at)
            assert security_keys.add_key(
                session, person.id, name="khóa", credential_id=b"%d" % person.id,
                public_key=b"x", sign_count=0, transports=(), at=at,
            )  # fmt: skip
            session.add(
                Registration(
                    person_id=person.id, public_group="citizen", full_name="Người mẫu",
                    email=f"m{person.id}@example.org", language="vi", asked_at=at, expires_at=at,
                )
            )  # fmt: skip
            assert outbox.put(session, "setup", person.id, {"token": "x"}, at=at)
            where = {"course": "khoa-mau", "lesson": "bai-mot"}
            posts.add_post(session, person.id, **where, grade_id="g", text="Hỏi", at=at)
            posts.rate(session, person.id, **where, stars=4, text="Rõ", at=at)
            reached.add_reached(
                session, person.id, "khoa-mau", unit_id=unit.id, held_on=at.date(), people=3,
                place="Nhà văn hóa (mẫu)", at=at,
            )  # fmt: skip
            sitting = sittings.begin(
                session, person.id, "placement", parameters="p1", framework="f", seed=1,
                eligible=b"", at=at,
            )  # fmt: skip
            item = sittings.Asked("cau-mot", "d", 0, 0)
            sittings.ask(session, sitting, item, at=at).answer = "cach = 'một'"
            candidate = candidates.add_candidate(session, room, person.id, number=person.id)
            candidate.note, candidate.reason = "Mắt kém", "Nhầm tên"
            during.add_incident(
                session, room, candidate, "note", "Xin nước", by=other.id, at=at
            ).answer = "Được"  # fmt: skip
            session.add(
                SittingSeal(
                    sitting_id=sitting.id, person_id=person.id, content="{}", sha256="0" * 64,
                    sealed_at=at,
                )
            )  # fmt: skip
            session.add(
                Appeal(
                    person_id=person.id, about="sitting", sitting_id=sitting.id, text="Xin xem lại",
                    asked_at=at, state="open", answer="Đã xem",
                )
            )  # fmt: skip
            lecturers.add_lecturer(
                session, person.id, None, from_on=at.date(), until_on=None,
                certificate="GV-1 (mẫu)", by="x", at=at,
            )  # fmt: skip
        for person, looker in ((mine, other), (other, mine)):
            assert looks.record_looks(
                session, looker.id, [person.id], "person", purpose="Trả lời đơn", at=at
            )
    before = _everything(records)
    with records.begin() as session:
        persons.erase_person(session, mine.id, at=at)
        persons.erase_person(session, mine.id, at=at)
    after = _everything(records)
    changed = {
        (table, column)
        for (table, key, column), value in before.items()
        if after.get((table, key, column)) != value
    }
    deleted = {one for one in changed if one[0] == "security_key"}  # whole: it opens an account
    assert ("security_key", "public_key") in deleted
    changed -= deleted - set(personal_columns())
    assert changed == set(personal_columns()) | {("person", "erased_at")}
    of_the_other = {k: v for k, v in before.items() if k[0] == "person" and k[1] == (other.id,)}
    assert of_the_other.items() <= after.items()
    with records.read() as session:
        assert len(evidence.evidence_of(session, mine.id)) == 2


def _everything(records: Records) -> dict[tuple[str, tuple, str], object]:
    found = {}
    with records.read() as session:
        for table in Table.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                key = tuple(row[column.name] for column in table.primary_key)
                found |= {(table.name, key, name): value for name, value in row.items()}
    return found


def test_names_are_found_for_many_at_once(records: Records) -> None:
    at = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
    with records.begin() as session:
        first = persons.add_person(session, username="tn1", full_name="Lê Văn An (mẫu)", at=at).id
        gone = persons.add_person(session, username="tn2", full_name="Trần Ân (mẫu)", at=at).id
        persons.erase_person(session, gone, at=at)
        assert persons.names_of(session, [first, gone, 99]) == {
            first: "Lê Văn An (mẫu)",
            gone: "",
            99: "",
        }
        found = persons.find_people(session, ["tn1", "tn2", "khong-co"])
        assert {username: person.id for username, person in found.items()} == {"tn1": first}


def test_an_erased_learner_is_counted_neither_as_listed_nor_as_learning(
    records: Records, release: Release, course: Any, add_learner: Callable[..., Person]
) -> None:
    at = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
    with records.begin() as session:
        for gone in (False, True):
            person = add_learner(session, audience_group="d")
            enrolments.begin_course(session, person.id, course.slug, at=at)
            if gone:
                persons.erase_person(session, person.id, at=at)
        programme = release.programme
        assert sum(cell.count for cell in counting.count_people(session)) == 1
        assert sum(cell.count for cell in counting.count_learning(session, programme)) == 1
