"""Local accounts: whose name is nobody's any more has none when the platform starts."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jupyterhub import orm

from hub.login import accounts
from hub.login.authenticator import LocalAccounts


def test_names_that_are_nobody_s_keep_no_password_and_no_session(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'jupyterhub.sqlite'}"
    with accounts.open_accounts(url) as session:
        for name in ("mau21", "canbo"):
            accounts.set_password(session, name, accounts.new_password())
            session.add(orm.User(name=name))
    with accounts.open_accounts(url) as session:
        assert accounts.forget_strangers(session, {"canbo"}) == 2
    with accounts.open_accounts(url) as session:
        assert accounts.password_hash(session, "mau21") is None
        assert accounts.password_hash(session, "canbo") is not None
        assert [user.name for user in session.query(orm.User)] == ["canbo"]
        assert accounts.forget_strangers(session, {"canbo"}) == 0


LAB = ["access:servers!server=an/", "users:activity!user=an"]


def give_token(session: Any, user: Any, note: str, scopes: list[str]) -> str:
    client = session.query(orm.OAuthClient).first() or orm.OAuthClient(identifier="jupyterhub")
    token = orm.APIToken(user=user, note=note, scopes=scopes, oauth_client=client)
    token.token = secret = orm.new_token()
    session.add(token)
    session.flush()
    return str(secret)


def test_sessions_end_with_every_token_but_the_lab_s_own(tmp_path: Path) -> None:
    with accounts.open_accounts(f"sqlite:///{tmp_path / 'jupyterhub.sqlite'}") as session:
        user = orm.User(name="an")
        session.add(user)
        session.flush()
        of_lab = give_token(session, user, "Server at /user/an/", LAB)
        accounts.note_lab_token(session, of_lab)
        give_token(session, user, "Server at /user/an/", ["inherit"])
        give_token(session, user, "mine", LAB)
        give_token(session, user, "Server at /user/an/", LAB)  # made by hand, like in all one sees
        accounts.end_sessions(session, "an", keep_labs=True)
        [kept] = session.query(orm.APIToken)
        assert kept.match(of_lab)
        accounts.end_sessions(session, "an", keep_labs=False)
        assert session.query(orm.APIToken).count() == 0


def test_what_labs_of_before_had_is_forgotten_with_them(tmp_path: Path) -> None:
    with accounts.open_accounts(f"sqlite:///{tmp_path / 'jupyterhub.sqlite'}") as session:
        user = orm.User(name="an")
        session.add(user)
        session.flush()
        first = give_token(session, user, "Server at /user/an/", LAB)
        accounts.note_lab_token(session, first)
        accounts.note_lab_token(session, first)  # some spawners keep theirs
        session.delete(orm.APIToken.find(session, first))
        accounts.note_lab_token(session, give_token(session, user, "Server at /user/an/", LAB))
        assert session.query(accounts.LabToken).count() == 1


async def test_the_hub_notes_a_lab_s_token_as_it_starts(tmp_path: Path) -> None:
    with accounts.open_accounts(f"sqlite:///{tmp_path / 'jupyterhub.sqlite'}") as session:
        user = orm.User(name="an")
        session.add(user)
        session.flush()
        door = LocalAccounts(db=session, records_url=f"sqlite:///{tmp_path / 'motcham.sqlite'}")
        spawner = SimpleNamespace(api_token=give_token(session, user, "Server at /user/an/", LAB))
        door.pre_spawn_start(user, spawner)
        accounts.end_sessions(session, "an", keep_labs=True)
        assert session.query(orm.APIToken).count() == 1
