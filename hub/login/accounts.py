"""Local accounts: who may log in with a password, kept hashed (bcrypt) in JupyterHub's database.

A person of the records logs in only when there is an account of the same name here, or when an
identity provider vouches for the name (see `hub.login.authenticator`).
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import bcrypt
from jupyterhub import dbutil, orm
from nativeauthenticator.orm import UserInfo

from hub.login import hub_database
from school.people.login.strength import check_password

# No letters or digits that are taken for each other when read from paper.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_OF_A_LAB = ("access:servers!", "users:activity!")


class LabToken(orm.Base):  # type: ignore[misc]  # JupyterHub says no types
    """The hash of a token that the hub gave a lab to speak by. People name the tokens they make and
    choose what those may do, so neither tells one from the other."""

    __tablename__ = "motcham_lab_token"

    hashed = orm.Column(orm.Unicode(255), primary_key=True)


@contextmanager
def open_accounts(url: str) -> Iterator[Any]:
    """A session on JupyterHub's database at ``url``, brought to its newest schema first."""
    logging.disable(logging.INFO)  # Alembic tells of every step on the terminal
    try:
        session = _open(url)
    finally:
        logging.disable(logging.NOTSET)
        logging.getLogger("alembic").setLevel(logging.WARNING)  # the hub's own set it to tell all
    try:
        for table in (UserInfo, LabToken):
            table.__table__.create(session.get_bind(), checkfirst=True)
        yield session
        session.commit()
    finally:
        session.close()
        session.get_bind().dispose()


def _open(url: str) -> Any:
    options = hub_database.options_for(url)
    try:
        return orm.new_session_factory(url, **options)()
    except orm.DatabaseSchemaMismatch:
        dbutil.upgrade_if_needed(url, log=logging.getLogger("motcham.accounts"))
        return orm.new_session_factory(url, **options)()


def set_password(accounts: Any, username: str, password: str) -> bytes:
    """Give ``username`` an account with this password, or the account this password."""
    check_password(password)
    hashed = hash_password(password)
    keep_hash(accounts, username, hashed)
    return hashed


def hash_password(password: str) -> bytes:
    """Takes its time: not where others wait."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt())


def keep_hash(accounts: Any, username: str, hashed: bytes) -> None:
    """Give ``username`` an account with the password of this hash, or the account that password."""
    account = UserInfo.find(accounts, username)
    if account is None:
        account = UserInfo(username=username, password=hashed, is_authorized=True)
        accounts.add(account)
    account.password, account.is_authorized = hashed, True


def end_sessions(accounts: Any, username: str, *, keep_labs: bool) -> None:
    """Whoever is logged in by this name is so no longer, here and wherever a token of theirs is
    shown: the portal and labs' pages ask again within a minute. ``keep_labs``: what a running lab
    itself tells the hub by (`note_lab_token`) stays, where nobody stops it first."""
    user = orm.User.find(accounts, username)
    if user is None:
        return
    accounts.query(orm.OAuthCode).filter(orm.OAuthCode.user_id == user.id).delete()
    for token in accounts.query(orm.APIToken).filter(orm.APIToken.user_id == user.id):
        if not (keep_labs and _is_of_a_lab(accounts, token)):
            accounts.delete(token)
    user.cookie_id = orm.new_token()
    accounts.flush()


def note_lab_token(accounts: Any, token: str) -> None:
    """The hub gives this token to a lab that is about to start. Those of labs that are no more are
    forgotten."""
    for noted in accounts.query(LabToken):
        if accounts.query(orm.APIToken).filter_by(hashed=noted.hashed).first() is None:
            accounts.delete(noted)
    found = orm.APIToken.find(accounts, token)
    if found is not None and accounts.get(LabToken, found.hashed) is None:
        accounts.add(LabToken(hashed=found.hashed))
    accounts.flush()


def _is_of_a_lab(accounts: Any, token: Any) -> bool:
    """Whether a token is what the hub gave a lab to speak by, and no more."""
    may = token.scopes or ["everything"]
    return accounts.get(LabToken, token.hashed) is not None and all(
        one.startswith(_OF_A_LAB) for one in may
    )


def known_names(accounts: Any) -> list[str]:
    """Every name that has a password."""
    return [name for (name,) in accounts.query(UserInfo.username)]


def password_hash(accounts: Any, username: str) -> bytes | None:
    """The stored hash, or None where there is no such account."""
    account = UserInfo.find(accounts, username)
    return None if account is None else bytes(account.password)


def forget_password(accounts: Any, username: str) -> None:
    """Delete the local account of this name; the hub, which may run, asks for it at each login."""
    account = UserInfo.find(accounts, username)
    if account is not None:
        accounts.delete(account)
        accounts.flush()


def forget_strangers(accounts: Any, known: Collection[str]) -> int:
    """Delete accounts and users of the hub whose name is no person's among ``known``: whoever is
    given such a name later must not find a password or a session there. Returns how many."""
    strangers = [
        *(one for one in accounts.query(UserInfo) if one.username not in known),
        *(one for one in accounts.query(orm.User) if one.name not in known),
    ]
    for one in strangers:
        accounts.delete(one)
    accounts.flush()
    return len(strangers)


def new_password() -> str:
    """A random password of about 59 bits, in three groups that can be read out."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
