"""`motcham account link` and `slips`, as an operator types them."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdf
import pytest

from records import Records
from records.people import account_links, persons
from records.platform import outbox
from records.tables.platform import AuditEntry

AT = dt.datetime.now(dt.UTC)


@pytest.fixture
def data(tmp_path: Path, _sqlite_template: Path, opened: Callable[[str], Records]) -> Path:
    """A data folder with two people of a unit, one of them with an address."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(_sqlite_template, folder / "motcham.sqlite")
    with opened(f"sqlite:///{folder / 'motcham.sqlite'}").begin() as session:
        persons.load_units(session)
        unit = persons.find_unit(session, "province", "2025", "15")
        for name, email in (("an", "an@example.org"), ("binh", None)):
            persons.add_person(
                session, username=name, full_name=f"Vũ Thị {name.title()} (mẫu)", email=email,
                code=f"TN-{name}", unit_id=unit.id, at=AT,
            )  # fmt: skip
    return folder


@pytest.fixture
def records(data: Path, opened: Callable[[str], Records]) -> Iterator[Records]:
    yield opened(f"sqlite:///{data / 'motcham.sqlite'}")


def motcham(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "hub.cli", "account", *arguments, "--data", str(data)],
        capture_output=True, text=True, encoding="utf-8", timeout=120,
    )  # fmt: skip


def test_one_person_s_link_is_printed_once_and_kept_as_a_hash(data: Path, records: Records) -> None:
    said = motcham(data, "link", "an")
    assert said.returncode == 0, said.stderr
    token = re.search(r"http://127\.0\.0\.1:8000/hub/set-password\?token=(\S+)", said.stdout)
    assert token
    with records.read() as session:
        found = account_links.find_link(session, token[1], at=dt.datetime.now(dt.UTC))
        assert found is not None and found[1].username == "an"
        assert session.query(AuditEntry).one().actor == "motcham account link"
    assert motcham(data, "link", "khong-co-ai").returncode == 2
    without = motcham(data, "link", "binh", "--mail")
    assert without.returncode == 2 and "chưa có email" in without.stderr


def test_slips_of_a_unit_are_the_owner_s_to_read(data: Path, records: Records) -> None:
    paper = data / "phieu.pdf"
    said = motcham(data, "slips", "--unit", "15", "--out", str(paper))
    assert said.returncode == 0, said.stderr
    assert "Phiếu cho 2 người" in said.stdout
    assert stat.S_IMODE(paper.stat().st_mode) == 0o600
    text = " ".join(
        page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper.read_bytes())).pages
    )
    assert "Vũ Thị An" in text and "Vũ Thị Binh" in text
    assert motcham(data, "slips", "--unit", "48", "--out", str(paper)).returncode == 1
    assert motcham(data, "slips", "--unit", "không có", "--out", str(paper)).returncode == 2
    assert motcham(data, "slips").returncode == 2


def test_letters_go_to_who_has_an_address(data: Path, records: Records) -> None:
    said = motcham(data, "slips", "--mail")
    assert said.returncode == 0, said.stderr
    assert "Đã viết thư cho 1 người" in said.stdout and "chưa có email: 1" in said.stdout
    with records.read() as session:
        assert outbox.count_by_state(session) == {"waiting": 1}
