"""The visit that is played in the warm parent leaves warmth behind and nothing else."""

import json
import subprocess
import sys
import tempfile

import pytest

PROGRAM = """
import json, os, sys, tempfile, threading
from pathlib import Path

from labs import environment, kernels, server
from labs.spawner import EXTENSIONS
from jupyter_server.serverapp import ServerApp

home, tempfile.tempdir, visits = sys.argv[1], sys.argv[2], int(sys.argv[3])
told = environment.environment(language="vi") | {
    "JUPYTERHUB_DISABLE_USER_CONFIG": "1",
    "JUPYTERHUB_ROOT_DIR": home,
    "JUPYTER_RUNTIME_DIR": home + "/runtime",
    "HOME": home,
    "IPYTHONDIR": home + "/ipython",
}
configuration = {
    "ServerApp": {"allow_root": True, "jpserver_extensions": EXTENSIONS},
    "KernelManager": {"transport": "ipc"},
    "MultiKernelManager": {
        "default_kernel_name": "python3",
        "kernel_manager_class": "labs.server.LabKernelManager",
    },
}
played = []
rehearse = server.rehearse

def look(make_server, address):
    before = sorted(os.listdir("/proc/self/fd"))
    try:
        rehearse(make_server, address, visits)
    finally:
        played.append({"fds_before": before, "fds": sorted(os.listdir("/proc/self/fd"))})

server.rehearse = look
before_all = dict(os.environ) | told
server.prepare(configuration, [told, told | {environment.LANGUAGE: "en"}])
del before_all["HOME"], before_all["IPYTHONDIR"]
said = {
    **played[0],
    "threads": len(os.listdir("/proc/self/task")),
    "children": Path(f"/proc/self/task/{os.getpid()}/children").read_text().split(),
    "changed": sorted(
        name for name in os.environ
        if name not in told and os.environ[name] != before_all.get(name)
    ),
    "left": os.listdir(tempfile.tempdir),
    "prepared": [one.environment[environment.LANGUAGE] for one in server._prepared],
    "remembered": ServerApp.initialized(),
    "kernels": len(server._prepared[0].server.kernel_manager.list_kernel_ids()),
}
print(json.dumps(said))
"""


def prepare(home, temporary):
    """The ended process that prepared servers after two played visits."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(home), str(temporary), "2"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    return ended


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """What was left in it."""
    home = tmp_path_factory.mktemp("nobody")
    # A kernel's sockets lie in it, and the system takes no path of a socket above 107 bytes.
    with tempfile.TemporaryDirectory(dir="/tmp") as temporary:
        ended = prepare(home, temporary)
    assert "Traceback" not in ended.stderr, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


def test_servers_are_prepared_too_where_no_visit_can_be_played(tmp_path):
    deep = tmp_path / ("d" * 110)
    deep.mkdir()
    ended = prepare(tmp_path, deep)
    assert "Traceback" in ended.stderr, "it is told"
    assert json.loads(ended.stdout.splitlines()[-1])["prepared"] == ["vi", "en"]


def test_a_server_for_each_language_is_prepared_after_the_visits(left):
    assert left["prepared"] == ["vi", "en"]
    assert not left["remembered"], "a kernel could not be an application of its own"
    assert left["kernels"] == 0


def test_no_thread_and_no_process_is_left_that_a_fork_would_lose(left):
    assert left["threads"] == 1
    assert left["children"] == []


def test_no_socket_or_file_of_the_visits_stays_open(left):
    assert left["fds"] == left["fds_before"]


def test_no_file_of_the_visits_and_no_word_of_the_played_hub_remains(left):
    assert left["left"] == []
    assert left["changed"] == ["JUPYTERHUB_SERVICE_PREFIX", "JUPYTERHUB_SERVICE_URL"]
