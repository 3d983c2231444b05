"""`motcham invitation`, as an operator types it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner

from hub.commands.invitations import invitation
from records import Records
from records.people import persons
from records.tables.entry import Invitation
from records.tables.platform import AuditEntry


def test_a_code_is_made_listed_and_revoked(
    tmp_path: Path, _sqlite_template: Path, opened: Callable[[str], Records]
) -> None:
    shutil.copy(_sqlite_template, tmp_path / "motcham.sqlite")
    records = opened(f"sqlite:///{tmp_path / 'motcham.sqlite'}")
    with records.begin() as session:
        persons.load_units(session)

    def motcham(*arguments: str) -> str:
        done = CliRunner().invoke(
            invitation, [*arguments, "--data", str(tmp_path)], standalone_mode=False
        )
        assert done.exception is None, done.exception
        return done.output

    said = motcham(
        "new", "Lớp tối (mẫu)", "--group", "citizen", "--places", "30", "--to", "2099-12-31",
        "--unit", "15",
    )  # fmt: skip
    code = re.search(r"^([a-z2-9]{4}(?:-[a-z2-9]{4}){2}): (\S+)", said, re.MULTILINE)
    assert code and code[2].endswith(f"/services/portal/register?code={code[1]}")
    assert "MOTCHAM_REGISTRATION" in said, "closed by default, and it is said"
    assert "0/30" in motcham("list") and "Lớp tối (mẫu)" in motcham("list")
    motcham("revoke", code[1].upper())
    assert "đã thu hồi" in motcham("list")
    with records.read() as session:
        made = session.query(Invitation).one()
        assert made.revoked_by == "motcham invitation revoke" and made.unit_id is not None
        lines = session.query(AuditEntry).order_by(AuditEntry.id).all()
        assert [line.action for line in lines] == ["invitation.make", "invitation.revoke"]
