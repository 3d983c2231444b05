"""What may run in the examiner's process: the instructor's text and trusted libraries, no more.

Tests are seldom written with an attacker in mind. They ``eval`` the formula that was asked for, run
a docstring's examples, unpickle a file that was handed in, filter a frame by the learner's
condition, start the learner's script. In one process that changes nothing; here it would carry the
learner's code over the wall. `Guard` is an audit hook (PEP 578), which nothing can take off again:
it looks at every piece of code that is about to run and refuses what the learner may have written,
whichever library was talked into running it. `Refusal` says what the author can do instead.
"""

from __future__ import annotations

import ast
import dis
import importlib.abc
import importlib.machinery
import os
import re
import sys
import sysconfig
import types
from collections.abc import Iterable, Sequence
from typing import Any

from graders.strict.between.protocol import Need


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Libraries that write code of their own from names they have checked.
_GENERATORS = _words(
    "collections dataclasses decorator attr jinja2 numexpr functools enum scipy matplotlib "
    "mpl_toolkits sklearn numpy mock"
)
_ANNOTATIONS = frozenset(("typing", "inspect"))
_PROCESSES = _words(
    "os.system os.exec os.fork os.forkpty os.posix_spawn os.spawn os.startfile pty.spawn "
    "subprocess.Popen"
)
_WATCHED = _PROCESSES | {
    *("compile", "exec", "import", "pickle.find_class", "marshal.load", "marshal.loads"),
    "ctypes.dlopen",
}
_LOUD = re.compile("CALL|IMPORT|STORE|DELETE|MAKE|BUILD_CLASS|YIELD|LOAD_METHOD|PRINT|IMPORT_STAR")
# What a condition handed to ``DataFrame.query`` may look up on a column.
_QUERY_METHODS = _words(
    "str dt contains startswith endswith lower upper strip len isin isna isnull notna notnull "
    "between mean sum min max median std count abs round year month day hour quarter weekday "
    "index values eq ne lt le gt ge"
)
# What `timeit` compiles, and the name it gives that.
_TIMED = "<timeit-src>"
_TIMING = re.compile(
    r"\s*def inner\(_it, _timer(?:, _setup=_setup)?(?:, _stmt=_stmt)?\):\n    (?P<setup>.*?)\n"
    r"    _t0 = _timer\(\)\n    for _i in _it:\n        (?P<timed>.*)\n        pass\n"
    r"    _t1 = _timer\(\)\n    return _t1 - _t0\n",
    re.DOTALL,
)
_QUOTED = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|`[^`\n]*`")
_ATTRIBUTE = re.compile(r"\.\s*([^\W\d]\w*)")
_NAME = re.compile(r"[^\W\d]\w*")


class Refusal(PermissionError, NotImplementedError):
    """The test asked for something that strict mode does not do here. ``need``: what for, one of
    `Need`."""

    def __init__(self, need: str) -> None:
        super().__init__(f"không làm được trong tiến trình chấm ({need}): cần ô “shared”")
        self.need = need


# Where the system keeps libraries that Python's own load by their full path.
_SYSTEM_LIBRARIES = (
    *("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib"),
    *("/opt/lib", "/nix/store", "/opt/homebrew/lib"),
)
# Where anybody writes: a place for libraries never holds one of these.
_SCRATCH = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - looked at, not written


def places_of_libraries(folder: str) -> tuple[str, ...]:
    """Where this interpreter's libraries really lie, wherever the platform is installed.

    Asked before anything of the learner's has been seen; what is put into ``sys.path`` later counts
    for nothing. ``folder``: the working folder, whose files are the learner's. Of a place that
    holds that folder, or a scratch folder of the system's, only what is there now is taken.
    """
    paths = sysconfig.get_paths()
    asked = [*sys.path, *(paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib"))]
    asked += [one for one in (*_SYSTEM_LIBRARIES, sys.prefix, sys.base_prefix) if one != "/"]
    found: dict[str, None] = {}
    for place in asked:
        for one in (os.path.abspath(place), os.path.realpath(place)) if place else ():  # noqa: PTH100
            found.update(dict.fromkeys(_safe_places(one, (folder, *_SCRATCH))))
    return tuple(found)


def _safe_places(place: str, shared: Iterable[str]) -> list[str]:
    outside = place.rstrip("/") + "/"
    if not any((one + "/").startswith(outside) for one in shared):
        return [place]
    try:
        inside = [os.path.join(place, name) for name in os.listdir(place)]  # noqa: PTH118, PTH208
    except OSError:
        return []
    return [one for one in inside if not any((mine + "/").startswith(one + "/") for mine in shared)]


class Guard:
    """The hook, and the instructor's text that it lets through. ``folder``: where files of the
    learner's may lie. ``libraries``: the places of which code may come (`places_of_libraries`)."""

    def __init__(self, folder: str, own: frozenset[str], libraries: tuple[str, ...]) -> None:
        self._folder = folder
        self._libraries = tuple(place.rstrip("/") + "/" for place in libraries)
        self._own = own  # file names that our own compiling uses
        self._modules: frozenset[str] = frozenset()  # of the author's, in the working folder
        self._texts: set[str] = set()
        self._patterns: list[str] = []  # read as such only when somebody evaluates a text
        self._compiled: dict[str, bool] = {}  # file name to: was the last text the author's?
        self.refused: str | None = None  # what was refused last, whoever swallowed it

    def install(self) -> None:
        """From here on, for the life of the process."""
        sys.addaudithook(self._hook)
        _guard_queries(self)

    def let_in(self, modules: Iterable[str]) -> None:
        """Files of the working folder that are the author's own."""
        self._modules |= frozenset(modules)

    def trust(self, nodes: Iterable[ast.AST]) -> None:
        """Strings in the instructor's own cell may be evaluated, with numbers in their gaps."""
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                self._texts.add(node.value.strip())
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[-\w. ]*"
                    for part in node.values
                ]
                self._patterns.append("".join(parts))

    def is_authors(self, text: object) -> bool:
        """Does the text stand in an instructor's cell?"""
        if isinstance(text, (bytes, bytearray)):
            text = bytes(text).decode("utf-8", "replace")
        if not isinstance(text, str):
            return False
        wanted = text.strip()
        return (
            wanted in self._texts
            or any(re.fullmatch(pattern, wanted) for pattern in self._patterns)
            or any(f">>> {wanted}" in known for known in self._texts if ">>> " in known)
        )

    def _is_authors_timing(self, text: object) -> bool:
        """Is it `timeit`'s own frame around a function, or around a text of the author's?"""
        if isinstance(text, (bytes, bytearray)):
            text = bytes(text).decode("utf-8", "replace")
        found = _TIMING.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            return False
        setup = found["setup"].replace("\n    ", "\n")
        timed = found["timed"].replace("\n        ", "\n")
        return all(
            part in own or self.is_authors(part)
            for part, own in ((setup, ("pass", "_setup()")), (timed, ("pass", "_stmt()")))
        )

    def refusal(self, need: str) -> Refusal:
        self.refused = need
        return Refusal(need)

    def _hook(self, event: str, facts: tuple[Any, ...]) -> None:
        if event not in _WATCHED:
            return
        if event == "compile":
            source, filename = facts
            self._compiled[str(filename)] = self.is_authors(source) or (
                filename == _TIMED and self._is_authors_timing(source)
            )
        elif event == "exec":
            self._look_at(facts[0])
        elif event == "import":
            if facts[1] is not None and not self._is_the_machines(str(facts[1])):
                raise self.refusal(Need.CODE)
        elif event == "ctypes.dlopen":
            if facts[0] is not None and not self._is_the_machines(os.fsdecode(facts[0]), bare=True):
                raise self.refusal(Need.CODE)
        elif event == "pickle.find_class":
            raise self.refusal(Need.PICKLE)
        elif event in _PROCESSES:
            raise self.refusal(Need.PROCESS)
        elif not _caller().startswith("<frozen importlib"):
            # zipimport would load it from an archive under any name.
            raise self.refusal(Need.CODE)

    def _look_at(self, code: types.CodeType) -> None:
        filename = code.co_filename
        if filename in self._own or filename.startswith("<frozen "):
            return
        caller = _caller()
        if caller.startswith("<frozen importlib"):
            # A compiled file can claim any source; where it lies is what counts.
            namespace = sys._getframe(2).f_locals.get("args", (None, {}))[-1]
            lies = namespace.get("__file__") if isinstance(namespace, dict) else None
            if not self._is_the_machines(str(lies or filename)):
                raise self.refusal(Need.CODE)
            return
        if os.path.isabs(filename) and self._is_the_machines(filename):  # noqa: PTH117
            return
        library = _library_of(caller)
        if library in _GENERATORS or self._compiled.get(filename, False):
            return
        if not _is_quiet(code, names=library in _ANNOTATIONS):
            raise self.refusal(Need.CODE)

    def _is_the_machines(self, path: str, *, bare: bool = False) -> bool:
        if bare and "/" not in path:
            return True  # a library by its name, looked for where the system keeps them
        if not os.path.isabs(path):  # noqa: PTH117
            return False
        real = os.path.realpath(path)
        if real in self._modules:
            return True
        if (real + "/").startswith(self._folder + "/"):
            return False
        # A library may itself be a link to where somebody develops it.
        return real.startswith(self._libraries) or os.path.normpath(path).startswith(
            self._libraries
        )


def _caller() -> str:
    """The file of the code that called ``exec`` (three frames up: this one, a method, the hook)."""
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return "" if frame is None else frame.f_code.co_filename


def _library_of(filename: str) -> str:
    """The package or module a file belongs to, without looking further than its path."""
    parts = filename.removesuffix(".py").removesuffix("/__init__").split("/")
    # The last of them: the platform itself may be installed below a folder of that name.
    for number in range(len(parts) - 2, -1, -1):
        if parts[number] in ("site-packages", "dist-packages"):
            return parts[number + 1]
    return parts[-1]


def _is_quiet(code: types.CodeType, *, names: bool) -> bool:
    """Does it only compute with literals (and look at names, for an annotation)?"""
    if any(isinstance(one, types.CodeType) for one in code.co_consts):
        return False
    if any(name.startswith("_") for name in code.co_names) or (code.co_names and not names):
        return False
    return not any(_LOUD.search(step.opname) for step in dis.get_instructions(code))


# pandas reads conditions with an interpreter of its own, which no hook sees ----------------------


_READS_QUERIES = "pandas.core.computation.eval"


def _guard_queries(guard: Guard) -> None:
    """Where pandas is loaded, now; else as soon as it is."""
    home = sys.modules.get(_READS_QUERIES)
    if home is None:
        sys.meta_path.insert(0, _WhenPandasLoads(guard))
        return
    _guard_queries_of(home, guard)
    pandas: Any = sys.modules["pandas"]
    pandas.eval = pandas.core.computation.api.eval = home.eval


class _WhenPandasLoads(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads the module that reads conditions, guarded from the start. Whoever takes its function
    by name takes the guarded one."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._loader: Any = None

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != _READS_QUERIES:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is not None:
            self._loader, spec.loader = spec.loader, self
        return spec

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType | None:
        created: types.ModuleType | None = self._loader.create_module(spec)
        return created

    def exec_module(self, module: types.ModuleType) -> None:
        self._loader.exec_module(module)
        _guard_queries_of(module, self._guard)


def _guard_queries_of(home: Any, guard: Guard) -> None:
    original = home.eval

    def guarded(expr: Any, *rest: Any, **named: Any) -> Any:
        columns = bool(named.get("resolvers"))
        if type(expr) is str and not (
            guard.is_authors(expr) or is_plain_query(expr, columns=columns)
        ):
            raise guard.refusal(Need.QUERY)
        if len(rest) < 6:
            named["level"] = named.get("level", 0) + 1  # one frame more to the caller's names
        return original(expr, *rest, **named)

    home.eval = guarded


def is_plain_query(text: str, *, columns: bool) -> bool:
    """Is a condition made of columns, values and harmless methods alone? ``columns``: is it asked
    of a frame? If not, a bare name would be a variable of the test's."""
    bare = _QUOTED.sub(" ", text)
    # Quotes three in a row, or one that is left over, would mean that Python sees other gaps.
    if "'''" in text or '"""' in text or set("@#\n'\"`\\") & set(bare):
        return False
    if any(name not in _QUERY_METHODS for name in _ATTRIBUTE.findall(bare)):
        return False
    if columns:
        return not any(name.startswith("_") for name in _NAME.findall(bare))
    return not set(_NAME.findall(bare)) - {"and", "or", "not", "in", "True", "False"}
