"""What people do at the door: ask to come in, confirm it; and officers, who invite.

Nothing that counts comes of asking: a person and an account are made when the link in the letter is
opened. What is answered never says whether an address is known; the letter does, to its owner.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from analytics.programme.places import units_up_from
from core.calendar import today_in_vietnam
from core.messages import Message, Refused
from records import Session
from records.people import account_links, entry, logins, persons
from records.platform import outbox
from records.programme.counting import load_units_tree
from records.tables.entry import PUBLIC_GROUPS, Invitation, Registration
from records.tables.people import Person
from school import access
from school.access import Actor
from school.acts import act, log, nothing_changed, require
from school.people.account_tokens import SETUP, make_token
from school.people.entering import (
    CONFIRM,
    MOST_PLACES,
    MOST_WAITING,
    Newcomer,
    make_code,
    make_login_name,
)

Door = Literal["closed", "invitation", "open"]
NO_CODE = Message(
    "Mã mời này không dùng được: gõ sai, chưa đến ngày, đã hết hạn hoặc đã hết chỗ. Hãy hỏi nơi đã "
    "đưa mã."
)
SPENT = Message(
    "Đường dẫn này không còn dùng được: đã mở rồi, đã quá 48 giờ, hoặc đã có thư mới hơn. Nếu chưa "
    "có tài khoản, hãy đăng ký lại."
)
FULL = Message("Mã mời này vừa hết chỗ, nên chưa tạo được tài khoản. Hãy hỏi nơi đã đưa mã.")
TOO_MANY = Message("Đang có quá nhiều người đăng ký. Xin thử lại sau vài giờ.")


@dataclass(frozen=True)
class Entered:
    """Somebody who came in: the login name they were given, and the token by which they set their
    password."""

    person_id: int
    username: str
    token: str


# --- by strangers ---------------------------------------------------------------------------------


def find_invitation(
    session: Session, door: Door, typed: str, programme: str, *, at: dt.datetime
) -> Invitation | None:
    """The invitation that was typed; None where the door is open without one and none was typed.
    `Refused` for one that opens nothing."""
    if door == "open" and not typed.strip():
        return None
    found = entry.find_invitation(session, typed)
    if found is None or not entry.takes_anybody(found, programme, on=today_in_vietnam(at)):
        raise Refused(NO_CODE, field="code")
    return found


@act(may=access.may_ask_to_enter, kept_in="registration")
def ask_to_enter(
    session: Session,
    actor: Actor,
    newcomer: Newcomer,
    *,
    door: Door,
    code: str,
    programme: str,
    unit_id: int | None,
    language: str,
    at: dt.datetime,
) -> None:
    """Write to the address that somebody gave: with a link to confirm it, or, where it is known,
    that it is. Returns nothing, so that nothing can be told by it.

    ``unit_id``: the province that they say they are from; an invitation's own unit goes before it.
    """
    require(door != "closed")
    invitation = find_invitation(session, door, code, programme, at=at)
    entry.forget_expired(session, at=at)
    if entry.count_requests(session) >= MOST_WAITING:  # first: a known address hears the same
        raise Refused(TOO_MANY)
    owner = entry.find_owner(session, newcomer.email)
    if owner is not None:
        outbox.put(session, "known", owner.id, {"username": owner.username or ""}, at=at)
        return
    token = make_token()
    new = entry.keep_request(
        session,
        email=newcomer.email,
        token=token,
        full_name=newcomer.full_name,
        public_group=invitation.public_group if invitation else newcomer.group,
        unit_id=invitation.unit_id if invitation and invitation.unit_id else unit_id,
        invitation_id=invitation.id if invitation else None,
        language=language,
        at=at,
        expires_at=at + CONFIRM,
    )
    if new:
        facts = {"token": token, "expires_at": (at + CONFIRM).isoformat(), "language": language}
        outbox.put_to_address(session, newcomer.email, facts, at=at)


@act(may=access.may_ask_to_enter, audited="entry.confirm")
def confirm(
    session: Session, actor: Actor, token: str, *, door: Door, made_up: bool, at: dt.datetime
) -> Entered:
    """Open the link of a letter, once: the person is made, with a login name of their own and a
    link for their password, which also goes to them by letter. `Refused` for a link that opens
    nothing, an invitation without a place, and a door that was closed meanwhile.

    ``made_up``: this is a demonstration, and whoever comes is taken out with it.
    """
    asked = entry.use_request(session, token, at=at)
    if asked is None or door == "closed" or (door == "invitation" and not asked.invitation_id):
        raise Refused(SPENT)
    assert asked.email is not None and asked.full_name is not None
    if entry.find_owner(session, asked.email) is not None:
        raise Refused(SPENT)
    today = today_in_vietnam(at)
    if asked.invitation_id and not entry.take_place(session, asked.invitation_id, on=today):
        raise Refused(FULL)
    person = _make_person(session, asked, made_up=made_up, at=at)
    entry.note_person(session, asked, person.id)
    link = make_token()
    account_links.make_links(
        session,
        {person.id: link},
        purpose="setup",
        by=actor.username or "",
        at=at,
        expires_at=at + SETUP,
    )
    facts = {
        "username": person.username,
        "token": link,
        "expires_at": (at + SETUP).isoformat(),
    }
    outbox.put(session, "setup", person.id, facts, at=at)
    detail = {"group": asked.public_group, "invitation": asked.invitation_id}
    log(session, actor, "entry.confirm", f"person:{person.id}", at, detail)
    return Entered(person.id, person.username or "", link)


def _make_person(
    session: Session, asked: Registration, *, made_up: bool, at: dt.datetime
) -> Person:
    """In no group and no unit: those come from an officer's list, and from nowhere else."""
    name = make_login_name()
    while logins.owners(session, [name]):
        name = make_login_name()
    person = persons.add_person(
        session,
        username=name,
        full_name=asked.full_name or "",
        email=asked.email,
        language=asked.language,
        registering=True,
        at=at,
    )
    person.made_up = made_up
    session.flush()
    return person


# --- by officers ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Terms:
    """What an invitation is to be. ``unit_id``: whose people are meant; None: anybody's."""

    title: str
    group: str
    unit_id: int | None
    places: int
    opens_on: dt.date
    closes_on: dt.date


@act(may=access.may_invite, audited="invitation.make")
def invite(
    session: Session, actor: Actor, terms: Terms, *, programme: str, at: dt.datetime
) -> Invitation:
    """Make a code. `NotAllowed` for a unit that is not the actor's, `Refused` for terms by which
    nobody could come."""
    path = units_up_from(load_units_tree(session), terms.unit_id)
    require(access.may_invite_for(actor, path))
    _check(terms, today_in_vietnam(at))
    made = entry.add_invitation(
        session,
        code=make_code(),
        title=persons.clean(terms.title),
        programme=programme,
        public_group=terms.group,
        unit_id=terms.unit_id,
        places=terms.places,
        opens_on=terms.opens_on,
        closes_on=terms.closes_on,
        by=actor.username or "",
        at=at,
    )
    detail = {
        "group": terms.group,
        "unit": terms.unit_id,
        "places": terms.places,
        "from": terms.opens_on.isoformat(),
        "to": terms.closes_on.isoformat(),
    }
    log(session, actor, "invitation.make", f"invitation:{made.id}", at, detail)
    return made


def _check(terms: Terms, today: dt.date) -> None:
    faults: dict[str, Message] = {}
    if not 1 <= len(persons.clean(terms.title)) <= 200:
        faults["title"] = Message("Hãy ghi lời mời này dành cho ai, không quá 200 ký tự")
    if terms.group not in PUBLIC_GROUPS:
        faults["group"] = Message("Hãy chọn một nhóm")
    if not 1 <= terms.places <= MOST_PLACES:
        faults["places"] = Message("Cần số nguyên từ 1 đến {most}", {"most": MOST_PLACES})
    if terms.closes_on < terms.opens_on:
        faults["closes_on"] = Message("Ngày cuối phải từ ngày bắt đầu trở đi")
    elif terms.closes_on < today:
        faults["closes_on"] = Message("Ngày cuối đã qua")
    if faults:
        raise Refused.at_fields(faults)


@act(may=access.may_invite, audited="invitation.revoke")
def revoke_invitation(
    session: Session, actor: Actor, invitation_id: int, *, at: dt.datetime
) -> bool:
    """End a code; False where it was ended before. Who came by it stays."""
    found = entry.find_invitation_by_id(session, invitation_id)
    path = units_up_from(load_units_tree(session), found.unit_id if found else None)
    require(found is not None and access.may_invite_for(actor, path))
    if not entry.revoke_invitation(session, invitation_id, by=actor.username or "", at=at):
        nothing_changed(session)
        return False
    log(session, actor, "invitation.revoke", f"invitation:{invitation_id}", at)
    return True
