"""From an empty folder: what it becomes is asked once, kept, and not changed by a variable."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.messages import Message, Refused
from hub import cli
from hub.login import accounts
from hub.platform import first_start, up
from hub.settings import Settings, load_settings
from records import open_records
from records.people import account_links, persons
from records.platform import audit, installation
from school import access

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


@dataclass
class Said:
    status: int
    out: str
    err: str


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def motcham(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: Path
) -> Callable[..., Said]:
    """The command line, in this process, on a folder of this test; nobody sits at its terminal."""
    for name in os.environ:
        if name.startswith("MOTCHAM_"):
            monkeypatch.delenv(name)

    def run(*arguments: str, **settings: str) -> Said:
        with monkeypatch.context() as patched, Path(os.devnull).open() as nothing:
            patched.setattr("sys.stdin", nothing)
            for name, value in settings.items():
                patched.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                cli.main([*arguments, "--data", str(data)])
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return run


def prepare(data: Path, demo: bool | None = None, learners: int = 0) -> up.Prepared:
    """What `motcham up` does before it starts anything."""
    settings = Settings(data=data, demo=demo, demo_learners=learners)
    with up.claim(settings):
        return up.prepare(settings, tell=lambda _message: None, at=AT)


def kind(data: Path) -> str | None:
    return first_start.kind_so_far(Settings(data=data))


def words(lines: tuple[Message, ...]) -> str:
    return "\n".join(map(str, lines))


REAL = ("init", "--real", "--username", "quan", "--name", "Đỗ Thị Quản")


def test_a_real_platform_has_its_first_administrator(
    motcham: Callable[..., Said], data: Path
) -> None:
    said = motcham(*REAL, "--code", "CB-1")
    assert said.status == 0, said.err
    assert "Đây là hệ thống thật" in said.out
    found = re.search(r"quan mở đường dẫn này .*\n +(\S+/hub/set-password\S+)", said.out)
    assert found, said.out
    token = found[1].partition("token=")[2]
    settings = load_settings(data=data)
    records = open_records(settings.records_url, audit_key=settings.audit_key)
    try:
        with records.read() as session:
            assert access.may_administer(access.load_actor(session, "quan", at=AT))
            assert {entry.action for entry in audit.entries(session)} == {
                "installation.decide", "role.grant", "account.link",
            }  # fmt: skip
            assert audit.verify(session).sound
            assert account_links.find_link(session, token, at=AT), "the link opens the account"
            assert token not in str([entry.detail for entry in audit.entries(session)])
    finally:
        records.close()
    again = motcham("init")
    assert (again.status, "set-password" in again.out) == (0, False), "nobody comes second this way"
    assert motcham("init", "--demo").status == 2
    assert kind(data) == "real"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["init"], "--demo"),
        (["init", "--real"], "--username"),
        (["init", "--real", "--username", "quan"], "--name"),
    ],
)
def test_a_script_that_does_not_say_all_makes_nothing(
    motcham: Callable[..., Said], data: Path, arguments: list[str], named: str
) -> None:
    said = motcham(*arguments)
    assert said.status == 2
    assert named in said.err
    assert not data.exists()


def test_at_a_terminal_it_is_asked_in_words(
    motcham: Callable[..., Said], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["2", "quan", "Đỗ Thị Quản"])
    asked: list[str] = []

    def prompt(question: str, **_options: Any) -> str:
        asked.append(question)
        return next(answers)

    monkeypatch.setattr("hub.commands.first_start.click.prompt", prompt)
    monkeypatch.setattr("hub.commands.first_start.somebody_is_there", lambda: True)
    said = motcham("init")
    assert said.status == 0, said.err
    assert "chỉ quyết định một lần" in said.out
    assert asked == [
        "Chọn 1 hoặc 2",
        "Tên đăng nhập của người quản trị đầu tiên",
        "Họ tên của người ấy",
    ]
    assert kind(data) == "real"


def test_an_empty_folder_becomes_a_demonstration_and_says_so(data: Path) -> None:
    prepared = prepare(data)
    assert prepared.settings.demonstration
    assert {account.username for account in prepared.accounts} >= {"hocvien", "quantri"}
    assert "hệ thống dùng thử" in words(prepared.about)
    assert "motcham init --real" in words(prepared.about)
    assert kind(data) == "demonstration"


def test_no_variable_changes_what_was_decided(motcham: Callable[..., Said], data: Path) -> None:
    assert motcham(*REAL).status == 0
    forgotten = prepare(data)  # MOTCHAM_DEMO is not set, as in a terminal opened anew
    assert not forgotten.settings.demonstration
    assert (forgotten.accounts, forgotten.courses) == ([], [])
    with pytest.raises(Refused, match="hệ thống thật"):
        prepare(data, demo=True)
    assert kind(data) == "real"


def test_a_demonstration_is_not_made_real_by_a_variable(data: Path) -> None:
    prepare(data)
    with pytest.raises(Refused, match="demo clear"):
        prepare(data, demo=False)
    assert kind(data) == "demonstration"


def test_a_real_folder_without_anybody_says_what_comes_next(data: Path) -> None:
    assert "motcham init" in words(prepare(data, demo=False).about)
    assert kind(data) == "real"


def test_made_up_learners_do_not_come_among_real_people(
    motcham: Callable[..., Said], data: Path
) -> None:
    assert motcham(*REAL).status == 0
    said = motcham("demo", "load", "--learners", "5")
    assert said.status == 2
    assert "không phải hệ thống dùng thử" in said.err


def test_a_demonstration_is_cleared_and_begins_for_real(
    motcham: Callable[..., Said], data: Path
) -> None:
    prepare(data, learners=40)
    home = data / "labs" / "homes" / "person.1"
    home.mkdir(parents=True)
    (home / "bai.ipynb").write_text("{}")
    assert motcham("demo", "clear").status == 2, "not without a yes"
    assert kind(data) == "demonstration"
    said = motcham("demo", "clear", "--yes")
    assert said.status == 0, said.err
    assert "Đã đưa ra 47 người mẫu" in said.out
    assert not home.exists()
    assert not (data / "secrets" / "demo-accounts.json").exists()
    settings = Settings(data=data)
    with accounts.open_accounts(settings.hub_database_url) as hub:
        assert accounts.password_hash(hub, "quantri") is None
    records = open_records(settings.records_url, audit_key=settings.audit_key)
    try:
        with records.read() as session:
            assert installation.count_people(session, made_up=True) == 0
            assert persons.all_usernames(session) == frozenset()
            assert audit.verify(session).sound
    finally:
        records.close()
    assert motcham(*REAL).status == 0
    assert "Ở đây không có người mẫu nào" in motcham("demo", "clear", "--yes").out


# --- names of settings ----------------------------------------------------------------------------


def test_a_name_that_is_no_setting_stops_whatever_was_asked(
    motcham: Callable[..., Said], data: Path
) -> None:
    said = motcham("init", "--demo", MOTCHAM_DEMMO="false", MOTCHAM_DATABASE="x")
    assert said.status == 2
    assert "MOTCHAM_DEMMO (biến môi trường). Gần nhất là MOTCHAM_DEMO." in said.err
    assert "Gần nhất là MOTCHAM_DATABASE_URL." in said.err
    assert not data.exists()


def test_a_settings_file_is_there_and_names_settings_only(
    motcham: Callable[..., Said], data: Path, tmp_path: Path
) -> None:
    absent = motcham("init", "--demo", MOTCHAM_SETTINGS=str(tmp_path / "khong-co.env"))
    assert absent.status == 2
    assert "khong-co.env" in absent.err
    file = tmp_path / "motcham.env"
    file.write_text("MOTCHAM_PORT=8123\nPUBLIC_URL=https://hoc.example.vn/\n", encoding="utf-8")
    wrong = motcham("init", "--demo", MOTCHAM_SETTINGS=str(file))
    assert wrong.status == 2
    assert "PUBLIC_URL" in wrong.err
    assert "motcham.env" in wrong.err
    assert "MOTCHAM_PUBLIC_URL." in wrong.err
    assert not data.exists()
    file.write_text("MOTCHAM_PORT=8123\n", encoding="utf-8")
    assert motcham("init", "--demo", MOTCHAM_SETTINGS=str(file)).status == 0


# --- roles by command -----------------------------------------------------------------------------


def test_roles_are_given_with_days_and_listed(motcham: Callable[..., Said], data: Path) -> None:
    assert motcham(*REAL).status == 0
    assert motcham("role", "grant", "quan", "auditor", "--until", "2099-12-31").status == 0
    assert motcham("role", "grant", "quan", "auditor", "--until", "hôm nào").status == 2
    last = motcham("role", "grant", "quan", "administrator", "--until", "2099-12-31")
    assert (last.status, "cuối cùng" in last.err) == (2, True)
    listed = motcham("role", "list").out.splitlines()
    assert listed == [
        "quan\tĐỗ Thị Quản\tadministrator\t\t – ",
        "quan\tĐỗ Thị Quản\tauditor\t\t – 2099-12-31",
    ]


# --- units by command -----------------------------------------------------------------------------


def test_units_are_looked_at_brought_in_and_written_out(
    motcham: Callable[..., Said], data: Path, tmp_path: Path
) -> None:
    assert motcham(*REAL).status == 0
    looked = motcham("unit", "import", "--central-2025", "--dry-run")
    assert "    Bộ Y tế (trung ương//BYT) [mới]" in looked.out.splitlines()
    assert "Sẽ thêm 17" in looked.out
    assert "Thêm 17" in motcham("unit", "import", "--central-2025").out
    file = tmp_path / "don-vi.xlsx"
    assert "Đã ghi 116 đơn vị" in motcham("unit", "list", str(file)).out
    wrong = tmp_path / "sai.csv"
    wrong.write_text("Loại;Mã;Tên\nchòm;A;B\n", encoding="utf-8")
    refused = motcham("unit", "import", str(wrong))
    assert (refused.status, "Dòng 2, cột Loại, “chòm”" in refused.out) == (1, True)
    assert motcham("unit", "import").status == 2


@pytest.mark.postgres
def test_records_elsewhere_say_what_they_are_to_every_folder(
    motcham: Callable[..., Said], postgres_url: str, tmp_path: Path, data: Path
) -> None:
    """Two machines on one PostgreSQL: what the first decided the second finds decided."""
    assert motcham(*REAL, MOTCHAM_DATABASE_URL=postgres_url).status == 0
    second = Settings(data=tmp_path / "another", database_url=postgres_url)
    assert first_start.kind_so_far(second) == "real"
    with pytest.raises(Refused, match="hệ thống thật"), up.claim(second):
        up.prepare(second.with_kind(demonstration=True), tell=lambda _message: None, at=AT)
    with up.claim(second):
        prepared = up.prepare(second, tell=lambda _message: None, at=AT)
    assert not prepared.settings.demonstration
    assert "Chưa có người quản trị" not in words(prepared.about)
