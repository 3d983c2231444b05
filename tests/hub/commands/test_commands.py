"""The command line: what is listed works, and bad input gets one clear sentence and exit 2."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hub.cli import COMMANDS
from hub.platform import doctor
from hub.settings import Settings
from records import open_records
from records.platform import installation


def motcham(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MOTCHAM")}
    return subprocess.run(
        [sys.executable, "-P", "-m", "hub.cli", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**outside, **settings},
        timeout=120,
    )


def listed() -> list[str]:
    section = motcham("--help").stdout.partition("Lệnh:")[2]
    return re.findall(r"^  (\w+)", section, re.M)


def test_help_lists_every_command() -> None:
    assert listed() == list(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    answer = motcham(command, "--help")
    assert answer.returncode == 0, answer.stderr
    assert len(answer.stdout.strip().splitlines()) >= 3


# What takes long to load, and no help needs. (`graders`, `courses`: rooms that load much.)
HEAVY = (
    *("tornado", "jupyterhub", "sqlalchemy", "alembic", "pydantic", "babel", "jinja2", "asyncio"),
    *("numpy", "pandas", "matplotlib", "IPython", "nbformat", "nbgrader", "cryptography"),
    *("graders", "courses", "records", "school", "analytics"),
)
LOADED = """
import sys
from hub import cli
try:
    cli.main(sys.argv[1:])
except SystemExit as end:
    print("exit", end.code)
print("loaded", len(sys.modules), *(name for name in %r if name in sys.modules))
"""


@pytest.mark.parametrize("command", ["", *COMMANDS, "course check", "roster import", "report"])
def test_help_loads_little(command: str) -> None:
    """Time differs by machine; what is loaded does not. (A bare Python has some 60 modules.)"""
    program = [sys.executable, "-P", "-c", LOADED % (HEAVY,), *command.split(), "--help"]
    answer = subprocess.run(program, capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert "exit 0" in answer.stdout, answer.stderr
    words = answer.stdout.splitlines()[-1].split()
    assert words[0] == "loaded"
    assert words[2:] == []
    assert int(words[1]) < 220


BAD = {
    "no such command": ["khong-co"],
    "no such option": ["up", "--prot", "1"],
    "a port that is none": ["up", "--port", "chín nghìn"],
    "a port out of range": ["up", "--port", "70000"],
    "no notebook given": ["mark"],
    "a notebook that is not there": ["mark", "/khong/co.ipynb", "/khong/co.ipynb"],
    "an unknown mode": ["mark", "a.ipynb", "b.ipynb", "--mode", "vui"],
    "a course that is not there": ["course", "check", "/khong/co"],
    "a folder that is no course": ["course", "check", "/"],
    "publishing what is not there": ["course", "publish", "/khong/co"],
    "a class that is not there": ["autograde", "/khong/co", "ps1"],
    "a roster that is not there": ["roster", "import", "/khong/co.xlsx"],
    "a person who is not there": ["account", "password", "khong-co-ai"],
    "a copy of nothing": ["backup", "/tmp"],
    "a copy that is not there": ["restore", "/khong/co"],
    "what is no copy": ["restore", "/etc/passwd", "--passphrase-file", "/etc/hostname"],
    "a rehearsal of nothing": ["drill"],
    "moving without a place to go": ["move"],
    "erasing nobody": ["person", "erase", "khong-co", "--reason", "x"],
    "a half-finished command": ["certificate", "verify"],
    "learners that are no number": ["demo", "load", "--learners", "nhiều"],
}


@pytest.mark.parametrize("arguments", BAD.values(), ids=BAD.keys())
@pytest.mark.slow
def test_bad_input_gets_a_sentence_and_exit_2(arguments: list[str], tmp_path: Path) -> None:
    answer = motcham(*arguments, MOTCHAM_DATA=str(tmp_path / "data"))
    assert answer.returncode == 2, answer.stdout + answer.stderr
    assert answer.stderr.strip()
    assert "Traceback" not in answer.stderr
    assert "không lường trước" not in answer.stderr


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"MOTCHAM_PORT": "x", "MOTCHAM_PASS_SHARE": "7"}, ["MOTCHAM_PORT", "MOTCHAM_PASS_SHARE"]),
        ({"MOTCHAM_LAB_SPAWNER": "simple"}, ["MOTCHAM_DEVELOPMENT"]),
        ({"MOTCHAM_PUBLIC_URL": "https://a.vn/hoc"}, ["MOTCHAM_PUBLIC_URL", "/hoc"]),
        (
            {"MOTCHAM_OIDC_CLIENT_ID": "a"},
            ["MOTCHAM_OIDC_ISSUER", "MOTCHAM_OIDC_CLIENT_SECRET"],
        ),
    ],
    ids=["values", "simple labs", "an address with a path", "half of OIDC"],
)
@pytest.mark.slow
def test_wrong_settings_are_all_named_at_once(settings: dict[str, str], named: list[str]) -> None:
    answer = motcham("doctor", **settings)
    assert answer.returncode == 2
    assert [name for name in named if name not in answer.stderr] == []


def test_settings_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "motcham.env"
    file.write_text(f"MOTCHAM_PORT=99999\nMOTCHAM_DATA={tmp_path}\n", encoding="utf-8")
    answer = motcham("doctor", MOTCHAM_SETTINGS=str(file))
    assert answer.returncode == 2
    assert "MOTCHAM_PORT" in answer.stderr


def test_the_doctor_names_what_it_looked_at(tmp_path: Path) -> None:
    answer = motcham("doctor", MOTCHAM_DATA=str(tmp_path))
    for what in ("Python", "Node", "Chromium", str(tmp_path)):
        assert what in answer.stdout
    missing = [line for line in answer.stdout.splitlines() if line.startswith("✗")]
    assert (answer.returncode == 1) == bool(missing)


def test_the_doctor_says_that_an_open_door_is_closed_for_want_of_mail(tmp_path: Path) -> None:
    real = Settings(data=tmp_path, registration="invitation")
    [found] = doctor._door(real)
    assert found.state == "missing"
    assert "MOTCHAM_REGISTRATION=invitation nhưng không ai đăng ký được" in str(found.as_line())
    mailing = {"mail_host": "mail.example.org", "mail_sender": "a@example.org"}
    assert not [*doctor._door(real.model_copy(update=mailing))]
    assert not [*doctor._door(Settings(data=tmp_path))]
    records = open_records(f"sqlite:///{tmp_path / 'motcham.sqlite'}", migrate=True)
    with records.begin() as session:
        installation.decide(session, "demonstration", at=dt.datetime.now(dt.UTC))
    records.close()
    assert not [*doctor._door(real)], "letters come to its mailbox, whatever no variable says"


def test_the_doctor_warns_where_links_lead_to_this_machine_alone(tmp_path: Path) -> None:
    real = Settings(data=tmp_path, demo=False)
    [found] = doctor._links(real)
    assert "chỉ mở được trên chính máy này" in str(found.as_line())
    assert "MOTCHAM_PUBLIC_URL" in str(found.as_line())
    public = Settings(data=tmp_path, demo=False, public_url="https://hoc.example.vn")
    assert not [*doctor._links(public)]
    assert not [*doctor._links(Settings(data=tmp_path, demo=True))]


def test_english_is_spoken_on_request() -> None:
    answer = motcham("nope", MOTCHAM_LANGUAGE="en")
    assert answer.returncode == 2


@pytest.mark.slow
def test_a_source_notebook_is_checked_by_itself_and_its_mistyped_mark_named(tmp_path: Path) -> None:
    marking = {"grade_id": "t", "grade": True, "locked": True, "solution": False, "points": 1}
    cell = {
        "cell_type": "code",
        "id": "t",
        "metadata": {"nbgrader": {**marking, "schema_version": 3, "task": False}},
        "source": "### begin hidden tests\nassert k == 1731\n### end hidden tests",
        "outputs": [],
        "execution_count": None,
    }
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path = tmp_path / "bai.ipynb"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(book).encode())
    answer = motcham("course", "check", str(path), MOTCHAM_ALLOW_REDUCED_WALLS="true")
    assert answer.returncode == 1, answer.stderr
    assert "ô số 1 (t): dòng 1 “### begin hidden tests”" in answer.stdout
    assert "### BEGIN HIDDEN TESTS" in answer.stdout
    assert "currently treating" not in answer.stderr.lower()
