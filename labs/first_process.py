"""The first process of a lab: forks its server, then its kernels, and does nothing else.

It is process 1 of the lab's PID namespace, forked from the warm parent, and stays as clean as it
was born: single-threaded, nothing started, so that every kernel is a copy of the warm parent too
and shares its pages. When the server ends, so does this, and with it all that the learner started.

Runs behind the walls; what the server asks of it, the learner may ask too. It gives nothing that
the learner does not have.

What the learner runs must not become the server, whose pages run in the learner's browser. So
neither this process nor the server can be looked into or traced, not even by its own account; where
the machine gives accounts the server has one of its own (files it reads and writes as the
learner's); and the hub's token comes by a socket that only the server reads.
"""

from __future__ import annotations

import json
import os
import socket
from functools import partial
from typing import Any

from labs import server as serving
from labs.kernel_forks import keep, leave
from sandbox import linux
from sandbox.channel import Channel
from sandbox.rooms import APART_UID, INNER_UID


def main(
    talk: Channel,
    listener: socket.socket,
    secrets: socket.socket,
    *,
    environment: dict[str, str],
    configuration: dict[str, dict[str, Any]],
    arguments: list[str],
) -> None:
    """Run a lab until its server ends; that status is this process's.

    ``secrets``: more of the environment as JSON, for the server alone.
    """
    linux.hide_memory()
    os.environ.clear()
    os.environ.update(environment)
    os.umask(0o077)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    told, tell_end = os.pipe()
    server = os.fork()
    if server == 0:
        ours.close()
        os.close(tell_end)
        leave(lambda: _be_server(talk, listener, secrets, theirs, told, configuration, arguments))
    linux.drop_all_capabilities()
    for held in (listener, secrets, theirs):
        held.close()
    os.close(told)
    raise SystemExit(keep(server, talk, ours, tell_end))


def _be_server(
    talk: Channel,
    listener: socket.socket,
    secrets: socket.socket,
    theirs: socket.socket,
    told: int,
    configuration: dict[str, dict[str, Any]],
    arguments: list[str],
) -> None:
    _go_apart()
    os.setsid()
    with secrets, secrets.makefile("rb") as read:
        os.environ.update(json.load(read))
    os.set_inheritable(theirs.fileno(), False)
    os.environ["MOTCHAM_LAB_FD"] = str(theirs.detach())
    serving.serve(listener, lambda: talk.send({"ready": True}), configuration, arguments, told=told)


def _go_apart() -> None:
    """Change to the server's own account where this lab has two, and hide."""
    if linux.effective_capabilities() >> linux.CAP_SETUID & 1:
        linux.become(APART_UID, files_as=INNER_UID)
        linux.drop_all_capabilities()
        linux.die_with_parent()  # changing user forgets it
        # The C library asks about the account, not about whom files are read as.
        os.access = partial(os.access, effective_ids=True)
    linux.hide_memory()
