"""The keeper: holds the fork server and every lab, apart from the hub, so that the hub may restart.

One process for each configuration (`Plan`), started by the spawner when it is not there. It listens
on a unix socket in a folder of mode 0700 and answers one JSON request a connection. It ends when
nobody holds a leash (a connection that a running hub keeps open) and no lab is left, or when no hub
came back in time. A changed configuration has another socket, so an old keeper drains by itself.

It also bounds the disk: what a learner's code stores counts, and code that goes on beyond the quota
is ended. The server stays, so that the learner can tidy up.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import resource
import secrets
import signal
import socket
import struct
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Self

from labs.usage import Watched, children_of, figures_of, processes_below
from sandbox import Channel, ChannelClosed, ChannelTimeout, Child, ForkServer, Limits

SCIENCE = ("numpy", "pandas", "matplotlib.pyplot", "matplotlib.backends.backend_agg")
_START_S = 60.0
_STOP_S = 8.0
_EMPTY_S = 1.0
_REQUEST_MB = 4
_WAITING = 4096  # requests not yet taken; the system allows no more unless it is told
_DESCRIPTORS = 65_536
_ROOMS_EVERY_S = 1.0
_BEYOND_PATIENCE = 2  # times the quota: whoever holds that much needs an administrator


@dataclass(frozen=True)
class Plan:
    """What a keeper is made of: equal plans share one.

    ``run``: folder of its sockets (0700). ``configuration`` and ``told``: traits, and environments
    (one for each language) that servers commonly have; a lab asked for with just these starts from
    a prepared server. ``quota_mb``: MiB that a home may hold; 0: no bound.
    """

    run: str
    homes: str
    doors: str
    science: tuple[str, ...] = SCIENCE
    memory_mb: int = 1024
    processes: int = 256
    file_mb: int = 200
    quota_mb: int = 0
    grace_s: float = 600
    environment: Mapping[str, str] = field(default_factory=dict)
    configuration: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    told: tuple[Mapping[str, str], ...] = ()
    release: str = ""

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The plan that `as_json` wrote."""
        fields = json.loads(text)
        fields |= {name: tuple(fields[name]) for name in ("science", "told")}
        return cls(**fields)

    def as_json(self) -> str:
        """As text, the same for equal plans."""
        return json.dumps(asdict(self), sort_keys=True)

    @cached_property
    def socket(self) -> str:
        """Where the keeper of exactly this plan listens."""
        digest = hashlib.sha256(self.as_json().encode()).hexdigest()[:12]
        return f"{self.run}/keeper-{digest}.sock"


@dataclass
class _Lab:
    child: Child
    talk: Channel
    socket: str
    home: str
    started: float
    room: Watched


class Keeper:
    """Answers requests about labs. Every public method may be called from several threads."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.limits = Limits(
            cpu_s=10_000_000,
            wall_s=20 * 86_400,
            memory_mb=plan.memory_mb,
            processes=plan.processes,
            file_mb=plan.file_mb,
            frame_mb=1,
            output_mb=16,
            open_files=2048,
        )
        self._labs: dict[str, _Lab] = {}
        self._ended: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        self._starting = threading.Lock()
        self._server: ForkServer | None = None
        self._leashes = 0
        self._alone_since = time.monotonic()

    def warm(self) -> ForkServer:
        """The fork server; a new one when the last one ended."""
        with self._starting:
            if self._server is not None and not _has_ended(self._server.pid):
                return self._server
            if self._server is not None:
                self._server.close()
            self._server = ForkServer(
                programs={"lab": "labs.first_process:main"},
                prepare={
                    "labs.preload:load": {"science": self.plan.science},
                    "labs.server:prepare": {
                        "configuration": self.plan.configuration,
                        "environments": self.plan.told,
                    },
                    "labs.kernels:prepare": {},
                },
                limits=self.limits,
                homes=self.plan.homes,
                readable=[self.plan.doors],
                environment={"MPLBACKEND": "", **self.plan.environment},
                tools=True,
                loopback=True,  # ZMQ will not live where it cannot make one; there is no network
            )
            return self._server

    def start(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Fork a lab and wait until its server answers, or has ended: then why."""
        room = Watched(Path(self.plan.homes, request["home"]), share=0.2)
        most = self.plan.quota_mb
        used = room.bytes(at=time.monotonic()) >> 20 if most else 0
        if used > _BEYOND_PATIENCE * most:
            return {"failed": "full", "room": {"used": used, "most": most}}
        listener, path = self._listen()
        ours, theirs = Channel.pair(frame_mb=1)
        told = _tell_once(request["secrets"])
        try:
            child = self.warm().fork(
                "lab",
                channels=[theirs],
                sockets=[listener, told],
                home=request["home"],
                apart=True,
                limits=self.limits,
                options=request["options"],
            )
        except BaseException:
            ours.close()
            _remove(path)
            raise
        name = secrets.token_hex(8)
        lab = _Lab(child, ours, path, request["home"], time.time(), room)
        with self._lock:
            self._labs[name] = lab
        try:
            said = ours.receive(_START_S)
        except (ChannelClosed, ChannelTimeout) as error:
            child.kill()
            end = child.wait(10)
            self._forget(name)
            why = "time" if isinstance(error, ChannelTimeout) else end.reason
            return {"failed": why, "status": end.status, "last_words": end.last_words}
        if said != {"ready": True}:
            child.close()
            self._forget(name)
            return {"failed": "unexpected", "status": 1, "last_words": ""}
        return {"id": name, "pid": child.pid, "socket": path}

    def poll(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Whether a lab runs: ``{"end": None}``, or how it ended."""
        name = request["id"]
        with self._lock:
            lab = self._labs.get(name)
        if lab is None:
            return {"end": self._ended.get(name, {"reason": "unknown", "status": 1})}
        end = lab.child.poll()
        if end is None:
            return {"end": None}
        self._forget(name)
        return {"end": asdict(end)}

    def stop(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """End a lab: it is asked first unless ``now``. Returns when nothing of it is left."""
        with self._lock:
            lab = self._labs.get(request["id"])
        if lab is None:
            return {"end": self._ended.get(request["id"])}
        if not request.get("now"):
            with contextlib.suppress(Exception):
                lab.talk.send("stop", timeout=1)
                lab.child.wait(_STOP_S)
        lab.child.kill()
        end = lab.child.wait(10)
        self._forget(request["id"])
        return {"end": asdict(end)}

    def list(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Every lab: who, since when, its process 1, and with ``figures`` what it uses."""
        with self._lock:
            labs = dict(self._labs)
        told: dict[str, dict[str, Any]] = {
            name: {"home": lab.home, "pid": lab.child.pid, "started": lab.started}
            for name, lab in labs.items()
        }
        if request.get("figures"):
            for name, lab in labs.items():
                home = Path(self.plan.homes, lab.home)
                told[name] |= asdict(figures_of(lab.child.pid, home))
        return {"pid": os.getpid(), "labs": told}

    def bound_rooms(self, at: float) -> None:
        """End the code of every lab whose home is beyond the quota, and a lab far beyond it.

        ``at``: monotonic seconds.
        """
        most = self.plan.quota_mb << 20
        with self._lock:
            labs = list(self._labs.values()) if most else []
        for lab in labs:
            if not lab.room.is_due(at=at):
                continue  # what was seen may be tidied up by now
            used = lab.room.bytes(at=at)
            if used > _BEYOND_PATIENCE * most:
                lab.child.kill()
            elif used > most:
                _end_code(lab.child)

    def leash(self, wait: Callable[[], object]) -> None:
        """A hub is there until ``wait`` returns."""
        with self._lock:
            self._leashes += 1
        with contextlib.suppress(OSError):
            wait()
        with self._lock:
            self._leashes -= 1
            self._alone_since = time.monotonic()

    def may_end(self, at: float) -> bool:
        """Whether nobody needs this keeper: no hub, and no lab or no patience left."""
        with self._lock:
            for name, lab in list(self._labs.items()):
                if lab.child.poll() is not None:
                    self._drop(name)
            if self._leashes:
                return False
            alone = at - self._alone_since
            return alone > (self.plan.grace_s if self._labs else _EMPTY_S)

    def close(self) -> None:
        """End every lab and the fork server."""
        for name in list(self._labs):
            self.stop({"id": name, "now": True})
        if self._server is not None:
            self._server.close()

    def _listen(self) -> tuple[socket.socket, str]:
        # The hub keeps a server's address as a host name, hence the lower case, and asks it with a
        # port that a unix socket has none of, hence the second name.
        path = f"{self.plan.run}/{secrets.token_hex(6)}.sock"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(128)
        Path(path + ":80").symlink_to(path)
        return listener, path

    def _forget(self, name: str) -> None:
        with self._lock:
            self._drop(name)

    def _drop(self, name: str) -> None:
        lab = self._labs.pop(name, None)
        if lab is None:
            return
        end = lab.child.poll()
        self._ended[name] = asdict(end) if end else {"reason": "killed", "status": -9}
        while len(self._ended) > 10_000:
            del self._ended[next(iter(self._ended))]
        lab.talk.close()
        _remove(lab.socket)


def serve(plan: Plan, starter: BinaryIO) -> None:
    """Run a keeper until nobody needs it. ``starter`` ends with the hub that started this."""
    Path(plan.run).mkdir(mode=0o700, parents=True, exist_ok=True)
    Path(plan.homes).mkdir(mode=0o700, parents=True, exist_ok=True)  # before the walls are built
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(plan.socket + ".new")
    except OSError:
        _remove(plan.socket + ".new")
        listener.bind(plan.socket + ".new")
    listener.listen(_WAITING)
    listener.settimeout(0.5)
    keeper = Keeper(plan)
    threading.Thread(target=keeper.leash, args=(starter.read,), daemon=True).start()
    keeper.warm()
    # Only now: who finds the socket finds a keeper that can fork.
    Path(plan.socket + ".new").rename(plan.socket)
    stop = threading.Event()
    threading.Thread(target=_bound_rooms, args=(keeper, stop), daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        while not stop.is_set() and not keeper.may_end(time.monotonic()):
            with contextlib.suppress(TimeoutError):
                connection, _ = listener.accept()
                threading.Thread(target=_answer, args=(keeper, connection), daemon=True).start()
    finally:
        _remove(plan.socket)
        keeper.close()


def _answer(keeper: Keeper, connection: socket.socket) -> None:
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    if struct.unpack("iII", credentials)[1] not in (os.geteuid(), 0):
        connection.close()
        return
    with Channel(connection, frame_mb=_REQUEST_MB) as talk:
        try:
            request = talk.receive(10)
            if request["ask"] == "leash":
                talk.send({"pid": os.getpid()})
                connection.settimeout(None)
                keeper.leash(lambda: connection.recv(1))
                return
            if request["ask"] == "start":
                _start(keeper, request, talk)
                return
            asked = {"poll": keeper.poll, "stop": keeper.stop, "list": keeper.list}
            talk.send(asked[request["ask"]](request))
        except (ChannelClosed, ChannelTimeout):
            return
        except Exception as error:  # whatever it is, the hub must hear of it
            with contextlib.suppress(Exception):
                talk.send({"failed": "error", "status": 1, "last_words": repr(error)})


def _start(keeper: Keeper, request: Mapping[str, Any], talk: Channel) -> None:
    said = keeper.start(request)
    try:
        talk.send(said)
    except (ChannelClosed, ChannelTimeout):  # who asked has given up: nobody would ever end it
        if "id" in said:
            keeper.stop({"id": said["id"], "now": True})


def _bound_rooms(keeper: Keeper, stop: threading.Event) -> None:
    while not stop.wait(_ROOMS_EVERY_S):
        try:
            keeper.bound_rooms(time.monotonic())
        except Exception:  # told, and looked again: no fault may end the watch for everybody
            traceback.print_exc()


def _end_code(lab: Child) -> None:
    """End all that a lab runs beside its server, the first that its process 1 forked."""
    kept = {lab.pid, *children_of(lab.pid)[:1]}
    held: dict[int, int] = {}
    for pid in set(processes_below(lab.pid)) - kept:
        with contextlib.suppress(ProcessLookupError):
            held[pid] = os.pidfd_open(pid)
    # Whoever still has its number now had it while it was taken hold of: nobody else is hit.
    still = set(processes_below(lab.pid)) if lab.poll() is None else set()
    for pid, held_by in held.items():
        with contextlib.suppress(ProcessLookupError):
            if pid in still:
                signal.pidfd_send_signal(held_by, signal.SIGKILL)
        os.close(held_by)


def _tell_once(secrets: Mapping[str, str]) -> socket.socket:
    """A socket on which ``secrets`` wait for whoever gets it, as JSON."""
    ours, theirs = socket.socketpair()
    with ours:
        ours.settimeout(1)
        ours.sendall(json.dumps(dict(secrets)).encode())
    return theirs


def _has_ended(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state in "ZX"


def _remove(path: str) -> None:
    for name in (path, path + ":80"):
        with contextlib.suppress(OSError):
            Path(name).unlink()


def main() -> None:
    """``python -m labs.keeper``: a line with the plan on standard input, which stays open."""
    starter = sys.stdin.buffer
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)  # every lab takes some descriptors of it
    most = _DESCRIPTORS if most == resource.RLIM_INFINITY else min(most, _DESCRIPTORS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    serve(Plan.from_json(starter.readline().decode()), starter)


if __name__ == "__main__":
    main()
