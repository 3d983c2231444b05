"""What people do about the second thing that is asked for after a password: security keys, and the
codes on paper that stand in for a lost one.

Whoever changes anything here is told by letter, so that it is never done behind somebody's back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from core.messages import Message, Refused
from records import Session
from records.people import persons, security_keys
from records.platform import outbox
from records.tables.people import SecurityKey
from records.writing import hold_person
from school import access
from school.access import Actor
from school.acts import act, log
from school.people.account_tokens import make_token
from school.people.security_keys import WRONG, NewKey, check_known, read_credential_id

CODES = 10
MOST_KEYS = 10
LONGEST_NAME = 60
WRONG_CODE = Message("Mã dự phòng này chưa đúng, hoặc đã dùng rồi.")


def load_keys(session: Session, person_id: int) -> tuple[Sequence[SecurityKey], int]:
    """Somebody's keys, and how many codes they have left."""
    return security_keys.keys_of(session, person_id), security_keys.count_codes(session, person_id)


# --- by the person --------------------------------------------------------------------------------


@act(may=access.may_keep_own_account, audited="key.add")
def add_key(
    session: Session,
    actor: Actor,
    key: NewKey,
    name: str,
    *,
    must_be_first: bool = False,
    at: dt.datetime,
) -> list[str]:
    """Keep a key under this name. With the first come the codes that stand in for it, which are
    returned here and nowhere else; sessions from before end. ``must_be_first``: for somebody who
    is not in yet; whoever knows a password adds no key beside those that are asked for. `Refused`
    without a name, for a key that is known, and for one too many."""
    assert actor.person_id is not None
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME or not called.isprintable():
        most = {"n": LONGEST_NAME}
        raise Refused(Message("Hãy đặt tên cho khóa, nhiều nhất {n} ký tự", most), field="name")
    hold_person(session, actor.person_id)
    before = security_keys.keys_of(session, actor.person_id)
    if before and must_be_first:
        raise Refused(Message("Anh/chị đã có khóa. Hãy đăng nhập lại bằng khóa ấy."))
    if len(before) >= MOST_KEYS:
        raise Refused(Message("Mỗi người có nhiều nhất {n} khóa; hãy gỡ bớt.", {"n": MOST_KEYS}))
    if not security_keys.add_key(
        session,
        actor.person_id,
        name=called,
        credential_id=key.credential_id,
        public_key=key.public_key,
        sign_count=key.sign_count,
        transports=key.transports,
        at=at,
    ):
        raise Refused(Message("Khóa này đã được đăng ký rồi."))
    codes = [] if before else _new_codes(session, actor.person_id, at)
    if not before:
        security_keys.end_sessions_soon(session, actor.person_id, at=at)
    detail = {"first": not before}
    log(session, actor, "key.add", f"person:{actor.person_id}", at, detail)
    _tell(session, actor.person_id, "key-added", called, at)
    return codes


@act(may=access.may_keep_own_account, audited="key.remove")
def remove_key(
    session: Session, actor: Actor, key_id: int, *, obliged: Collection[str], at: dt.datetime
) -> None:
    """Take one of one's own keys away; sessions end. ``obliged``: the roles that must have a key:
    who holds one keeps the last. With the last key the codes go."""
    assert actor.person_id is not None
    hold_person(session, actor.person_id)  # two browsers must not remove the last two at once
    keys = security_keys.keys_of(session, actor.person_id)
    if len(keys) == 1 and access.must_have_key(actor, obliged):
        raise Refused(
            Message("Vai trò của anh/chị phải có ít nhất một khóa. Hãy thêm khóa khác rồi gỡ.")
        )
    name = security_keys.remove_key(session, actor.person_id, key_id)
    if name is None:
        raise Refused(Message("Không còn khóa này."))
    if len(keys) == 1:
        security_keys.forget(session, actor.person_id)
    security_keys.end_sessions_soon(session, actor.person_id, at=at)
    log(session, actor, "key.remove", f"person:{actor.person_id}", at, {"left": len(keys) - 1})
    _tell(session, actor.person_id, "key-removed", name, at)


@act(may=access.may_keep_own_account, audited="key.codes")
def make_codes(session: Session, actor: Actor, *, at: dt.datetime) -> list[str]:
    """Ten new codes, returned here and nowhere else; earlier ones open nothing any more."""
    assert actor.person_id is not None
    if not security_keys.has_keys(session, actor.person_id):
        raise Refused(Message("Mã dự phòng đi kèm khóa bảo mật; hãy thêm một khóa trước."))
    codes = _new_codes(session, actor.person_id, at)
    log(session, actor, "key.codes", f"person:{actor.person_id}", at)
    _tell(session, actor.person_id, "codes-made", "", at)
    return codes


@act(may=access.may_keep_own_account, kept_in="security_key")
def pass_by_key(
    session: Session, actor: Actor, origin: str, challenge: bytes, said: str, *, at: dt.datetime
) -> None:
    """Show a key: it is noted that it was used now. `Refused` where it is none of the actor's, or
    did not give this very answer."""
    assert actor.person_id is not None
    key = security_keys.find_key(session, actor.person_id, read_credential_id(said))
    if key is None:
        raise Refused(WRONG)
    before = key.sign_count
    count = check_known(origin, challenge, said, key)
    if not security_keys.note_use(session, key.id, before, count, at=at):
        raise Refused(WRONG)


@act(may=access.may_keep_own_account, audited="key.code-used")
def pass_by_code(session: Session, actor: Actor, code: str, *, at: dt.datetime) -> int:
    """Use up one of the codes in place of a key; how many are left. `Refused` for any other."""
    assert actor.person_id is not None
    if not security_keys.use_code(session, actor.person_id, code, at=at):
        raise Refused(WRONG_CODE, field="code")
    left = security_keys.count_codes(session, actor.person_id)
    log(session, actor, "key.code-used", f"person:{actor.person_id}", at, {"left": left})
    _tell(session, actor.person_id, "code-used", "", at, left=left)
    return left


# --- by administrators ----------------------------------------------------------------------------


@act(may=access.may_take_keys_away, audited="key.take")
def take_keys_away(session: Session, actor: Actor, person_id: int, *, at: dt.datetime) -> int:
    """Somebody lost their keys and their codes: both are taken away and sessions end, so that the
    password alone opens the account, or for whoever must have a key the page for a new one. How
    many keys there were. Nobody does it to themselves: a stolen session would be enough."""
    person = persons.find_person_by_id(session, person_id)
    if person is None or person.erased_at is not None:
        raise Refused(Message("Người này không còn trong danh sách"))
    if person.id == actor.person_id:
        raise Refused(
            Message("Không thu hồi khóa của chính mình ở đây; hãy nhờ một quản trị khác.")
        )
    hold_person(session, person.id)
    gone = security_keys.forget(session, person.id)
    if not gone:
        raise Refused(Message("Người này không có khóa bảo mật nào."))
    security_keys.end_sessions_soon(session, person.id, at=at)
    log(session, actor, "key.take", f"person:{person.id}", at, {"keys": gone})
    _tell(session, person.id, "keys-taken", "", at)
    return gone


def _new_codes(session: Session, person_id: int, at: dt.datetime) -> list[str]:
    codes = [make_token() for _ in range(CODES)]
    security_keys.replace_codes(session, person_id, codes, at=at)
    return codes


def _tell(
    session: Session, person_id: int, what: str, name: str, at: dt.datetime, *, left: int = 0
) -> None:
    facts = {"what": what, "name": name, "left": left, "at": at.isoformat()}
    outbox.put(session, "security", person_id, facts, at=at)
