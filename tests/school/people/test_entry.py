"""Coming in by oneself: nothing counts before the letter is opened, and nothing is taken."""

# Longer than most: one door, and all that may be tried at it.
from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest

from core.messages import Refused
from records import Records, Session
from records.people import entry, logins, persons, public
from records.people.roster import people_by_code
from records.platform import outbox
from records.tables.entry import Invitation, Registration
from records.tables.people import LoginName, Person, RoleGrant
from records.tables.platform import AuditEntry, Mail
from school import access
from school.access import Actor
from school.people import acts, entering, entry_acts, life
from school.people.entering import Newcomer, read_newcomer
from school.refusals import NotAllowed

AT = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
DAY = AT.date()
PROGRAMME = "chuyen-doi-so-10000"
AN = Newcomer("Lò Thị An (mẫu)", "an@example.org", "citizen")


@pytest.fixture
def town(records: Records) -> Records:
    with records.begin() as session:
        persons.load_units(session)
    return records


def ask(
    session: Session, newcomer: Newcomer = AN, *, code: str = "", door: str = "open",
    at: dt.datetime = AT,
) -> None:  # fmt: skip
    entry_acts.ask_to_enter(
        session, access.newcomer(), newcomer, door=door, code=code,  # type: ignore[arg-type]  # a text
        programme=PROGRAMME, unit_id=None, language="vi", at=at,
    )  # fmt: skip


def letter(session: Session, address: str = AN.email) -> dict[str, Any]:
    """What stands in the newest letter to this address."""
    found = session.query(Mail).filter_by(address=address).order_by(Mail.id.desc()).first()
    assert found is not None and found.facts is not None
    return {"kind": found.kind, **found.facts}


def confirm(session: Session, token: str, *, door: str = "open", at: dt.datetime = AT) -> Any:
    return entry_acts.confirm(
        session, access.newcomer(), token, door=door, made_up=False, at=at,  # type: ignore[arg-type]  # a text
    )  # fmt: skip


def enter(session: Session, email: str = AN.email, **said: Any) -> entry_acts.Entered:
    """Ask, read the letter, open its link."""
    code = said.pop("code", "")
    ask(session, Newcomer(said.pop("name", AN.full_name), email, said.pop("group", "citizen")),
        code=code)  # fmt: skip
    found: entry_acts.Entered = confirm(session, letter(session, email)["token"])
    return found


def officer(session: Session, role: str, unit: str | None = None) -> Actor:
    found = persons.find_unit(session, "province", "2025", unit) if unit else None
    number = session.query(Person).count()
    person = persons.add_person(session, username=f"cb{number}", full_name="Cán bộ (mẫu)", at=AT)
    persons.grant_role(session, person.id, role, found.id if found else None)
    return access.load_actor(session, f"cb{number}", at=AT)


def terms(**other: Any) -> entry_acts.Terms:
    given: dict[str, Any] = {
        "title": "Lớp buổi tối (mẫu)", "group": "worker", "unit_id": None, "places": 1,
        "opens_on": DAY, "closes_on": DAY,
    }  # fmt: skip
    return entry_acts.Terms(**given | other)


# --- asking -------------------------------------------------------------------------------------


def test_nobody_is_made_before_the_letter_is_opened(town: Records) -> None:
    with town.begin() as session:
        ask(session)
    with town.read() as session:
        assert session.query(Person).count() == session.query(LoginName).count() == 0
        assert session.query(AuditEntry).count() == 0
        token = letter(session)["token"]
        row = session.query(Registration).one()
        assert row.person_id is None and row.token_hash != token
        assert token not in repr(vars(row)), "the token is in the letter and nowhere else"
    with town.begin() as session:
        entered = confirm(session, token)
    with town.read() as session:
        person = session.query(Person).one()
        assert (person.full_name, person.email) == (AN.full_name, AN.email)
        assert person.audience_group is None and person.unit_id is None and person.code is None
        assert logins.is_registered(person.username or "")
        assert session.query(RoleGrant).count() == 0
        row = session.query(Registration).one()
        assert (row.person_id, row.email, row.full_name) == (person.id, None, None)
        said = letter(session)
        assert (said["kind"], said["username"]) == ("setup", entered.username)
        assert public.is_public_person(session, person.id)
        entries = session.query(AuditEntry).filter_by(action="entry.confirm").all()
        assert [one.actor for one in entries] == ["self registration"]


def test_a_link_opens_once_until_its_end_and_only_the_newest_does(town: Records) -> None:
    with town.begin() as session:
        ask(session)
        first = letter(session)["token"]
        ask(session)
        second = letter(session)["token"]
    for token, at in ((first, AT), (second, AT + entering.CONFIRM), ("", AT), ("x" * 16, AT)):
        with pytest.raises(Refused), town.begin() as session:
            confirm(session, token, at=at)
    with town.begin() as session:
        confirm(session, second.replace("-", "").upper())
    with pytest.raises(Refused), town.begin() as session:
        confirm(session, second)
    with town.read() as session:
        assert session.query(Person).count() == 1


def test_what_nobody_confirmed_is_gone_by_itself_with_its_address(town: Records) -> None:
    with town.begin() as session:
        ask(session)
        mail = session.query(Mail).one()
        outbox.note_sent(session, mail.id, at=AT)
        session.refresh(mail)
        assert (mail.address, mail.facts) == ("", None)
    with town.begin() as session:
        assert entry.forget_expired(session, at=AT + entering.CONFIRM) == 1
        assert session.query(Registration).count() == 0


def test_so_many_wait_and_no_more(town: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_acts, "MOST_WAITING", 2)
    with town.begin() as session:
        for n in range(2):
            ask(session, Newcomer("An (mẫu)", f"{n}@example.org", "citizen"))
        persons.add_person(
            session, username="binh", full_name="Bình (mẫu)", email="binh@example.org", at=AT
        )
    for address in ("moi@example.org", "binh@example.org"):  # known or not, the same answer
        with pytest.raises(Refused), town.begin() as session:
            ask(session, Newcomer("An (mẫu)", address, "citizen"))
    with town.begin() as session:
        ask(session, at=AT + entering.CONFIRM)  # those two are over
        assert entry.count_requests(session) == 1


def test_the_owner_of_a_known_address_is_told_and_nobody_else(town: Records) -> None:
    with town.begin() as session:
        persons.add_person(
            session, username="binh", full_name="Bình (mẫu)", code="TN-1", email="Binh@Example.org",
            audience_group="c", at=AT,
        )  # fmt: skip
        assert ask(session, Newcomer("Kẻ lạ", "binh@example.org", "citizen")) is None
        assert session.query(Registration).count() == 0
        mail = session.query(Mail).one()
        assert (mail.kind, mail.address) == ("known", "Binh@Example.org")
        assert mail.facts == {"username": "binh"}


def test_an_address_that_became_somebody_s_meanwhile_makes_no_second_person(
    town: Records,
) -> None:
    with town.begin() as session:
        ask(session)
        token = letter(session)["token"]
        persons.add_person(
            session, username="an", full_name="An (mẫu)", email=AN.email, code="TN-1", at=AT
        )
    with pytest.raises(Refused), town.begin() as session:
        confirm(session, token)
    with town.read() as session:
        assert session.query(Person).count() == 1


def test_a_closed_door_opens_for_nobody(town: Records) -> None:
    with pytest.raises(NotAllowed), town.begin() as session:
        ask(session, door="closed")
    with town.begin() as session:
        ask(session)
        token = letter(session)["token"]
    for door in ("closed", "invitation"):
        with pytest.raises(Refused), town.begin() as session:
            confirm(session, token, door=door)


@pytest.mark.parametrize(
    ("name", "email", "field"),
    [
        ("", "a@example.org", "full_name"),
        ("Nguyễn Văn A1", "a@example.org", "full_name"),
        ("Анна", "a@example.org", "full_name"),
        ("An\u202eB", "a@example.org", "full_name"),
        ("http://xau.example", "a@example.org", "full_name"),
        ("A" * 121, "a@example.org", "full_name"),
        ("An", "a@example", "email"),
        ("An", "a@example.org\r\nBcc: b@example.org", "email"),
        ("An", "a@example.org,b@example.org", "email"),
        ("An", "An <a@example.org>", "email"),
        ("An", '"a b"@example.org', "email"),
        ("An", "a@exämple.org", "email"),
        ("An", "a..b@example.org", "email"),
        ("An", "a@-example.org", "email"),
        ("An", f"{'a' * 65}@example.org", "email"),
        ("An", f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.example.org", "email"),
    ],
)
def test_hostile_names_and_addresses_are_refused_at_their_field(
    name: str, email: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        read_newcomer(name, email, "citizen", agreed=True)
    assert set(refused.value.fields) == {field}


def test_look_alikes_are_folded_and_everything_wrong_is_told_at_once() -> None:
    found = read_newcomer(" Ðinh  Thị ＡN ", " An@Example.ORG ", "pupil", agreed=True)
    assert found == Newcomer("Đinh Thị AN", "an@example.org", "pupil")
    with pytest.raises(Refused) as refused:
        read_newcomer("", "", "a", agreed=False)
    assert set(refused.value.fields) == {"full_name", "email", "group", "agreed"}


# --- nothing is taken ---------------------------------------------------------------------------


def test_a_registered_name_is_given_by_no_list_no_code_and_no_provider(town: Records) -> None:
    with town.begin() as session:
        entered = enter(session)
        assert not logins.bind(session, entered.username, "issuer|1")
        coded = persons.add_person(
            session, username=None, full_name="Mã (mẫu)", code="TDK-AAAA-BBBB", at=AT
        )
        assert logins.give_by_code(session, [coded]) == 0
    for name in ("tdk-aaaa-bbbb", "TDK-x", "ｔｄｋ-x"):
        with pytest.raises(Refused), town.begin() as session:
            persons.add_person(session, username=name, full_name="Khác (mẫu)", at=AT)
    head = "Mã cán bộ,Họ và tên,Mã đơn vị,Nhóm đối tượng,Tài khoản\n"
    for name in ("tdk-aaaa-bbbb", entered.username):
        rows = f"{head}TN-9,Đỗ Thị Mới (mẫu),01,g,{name}\n".encode()
        with town.begin() as session:
            by = officer(session, access.MINISTRY_OFFICER)
            found = acts.import_roster(session, by, "a.csv", rows, at=AT)
            assert [fault.key for fault in found.faults] == ["username"], name


def test_no_officer_of_a_unit_holds_the_account_of_one_who_registered(town: Records) -> None:
    from school.people import account_acts

    with town.begin() as session:
        entered = enter(session)
        for unit in ("01", "15"):
            by = officer(session, access.UNIT_OFFICER, unit)
            with pytest.raises(Refused):
                account_acts.make_link(session, by, entered.username, by_mail=False, at=AT)
        ministry = officer(session, access.MINISTRY_OFFICER)
        opened = account_acts.make_links(session, ministry, None, by_mail=False, at=AT)
        assert entered.username not in {slip.username for slip in opened.slips}


def test_only_an_officer_s_list_and_a_merge_make_them_an_official(town: Records) -> None:
    rows = "Mã cán bộ,Họ và tên,Mã đơn vị,Nhóm đối tượng\nTN-9,Lò Thị An (mẫu),01,c\n"
    with town.begin() as session:
        entered = enter(session)
        by = officer(session, access.MINISTRY_OFFICER)
        found = acts.import_roster(session, by, "a.csv", rows.encode(), at=AT)
        assert not found.faults
        listed = people_by_code(session, ["TN-9"])["TN-9"]
        assert listed.id != entered.person_id
        assert public.is_public_person(session, entered.person_id)
        life.merge_people(session, by, listed.id, entered.username, reason="Một người", at=AT)
        assert not public.is_public_person(session, listed.id)
        assert persons.find_person_by_id(session, listed.id).username == entered.username  # type: ignore[union-attr]  # it is there


# --- invitations --------------------------------------------------------------------------------


def test_an_officer_invites_for_own_units_and_for_no_others(town: Records) -> None:
    with town.begin() as session:
        units = {
            code: persons.find_unit(session, "province", "2025", code).id  # type: ignore[union-attr]  # it is there
            for code in ("01", "15")
        }
        mine = officer(session, access.UNIT_OFFICER, "15")
        made = entry_acts.invite(
            session, mine, terms(unit_id=units["15"]), programme=PROGRAMME, at=AT
        )
        others = entry_acts.invite(
            session, officer(session, access.MINISTRY_OFFICER), terms(unit_id=units["01"]),
            programme=PROGRAMME, at=AT,
        )  # fmt: skip
        for wrong in (units["01"], None):
            with pytest.raises(NotAllowed):
                entry_acts.invite(session, mine, terms(unit_id=wrong), programme=PROGRAMME, at=AT)
        for wrong in (others.id, 999):
            with pytest.raises(NotAllowed):
                entry_acts.revoke_invitation(session, mine, wrong, at=AT)
        assert entry_acts.revoke_invitation(session, mine, made.id, at=AT)
        assert not entry_acts.revoke_invitation(session, mine, made.id, at=AT)
        for role in (access.INSTRUCTOR, access.AUDITOR, access.LEARNER):
            with pytest.raises(NotAllowed):
                entry_acts.invite(
                    session, officer(session, role), terms(), programme=PROGRAMME, at=AT
                )


def test_an_invitation_says_the_group_and_the_unit_whatever_was_typed(town: Records) -> None:
    with town.begin() as session:
        by = officer(session, access.MINISTRY_OFFICER)
        unit = persons.find_unit(session, "province", "2025", "15")
        assert unit is not None
        made = entry_acts.invite(session, by, terms(unit_id=unit.id), programme=PROGRAMME, at=AT)
        typed = f" {entering.shown_code(made.code).upper()} "
        entered = enter(session, group="pupil", code=typed)
        row = session.query(Registration).filter_by(person_id=entered.person_id).one()
        assert (row.public_group, row.unit_id, row.invitation_id) == ("worker", unit.id, made.id)
        assert persons.find_person_by_id(session, entered.person_id).unit_id is None  # type: ignore[union-attr]  # it is there
        session.refresh(made)
        assert made.used == 1


def test_a_code_that_is_over_opens_nothing(town: Records) -> None:
    tomorrow = DAY + dt.timedelta(days=1)
    with town.begin() as session:
        by = officer(session, access.MINISTRY_OFFICER)

        def code(programme: str = PROGRAMME, **other: Any) -> str:
            return entry_acts.invite(session, by, terms(**other), programme=programme, at=AT).code

        early = code(opens_on=tomorrow, closes_on=tomorrow)
        elsewhere = code(programme="khac")
        revoked = entry_acts.invite(session, by, terms(), programme=PROGRAMME, at=AT)
        entry_acts.revoke_invitation(session, by, revoked.id, at=AT)
        good = code()
        enter(session, code=good)
        for wrong in (early, elsewhere, revoked.code, good, "", "khong-co", "%", "'--"):
            with pytest.raises(Refused) as refused:
                ask(session, Newcomer("B", "b@example.org", ""), code=wrong, door="invitation")
            assert set(refused.value.fields) == {"code"}
        late = code()
        with pytest.raises(Refused):
            ask(session, Newcomer("B", "b@example.org", ""), code=late,
                at=AT + dt.timedelta(days=1))  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": "  "}, "title"), ({"title": "x" * 201}, "title"), ({"group": "a"}, "group"),
        ({"places": 0}, "places"), ({"places": 100_001}, "places"),
        ({"opens_on": dt.date(2026, 11, 1), "closes_on": dt.date(2026, 11, 19)}, "closes_on"),
        ({"closes_on": dt.date(2026, 11, 1)}, "closes_on"),
    ],
)  # fmt: skip
def test_terms_by_which_nobody_could_come_are_refused(
    town: Records, wrong: dict[str, Any], field: str
) -> None:
    with town.begin() as session:
        by = officer(session, access.MINISTRY_OFFICER)
        with pytest.raises(Refused) as refused:
            entry_acts.invite(session, by, terms(**wrong), programme=PROGRAMME, at=AT)
        assert set(refused.value.fields) == {field}
        assert session.query(Invitation).count() == 0


def test_of_many_who_come_at_once_as_many_get_in_as_there_are_places(town: Records) -> None:
    with town.begin() as session:
        by = officer(session, access.MINISTRY_OFFICER)
        made = entry_acts.invite(session, by, terms(places=3), programme=PROGRAMME, at=AT)
        tokens = []
        for n in range(8):
            address = f"n{n}@example.org"
            ask(session, Newcomer("An (mẫu)", address, ""), code=made.code)
            tokens.append(letter(session, address)["token"])
    came: list[bool] = []

    def one(token: str) -> Callable[[], None]:
        def come() -> None:
            start.wait()
            try:
                with town.begin() as session:
                    confirm(session, token)
                came.append(True)
            except Refused:
                came.append(False)

        return come

    start = threading.Barrier(len(tokens))
    threads = [threading.Thread(target=one(token)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with town.read() as session:
        invitation = session.query(Invitation).one()
        assert (came.count(True), invitation.used) == (3, 3) and len(came) == 8
        assert session.query(Person).filter(public.is_public()).count() == 3
        waiting = session.query(Registration).filter(Registration.token_hash.is_not(None)).count()
        assert waiting == 5, "whoever found no place may try again"


def test_of_two_who_open_the_same_link_one_becomes_somebody(town: Records) -> None:
    with town.begin() as session:
        ask(session)
        token = letter(session)["token"]
    start, came = threading.Barrier(2), []

    def come() -> None:
        start.wait()
        try:
            with town.begin() as session:
                confirm(session, token)
            came.append(True)
        except Refused:
            came.append(False)

    threads = [threading.Thread(target=come) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == [False, True]
    with town.read() as session:
        assert session.query(Person).count() == 1


def test_of_two_browsers_that_register_one_address_at_once_one_link_opens_one_person(
    town: Records,
) -> None:
    start, failed = threading.Barrier(4), []

    def come() -> None:
        start.wait()
        try:
            with town.begin() as session:
                ask(session)
        except Exception as error:  # any: nothing but an answer is what a stranger should get
            failed.append(error)

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    with town.read() as session:
        [waiting] = session.query(Registration).all()
        sent = [mail.facts["token"] for mail in session.query(Mail) if mail.facts]
    good = []
    for token in sent:
        try:
            with town.begin() as session:
                confirm(session, token)
            good.append(token)
        except Refused:
            continue
    assert [entry.hash_of(token) for token in good] == [waiting.token_hash]
    with town.read() as session:
        assert session.query(Person).count() == 1
