"""Another unit, away and back, two who are one, erased: what follows, and who may."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select, update

from core.manifest import read_manifest
from core.messages import Refused
from records import Records, Session
from records.assessment import certificates
from records.people import account_links, logins, merging, moves, persons, privacy
from records.people.roster import people_by_code
from records.platform import audit
from records.programme import counting
from records.schema import Table, personal_columns
from records.tables.courses import Release
from records.tables.learning import Draft, Enrolment, Progress
from records.tables.marking import Submission
from records.tables.people import Person
from school import access
from school.access import Actor, load_actor
from school.people import account_acts, acts, life
from school.refusals import NotAllowed

AT = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
DAY = AT.date()
MANIFEST = read_manifest(
    {
        "programme": "p", "course": "c", "title": "Khóa (mẫu)", "framework": "f",
        "pass_share": 0.5, "lessons": [],
    }
)  # fmt: skip
PROGRAMME = "chuyen-doi-so-10000"


@dataclass
class Town:
    """Two provinces, an officer of one of them, somebody of the ministry, learners."""

    session: Session
    units: dict[str, int]

    def person(self, code: str, unit: str = "15", **rest: str) -> Person:
        return persons.add_person(
            self.session,
            username=code.lower(),
            code=code,
            full_name=f"Người {code} (mẫu)",
            unit_id=self.units[unit],
            audience_group="c",
            at=AT,
            **rest,  # type: ignore[arg-type]  # texts only
        )

    def actor(self, role: str, unit: str | None = None) -> Actor:
        person = self.person(f"CB-{role[:5]}-{unit or 'x'}")
        persons.grant_role(self.session, person.id, role, self.units[unit] if unit else None)
        assert person.username
        return load_actor(self.session, person.username, at=AT)

    def certified(self, person: Person) -> str:
        found, _new = certificates.record_certificate(
            self.session, person_id=person.id, programme=PROGRAMME, points=1, max_points=1,
            framework="f", at=AT,
        )  # fmt: skip
        return found.number


@pytest.fixture
def in_town(records: Records) -> Callable[[Callable[[Town], None]], None]:
    """Plays something in a transaction that is undone."""

    def play(story: Callable[[Town], None]) -> None:
        with records.preview() as session:
            persons.load_units(session)
            found = persons.find_units(session, "province", "2025")
            story(Town(session, {unit.code: unit.id for unit in found}))

    return play


# --- another unit -------------------------------------------------------------------------------


def test_who_is_transferred_keeps_where_the_certificate_was_earned(in_town):
    def story(town: Town) -> None:
        an, officer = town.person("TN-1"), town.actor(access.MINISTRY_OFFICER)
        number = town.certified(an)
        life.transfer(
            town.session, officer, an.id, town.units["48"], on_day=DAY, reason="Điều động", at=AT
        )
        assert an.unit_id == town.units["48"]
        paper = certificates.find_certificate(town.session, number)
        assert paper and paper.unit_id == town.units["15"]
        [change] = moves.changes_of(town.session, an.id)
        assert (change.from_unit_id, change.to_unit_id) == (town.units["15"], town.units["48"])
        assert (change.on_day, change.reason) == (DAY, "Điều động")

    in_town(story)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"on_day": DAY + dt.timedelta(days=2)}, "day"),
        ({"unit": None}, "unit"),
        ({"unit": "15"}, "unit"),
        ({"on_day": DAY - dt.timedelta(days=9)}, "day"),
    ],
    ids=["no reason", "a long one", "tomorrow", "no unit", "the same unit", "before the last"],
)
def test_a_transfer_that_cannot_be_is_told_at_its_field(in_town, given, field):
    def story(town: Town) -> None:
        an, officer = town.person("TN-1"), town.actor(access.MINISTRY_OFFICER)
        for unit in ("48", "15"):
            life.transfer(
                town.session, officer, an.id, town.units[unit],
                on_day=DAY - dt.timedelta(days=1), reason="x", at=AT,
            )  # fmt: skip
        said = {"unit": "48", "on_day": DAY, "reason": "x"} | given
        unit = town.units[said["unit"]] if said["unit"] else None
        with pytest.raises(Refused) as refused:
            life.transfer(
                town.session, officer, an.id, unit, on_day=said["on_day"], reason=said["reason"],
                at=AT,
            )  # fmt: skip
        assert list(refused.value.fields) == [field]

    in_town(story)


def test_an_officer_of_a_unit_moves_only_own_people_to_own_units(in_town):
    def story(town: Town) -> None:
        officer = town.actor(access.UNIT_OFFICER, "15")
        commune = persons.add_unit(
            town.session, kind="commune", code="TN-X", name="Xã (mẫu)", vintage="2025",
            parent_id=town.units["15"],
        )  # fmt: skip
        mine, foreign = town.person("TN-1"), town.person("TN-2", "48")
        teacher = town.person("TN-3")
        persons.grant_role(town.session, teacher.id, access.INSTRUCTOR)
        given = {"on_day": DAY, "reason": "x", "at": AT}
        life.transfer(town.session, officer, mine.id, commune.id, **given)
        with pytest.raises(Refused, match="không thuộc"):
            life.transfer(town.session, officer, mine.id, town.units["48"], **given)
        for other in (foreign, teacher, town.session.get_one(Person, officer.person_id)):
            with pytest.raises(NotAllowed):
                life.transfer(town.session, officer, other.id, commune.id, **given)
            with pytest.raises(NotAllowed):
                life.leave(town.session, officer, other.id, **given)
        for forbidden in (
            lambda: life.merge_people(town.session, officer, mine.id, "TN-2", reason="x", at=AT),
            lambda: life.erase(town.session, officer, mine.id, reason="x", at=AT),
        ):
            with pytest.raises(NotAllowed):
                forbidden()

    in_town(story)


# --- away and back ------------------------------------------------------------------------------


def test_who_left_is_on_no_list_and_comes_back_with_everything(in_town):
    def story(town: Town) -> None:
        an, officer = town.person("TN-1"), town.actor(access.UNIT_OFFICER, "15")
        number = town.certified(an)

        def listed() -> int:
            found = counting.count_people(town.session)
            return sum(one.count for one in found if one.unit_id == town.units["15"])

        before = listed()
        life.leave(town.session, officer, an.id, on_day=DAY, reason="Nghỉ hưu", at=AT)
        assert listed() == before - 1
        assert not load_actor(town.session, "tn-1", at=AT).known, "and logs in no more"
        assert certificates.find_certificate(town.session, number)
        with pytest.raises(Refused):
            life.leave(town.session, officer, an.id, on_day=DAY, reason="x", at=AT)
        life.come_back(town.session, officer, an.id, on_day=DAY, reason="Trở lại", at=AT)
        assert listed() == before
        assert load_actor(town.session, "tn-1", at=AT).person_id == an.id
        kinds = [change.kind for change in moves.changes_of(town.session, an.id)]
        assert kinds == ["leave", "return"]

    in_town(story)


def test_a_list_does_not_change_who_left(in_town):
    def story(town: Town) -> None:
        officer = town.actor(access.MINISTRY_OFFICER)
        an = town.person("TN-1")
        an.full_name = "Trần Thị Ánh"
        row = f"TN-1,{an.full_name},c,2025,15,Trưởng phòng"
        content = f"Mã cán bộ,Họ tên,Nhóm đối tượng,Danh mục,Mã đơn vị,Chức vụ\n{row}\n".encode()
        life.leave(town.session, officer, an.id, on_day=DAY, reason="Nghỉ hưu", at=AT)
        said = acts.check_roster(town.session, officer, "ds.csv", content, at=AT)
        assert ["rời đi" in str(fault.reason) for fault in said.faults] == [True]

    in_town(story)


def test_who_holds_a_role_does_not_leave_with_it(in_town):
    def story(town: Town) -> None:
        ministry, teacher = town.actor(access.MINISTRY_OFFICER), town.person("TN-3")
        persons.grant_role(town.session, teacher.id, access.INSTRUCTOR)
        twin = town.person("TN-4")
        for act in (
            lambda: life.leave(town.session, ministry, teacher.id, on_day=DAY, reason="x", at=AT),
            lambda: life.erase(town.session, ministry, teacher.id, reason="x", at=AT),
            lambda: life.merge_people(
                town.session, ministry, teacher.id, "TN-4", reason="x", at=AT
            ),
            lambda: life.merge_people(town.session, ministry, twin.id, "TN-3", reason="x", at=AT),
        ):
            with pytest.raises(Refused, match="instructor"):
                act()

    in_town(story)


# --- two who are one ----------------------------------------------------------------------------


def rows_of(session: Session, person_id: int) -> dict[str, int]:
    """How many rows of each table are this person's or of those merged into them."""
    people = merging.same_person(session, person_id)
    found = {}
    for table in Table.metadata.sorted_tables:
        if "person_id" in table.columns and table.name not in ("unsettled", "erasure"):
            rows = session.execute(select(table).where(table.c.person_id.in_(people))).all()
            found[table.name] = len(rows)
    return found


def test_nothing_of_two_who_are_one_is_lost(in_town):
    def story(town: Town) -> None:
        session, ministry = town.session, town.actor(access.MINISTRY_OFFICER)
        an, twin = town.person("TN-1"), town.person("TN-1B", "48")
        release = Release(
            programme="p", course="c", number=1, digest="d", manifest=MANIFEST,
            published_at=AT, published_by="TN",
        )  # fmt: skip
        session.add(release)
        session.flush()
        for n, (person, points) in enumerate(((an, 1.0), (twin, 3.0))):
            session.add(
                Submission(
                    person_id=person.id,
                    release_id=release.id,
                    lesson="b",
                    notebook=b"{}",
                    submitted_at=AT,
                    state="marked",
                    points=points,
                    max_points=4,
                )
            )
            session.flush()
            last = session.scalars(select(Submission.id).order_by(Submission.id.desc())).first()
            session.add_all(
                [
                    Draft(
                        person_id=person.id, release_id=release.id, lesson="b",
                        notebook=b"{}", revision=1, opened_at=AT, saved_at=AT,
                    ),
                    Enrolment(
                        person_id=person.id, course="c", release_id=release.id, seed=1,
                        began_at=AT - dt.timedelta(days=n), completed_at=AT if n else None,
                    ),
                    Progress(
                        person_id=person.id, course="c", lesson="b", points=points, max_points=4,
                        submission_id=last, at=AT,
                    ),
                ]
            )  # fmt: skip
        session.flush()
        number = town.certified(twin)
        before = {
            name: rows_of(session, an.id)[name] + rows_of(session, twin.id)[name]
            for name in rows_of(session, an.id)
        }
        life.merge_people(session, ministry, an.id, "TN-1B", reason="Trùng", at=AT)
        assert rows_of(session, an.id) == before
        assert before["submission"] == before["draft"] == 2
        best = session.get_one(Progress, (an.id, "c", "b"))
        assert best.points == 3.0
        [enrolled] = session.scalars(select(Enrolment).where(Enrolment.person_id == an.id))
        assert enrolled.completed_at == AT and enrolled.began_at == AT - dt.timedelta(days=1)
        paper = certificates.find_certificate(session, number)
        assert paper and (paper.person_id, paper.unit_id) == (an.id, town.units["48"])
        assert logins.owners(session, ["tn-1b"]) == {"tn-1b": an.id}
        assert not load_actor(session, "tn-1b", at=AT).known
        assert people_by_code(session, ["TN-1B"])["TN-1B"].id == an.id, "lists find the one"
        listed = counting.count_people(session)
        assert sum(one.count for one in listed if one.unit_id == town.units["48"]) == 0
        with pytest.raises(Refused):
            life.merge_people(session, ministry, an.id, "TN-1B", reason="x", at=AT)

    in_town(story)


def test_a_link_handed_out_for_one_of_two_opens_no_account_after_they_are_one(in_town):
    def story(town: Town) -> None:
        session, ministry = town.session, town.actor(access.MINISTRY_OFFICER)
        an, twin = town.person("TN-1"), town.person("TN-1B")
        slips = [
            account_acts.make_link(session, ministry, one.username or "", by_mail=False, at=AT)
            for one in (an, twin)
        ]
        life.merge_people(session, ministry, an.id, "TN-1B", reason="Trùng", at=AT)
        mine, other = (account_links.find_link(session, slip.token, at=AT) for slip in slips)
        assert mine and mine[1].id == an.id
        assert other is None, "it was given to whoever was taken for the other"

    in_town(story)


def test_a_copy_of_ones_own_data_holds_nothing_that_opens_the_account(in_town):
    def story(town: Town) -> None:
        session, ministry = town.session, town.actor(access.MINISTRY_OFFICER)
        an = town.person("TN-1", email="an@example.org")
        slip = account_acts.make_link(session, ministry, "tn-1", by_mail=True, at=AT)
        found = privacy.everything_of(session, an.id)
        assert found["outbox"] and found["account_link"]
        assert slip.token not in str(found)
        assert account_links.hash_of(slip.token) not in str(found)

    in_town(story)


def test_two_valid_certificates_are_not_joined_before_one_is_revoked(in_town):
    def story(town: Town) -> None:
        session, ministry = town.session, town.actor(access.MINISTRY_OFFICER)
        an, twin = town.person("TN-1"), town.person("TN-1B")
        ours, theirs = town.certified(an), town.certified(twin)
        with pytest.raises(Refused, match=f"{ours} và {theirs}"):
            life.merge_people(session, ministry, an.id, "TN-1B", reason="x", at=AT)
        certificates.revoke_certificate(session, theirs, reason="Trùng", at=AT)
        life.merge_people(session, ministry, an.id, "TN-1B", reason="Trùng", at=AT)
        gone = certificates.find_certificate(session, theirs)
        assert gone and (gone.person_id, gone.replaced_by) == (an.id, ours)
        held = certificates.find_certificate_of(session, an.id, PROGRAMME)
        assert held and held.number == ours

    in_town(story)


@pytest.mark.parametrize(("code", "word"), [("TN-1", "chính người này"), ("TN-0", "Không có ai")])
def test_a_code_that_is_no_other_s_is_told_at_its_field(in_town, code, word):
    def story(town: Town) -> None:
        an, ministry = town.person("TN-1"), town.actor(access.MINISTRY_OFFICER)
        with pytest.raises(Refused, match=word) as refused:
            life.merge_people(town.session, ministry, an.id, code, reason="x", at=AT)
        assert "code" in refused.value.fields

    in_town(story)


# --- erased -------------------------------------------------------------------------------------


def test_who_is_erased_is_blank_with_all_who_were_merged_and_what_was_signed_stays(in_town):
    def story(town: Town) -> None:
        session, ministry = town.session, town.actor(access.MINISTRY_OFFICER)
        an, twin = town.person("TN-1"), town.person("TN-1B")
        number = town.certified(an)
        life.merge_people(session, ministry, an.id, "TN-1B", reason="Trùng", at=AT)
        session.execute(update(Release).values(published_by="tn-1"))
        life.transfer(
            session, ministry, an.id, town.units["48"], on_day=DAY, reason="Vì bà Ân ốm", at=AT
        )
        life.erase(session, ministry, an.id, reason="Theo yêu cầu", at=AT)
        for table_name, column in personal_columns():
            table = Table.metadata.tables[table_name]
            key = table.c.id if table_name == "person" else table.c.person_id
            values = session.scalars(select(table.c[column]).where(key.in_([an.id, twin.id])))
            assert not any(values), (table_name, column)
        paper = certificates.find_certificate(session, number)
        assert paper and paper.revoked_at is None
        assert dict(privacy.due_erasures(session)) == {an.id: "tn-1", twin.id: None}
        assert audit.verify(session).sound
        with pytest.raises(Refused):
            life.erase(session, ministry, an.id, reason="x", at=AT)

    in_town(story)
