"""Security keys belong to a person: not to a login name, nor to whoever gets one later."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from soft_key import SoftKey

from core.messages import Refused
from records import Records, Session
from records.people import logins, persons, privacy
from records.people import security_keys as kept
from school import access
from school.access import Actor
from school.people import key_acts, life, login_acts, security_keys
from school.people.login_acts import Described

AT = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)
ORIGIN = "https://hoc.example"
MINISTRY = Actor("bo", 10_000, grants=((access.MINISTRY_OFFICER, None),))
ADMINISTRATOR = Actor("quan", 10_001, grants=((access.ADMINISTRATOR, None),))


def add(session: Session, name: str | None, **facts: Any) -> Actor:
    given = {"code": None, "full_name": "Nông Thị Khóa (mẫu)"} | facts
    person = persons.add_person(session, username=name, unit_id=None, at=AT, **given)
    return Actor(name, person.id, person.full_name)


def register(session: Session, actor: Actor, name: str = "khóa (mẫu)") -> tuple[SoftKey, list[str]]:
    key = SoftKey(ORIGIN)
    asked = security_keys.ask_for_new(ORIGIN, actor, [])
    new = security_keys.read_new(ORIGIN, asked.challenge, key.create(asked.options))
    return key, key_acts.add_key(session, actor, new, name, at=AT)


def opens(session: Session, actor: Actor, key: SoftKey) -> bool:
    assert actor.person_id
    keys, _left = key_acts.load_keys(session, actor.person_id)
    asked = security_keys.ask_for_known(ORIGIN, keys)
    try:
        said = key.get(asked.options)
        key_acts.pass_by_key(session, actor, ORIGIN, asked.challenge, said, at=AT)
    except Refused:
        return False
    return True


def test_a_key_opens_its_own_person_s_account_under_any_name_and_nobody_else_s(
    records: Records,
) -> None:
    with records.begin() as session:
        owner, other = add(session, "mot"), add(session, "hai")
        key, _codes = register(session, owner)
        other_key, codes = register(session, other)
        assert opens(session, owner, key)
        assert not opens(session, other, key)
        assert not opens(session, owner, other_key)
        with pytest.raises(Refused):
            key_acts.pass_by_code(session, owner, codes[0], at=AT)
        person = persons.find_person_by_id(session, owner.person_id or 0)
        assert person
        person.username = "mot-moi"
        logins.give(session, {"mot-moi": person.id})
        assert opens(session, Actor("mot-moi", owner.person_id), key)


def test_a_key_that_somebody_has_is_not_registered_again(records: Records) -> None:
    with records.begin() as session:
        owner, other = add(session, "mot"), add(session, "hai")
        key, _codes = register(session, owner)
        asked = security_keys.ask_for_new(ORIGIN, other, [])
        new = security_keys.read_new(ORIGIN, asked.challenge, key.create(asked.options))
        with pytest.raises(Refused, match="đã được đăng ký"):
            key_acts.add_key(session, other, new, "của tôi", at=AT)


@pytest.mark.parametrize("with_name", [True, False])
def test_when_two_become_one_keys_follow_the_account_or_are_gone(
    records: Records, with_name: bool
) -> None:
    with records.begin() as session:
        stays = add(session, None if with_name else "mot", code="TN-1")
        other = add(session, "hai", code="TN-2")
        key, codes = register(session, other)
        life.merge_people(session, MINISTRY, stays.person_id or 0, "TN-2", reason="trùng", at=AT)
        assert opens(session, stays, key) == with_name
        assert not kept.has_keys(session, other.person_id or 0)
        assert kept.use_code(session, stays.person_id or 0, codes[0], at=AT) == with_name


def test_erasure_takes_keys_and_codes_and_their_letters_know_nothing(records: Records) -> None:
    with records.begin() as session:
        owner = add(session, "mot")
        key, codes = register(session, owner, "khóa ở nhà")
        assert owner.person_id
        said = privacy.everything_of(session, owner.person_id)
        assert [row["name"] for row in said["security_key"]] == ["khóa ở nhà"]
        assert "code_hash" not in said["recovery_code"][0]
        life.erase(session, MINISTRY, owner.person_id, reason="xin xóa", at=AT)
        assert not opens(session, owner, key)
        assert not kept.use_code(session, owner.person_id, codes[0], at=AT)
        with pytest.raises(Refused):
            logins.give(session, {"mot": add(session, "ba").person_id or 0})


def test_the_last_key_of_whoever_must_have_one_stays(records: Records) -> None:
    with records.begin() as session:
        owner = add(session, "mot")
        officer = Actor("mot", owner.person_id, grants=((access.UNIT_OFFICER, 1),))
        register(session, owner)
        register(session, owner, "khóa hai")
        first, second = key_acts.load_keys(session, owner.person_id or 0)[0]
        roles = frozenset({access.UNIT_OFFICER})
        key_acts.remove_key(session, officer, first.id, obliged=roles, at=AT)
        with pytest.raises(Refused, match="ít nhất một"):
            key_acts.remove_key(session, officer, second.id, obliged=roles, at=AT)
        key_acts.remove_key(session, owner, second.id, obliged=roles, at=AT)
        assert key_acts.load_keys(session, owner.person_id or 0) == ([], 0)


def test_administrators_take_keys_of_others_away_and_nobody_else_does(records: Records) -> None:
    with records.begin() as session:
        boss = add(session, "quan")
        register(session, boss)
        own = Actor("quan", boss.person_id, grants=((access.ADMINISTRATOR, None),))
        with pytest.raises(Refused, match="chính mình"):
            key_acts.take_keys_away(session, own, boss.person_id or 0, at=AT)
        assert key_acts.take_keys_away(session, ADMINISTRATOR, boss.person_id or 0, at=AT) == 1
        assert kept.ending_asked(session, boss.person_id or 0)
    assert not access.may_take_keys_away(MINISTRY)
    assert not access.may_take_keys_away(Actor("x", 1, grants=((access.UNIT_OFFICER, 1),)))


def at_once(records: Records, *doings: Any) -> list[Any]:
    """What comes of doing these at once, each in a transaction; of what is refused, why."""
    outcomes: list[Any] = [None] * len(doings)
    begin = threading.Barrier(len(doings))

    def run(place: int) -> None:
        begin.wait()
        try:
            with records.begin() as session:
                outcomes[place] = doings[place](session)
        except Refused as refused:
            outcomes[place] = refused

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(doings))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_code_is_good_once_however_many_use_it_at_once(records: Records) -> None:
    with records.begin() as session:
        owner = add(session, "mot")
        _key, codes = register(session, owner)

    def use(session: Session) -> int:
        return key_acts.pass_by_code(session, owner, codes[0], at=AT)

    assert sum(one == 9 for one in at_once(records, *[use] * 4)) == 1


def test_two_keys_removed_at_once_leave_the_last_of_whoever_must_have_one(
    records: Records,
) -> None:
    with records.begin() as session:
        owner = add(session, "mot")
        register(session, owner)
        register(session, owner, "hai")
        keys = [one.id for one in key_acts.load_keys(session, owner.person_id or 0)[0]]

    def remove(key: int) -> Any:
        return lambda session: key_acts.remove_key(
            session, owner, key, obliged={access.LEARNER}, at=AT
        )

    assert [one is None for one in at_once(records, *map(remove, keys))].count(True) == 1


# --- known by a code or an address, once ---------------------------------------------------------


def come(
    session: Session, subject: str, login: str = "", *, roles_too: bool = False, **said: Any
) -> str:
    described = Described(**said)
    return login_acts.find_login(session, login, subject, described, roles_too=roles_too, at=AT)


def test_whoever_fits_alone_is_known_once_and_by_the_subject_ever_after(records: Records) -> None:
    with records.begin() as session:
        add(session, None, code="001099000001")
        assert come(session, "s1", "ten-la", code="001099000001") == "ten-la"
        assert come(session, "s1", "ten-khac", code="") == "ten-la"
        with pytest.raises(Refused, match="gắn với một người khác"):
            come(session, "s2", "ten-hai", code="001099000001")
        add(session, "co-ten", email="Ten@Example.org")
        assert come(session, "s3", email="ten@example.ORG") == "co-ten"
        add(session, None, code="TN-7")
        assert come(session, "s4", code="TN-7") == "tn-7"


def test_who_fits_is_told_what_to_do_where_it_is_not_certain(records: Records) -> None:
    with records.begin() as session:
        add(session, "mot", code="TN-1", email="chung@example.org")
        add(session, "hai", code="TN-2", email="chung@example.org")
        boss = add(session, "ba", code="TN-3")
        persons.grant_role(session, boss.person_id or 0, access.INSTRUCTOR)
        left = add(session, "bon", code="TN-4")
        life.leave(session, MINISTRY, left.person_id or 0, on_day=AT.date(), reason="x", at=AT)
        for said, sentence in (
            ({"email": "chung@example.org"}, "hơn một người"),
            ({"code": "TN-1", "email": "chung@example.org"}, "hơn một người"),
            ({"code": "TN-3"}, "giữ một vai trò"),
            ({"code": "TN-4"}, "chưa có trong danh sách"),
            ({"code": "TN-9"}, "chưa có trong danh sách"),
            ({}, "chưa có trong danh sách"),
            ({"code": "TN-1", "name": "Ai Khác (mẫu)"}, "không khớp"),
        ):
            with pytest.raises(Refused, match=sentence):
                come(session, "s", **said)
        assert come(session, "s", code="TN-3", roles_too=True) == "ba"
        with pytest.raises(Refused, match="tài khoản khác"):
            come(session, "s", "mot")
        assert come(session, "t", code="TN-1", name="NÔNG THỊ KHÓA (mẫu)") == "mot"


def test_a_changed_name_opens_nothing_until_it_is_unbound(records: Records) -> None:
    with records.begin() as session:
        add(session, "mot", code="TN-1")
        assert come(session, "s1", code="TN-1") == "mot"
        person = persons.find_person(session, "mot")
        assert person
        logins.give(session, {"mot-moi": person.id})
        person.username = "mot-moi"
        session.flush()
        with pytest.raises(Refused, match="unbind"):
            come(session, "s1", code="TN-1")
        assert logins.unbind(session, "mot-moi")
        assert come(session, "s1", code="TN-1") == "mot-moi"


def test_of_two_subjects_at_once_one_is_the_first(records: Records) -> None:
    with records.begin() as session:
        add(session, "mot", code="TN-1")

    def first(subject: str) -> Any:
        return lambda session: come(session, subject, code="TN-1")

    outcomes = at_once(records, *(first(f"s{n}") for n in range(4)))
    assert outcomes.count("mot") == 1
    assert all("gắn với một người khác" in str(one) for one in outcomes if one != "mot")
