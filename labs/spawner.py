"""JupyterHub's side: a spawner whose servers are forked by the keeper, and the hub's back door.

Usable on its own: ``c.JupyterHub.spawner_class = "motcham-walled"`` (entry point of the group
``jupyterhub.spawners``) with the traits below.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlparse

import jupyterhub
from jupyterhub.spawner import Spawner
from traitlets import Any as AnyTrait
from traitlets import Bool, Dict, Float, Integer, List, Unicode, default

from core.messages import Message
from labs import environment as furnishing
from labs import homes, keeper_client
from labs.door import Door
from labs.homes import PERSON, home_name
from labs.keeper import SCIENCE, Plan
from labs.provisioner import SECRETS
from sandbox import WORK

_KEEPER_S = 180.0  # it loads everything that labs share; on a busy machine that takes a while
_STOP_S = 30.0
_NO_KEEPER = (*keeper_client.GONE, ConnectionResetError)  # or one that is just ending
_FIRST_UID, _UIDS = 1_900_100_000, 10_000_000

# What learners need, and nothing that offers them a way out of the lesson.
EXTENSIONS = {
    "jupyterlab": True,
    "notebook": True,
    "notebook_shim": False,
    "jupyter_lsp": False,
    "jupyter_server_terminals": False,
    "nbgrader.server_extensions.formgrader": False,
    "nbgrader.server_extensions.validate_assignment": False,
    "nbgrader.server_extensions.assignment_list": False,
    "nbgrader.server_extensions.course_list": False,
}
ENDED_EARLY = Message(
    "Phòng thực hành không khởi động được ({reason}). Xin thử lại; nếu vẫn lỗi, hãy báo quản trị."
)
NO_KEEPER = Message("Máy chủ phòng thực hành chưa sẵn sàng. Xin thử lại sau ít phút.")
HOME_FULL = Message(
    "Thư mục của anh/chị đã dùng {used} MB, vượt quá xa mức {most} MB được phép, nên phòng thực "
    "hành không mở được. Tệp vẫn còn nguyên; hãy nhờ quản trị giúp xóa bớt."
)


NOBODY = Message(
    "Tài khoản này không còn trong danh sách, nên phòng thực hành không mở được. Tệp vẫn còn "
    "nguyên; hãy liên hệ cán bộ đầu mối của cơ quan."
)


class LabRefused(Exception):
    """A start that cannot be; ``jupyterhub_message`` is what the learner reads."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.jupyterhub_message = str(message)


class WalledSpawner(Spawner):  # type: ignore[misc]
    """Single-user servers forked from a warm parent, each behind walls of its own."""

    homes = Unicode(help="Folder that holds a home for each learner. Required.").tag(config=True)
    run = Unicode(help="Folder of sockets, lower case, short, of mode 0700.").tag(config=True)
    science = List(Unicode(), list(SCIENCE), help="Modules that kernels find loaded.").tag(
        config=True
    )
    memory_mb = Integer(1536, help="MiB that a lab may use beyond the warm parent.").tag(
        config=True
    )
    processes = Integer(256, help="Processes and threads of a lab.").tag(config=True)
    file_mb = Integer(200, help="MiB of one file, and of a lab's /tmp.").tag(config=True)
    quota_mb = Integer(
        500,
        help="MiB of a home above which nothing is saved and no code runs, and no lab starts above"
        " twice as much; 0: no bound.",
    ).tag(config=True)
    grace_s = Float(600, help="Seconds that labs wait for a hub that is gone.").tag(config=True)
    server_config = Dict(help="Traits of the single-user server: class name to traits.").tag(
        config=True
    )
    kernel_idle_s = Integer(
        1800, help="Seconds after which an idle kernel that no page is open on ends; 0: never."
    ).tag(config=True)
    idle_s = Integer(
        3600, help="Seconds after which a lab without a kernel that nobody uses ends; 0: never."
    ).tag(config=True)
    lean = Bool(True, help="Only the extensions that learners need.").tag(config=True)

    full_for_groups = List(
        Unicode(), ["instructor"], help="Groups whose members have every extension: authors."
    ).tag(config=True)

    _keepers: dict[str, subprocess.Popen[bytes]] = {}  # noqa: RUF012 - held so that their pipes stay open
    _leashes: dict[str, asyncio.StreamWriter] = {}  # noqa: RUF012 - one for the whole hub
    people = AnyTrait(
        None,
        allow_none=True,
        help="`number_of(login name)` is what stays when that changes, None where there is nobody;"
        " `logins()` all names. Homes are named by the number, without this by the login name.",
    ).tag(config=True)

    _doors: dict[str, Door] = {}  # noqa: RUF012 - of every lab of this hub, by name

    keeper_socket = ""
    door = ""
    lab_id = ""

    @default("run")
    def _default_run(self) -> str:
        digest = hashlib.sha256(f"{os.getuid()} {self.homes}".encode()).hexdigest()[:10]
        return f"{tempfile.gettempdir()}/motcham-labs-{digest}"

    @default("homes")
    def _default_homes(self) -> str:
        return str(Path.cwd() / "labs")

    # --- JupyterHub's four -----------------------------------------------------------------

    def start(self) -> Awaitable[str]:
        """Fork a lab; its address once it answers. LabRefused with a reason otherwise.

        No coroutine, so that a keeper that is known to be there is asked before the hub turns to
        the next of a class: the first labs are made while it is still busy with the last.
        """
        plan = self._plan()
        self._close_door()
        self.door = secrets.token_hex(8)
        self._open_door()
        environment = self._environment()
        request = {
            "ask": "start",
            "home": self._prepare_home(),
            "secrets": {name: environment.pop(name, "") for name in SECRETS},
            "options": {
                "environment": environment,
                "configuration": self._configuration(lean=self._is_lean()),
                "arguments": self.get_args(),
            },
        }
        asked = None
        if self._is_held(plan.socket):
            with contextlib.suppress(OSError):  # the slow way tells
                asked = keeper_client.put(plan.socket, request)
        lab = asyncio.ensure_future(self._await_lab(plan, request, asked))
        if asked is not None:  # or a start that is called off before it begins would leave a lab
            lab.add_done_callback(lambda _: asked.close())
        return lab

    async def _await_lab(
        self, plan: Plan, request: dict[str, Any], asked: socket.socket | None
    ) -> str:
        if asked is None:
            await self._hold(plan)
            said = await keeper_client.ask(plan.socket, request)
        else:
            said = await keeper_client.answer_on(asked)
        if said.get("failed") == "full":
            raise LabRefused(Message(HOME_FULL.template, said["room"]))
        if "failed" in said:
            self.log.error("The lab of %s ended at its start: %s", self.user.name, said)
            raise LabRefused(Message(ENDED_EARLY.template, {"reason": said["failed"]}))
        self.keeper_socket, self.lab_id = plan.socket, said["id"]
        self.pid = said["pid"]
        return f"http+unix://{quote(said['socket'], safe='').lower()}"

    async def poll(self) -> int | None:
        """None while the lab runs, else its exit status."""
        if not self.lab_id:
            return 0
        try:
            self._open_door()  # where the hub restarted: the lab must reach it again
            await self._leash(self.keeper_socket)
            said = await keeper_client.ask(self.keeper_socket, {"ask": "poll", "id": self.lab_id})
        except keeper_client.GONE:
            return 1  # no keeper, no labs
        except (OSError, keeper_client.KeeperIsBehind) as error:
            self.log.warning(
                "Whether the lab of %s runs is not known now: %r", self.user.name, error
            )
            return None
        end = said.get("end")
        if end is None:
            return None
        self.log.info("The lab of %s has ended: %s", self.user.name, end)
        return int(end["status"])

    async def stop(self, now: bool = False) -> None:
        """End the lab; returns when nothing of it is left."""
        if self.lab_id:
            with contextlib.suppress(*keeper_client.GONE):
                said = await self._ask_to_stop({"ask": "stop", "id": self.lab_id, "now": now})
                self.log.debug("The lab of %s was stopped: %s", self.user.name, said.get("end"))
        self._close_door()
        self.clear_state()

    async def _ask_to_stop(self, request: dict[str, Any]) -> dict[str, Any]:
        until = time.monotonic() + _STOP_S
        while True:
            try:
                return await keeper_client.ask(self.keeper_socket, request)
            except keeper_client.GONE:
                raise
            except OSError:  # a lab that is forgotten would run on, unseen
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.5)

    def get_state(self) -> dict[str, Any]:
        """What a restarted hub needs to find the lab again."""
        state: dict[str, Any] = super().get_state()
        if self.lab_id:
            state |= {"keeper": self.keeper_socket, "lab": self.lab_id, "door": self.door}
        return state

    def load_state(self, state: dict[str, Any]) -> None:
        """The opposite of `get_state`."""
        super().load_state(state)
        self.keeper_socket, self.lab_id = state.get("keeper", ""), state.get("lab", "")
        self.door = state.get("door", "hub")  # which all labs shared, once

    def clear_state(self) -> None:
        """Forget the lab."""
        super().clear_state()
        self.keeper_socket = self.lab_id = self.door = ""

    # --- homes -----------------------------------------------------------------------------

    def _prepare_home(self) -> str:
        """The name of the learner's folder, which exists and is theirs."""
        username, name = self.user.name, home_name(self.user.name)
        folder = Path(self.homes)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.people is not None:
            number = self.people.number_of(username)
            if number is None:
                raise LabRefused(NOBODY)
            name = f"{PERSON}{number}"
            homes.move_in(folder, name, username=username, logins=self.people.logins)
        home = folder / name
        home.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0 and home.stat().st_uid == 0:
            uid = _FIRST_UID + int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % _UIDS
            os.chown(home, uid, uid)
        return name

    # --- what the lab is told --------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        environment = {str(k): str(v) for k, v in self.get_env().items()}
        api_path = urlparse(self.hub.api_url).path
        api_url = f"http+unix://{quote(str(self._place_of_door()), safe='').lower()}{api_path}"
        activity = urlparse(environment["JUPYTERHUB_ACTIVITY_URL"]).path
        activity = activity[activity.index(api_path) :]
        prefix = environment.get("JUPYTERHUB_SERVICE_PREFIX", "/")
        return environment | {
            "JUPYTERHUB_API_URL": api_url,
            "JUPYTERHUB_ACTIVITY_URL": api_url.removesuffix(api_path) + activity,
            # Never listened on: the lab's socket is bound outside and handed in.
            "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:8888{prefix}",
            **self._told(lean=self._is_lean(), language=furnishing.language_of(self.user_options)),
        }

    def _told(self, *, lean: bool, language: str) -> dict[str, str]:
        """The part of a lab's environment that is the same for all learners."""
        return {
            **({"JUPYTERHUB_DEFAULT_URL": self.default_url} if self.default_url else {}),
            "JUPYTERHUB_DISABLE_USER_CONFIG": "1",
            "JUPYTERHUB_ROOT_DIR": WORK,
            "JUPYTER_RUNTIME_DIR": "/tmp/jupyter",  # noqa: S108 - the lab's own
            **furnishing.environment(language=language, lean=lean, quota_mb=self.quota_mb),
            **{k: v for k, v in self.environment.items() if k == furnishing.PORTAL},
            "HOME": WORK,
            "USER": "hocvien",
            "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TZ": "Asia/Ho_Chi_Minh",
            "MPLCONFIGDIR": "/tmp/matplotlib",  # noqa: S108
            "IPYTHONDIR": "/tmp/ipython",  # noqa: S108
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "2",
        }

    def _is_lean(self) -> bool:
        groups = {group.name for group in self.user.groups}
        return self.lean and not groups & set(self.full_for_groups)

    def _configuration(self, *, lean: bool) -> dict[str, dict[str, Any]]:
        traits: dict[str, dict[str, Any]] = {
            "ServerApp": {
                "terminals_enabled": False,
                "allow_root": True,
                # Counts only while no kernel lives, so work in progress is never ended.
                "shutdown_no_activity_timeout": self.idle_s,
            },
            "KernelManager": {"transport": "ipc"},
            "LabApp": {"extension_manager": "readonly", "collaborative": False},
            "MultiKernelManager": {
                "default_kernel_name": "python3",
                "kernel_manager_class": "labs.server.LabKernelManager",
            },
            "MappingKernelManager": {
                # Idle kernels end; one that computes, or that a page is open on, does not.
                "cull_idle_timeout": self.kernel_idle_s,
                "cull_interval": 60,
                "cull_busy": False,
                "cull_connected": False,
            },
            "Application": {"log_level": "WARN"},
        }
        if lean:
            traits["ServerApp"]["jpserver_extensions"] = EXTENSIONS
        for name, more in self.server_config.items():
            traits.setdefault(name, {}).update(more)
        return traits

    def warm_up(self) -> None:
        """Start the keeper before the first learner comes. For JupyterHub's configuration."""
        plan = self._plan()
        WalledSpawner._keepers[plan.socket] = keeper_client.start(plan)

    def _plan(self) -> Plan:
        return Plan(
            run=self.run,
            homes=self.homes,
            doors=str(self._place_of_door().parent),
            science=tuple(self.science),
            memory_mb=self.memory_mb,
            processes=self.processes,
            file_mb=self.file_mb,
            quota_mb=self.quota_mb,
            grace_s=self.grace_s,
            configuration=self._configuration(lean=self.lean),
            told=tuple(
                self._told(lean=self.lean, language=language) for language in furnishing.LANGUAGES
            ),
            release=_release(),
        )

    # --- the keeper ------------------------------------------------------------------------

    async def _hold(self, plan: Plan) -> None:
        """Make sure that the keeper of ``plan`` runs and knows that this hub does."""
        with contextlib.suppress(*_NO_KEEPER):
            await self._leash(plan.socket)
            return
        async with _starting_lock():
            with contextlib.suppress(*_NO_KEEPER):
                await self._leash(plan.socket)
                return
            started: subprocess.Popen[bytes] | None = WalledSpawner._keepers.get(plan.socket)
            if started is None or started.poll() is not None:
                started = await asyncio.to_thread(keeper_client.start, plan)
                WalledSpawner._keepers[plan.socket] = started
            until = time.monotonic() + _KEEPER_S
            while time.monotonic() < until and started.poll() is None:
                with contextlib.suppress(*_NO_KEEPER):
                    await self._leash(plan.socket)
                    return
                await asyncio.sleep(0.05)
        self.log.error("No keeper for labs: it ended with status %s", started.poll())
        raise LabRefused(NO_KEEPER)

    def _is_held(self, path: str) -> bool:
        """Whether a keeper there is known to run."""
        held = WalledSpawner._leashes.get(path)
        return held is not None and not held.is_closing() and not _reader_of(held).at_eof()

    async def _leash(self, path: str) -> None:
        """A connection that stays open while this hub lives. OSError when nobody listens."""
        if self._is_held(path):
            return
        reader, writer = await keeper_client.reach(path, {"ask": "leash"})
        await keeper_client.read(reader)
        writer._motcham_reader = reader  # type: ignore[attr-defined]
        WalledSpawner._leashes[path] = writer

    # --- the lab's door to the hub ---------------------------------------------------------

    def _place_of_door(self) -> Path:
        return Path(self.run) / "doors" / f"{self.door}.sock"

    def _open_door(self) -> None:
        """The socket by which this lab reaches the hub's API. OSError where it cannot be made."""
        if self.door in WalledSpawner._doors:
            return
        place, hub = self._place_of_door(), urlparse(self.hub.url)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        Path(self.run).chmod(0o700)
        # Whoever knows the name gets in, and nobody is told names.
        place.parent.chmod(0o311)
        door = Door(
            place, hub=(hub.hostname or "", hub.port or 80), api=urlparse(self.hub.api_url).path
        )
        door.open()
        WalledSpawner._doors[self.door] = door

    def _close_door(self) -> None:
        door = WalledSpawner._doors.pop(self.door, None)
        if door is not None and self.door != "hub":
            door.close()
        elif door is not None:
            WalledSpawner._doors[self.door] = door  # others may still use it


def _starting_lock() -> asyncio.Lock:
    lock = getattr(WalledSpawner, "_lock", None)
    if lock is None:
        lock = WalledSpawner._lock = asyncio.Lock()
    return lock


def _release() -> str:
    """Changes when the installed program changes, so that a new one gets a keeper of its own."""
    newest = max(path.stat().st_mtime_ns for path in Path(__file__).parent.glob("*.py"))
    return f"{sys.version} {jupyterhub.__version__} {newest}"


def _reader_of(writer: asyncio.StreamWriter) -> asyncio.StreamReader:
    reader: asyncio.StreamReader = writer._motcham_reader  # type: ignore[attr-defined]
    return reader
