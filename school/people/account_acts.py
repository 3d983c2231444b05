"""What people do about passwords: hand out one-time links, ask for one, use one, change one's own.

The password itself is the hub's. Whoever may set it hands in how (``set_password``), and that is
done last of all, so that none is set without its audit line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.calendar import today_in_vietnam
from core.folding import fold
from core.messages import Message, Refused
from records import Session
from records.people import account_links, logins, persons
from records.platform import outbox
from records.programme.counting import UnitNode, load_units_tree
from records.tables.people import Person
from school import access
from school.access import Actor
from school.acts import act, log, nothing_changed, require
from school.people import looks
from school.people.account_tokens import CHANGE, RESET, SETUP, make_token
from school.people.acts import units_to_fill

SetPassword = Callable[[str], None]
SPENT = Message(
    "Mã này không còn dùng được: đã dùng, đã hết hạn, hoặc đã có mã mới hơn. Hãy xin mã mới ở "
    "trang “Quên mật khẩu” hoặc nơi cán bộ đầu mối của cơ quan."
)


SEVERAL = Message("Có nhiều người như vậy; hãy ghi mã cán bộ của người cần cấp.")
NAMELESS = Message(
    "{name} chưa có tên đăng nhập, và mã cán bộ không dùng làm tên được: hãy bổ sung cột Tài khoản "
    "trong danh sách rồi nhập lại."
)
MOST_FOUND = 20


@dataclass(frozen=True)
class Whom:
    """Somebody to choose: their login name is "" before they have one."""

    person_id: int
    code: str
    full_name: str
    unit: str
    username: str


@dataclass(frozen=True)
class Slip:
    """What somebody is handed: who it is for, and the token of their link."""

    person_id: int
    full_name: str
    username: str
    unit: str
    token: str
    expires_at: dt.datetime


@dataclass(frozen=True)
class Opened:
    """What came of handing out many. ``without_name``: people in no list with a login name;
    ``above``: people whose account is not this actor's to open; ``without_mail``: people who
    cannot be written to."""

    slips: Sequence[Slip]
    mailed: int
    without_name: int
    above: int
    without_mail: int


# --- by officers and operators --------------------------------------------------------------------


def find_whom(session: Session, actor: Actor, said: str, *, at: dt.datetime) -> list[Whom]:
    """Whom these words may mean, of those whose account is the actor's to open: a login name or an
    official's code, else a name within the actor's units. At most `MOST_FOUND`."""
    require(access.may_open_accounts(actor))
    tree = load_units_tree(session)
    found = _meant(session, actor, said, tree, at)
    looks.show(session, (person.id for person in found), "account")
    return [
        Whom(one.id, one.code or "", one.full_name, _name(tree, one.unit_id), one.username or "")
        for one in found
    ]


@act(may=access.may_open_accounts, audited="account.link")
def make_link(
    session: Session, actor: Actor, whom: str | int, *, by_mail: bool, at: dt.datetime
) -> Slip:
    """A link for one person, by their key or by what `find_whom` understands; earlier ones end. Who
    has no login name gets one made of their code. ``by_mail`` also writes to them.
    `Refused` for words that mean nobody or several, for somebody without a login name whose code
    makes none, and for one without an address who is to be written to."""
    tree = load_units_tree(session)
    found = _meant(session, actor, whom, tree, at)
    if len(found) != 1:
        raise Refused(SEVERAL if found else _nobody(whom))
    person = found[0]
    looks.show(session, [person.id], "account")
    logins.give_by_code(session, [person])
    if not person.username:
        raise Refused(replace(NAMELESS, params={"name": person.full_name}))
    opened = _hand_out(session, actor, [person], tree, by_mail=by_mail, at=at)
    if by_mail and not opened.mailed:
        raise Refused(
            Message("{username} chưa có email trong danh sách.", {"username": person.username}),
            field="username",
        )
    log(session, actor, "account.link", f"person:{person.id}", at, {"mailed": by_mail})
    return opened.slips[0]


def _nobody(whom: str | int) -> Message:
    said = whom if isinstance(whom, str) else ""
    return Message(
        "Không có ai mang tên đăng nhập, mã cán bộ hoặc họ tên “{said}” trong phạm vi của anh/chị.",
        {"said": said},
    )


def _meant(
    session: Session,
    actor: Actor,
    whom: str | int,
    tree: Mapping[int, UnitNode],
    at: dt.datetime,
) -> list[Person]:
    """Whom this means: a key; a login name, or a code; else a name."""
    held = persons.roles_held(session, on=today_in_vietnam(at))
    if isinstance(whom, int):
        there: list[Person | None] = [persons.find_person_by_id(session, whom)]
    else:
        mine = units_to_fill(session, actor)
        called = account_links.find_called(session, whom, mine, limit=MOST_FOUND)
        named = persons.find_person(session, whom) or persons.find_person(session, whom.lower())
        # A login name is its owner's, but for somebody whose code it is too.
        by_code = [one for one in called if fold(one.code or "") == fold(whom)]
        there = [named, *(by_code if named else called)]
    found = (one for one in dict.fromkeys(there) if one is not None and one.erased_at is None)
    there_still = (one for one in found if one.username or one.left_at is None)
    return [one for one in there_still if _may(actor, one, tree, held)]


@act(may=access.may_open_accounts, audited="account.links")
def make_links(
    session: Session,
    actor: Actor,
    unit_id: int | None,
    *,
    by_mail: bool,
    at: dt.datetime,
) -> Opened:
    """Links for everybody of a unit and below who has set no password yet; None: of all that is the
    actor's. Who has no login name gets one made of their code. Earlier links of theirs end, but
    with ``by_mail`` only of those who are written to."""
    units = _units(session, actor, unit_id)
    tree, held = load_units_tree(session), persons.roles_held(session, on=today_in_vietnam(at))
    people = account_links.people_of(session, units, without_password=True)
    logins.give_by_code(session, people)
    named = [person for person in people if person.username]
    mine = [person for person in named if _may(actor, person, tree, held)]
    reached = mine
    if by_mail:
        addresses = outbox.addresses_of(session, "setup", [one.id for one in mine])
        reached = [person for person in mine if person.id in addresses]
    looks.show(session, (person.id for person in reached), "account")
    opened = _hand_out(session, actor, reached, tree, by_mail=by_mail, at=at)
    if opened.slips:
        log(
            session,
            actor,
            "account.links",
            f"unit:{unit_id or ''}",
            at,
            {"people": len(opened.slips), "mailed": by_mail},
        )
    else:
        nothing_changed(session)
    return Opened(
        opened.slips,
        opened.mailed,
        without_name=len(people) - len(named),
        above=len(named) - len(mine),
        without_mail=len(mine) - len(reached),
    )


def unit_of_code(session: Session, code: str) -> int:
    """The key of today's unit with this code; `Refused` where there is not exactly one."""
    tree = load_units_tree(session).values()
    found = [unit.id for unit in tree if unit.code == code and unit.successor_id is None]
    if len(found) != 1:
        raise Refused(
            Message("Mã “{code}” khớp {n} đơn vị, cần đúng một", {"code": code, "n": len(found)})
        )
    return found[0]


def count_waiting(session: Session, actor: Actor) -> list[tuple[UnitNode, int]]:
    """The actor's units in which people have set no password yet, each with those below it; by
    name."""
    mine = units_to_fill(session, actor)
    tree = load_units_tree(session)
    counted: dict[int, int] = {}
    for unit_id, n in account_links.count_without_password(session).items():
        if mine is not None and unit_id not in mine:
            continue
        for above in _path(tree, unit_id):
            counted[above] = counted.get(above, 0) + n
    shown = (tree[key] for key in counted if mine is None or key in mine)
    return [(unit, counted[unit.id]) for unit in sorted(shown, key=_by_size_and_name)]


def _by_size_and_name(unit: UnitNode) -> tuple[bool, bool, str]:
    return (unit.kind != "nation", unit.kind != "central", fold(unit.name))


def _units(session: Session, actor: Actor, unit_id: int | None) -> Collection[int] | None:
    """The units to look in; `NotAllowed` for one that is not the actor's."""
    mine = units_to_fill(session, actor)
    if unit_id is None:
        return mine
    require(mine is None or unit_id in mine)
    return persons.unit_and_below(session, unit_id)


def _may(
    actor: Actor,
    person: Person,
    tree: Mapping[int, UnitNode],
    held: Mapping[int, Collection[str]],
) -> bool:
    return access.may_open_account_of(actor, _path(tree, person.unit_id), held.get(person.id, ()))


def _path(tree: Mapping[int, UnitNode], unit_id: int | None) -> frozenset[int]:
    """The unit, those above it, and what these were merged into."""
    path: set[int] = set()
    todo = [unit_id]
    while todo:
        key = todo.pop()
        if key is None or key in path or key not in tree:
            continue
        path.add(key)
        todo += [tree[key].parent_id, tree[key].successor_id]
    return frozenset(path)


def _name(tree: Mapping[int, UnitNode], unit_id: int | None) -> str:
    return tree[unit_id].name if unit_id is not None and unit_id in tree else ""


def _hand_out(
    session: Session,
    actor: Actor,
    people: Iterable[Person],
    tree: Mapping[int, UnitNode],
    *,
    by_mail: bool,
    at: dt.datetime,
) -> Opened:
    known = list(people)
    expires_at = at + SETUP
    tokens = {person.id: make_token() for person in known}
    account_links.make_links(
        session, tokens, purpose="setup", by=actor.username or "", at=at, expires_at=expires_at
    )
    slips = [
        Slip(
            person.id,
            person.full_name,
            person.username or "",
            _name(tree, person.unit_id),
            tokens[person.id],
            expires_at,
        )
        for person in known
    ]
    mailed = 0
    if by_mail:
        facts = {one.person_id: _facts(one.username, one.token, one.expires_at) for one in slips}
        mailed = outbox.put_many(session, "setup", facts, at=at)
    return Opened(slips, mailed, 0, 0, 0)


# --- by the person --------------------------------------------------------------------------------


@act(may=access.may_keep_own_account, audited="account.forgot")
def ask_for_link(session: Session, actor: Actor, *, at: dt.datetime) -> bool:
    """Somebody who says to be this actor asks for a link; it goes to the actor's own address, and
    only there. False where there is none. Earlier links end."""
    assert actor.person_id is not None
    if not outbox.addresses_of(session, "reset", [actor.person_id]):
        nothing_changed(session)
        return False
    token = _own_link(session, actor, "reset", RESET, at=at)
    facts = _facts(actor.username or "", token, at + RESET)
    outbox.put(session, "reset", actor.person_id, facts, at=at)
    log(session, actor, "account.forgot", f"person:{actor.person_id}", at)
    return True


@act(may=access.may_keep_own_account, audited="account.begin-change")
def begin_change(session: Session, actor: Actor, *, at: dt.datetime) -> str:
    """Somebody logged in with a password that another chose: the token by which they set their own,
    now."""
    token = _own_link(session, actor, "change", CHANGE, at=at)
    log(session, actor, "account.begin-change", f"person:{actor.person_id}", at)
    return token


@act(may=access.may_keep_own_account, audited="account.choose")
def choose_password(
    session: Session, actor: Actor, token: str, set_password: SetPassword, *, at: dt.datetime
) -> None:
    """Use a link up: the person's password is set, and no other link of theirs opens anything.
    `Refused` for one that does not."""
    found = account_links.find_link(session, token, at=at)
    if (
        found is None
        or found[1].id != actor.person_id
        or not account_links.use_link(session, found[0].id, at=at)
    ):
        raise Refused(SPENT, field="code")
    account_links.note_password(session, found[1].id, must_change=False, at=at)
    purpose = found[0].purpose
    log(session, actor, "account.choose", f"person:{found[1].id}", at, {"purpose": purpose})
    set_password(found[1].username or "")


@act(may=access.may_keep_own_account, audited="account.change")
def change_password(
    session: Session, actor: Actor, set_password: SetPassword, *, at: dt.datetime
) -> None:
    """Somebody who has just given the old password sets a new one; links of theirs end."""
    assert actor.person_id is not None
    account_links.end_links(session, actor.person_id, at=at)
    account_links.note_password(session, actor.person_id, must_change=False, at=at)
    log(session, actor, "account.change", f"person:{actor.person_id}", at)
    set_password(actor.username or "")


@act(may=access.may_keep_own_account, audited="mail.wishes")
def choose_letters(
    session: Session, actor: Actor, refused: Collection[str], *, at: dt.datetime
) -> bool:
    """Of the kinds of letters that one may refuse, which this person does; whether that is new."""
    assert actor.person_id is not None
    before = outbox.refused_by(session, actor.person_id)
    wanted = set(refused) & set(outbox.REFUSABLE)
    if wanted == before:
        nothing_changed(session)
        return False
    for kind in sorted(wanted - before):
        outbox.refuse(session, actor.person_id, kind, at=at)
    for kind in sorted(before - wanted):
        outbox.accept(session, actor.person_id, kind)
    subject = f"person:{actor.person_id}"
    log(session, actor, "mail.wishes", subject, at, {"refused": sorted(wanted)})
    return True


def _own_link(
    session: Session, actor: Actor, purpose: str, lasts: dt.timedelta, *, at: dt.datetime
) -> str:
    assert actor.person_id is not None
    token = make_token()
    account_links.make_links(
        session,
        {actor.person_id: token},
        purpose=purpose,
        by=actor.username or "",
        at=at,
        expires_at=at + lasts,
    )
    return token


def _facts(username: str, token: str, expires_at: dt.datetime) -> dict[str, Any]:
    return {"username": username, "token": token, "expires_at": expires_at.isoformat()}
