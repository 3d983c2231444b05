"""Local accounts: whose name is nobody's any more has none when the platform starts."""

from __future__ import annotations

from pathlib import Path

from jupyterhub import orm

from hub.login import accounts


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


def test_sessions_end_with_every_token_but_the_lab_s_own(tmp_path: Path) -> None:
    lab = ["access:servers!server=an/", "users:activity!user=an"]
    made = {
        "a lab's": ("Server at /user/an/", lab),
        "named like one": ("Server at /user/an/", None),
    }
    made |= {"of a program": ("mine", lab), "of the portal": ("", None)}
    with accounts.open_accounts(f"sqlite:///{tmp_path / 'jupyterhub.sqlite'}") as session:
        user = orm.User(name="an")
        session.add(user)
        session.flush()
        for note, scopes in made.values():
            token = orm.APIToken(user=user, note=note, scopes=scopes or ["inherit"])
            token.token = orm.new_token()
            session.add(token)
        session.flush()
        accounts.end_sessions(session, "an", keep_labs=True)
        [kept] = session.query(orm.APIToken)
        assert (kept.note, sorted(kept.scopes)) == ("Server at /user/an/", lab)
        accounts.end_sessions(session, "an", keep_labs=False)
        assert session.query(orm.APIToken).count() == 0
