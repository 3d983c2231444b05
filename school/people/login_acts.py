"""Who somebody is that an identity provider vouches for, and the one time that this is found out by
a code or an address in the lists rather than by a login name."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from core.calendar import today_in_vietnam
from core.folding import fold
from core.messages import Message, Refused
from records import Session
from records.people import logins, persons
from records.tables.people import Person
from records.writing import hold_person
from school import access
from school.access import Actor
from school.acts import act, log

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
OTHER_SUBJECT = Message(
    "Tài khoản này đã gắn với một người khác ở máy chủ định danh. Hãy báo quản trị hệ thống."
)
OTHER_PERSON = Message(
    "Anh/chị đã gắn với một tài khoản khác ở đây. Hãy báo quản trị hệ thống: lệnh motcham account "
    "unbind gỡ tài khoản ấy ra."
)
UNKNOWN = Message(
    "Tài khoản này chưa có trong danh sách học viên. Hãy liên hệ cán bộ đầu mối của cơ quan."
)
TWO_FIT = Message(
    "Có hơn một người trong danh sách khớp với mã hoặc thư điện tử của anh/chị. Hãy nhờ cán bộ "
    "đầu mối sửa danh sách, hoặc ghi tên đăng nhập của anh/chị vào đó."
)
OTHER_NAME = Message(
    "Họ tên ở máy chủ định danh không khớp với người mang mã này trong danh sách. Hãy nhờ cán bộ "
    "đầu mối xem lại mã và họ tên."
)
HOLDS_ROLE = Message(
    "Người mang mã hoặc thư điện tử này giữ một vai trò nên không được nhận ra tự động. Hãy nhờ "
    "quản trị hệ thống ghi tên đăng nhập vào danh sách."
)
NO_NAME = Message(
    "Không đặt được tên đăng nhập cho anh/chị. Hãy nhờ cán bộ đầu mối ghi tên đăng nhập vào danh "
    "sách."
)


@dataclass(frozen=True)
class Described:
    """What a provider says of somebody beside the login name, as far as the operator trusts it; ""
    where it says nothing. ``name``: None where it is not to be compared. ``fault``: what is to be
    said to somebody whom it cannot tell."""

    code: str = ""
    email: str = ""
    name: str | None = None
    fault: Message | None = None


def find_login(
    session: Session,
    name: str,
    subject: str,
    described: Described,
    *,
    roles_too: bool,
    at: dt.datetime,
) -> str:
    """The login name by which ``subject`` comes in; bound to it from now on. `Refused` with what to
    do about it.

    A person of the lists who has the name that the provider says (``name``, "" for none) comes
    first. Then whoever the subject was bound to. Last, once, the one person who fits what is
    ``described``; ``roles_too``: also one who holds a role.
    """
    person = persons.find_person(session, name) if name else None
    bound = logins.people_of_subject(session, subject)
    if person is not None and person.erased_at is None and person.left_at is None:
        if bound - {person.id}:
            raise Refused(OTHER_PERSON)
        if not logins.bind(session, name, subject):
            raise Refused(OTHER_SUBJECT)
        return name
    if known := logins.name_of_subject(session, subject):
        return known
    if bound:
        raise Refused(OTHER_PERSON)
    found = _find(session, described, roles_too=roles_too, at=at)
    actor = Actor(found.username or "", found.id, found.full_name, found.unit_id)
    return bind_described(session, actor, name, subject, at=at)


@act(may=access.may_keep_own_account, audited="account.match")
def bind_described(
    session: Session, actor: Actor, name: str, subject: str, *, at: dt.datetime
) -> str:
    """Somebody is known by a code or an address for the first time, and by ``subject`` ever after;
    the login name. Who has none gets the one the provider says, or one made of their code."""
    assert actor.person_id is not None
    hold_person(session, actor.person_id)  # two subjects must not both be the first
    person = persons.find_person_by_id(session, actor.person_id)
    if person is None or logins.is_bound(session, person.id):
        raise Refused(OTHER_SUBJECT)
    if not person.username:
        _give_name(session, person, name)
    username = person.username or ""
    if not logins.bind(session, username, subject):
        raise Refused(OTHER_SUBJECT)
    log(session, actor, "account.match", f"person:{person.id}", at)
    return username


def _find(session: Session, described: Described, *, roles_too: bool, at: dt.datetime) -> Person:
    if described.fault:
        raise Refused(described.fault)
    fitting = logins.find_described(session, code=described.code, email=described.email)
    if not fitting:
        raise Refused(UNKNOWN)
    person = fitting[0]
    if len(fitting) > 1 or (described.code and person.code not in (None, described.code)):
        raise Refused(TWO_FIT)
    if described.name is not None and fold(described.name) != fold(person.full_name):
        raise Refused(OTHER_NAME)
    if logins.is_bound(session, person.id):
        raise Refused(OTHER_SUBJECT)
    held = persons.roles_held(session, on=today_in_vietnam(at), person_id=person.id)
    if not roles_too and held.get(person.id, frozenset()) - {access.LEARNER}:
        raise Refused(HOLDS_ROLE)
    return person


def _give_name(session: Session, person: Person, name: str) -> None:
    if _NAME.fullmatch(name) and not logins.owners(session, [name]):
        logins.give(session, {name: person.id})
        person.username = name
        session.flush()
    elif not logins.give_by_code(session, [person]):
        raise Refused(NO_NAME)
