"""JavaScript is code: linted, tested with node's own runner, and built from what is read here."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from pathlib import Path

import pytest

from hub.platform.doctor import node_program
from hub.portal.pages.examination.words import SCRIPT_WORDS
from hub.portal.pages.learning.player import SCRIPT_SAYS

ROOT = Path(__file__).parent.parent
WEB = ROOT / "hub"
ESLINT = WEB / "node_modules" / "eslint" / "bin" / "eslint.js"
RULES = ("--config", str(WEB / "eslint.config.mjs"))
SOURCES = (WEB / "portal" / "static" / "src", WEB / "proxy", ROOT / "labs" / "extension")
TESTS = "tests/**/test_*.mjs"
pytestmark = pytest.mark.timeout(300)


def node(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    program = node_program()
    assert program, "Node is missing: run ./motcham test once"
    return subprocess.run(
        [str(program), *arguments], cwd=cwd, capture_output=True, text=True, encoding="utf-8"
    )


def scripts(*folders: Path) -> set[Path]:
    found = {path for folder in folders for path in folder.rglob("*.*js")}
    return {path for path in found if path.suffix in (".js", ".mjs")}


def test_the_linter_finds_nothing() -> None:
    answer = node(str(ESLINT), *RULES, "--max-warnings", "0", ".")
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_the_linter_looks_at_every_script_of_ours() -> None:
    ours = scripts(*SOURCES, ROOT / "tests") | set(WEB.glob("*.mjs"))
    assert len(ours) > 60
    show = "import(process.argv[1]).then(async ({ ESLint }) => { const linter = new ESLint({"
    show += " overrideConfigFile: process.argv[2] }); for (const path of process.argv.slice(3))"
    show += " if (await linter.isPathIgnored(path)) console.log(path); })"
    api = (WEB / "node_modules" / "eslint" / "lib" / "api.js").as_uri()
    answer = node("--eval", show, api, RULES[1], *map(str, sorted(ours)))
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == ""


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("document.body.innerHTML = location.hash;", "no-restricted-properties"),
        ("if (location == 1) scrollTo(0);", "eqeqeq"),
        ("export const f = () => undefinedName;", "no-undef"),
        ("const unused = 1;", "no-unused-vars"),
    ],
)
def test_the_linter_refuses_what_hides_faults(code: str, rule: str) -> None:
    name = "hub/portal/static/src/example.js"
    program = node_program()
    assert program
    answer = subprocess.run(
        [str(program), str(ESLINT), *RULES, "--stdin", "--stdin-filename", name],
        cwd=ROOT,
        input=code,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 1, answer.stderr
    assert rule in answer.stdout


def counts(said: str) -> dict[str, int]:
    return {name: int(n) for name, n in re.findall(r"^# (\w+) (\d+)$", said, re.M)}


@pytest.mark.slow
def test_every_unit_test_of_a_script_passes() -> None:
    answer = node("--test", "--test-reporter=tap", "--test-timeout=60000", TESTS)
    assert answer.returncode == 0, answer.stdout[-4000:] + answer.stderr
    found = counts(answer.stdout)
    assert found["pass"] == found["tests"] > 150, "no test was looked at, or one was left out"


def test_a_script_s_test_that_fails_is_seen(tmp_path: Path) -> None:
    (tmp_path / "test_x.mjs").write_text('import test from "node:test"; test("x", () => { f(); });')
    answer = node("--test", "--test-reporter=tap", str(tmp_path / "test_x.mjs"))
    assert answer.returncode == 1
    assert counts(answer.stdout)["fail"] == 1


def test_every_module_has_its_test_beside_the_others() -> None:
    """Entry points and the editor (CodeMirror's own parts) are tried in the browser."""
    tried_in_the_browser = {
        "editor",
        "chooser",
        "fresh",
        "fresh_marks",
        "share",
        "plan",
        "bubbles",
        "security_key",
        "handing",
        "outbox",
        "signed_out",
        "worker",
        "writing",
        "database",
        "plugin",
        "remoteEntry",
        "guard",
    }
    tried_by_others = {"words", "elements", "comparing", "near", "chosen_file", "conflict"}
    tried = {path.stem.removeprefix("test_") for path in (ROOT / "tests").rglob("test_*.mjs")}
    modules = {path.stem for path in scripts(*SOURCES)}
    assert len(modules) > 30
    assert modules - tried - tried_in_the_browser - tried_by_others == set()


@pytest.mark.parametrize(
    ("script", "built"),
    [
        ("build:pages", WEB / "portal" / "static" / "built"),
        ("build:lab", ROOT / "labs/share/jupyter/labextensions/@motcham/nop-bai/static"),
    ],
)
def test_what_browsers_load_was_built_from_what_is_here(script: str, built: Path) -> None:
    """Built anew it is the same to the byte: nobody runs what nobody can read."""
    esbuild, *parts = json.loads((WEB / "package.json").read_text())["scripts"][script].split()
    program = str(WEB / "node_modules" / esbuild / "bin" / esbuild)
    options = [one for one in parts if one.startswith("--") and "outdir" not in one]
    found = sorted(built.glob("*.js"))
    assert found, "run ./motcham test once"
    for path in found:
        [entry] = [folder / path.name for folder in SOURCES if (folder / path.name).exists()]
        answer = node(program, str(entry), *options, "--legal-comments=none", cwd=WEB)
        assert answer.returncode == 0, answer.stderr
        assert answer.stdout == path.read_text(encoding="utf-8"), f"{path.name} is an old one"


def test_a_lesson_page_asks_for_one_small_script() -> None:
    """Slow lines: the modules come as one, and lighter than the one file they were. What is wanted
    only when the reader comes back, and what every page has, stand apart and are tiny."""
    page = (WEB / "portal" / "templates" / "learning" / "lesson.html").read_text(encoding="utf-8")
    assert re.findall(r"<script type=\"module\" src=\"{{ static\('([^']+)'\) }}", page) == [
        "built/lesson.js",
        "built/fresh_marks.js",
    ]
    for name, most in (("lesson", 8000), ("fresh_marks", 800), ("bubbles", 800)):
        built = (WEB / "portal" / "static" / "built" / f"{name}.js").read_bytes()
        assert len(gzip.compress(built, 9)) < most


def test_what_the_lesson_s_script_looks_for_stands_on_the_page() -> None:
    """Its unit tests try it on a page written down for them; this one is the real page's."""
    sources = (WEB / "portal" / "static" / "src").glob("lesson*/*.js")
    script = "".join(path.read_text(encoding="utf-8") for path in sources)
    script += (WEB / "portal" / "static" / "src" / "lesson.js").read_text(encoding="utf-8")
    pages = WEB / "portal" / "templates"
    page = "".join(
        (pages / name).read_text(encoding="utf-8")
        for name in (
            "base.html",
            "learning/lesson.html",
            "learning/lesson_parts.html",
            "learning/results.html",
            "parts.html",
        )
    )
    marks = set(re.findall(r"\[(data-[a-z-]+)", script))
    ids = set(re.findall(r'getElementById\("([a-z-]+)"\)', script))
    assert len(marks) > 12
    assert len(ids) > 3
    assert {mark for mark in marks if not re.search(rf"\b{mark}\b", page)} == set()
    assert {name for name in ids if f'id="{name}"' not in page} == set()


def test_every_sentence_of_the_lesson_s_script_is_brought_by_its_page() -> None:
    sources = (WEB / "portal" / "static" / "src").rglob("*.js")
    asked = {
        key
        for path in sources
        for key in re.findall(r"\bsay\.([a-z_]+)\b", path.read_text(encoding="utf-8"))
    }
    assert len(asked) > 25
    assert asked == set(SCRIPT_SAYS), "unknown, or brought for nothing"


def test_what_an_examination_s_script_looks_for_stands_on_its_page() -> None:
    source = WEB / "portal" / "static" / "src"
    scripts_of = [source / "examination.js", *(source / "examination").glob("*.js")]
    script = "".join(path.read_text(encoding="utf-8") for path in scripts_of)
    pages = WEB / "portal" / "templates"
    page = (pages / "examination" / "question.html").read_text(encoding="utf-8")
    ids = set(re.findall(r'(?:getElementById|\bat)\("([a-z-]+)"\)', script))
    assert len(ids) > 5
    assert {name for name in ids if f'id="{name}"' not in page} == set()
    asked = set(re.findall(r"\bwords\.(?!js\b)([a-z_]+)\b", script))
    assert len(asked) > 10
    assert asked == set(SCRIPT_WORDS), "unknown, or brought for nothing"
    [data] = re.findall(r"const \{ (.*) \} = form\.dataset", script)
    assert {one for one in data.split(", ") if f"data-{one}=" not in page} == set()
