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
