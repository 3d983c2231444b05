"""The rules of the house, held by tests that fail when they looked at nothing."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from house import ROOMS, ROOT

from hub.cli import COMMANDS
from hub.settings import Settings

BIN = Path(sys.executable).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
pytestmark = pytest.mark.timeout(600)


def run(*command: str) -> str:
    """What the tool said, which must have been content."""
    answer = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout + answer.stderr


def number_in(pattern: str, said: str) -> int:
    found = re.search(pattern, said)
    assert found, said
    return int(found[1])


# --- code ---------------------------------------------------------------------------------------


def test_imports_point_downwards_only() -> None:
    said = run("lint-imports", "--no-cache")
    assert number_in(r"Analyzed (\d+) files", said) > 80
    assert number_in(r"Contracts: (\d+) kept, 0 broken", said) == len(
        PROJECT["tool"]["importlinter"]["contracts"]
    )


def test_every_room_has_its_place_in_the_order() -> None:
    assert set(PROJECT["tool"]["importlinter"]["root_packages"]) == set(ROOMS)
    assert set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == set(ROOMS)
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages == set(ROOMS)


def test_ruff_finds_nothing() -> None:
    assert len(run("ruff", "check", "--show-files").splitlines()) > 120
    run("ruff", "check")


def test_every_file_is_formatted() -> None:
    assert number_in(r"(\d+) files already formatted", run("ruff", "format", "--check")) > 120


@pytest.mark.slow
def test_types_hold() -> None:
    assert number_in(r"no issues found in (\d+) source files", run("mypy")) > 80


# What a release says of its course is read by attributes of `core.manifest`. These words are its
# keys as it is stored; where else they are keys, of what is said beside them.
OF_A_MANIFEST = {
    *("lessons", "exercises", "pass_share", "max_points", "theory_minutes", "practice_minutes"),
    *("title_en", "summary_en", "frame", "framework", "slug", "answers", "hint", "rubric", "exam"),
    *("competence", "grade_id", "media"),
}
OF_SOMETHING_ELSE = {
    "courses/course.py": "course.toml and the options of a cell, as their author wrote them",
    "courses/english/texts.py": "the options of a cell, as their author wrote them",
    "courses/notebooks.py": "nbgrader's metadata of a cell",
    "courses/writing/cells.py": "options of a cell",
    "courses/writing/course_file.py": "course.toml as it was written",
    "courses/writing/pieces.py": "nbgrader's metadata of a cell",
    "school/courses/exercise_bank.py": "options and nbgrader's metadata of a cell",
    "courses/handouts/variants.py": "nbgrader's metadata of a cell",
    "graders/compatible/exchange.py": "what the platform's API answers",
    "graders/compatible/single.py": "nbgrader's metadata of a cell",
    "graders/read_submission.py": "nbgrader's metadata of a cell",
    "hub/portal/api/sent.py": "what a caller sends",
    "records/marking/remarking.py": "marks of a try, as they were stored",
}
THINGS_OF_A_MANIFEST = {"manifest", "lesson", "titles"}


def string_keys_in(path: Path) -> list[tuple[str, str]]:
    """(what is looked into, key) of each ``one["key"]`` and ``one.get("key")``."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Subscript):
            thing, key = node.value, node.slice
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".get") and node.args:
            assert isinstance(node.func, ast.Attribute)
            thing, key = node.func.value, node.args[0]
        else:
            continue
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            found.append((ast.unparse(thing), key.value))
    return found


def test_a_release_is_read_nowhere_by_string_keys() -> None:
    looked_at, wrong, met = 0, [], set()
    for path in [path for room in (*ROOMS, "bench") for path in (ROOT / room).rglob("*.py")]:
        name = path.relative_to(ROOT).as_posix()
        for thing, key in string_keys_in(path):
            looked_at += 1
            own = key in OF_A_MANIFEST or thing.rpartition(".")[2] in THINGS_OF_A_MANIFEST
            if own and name in OF_SOMETHING_ELSE:
                met.add(name)
            elif own:
                wrong.append(f"{name}: {thing}[{key!r}]")
    assert looked_at > 200
    assert wrong == []
    assert met == set(OF_SOMETHING_ELSE), "excused, and no longer there"


def test_neither_tests_nor_templates_read_a_release_by_string_keys() -> None:
    modules = list((ROOT / "tests").rglob("*.py"))
    reads = [(path, *one) for path in modules for one in string_keys_in(path)]
    assert len(reads) > 200
    asked = re.compile(r"manifest$|find_lesson\(.*\)$|find_exercise\(.*\)$|\.entry$")
    assert [one for one in reads if asked.search(one[1])] == []
    templates = list((ROOT / "hub" / "portal" / "templates").rglob("*.html"))
    assert len(templates) > 40
    keyed = re.compile(r"\b(manifest|entry|titles|lesson|exercise)(\[[\"']|\.get\([\"'])")
    assert [path for path in templates if keyed.search(path.read_text(encoding="utf-8"))] == []


def test_what_a_release_stores_is_read_in_one_place() -> None:
    modules = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    calling = {
        path.relative_to(ROOT).as_posix()
        for path in modules
        if "read_manifest(" in path.read_text(encoding="utf-8")
    }
    [border] = calling - {"core/manifest.py"}
    assert border.startswith("records/")  # the type of the release's column


def test_what_travels_between_rooms_says_what_it_is() -> None:
    """A row of the database, or a part of a release, is no `Any` in what school and hub pass on."""
    fields = []
    for path in [path for room in ("hub", "school") for path in (ROOT / room).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any(
                "dataclass" in ast.unparse(one) for one in node.decorator_list
            ):
                fields += [
                    (f"{node.name}.{ast.unparse(one.target)}", ast.unparse(one.annotation))
                    for one in node.body
                    if isinstance(one, ast.AnnAssign)
                ]
    assert len(fields) > 200
    # JSON of a notebook or a message, and what somebody answered in a form, may be anything.
    unsaid = {name for name, kind in fields if re.search(r"(?<!str, )\bAny\b", kind)}
    assert unsaid <= {"Written.value", "Shown.value", "Portal.marker"}, "which type has it?"


def test_the_bootstrap_script_is_read_by_old_pythons_too() -> None:
    """It must start on a Python that is too old, to say so."""
    ast.parse((ROOT / "motcham").read_text(), feature_version=(3, 7))


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_introduces_itself(room: str) -> None:
    text = ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text())) or ""
    assert len(text) > 200, "what it is, where to start reading, what it never does"
    assert "start" in text.lower()
    assert "never" in text.lower()


def test_nothing_is_called_by_a_name_that_says_nothing() -> None:
    modules = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    assert len(modules) > 80
    empty = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert [path for path in modules if path.stem in empty] == []


MOST_LINES, MOST_MODULES, MOST_OF_ALL = 450, 16, 0.25
LONGER = re.compile(r"^# Longer than most: \S.{20,}", re.M)
# One schema, in one piece.
HISTORY = "records/migrations/versions"  # only ever added to
FIRST_SCHEMA = "records/migrations/versions/0001_first_schema.py"
# One module for each change of the schema, in the order of time, for ever.
HISTORY = "records/migrations/versions"


def sizes() -> dict[str, int]:
    """Lines of every module of the rooms, by its path."""
    paths = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    ours = [path for path in paths if not {"content", "template", "node_modules"} & {*path.parts}]
    assert len(ours) > 300
    return {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in ours
    }


def test_no_module_is_longer_than_fits_in_the_head() -> None:
    """One that is says why in a line near its top."""
    long = {path for path, lines in sizes().items() if lines > MOST_LINES} - {FIRST_SCHEMA}
    unexplained = [
        path
        for path in sorted(long)
        if not LONGER.search("\n".join((ROOT / path).read_text(encoding="utf-8").splitlines()[:40]))
    ]
    assert unexplained == []


def test_no_folder_lies_flat() -> None:
    """But for migrations: a row of them that only ever grows at its end."""
    beside = Counter(
        path.rpartition("/")[0] for path in sizes() if not path.endswith("/__init__.py")
    )
    assert beside.pop(HISTORY)
    assert {folder: n for folder, n in beside.items() if n > MOST_MODULES} == {}


def test_no_room_is_most_of_the_house() -> None:
    by_room = Counter[str]()
    for path, lines in sizes().items():
        by_room[path.partition("/")[0]] += lines
    shares = {room: lines / by_room.total() for room, lines in by_room.items()}
    assert set(shares) == set(ROOMS)
    assert {room: share for room, share in shares.items() if share > MOST_OF_ALL} == {}


def test_no_package_under_tests_shadows_a_room() -> None:
    assert list((ROOT / "tests").rglob("test_*.py"))
    assert list((ROOT / "tests").rglob("__init__.py")) == []


# --- what is installed --------------------------------------------------------------------------


def pinned(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text()
    found = dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.M))
    assert found
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) >= len(found)
    return {canonical(name): version for name, version in found.items()}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: list[str]) -> set[str]:
    found = {re.split(r"[\[<>=!~ ;]", one)[0] for one in requirements}
    return {canonical(name) for name in found} - {"motcham"}


def test_everything_we_depend_on_is_pinned_by_hash() -> None:
    run_time = names(PROJECT["project"]["dependencies"])
    testing = names(
        [one for some in PROJECT["project"]["optional-dependencies"].values() for one in some]
    )
    assert run_time - set(pinned("run.txt")) == set()
    assert (run_time | testing) - set(pinned("test.txt")) == set()
    [builder] = PROJECT["build-system"]["requires"]
    assert pinned("build.txt")["hatchling"] == builder.partition("==")[2]


def test_tests_run_with_the_versions_that_are_run() -> None:
    tested = pinned("test.txt")
    differ = {
        name: version for name, version in pinned("run.txt").items() if tested[name] != version
    }
    assert differ == {}


def test_what_makes_every_start_slow_is_not_installed() -> None:
    """See docs/dependencies.md, "Left out on purpose"."""
    slow = {"rfc3987-syntax", "lark"}
    assert not slow & (set(pinned("run.txt")) | set(pinned("test.txt")))
    installed = {canonical(one.name) for one in importlib.metadata.distributions()}
    assert {"jsonschema", "rfc3986-validator"} <= installed, "what judges addresses instead"
    assert not slow & installed


def test_no_lock_names_a_registry() -> None:
    locks = [*(ROOT / "requirements").glob("*.txt"), ROOT / "hub" / "package-lock.json"]
    assert len(locks) == 4
    for lock in locks:
        assert not re.search(r"resolved|index-url|find-links|pypi|registry\.", lock.read_text()), (
            lock
        )


def test_every_dependency_has_its_reason_written_down() -> None:
    written = (ROOT / "docs" / "dependencies.md").read_text()
    named = {canonical(name) for name in re.findall(r"^\| `([^`]+)`", written, re.M)}
    python = names(
        [
            *PROJECT["project"]["dependencies"],
            *(one for some in PROJECT["project"]["optional-dependencies"].values() for one in some),
        ]
    )
    web = json.loads((ROOT / "hub" / "package.json").read_text())
    npm = {canonical(name) for name in {**web["dependencies"], **web["devDependencies"]}}
    assert named - python - npm - {"hatchling"} == set(), "written, but not depended on"
    assert (python | npm) - named == set(), "depended on, but without a reason"


# --- documents ----------------------------------------------------------------------------------


def test_every_setting_is_described() -> None:
    written = (ROOT / "docs" / "operators.md").read_text()
    described = set(re.findall(r"^\| `(MOTCHAM_\w+)`", written, re.M))
    assert described == {f"MOTCHAM_{name.upper()}" for name in Settings.model_fields}


def test_every_command_is_described() -> None:
    written = (ROOT / "docs" / "operators.md").read_text()
    assert [name for name in COMMANDS if f"motcham {name}" not in written] == []


def test_the_readme_opens_with_the_walk_and_has_the_map() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "./motcham up" in readme[:1500]
    for room in ROOMS:
        assert re.search(rf"^\| \[?`{room}/?`", readme, re.M), room


def documents() -> list[Path]:
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert len(found) > 5
    return found


def test_every_link_between_documents_leads_somewhere() -> None:
    dead = []
    for document in documents():
        text = re.sub(r"```.*?```", "", document.read_text(), flags=re.S)
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
            if not target.startswith(("http://", "https://", "mailto:")):
                place = (document.parent / target).resolve()
                dead += [] if place.exists() else [f"{document.name}: {target}"]
    assert dead == []


def test_every_document_is_reached_from_the_readme() -> None:
    found, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in found or page.suffix != ".md":
            continue
        found.add(page)
        links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        waiting += [(page.parent / link).resolve() for link in links if "://" not in link]
    written = set((ROOT / "docs").rglob("*.md"))
    assert len(written) > 20
    assert written - found == set()


def test_every_path_that_a_document_names_is_there() -> None:
    rooms = "|".join((*ROOMS, "tests", "bench", "docs", "requirements"))
    named = re.compile(rf"`((?:{rooms})/[\w./-]*)`")
    missing, looked_at = [], 0
    for document in documents():
        if document.name == "CHANGELOG.md" or "decisions" in document.parts:
            continue  # they tell of their own day
        for path in named.findall(document.read_text(encoding="utf-8")):
            looked_at += 1
            if not (ROOT / path).exists():
                missing.append(f"{document.name}: {path}")
    assert looked_at > 50
    assert missing == []


def test_pictures_are_small_and_used() -> None:
    pictures = sorted((ROOT / "docs" / "pictures").glob("*"))
    assert pictures
    assert [path.name for path in pictures if path.stat().st_size > 200_000] == []
    written = "".join(document.read_text() for document in documents())
    assert [path.name for path in pictures if path.name not in written] == []
