"""`motcham up`: from an empty folder to a running platform, and back to nothing on Ctrl-C.

`run` prepares the data folder, starts JupyterHub (which starts proxy, portal and grading service),
says where to log in once all of them answer, and waits. Whatever was started ends with it: the
hub is asked to stop, what is left after that is killed, and if this very process is killed, the
kernel tells the hub (`hub.platform.lifetime`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO
from urllib.parse import urlsplit

from analytics.programme.targets import check_programme
from core.messages import Message, Refused
from hub.login.accounts import forget_strangers, known_names, open_accounts
from hub.login.hub_database import make_ready
from hub.login.identity_provider import with_endpoints
from hub.platform import demo, lifetime
from hub.platform.backup.making import say_nothing
from hub.platform.backup.moving import move_hub
from hub.platform.demo_learners import load_demo_learners
from hub.platform.first_start import describe, lay_ground, settle_kind
from hub.platform.logs import RotatingLog
from hub.platform.ports import is_free
from hub.platform.private_files import make_private_folder
from hub.settings import ROOT, Settings
from records import Session
from records.people import account_links, persons

Tell = Callable[[Message], None]

PATIENCE_S = 300  # a slow disk, a busy machine; a start that fails is noticed at once
STOPPING_S = 20
LEFT_ALONE_S = 4  # a hub whose starter was killed has so long to end by itself
LARGEST_LOG = 20_000_000  # bytes; the one before is kept beside it


@dataclass(frozen=True)
class Prepared:
    """What stands ready before anything is started. ``settings`` say what the records are."""

    settings: Settings
    courses: list[str]
    accounts: list[demo.DemoAccount]
    about: tuple[Message, ...]  # what this folder is


def run(settings: Settings, *, tell: Tell, at: dt.datetime, progress: Tell = say_nothing) -> int:
    """Prepare, start, wait until told to stop; the exit code. ``progress`` hears each step.

    Raises `Refused` when the data folder or the port is taken, the data folder unusable, or an
    identity provider named that cannot be asked.
    """
    settings = with_endpoints(settings)
    _refuse_one_origin(settings)
    with claim(settings) as held:
        held.wait_for_the_last(settings)
        if not is_free(settings.bind, settings.port):
            raise Refused(
                Message(
                    "Cổng {port} đang có chương trình khác dùng; chọn cổng khác bằng --port.",
                    {"port": settings.port},
                )
            )
        progress(Message("[1/5] Chuẩn bị thư mục dữ liệu và cơ sở dữ liệu"))
        prepared = prepare(settings, tell=tell, at=at)
        settings = prepared.settings
        progress(Message("[2/5] Khởi động ở {address}", {"address": settings.address}))
        stop = StopRequest()
        lifetime.adopt_orphans()
        with RotatingLog(log_path(settings), largest=LARGEST_LOG) as log, stop.listening():
            began = log.tell()
            hub = start_hub(settings)
            held.say(settings.address, hub.pid)
            keeping = log.keep(hub.stdout)
            try:
                ready = wait_until_ready(settings, hub, stop, progress=progress)
                if ready:
                    announce(settings, prepared, tell)
                    while hub.poll() is None and not stop.asked:
                        stop.wait(0.5)
            finally:
                end(hub)
                keeping.join(STOPPING_S)
                held.say(settings.address)
        if stop.asked:
            tell(Message("Đã dừng."))
            return 0
        tell(
            Message(
                "Hệ thống không chạy được. Những dòng cuối của nhật ký {path}:\n{lines}",
                {"path": log_path(settings), "lines": last_lines(log_path(settings), began)},
            )
        )
        return 1


def _refuse_one_origin(settings: Settings) -> None:
    """Where others reach the platform, what learners write must not run in its own origin."""
    if settings.exposes_its_origin:
        raise Refused(
            Message(
                "Chưa khởi động: ở địa chỉ {address} phòng thực hành sẽ chung nguồn gốc (origin) "
                "với cả hệ thống, nên trang do học viên viết ra có thể hành động thay người mở nó."
                " Chọn một trong ba:\n"
                "  - MOTCHAM_SUBDOMAIN_HOST={address} với tên miền và chứng thư cho *.<máy chủ> "
                "(docs/labs.md);\n"
                "  - MOTCHAM_LAB_SPAWNER=none: không có phòng thực hành;\n"
                "  - MOTCHAM_LABS_SHARE_ORIGIN=true: chấp nhận rủi ro này.",
                {"address": settings.address.rstrip("/")},
            )
        )


# --- before -------------------------------------------------------------------------------------


class Held:
    """The data folder, held. Its lock file says where the platform is and which hub it started,
    for the next start: one that was killed leaves a hub that still needs a moment to end."""

    def __init__(self, lock: IO[str]) -> None:
        self._lock = lock
        lock.seek(0)
        self._before = lock.read().split()

    def say(self, address: str, hub: int | None = None) -> None:
        self._lock.truncate(0)
        self._lock.write(f"{address}\n{hub or ''}\n")
        self._lock.flush()

    def wait_for_the_last(self, settings: Settings) -> None:
        """Wait for what a platform that was killed has left running, and for its port. A hub that
        does not end by itself is ended: whoever holds the folder is the one to run on it."""
        if len(self._before) < 2:
            return
        pid, began = self._before[1], time.monotonic()
        while (waited := time.monotonic() - began) < STOPPING_S:
            left = _is_hub_of(settings.data, pid)
            if not left and is_free(settings.bind, settings.port):
                return
            if left and waited > LEFT_ALONE_S:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)  # the kernel tells its services
            time.sleep(0.05)


def _is_hub_of(data: Path, pid: str) -> bool:
    """Whether this process runs, and is a hub in this folder: numbers are given again."""
    process = Path("/proc") / pid
    try:
        ours = pid.isdigit() and process.joinpath("cwd").resolve(strict=True) == data.resolve()
        return ours and b"jupyterhub" in process.joinpath("cmdline").read_bytes()
    except OSError:
        return False


@contextlib.contextmanager
def claim(settings: Settings) -> Iterator[Held]:
    """Make the data folder and hold it: two platforms on one folder would undo each other."""
    try:
        make_private_folder(settings.data)
        lock = (settings.data / "up.lock").open("a+")
    except OSError as error:
        raise Refused(
            Message(
                "Không dùng được thư mục dữ liệu {path}: {reason}",
                {"path": settings.data, "reason": error.strerror},
            )
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Refused(
                Message(
                    "Thư mục dữ liệu {path} đang được dùng: {address}",
                    {"path": settings.data, "address": (lock.read().split() or ["?"])[0]},
                )
            ) from None
        held = Held(lock)
        held.say(settings.address)
        yield held


def prepare(settings: Settings, *, tell: Tell, at: dt.datetime) -> Prepared:
    """Secrets, database, units, courses, accounts. Safe to repeat; only the first time is slow."""
    check_programme(settings.programme)
    records = lay_ground(settings, tell=tell)
    courses: list[str] = []
    accounts: list[demo.DemoAccount] = []
    try:
        settings = settle_kind(settings, records, at=at)
        if settings.demonstration:
            kept = settings.data / demo.RELEASES_FILE
            courses = demo.publish_courses(records, at=at, tell=tell, kept=kept)
            with records.begin() as session:
                demo.add_people(session, at=at)
            with records.begin() as session:
                _add_learners(session, settings.demo_learners, at=at, tell=tell)
        with records.read() as session:
            names = persons.all_usernames(session)
            about = describe(settings, session, at=at)
        make_ready(settings.hub_database_url)
        if move_hub(settings):
            tell(Message("Đã chuyển cơ sở dữ liệu đăng nhập sang PostgreSQL"))
        with open_accounts(settings.hub_database_url) as hub_session:  # also of who was erased
            forget_strangers(hub_session, {name.lower() for name in names})
        if settings.demonstration and not settings.oidc:
            accounts = demo.open_accounts(settings, names)
        with open_accounts(settings.hub_database_url) as hub_session:
            with_password = known_names(hub_session)
        with records.begin() as session:
            account_links.note_known(session, with_password, at=at)
    finally:
        records.close()
    return Prepared(settings, courses, accounts, about)


def _add_learners(session: Session, learners: int, *, at: dt.datetime, tell: Tell) -> None:
    """Made-up learners, once, so that the officers' pages have something to show."""
    loaded = learners and load_demo_learners(session, learners, seed=1, at=at)
    if loaded:
        facts = {"learners": loaded.learners, "certificates": loaded.certificates}
        tell(Message("Đã thêm {learners} học viên mẫu, {certificates} chứng nhận mẫu", facts))


# --- running ------------------------------------------------------------------------------------


def start_hub(settings: Settings) -> subprocess.Popen[bytes]:
    """JupyterHub in a session of its own: Ctrl-C reaches us, and we tell it in good order.

    What it and all that it starts say comes out of its ``stdout``.
    """
    beside = str(Path(sys.executable).parent)
    return subprocess.Popen(
        [
            *(sys.executable, "-I", "-S", str(Path(lifetime.__file__))),
            *(sys.executable, "-P", "-m", "jupyterhub"),
            *("-f", str(ROOT / "jupyterhub_config.py")),
        ],
        cwd=settings.data,
        env={
            **_without_settings(os.environ),
            **settings.as_environment(),
            "MOTCHAM_STARTER": str(os.getpid()),
            "PATH": f"{beside}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "PYTHONUNBUFFERED": "1",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _without_settings(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith("MOTCHAM_")}


class StopRequest:
    """Set by Ctrl-C, SIGTERM or a closed terminal."""

    NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self) -> None:
        self.asked = False

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        before = {number: signal.signal(number, self._hear) for number in self.NUMBERS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True

    def wait(self, seconds: float) -> None:
        """Sleep, but notice within a tenth of a second."""
        until = time.monotonic() + seconds
        while not self.asked and time.monotonic() < until:
            time.sleep(0.05)


def wait_until_ready(
    settings: Settings,
    hub: subprocess.Popen[bytes],
    stop: StopRequest,
    patience: float = PATIENCE_S,
    progress: Tell = say_nothing,
) -> bool:
    """Whether hub, portal and grading service answer; False when the hub ended, time ran out, or
    we are to stop."""
    host = "127.0.0.1" if settings.bind in ("", "0.0.0.0", "::") else settings.bind  # noqa: S104
    base = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/"
    began, until = time.time(), time.monotonic() + patience
    host_name = urlsplit(settings.address).netloc
    waiting: list[tuple[Message, Callable[[], bool]]] = [
        (Message("[3/5] Máy chủ đăng nhập đã chạy"), lambda: answers(f"{base}hub/health")),
        (
            Message("[4/5] Trang học đã chạy"),
            lambda: answers(f"{base}services/portal/health", host_name),
        ),
        (
            Message("[5/5] Dịch vụ chấm bài đã chạy"),
            lambda: written_since(settings.data / "grading-health.json", began),
        ),
    ]
    while waiting and hub.poll() is None and not stop.asked and time.monotonic() < until:
        reached, is_there = waiting[0]
        if is_there():
            progress(reached)
            waiting.pop(0)
        else:
            stop.wait(0.15)
    return not waiting


def written_since(path: Path, moment: float) -> bool:
    """Whether the file was written after ``moment`` (seconds since 1970)."""
    return path.exists() and path.stat().st_mtime >= moment


def answers(url: str, host: str = "") -> bool:
    """Whether a GET there ends well; ``host``: as which the proxy is asked, where it minds."""
    request = urllib.request.Request(url, headers={"Host": host} if host else {})  # noqa: S310 - ours
    try:
        with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def announce(settings: Settings, prepared: Prepared, tell: Tell) -> None:
    tell(Message("\nMột Chạm đã sẵn sàng: {address}", {"address": settings.address}))
    if prepared.accounts:
        tell(Message("\nTài khoản dùng thử (người không có thật):"))
    for account in prepared.accounts:
        password = account.password or str(Message("(đã tự đổi mật khẩu)"))
        tell(
            Message(
                "  {username}  {password}  {what}",
                {
                    "username": account.username.ljust(10),
                    "password": password.ljust(16),
                    "what": account.what,
                },
            )
        )
    for line in prepared.about:
        tell(Message("\n{line}", {"line": line}))
    tell(Message("\nNhật ký: {path}. Dừng: Ctrl-C.", {"path": log_path(settings)}))


# --- after --------------------------------------------------------------------------------------


def end(hub: subprocess.Popen[bytes]) -> None:
    """Ask the hub to stop what it started, then make sure that nothing of ours is left."""
    if hub.poll() is None:
        hub.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            hub.wait(STOPPING_S)
    for number, seconds in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0)):
        until = time.monotonic() + seconds
        while (left := descendants(os.getpid())) and time.monotonic() < until:
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            reap()
            time.sleep(0.05)
    if hub.poll() is None:
        hub.wait(STOPPING_S)


def descendants(pid: int) -> list[int]:
    """Processes below ``pid``: its children, and as their adoptive parent all orphans of theirs."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            after_name = stat.read_text().rpartition(")")[2].split()
            if after_name[0] != "Z":
                children.setdefault(int(after_name[1]), []).append(int(stat.parent.name))
    found: list[int] = []
    todo = [pid]
    while todo:
        below = children.get(todo.pop(), [])
        found += below
        todo += below
    return found


def reap() -> None:
    """Take note of adopted children that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


# --- the log ------------------------------------------------------------------------------------


def log_path(settings: Settings) -> Path:
    return settings.data / "logs" / "platform.log"


def last_lines(path: Path, since: int, count: int = 15) -> str:
    """The last lines written after ``since`` (bytes)."""
    with path.open("rb") as file:
        file.seek(since)
        lines = file.read().decode(errors="replace").splitlines()
    return "\n".join(lines[-count:])
