"""``get_ipython()`` of the instructor's cells: there is no IPython in the examiner's process.

Magics and commands that a notebook can do without do nothing; those that give a value or bind a
name do it here, in plain Python; whatever is left is noted in `Shell.unsupported`, so that a person
hears of it, and the rest of the cell goes on as it does in Jupyter. No program is started: what an
instructor's line may hold of the learner's would run beside the hidden tests.
"""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import time
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

_OF_NO_EFFECT = frozenset(
    [
        "alias",
        "alias_magic",
        "autoawait",
        "autocall",
        "automagic",
        "autoindent",
        "autoreload",
        "bookmark",
        "clear",
        "cls",
        "colors",
        "conda",
        "config",
        "connect_info",
        "dhist",
        "dirs",
        "doctest_mode",
        "ed",
        "edit",
        "gui",
        "hist",
        "history",
        "killbgscripts",
        "load_ext",
        "logoff",
        "logon",
        "logstart",
        "logstate",
        "logstop",
        "lsmagic",
        "magic",
        "mamba",
        "matplotlib",
        "micromamba",
        "more",
        "notebook",
        "page",
        "pastebin",
        "pdb",
        "pinfo",
        "pinfo2",
        "pip",
        "popd",
        "pprint",
        "precision",
        "prun",
        "psearch",
        "psource",
        "pushd",
        "pycat",
        "pylab",
        "quickref",
        "recall",
        "rehashx",
        "reload_ext",
        "rep",
        "reset",
        "reset_selective",
        "save",
        "sc",
        "store",
        "subplots",
        "tb",
        "unalias",
        "unload_ext",
        "uv",
        "who",
        "whos",
        "xdel",
        "xmode",
    ]
)
_SHOWN = frozenset(["html", "HTML", "javascript", "js", "latex", "markdown", "svg", "SVG", "debug"])
_RUNS_BODY = frozenset(["time", "prun", "capture", "memit", "mprun"])
_MOST_LOOPS = 100_000
_ENOUGH_S = 0.2


class Timing:
    """What ``%timeit -o`` gives: seconds of one loop."""

    def __init__(self, loops: int, all_runs: list[float]) -> None:
        self.loops = loops
        self.repeat = len(all_runs)
        self.all_runs = all_runs
        self.timings = [one / loops for one in all_runs]
        self.best, self.worst = min(self.timings), max(self.timings)
        self.average = sum(self.timings) / len(self.timings)
        self.stdev = (sum((t - self.average) ** 2 for t in self.timings) / self.repeat) ** 0.5

    def __str__(self) -> str:
        return f"{self.average:.3g} s ± {self.stdev:.3g} s per loop ({self.repeat} runs)"


class Lines(list[str]):
    """What ``x = !command`` gives."""

    @property
    def n(self) -> str:
        return "\n".join(self)

    s = property(lambda self: " ".join(self))
    l = list_ = property(lambda self: self)  # noqa: E741 - IPython's names


class Captured:
    """What ``%%capture name`` binds."""

    def __init__(self, stdout: str) -> None:
        self.stdout = stdout
        self.stderr = ""
        self.outputs: list[Any] = []

    def __str__(self) -> str:
        return self.stdout

    def show(self) -> None:
        print(self.stdout, end="")


class Shell:
    """``run``: run a text in the instructor's namespace, and its last value. ``namespace``: that
    namespace, with the learner's names; ``bind`` puts a name into it; ``wrote`` hears of files that
    a cell wrote."""

    def __init__(
        self,
        namespace: Callable[[], MutableMapping[str, Any]],
        run: Callable[[str], Any],
        bind: Callable[[str, Any], None],
        wrote: Callable[[Path], None] = lambda _: None,
    ) -> None:
        self._namespace, self._run, self._bind = namespace, run, bind
        self._wrote = wrote
        self._lines: dict[str, Callable[[str], Any]] = {
            "cd": self._cd,
            "pwd": lambda _: os.getcwd(),  # noqa: PTH109 - what pwd prints is text
            "ls": lambda line: self.system(f"ls {line}"),
            "cat": lambda line: self.system(f"cat {line}"),
            "mkdir": lambda line: self.system(f"mkdir {line}"),
            "env": self._env,
            "set_env": self._env,
            "time": self._run,
            "timeit": lambda line: self._timeit(line, ""),
            "who_ls": lambda _: sorted(name for name in self.user_ns if name[0] != "_"),
            "sx": self.getoutput,
        }
        self.unsupported: str | None = None

    @property
    def user_ns(self) -> MutableMapping[str, Any]:
        return self._namespace()

    user_global_ns = user_ns

    # What the transformed text of a cell calls --------------------------------------------------

    def run_line_magic(self, name: str, line: str, *_: object, **__: object) -> Any:
        if name in self._lines:
            return self._lines[name](line)
        if name not in _OF_NO_EFFECT:
            self._note(f"%{name}")
        return None

    def run_cell_magic(self, name: str, line: str, cell: str) -> Any:
        if name == "timeit":
            return self._timeit(line, cell)
        if name == "capture":
            return self._capture(line, cell)
        if name in _RUNS_BODY:
            return self._run(cell)
        if name == "writefile" or name == "file":
            return self._write(line, cell)
        if name not in _SHOWN:
            self._note(f"%%{name}")
        return None

    def magic(self, text: str) -> Any:
        name, _, line = text.strip().lstrip("%").partition(" ")
        return self.run_line_magic(name, line)

    def system(self, command: str) -> None:
        """``!command``"""
        for line in self.getoutput(command):
            print(line)

    def getoutput(self, command: str, *_: object, **__: object) -> Lines:
        """``x = !command``"""
        try:
            words = shlex.split(command, comments=True)
        except ValueError:
            words = []
        try:
            said = _run_command(words)
        except OSError as error:
            said = [f"{words[0]}: {error.strerror}"]
        if said is None:
            self._note(f"!{command.strip()}")
        return Lines(said or [])

    system_raw = system_piped = system
    run_cell = property(lambda self: self._run)

    # Single magics -------------------------------------------------------------------------------

    def _note(self, what: str) -> None:
        self.unsupported = self.unsupported or what

    def _cd(self, line: str) -> None:
        """Within the working folder: files that cross are looked for there."""
        here = Path.cwd()
        goal = (here / (shlex.split(line.replace("-q", "")) or ["."])[0]).resolve()
        if goal.is_dir() and goal.is_relative_to(here.resolve()):
            os.chdir(goal)
        elif goal != here.resolve():
            self._note(f"%cd {line}")

    def _env(self, line: str) -> Any:
        name, _, value = line.strip().replace("=", " ", 1).partition(" ")
        if not name:
            return dict(os.environ)
        if value:
            os.environ[name] = value.strip()
            if name == "TZ":
                time.tzset()
            return None
        return os.environ.get(name)

    def _write(self, line: str, cell: str) -> None:
        name = shlex.split(line.removeprefix("-a").strip())[0]
        with Path(name).open("a" if line.startswith("-a") else "w", encoding="utf-8") as file:
            file.write(cell)
        self._wrote(Path(name))

    def _capture(self, line: str, cell: str) -> None:
        names = [word for word in line.split() if not word.startswith("-")]
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            self._run(cell)
        if names:
            self._bind(names[0], Captured(text.getvalue()))

    def _timeit(self, line: str, cell: str) -> Timing | None:
        """A few runs: how long the code takes here says little on a machine that others use."""
        loops, repeat, wanted, timed = _timeit_options(line)
        setup, body = (timed, cell) if cell.strip() else ("", timed)
        if setup:
            self._run(setup)
        loops = loops or self._enough(body)
        runs = []
        for _ in range(repeat):
            began = time.perf_counter()
            for _ in range(loops):
                self._run(body)
            runs.append(max(time.perf_counter() - began, 1e-9))
        result = Timing(loops, runs)
        if not wanted:
            print(result)
        return result if wanted else None

    def _enough(self, body: str) -> int:
        began = time.perf_counter()
        self._run(body)
        once = max(time.perf_counter() - began, 1e-6)
        return max(1, min(1000, int(_ENOUGH_S / 3 / once)))


def _timeit_options(line: str) -> tuple[int, int, bool, str]:
    """Loops (0: as many as fit), repeats, is the result wanted, and what is timed."""
    loops, repeat, wanted = 0, 3, False
    words = line.strip()
    while words.startswith("-"):
        option, _, rest = words.partition(" ")
        value = option[2:]
        if option[1:2] in ("n", "r", "p", "v") and not value:
            value, _, rest = rest.strip().partition(" ")
        if option[1:2] == "n" and value.isdigit():
            loops = min(int(value), _MOST_LOOPS)
        elif option[1:2] == "r" and value.isdigit():
            repeat = max(1, min(int(value), 20))
        wanted = wanted or "o" in option
        words = rest.strip()
    return loops, repeat, wanted, words


def _run_command(words: list[str]) -> list[str] | None:
    """The few commands that notebooks call to look round; None for any other."""
    flags = [word for word in words[1:] if word.startswith("-")]
    names = [word for word in words[1:] if not word.startswith("-")]
    if any(set(word) & set("|<>;&$`*?") for word in words):
        return None
    match words[:1]:
        case ["ls"]:
            hidden = any("a" in flag for flag in flags)
            found = sorted(path.name for path in Path(names[0] if names else ".").iterdir())
            return [name for name in found if hidden or not name.startswith(".")]
        case ["pwd"]:
            return [os.getcwd()]  # noqa: PTH109 - as above
        case ["echo"]:
            return [" ".join(words[1:])]
        case ["cat"] if names:
            return [line for name in names for line in Path(name).read_text().splitlines()]
        case ["mkdir"] if names:
            for name in names:
                Path(name).mkdir(parents=True, exist_ok=True)
            return []
        case ["touch"] if names:
            for name in names:
                Path(name).touch()
            return []
        case ["true"] | ["clear"] | ["date"] | ["whoami"]:
            return []
        case ["pip"] | ["pip3"] | ["conda"] | ["mamba"] | ["uv"]:
            return []  # what is installed is what there is
        case ["python" | "python3", "--version" | "-V"]:
            return ["Python 3"]
        case ["python" | "python3", "-m", "pip", *_]:
            return []
    return None
