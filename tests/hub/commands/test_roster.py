"""`motcham roster import`, as an operator types it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.messages import Refused
from hub.commands.people import roster
from records import Records
from records.people import persons

BARE = "Mã cán bộ,Họ tên\nTN-9,Trần Thị Ánh (mẫu)\n"


def test_unit_and_group_of_a_whole_list_are_said_beside_it(
    tmp_path: Path, _sqlite_template: Path, opened: Callable[[str], Records]
) -> None:
    shutil.copy(_sqlite_template, tmp_path / "motcham.sqlite")
    records = opened(f"sqlite:///{tmp_path / 'motcham.sqlite'}")
    with records.begin() as session:
        persons.load_units(session)
    listed = tmp_path / "ds.csv"
    listed.write_text(BARE, "utf-8")

    def run(*more: str) -> object:
        arguments = ["import", str(listed), *more, "--data", str(tmp_path)]
        return CliRunner().invoke(roster, arguments, catch_exceptions=False, standalone_mode=False)

    with pytest.raises(Refused, match="Thiếu cột: Nhóm đối tượng, Mã đơn vị"):
        run()
    with pytest.raises(Refused, match="khớp 2 đơn vị"):
        run("--unit", "44", "--group", "d")
    run("--unit", "tỉnh/2025/44", "--group", "d")
    with records.read() as session:
        person = persons.find_person_by_code(session, "TN-9")
        unit = persons.find_unit(session, "province", "2025", "44")
        assert person is not None and unit is not None
        assert (person.unit_id, person.audience_group) == (unit.id, "d")
