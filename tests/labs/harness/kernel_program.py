"""jupyter_client's kernel managers over our provisioner, with process 1 of a lab but no walls.

Runs every behaviour below, each in a fresh kernel, and prints one JSON object: name to "passed" or
what went wrong. Named after the tests in jupyter_client's repository that hold the same of
`LocalProvisioner`; its wheel ships none of them.
"""

import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
import time
import traceback
import uuid
from pathlib import Path

from jupyter_client.manager import AsyncKernelManager, _ShutdownStatus
from jupyter_client.multikernelmanager import AsyncMultiKernelManager
from jupyter_client.provisioning import KernelProvisionerBase

from labs import kernel_forks, kernels
from labs import server as serving
from sandbox import linux
from sandbox.channel import Channel

BEHAVIOURS = {}


def behaviour(function):
    BEHAVIOURS[function.__name__] = function
    return function


async def started(**more):
    manager = IpcManager(kernel_name="python3")
    await manager.start_kernel(**more)
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=60)
    return manager, client


async def run(client, code, timeout=60):
    said = []

    def hear(message):
        content = message["content"]
        said.append(content.get("text") or content.get("ename") or "")

    reply = await client.execute_interactive(code, output_hook=hear, timeout=timeout)
    return reply["content"]["status"], "".join(said).strip()


async def end(manager, client):
    client.stop_channels()
    await manager.shutdown_kernel(now=True)
    assert not await manager.is_alive()


@behaviour
async def test_lifecycle():
    manager = IpcManager(kernel_name="python3")
    assert isinstance(manager.provisioner, KernelProvisionerBase | None)
    await manager.start_kernel()
    assert await manager.is_alive()
    assert await manager.ready is None
    await manager.restart_kernel(now=True)
    assert await manager.is_alive()
    await manager.interrupt_kernel()
    await manager.shutdown_kernel(now=True)
    assert not await manager.is_alive()
    assert not Path(manager.connection_file).exists()


@behaviour
async def test_shutdown_asks_first_and_runs_exit_functions():
    with tempfile.TemporaryDirectory() as folder:
        manager, client = await started()
        code = f"import atexit; atexit.register(lambda: open('{folder}/gone', 'w').close())"
        assert (await run(client, code))[0] == "ok"
        client.stop_channels()
        begin = time.monotonic()
        await manager.shutdown_kernel()
        assert time.monotonic() - begin < manager.shutdown_wait_time
        assert Path(folder, "gone").exists()


@behaviour
async def test_kernels_that_are_asked_to_end_need_not_be_killed():
    for _ in range(15):
        manager, client = await started()
        assert await run(client, "print(1)") == ("ok", "1")
        client.stop_channels()
        await manager.shutdown_kernel()
        assert manager._shutdown_status == _ShutdownStatus.ShutdownRequest


@behaviour
async def test_get_connect_info():
    manager, client = await started()
    info = manager.get_connection_info()
    wanted = {"ip", "transport", "hb_port", "shell_port", "stdin_port", "iopub_port"}
    assert wanted | {"control_port", "key", "signature_scheme"} <= set(info)
    assert info["transport"] == "ipc"
    await end(manager, client)


@behaviour
async def test_start_new_async_kernel():
    manager, client = await started()
    assert await client.is_alive()
    assert await run(client, "print(6 * 7)") == ("ok", "42")
    await end(manager, client)


@behaviour
async def test_interrupt_stops_a_cell_and_keeps_names():
    manager, client = await started()
    await run(client, "x = 5")
    cell = asyncio.ensure_future(run(client, "import time\nprint('-', flush=True)\ntime.sleep(60)"))
    for _ in range(100):
        await asyncio.sleep(0.1)
        if cell.done():
            break
        await manager.interrupt_kernel()
    assert (await cell)[0] == "error"
    assert await run(client, "print(x)") == ("ok", "5")
    await end(manager, client)


@behaviour
async def test_restart_forgets_names_and_keeps_its_connection():
    manager, client = await started()
    await run(client, "x = 5")
    file = manager.connection_file
    await manager.restart_kernel()
    await client.wait_for_ready(timeout=60)
    assert manager.connection_file == file
    assert (await run(client, "print(x)"))[0] == "error"
    await end(manager, client)


@behaviour
async def test_signal_reaches_what_a_cell_started():
    manager, client = await started()
    code = "import subprocess; child = subprocess.Popen(['sleep', '300']); print(child.pid)"
    child = int((await run(client, code))[1])
    await manager.signal_kernel(signal.SIGINT)
    for _ in range(100):
        await asyncio.sleep(0.1)
        if await run(client, "print(child.poll())") != ("ok", "None"):
            break
    assert await run(client, "print(child.poll())") == ("ok", str(-signal.SIGINT)), child
    await end(manager, client)


@behaviour
async def test_a_kernel_that_died_is_seen_dead_at_once():
    manager, client = await started()
    client.execute("import os; os._exit(7)")
    for _ in range(300):
        await asyncio.sleep(0.1)
        if not await manager.is_alive():
            break
    assert not await manager.is_alive()
    assert await manager.provisioner.poll() == 7
    client.stop_channels()
    await manager.cleanup_resources()


@behaviour
async def test_provisioner_tells_and_takes_its_state():
    manager, client = await started()
    info = await manager.provisioner.get_provisioner_info()
    assert info["pid"] == manager.provisioner.pid > 0
    assert manager.provisioner.has_process
    assert manager.provisioner.get_shutdown_wait_time(5.0) == 5.0
    await manager.provisioner.load_provisioner_info(info)
    assert await manager.is_alive()
    await end(manager, client)
    assert not manager.has_kernel


@behaviour
async def test_environment_and_folder_are_the_kernel_s():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "beside.py").write_text("x = 'beside'")
        manager, client = await started(cwd=folder, env={**os.environ, "MOTCHAM_X": "1"})
        code = "import os, beside; print(os.environ['MOTCHAM_X'], os.getcwd(), beside.x)"
        assert await run(client, code) == ("ok", f"1 {os.path.realpath(folder)} beside")
        await end(manager, client)


@behaviour
async def test_a_profile_of_the_learner_s_own_is_heeded():
    startup = Path(os.environ["IPYTHONDIR"], "profile_default/startup")
    startup.mkdir(parents=True, exist_ok=True)
    file = startup / "10-mine.py"
    file.write_text("mine = 'của tôi'")
    try:
        manager, client = await started()
        assert await run(client, "print(mine)") == ("ok", "của tôi")
        await end(manager, client)
    finally:
        file.unlink()


@behaviour
async def test_multikernel_parallel_start_and_shutdown_all():
    manager = AsyncMultiKernelManager()
    manager.default_kernel_name = "python3"
    manager.kernel_manager_class = "kernel_program.IpcManager"
    ids = await asyncio.gather(*(manager.start_kernel() for _ in range(4)))
    assert len(set(ids)) == 4
    assert all([await manager.is_alive(i) for i in ids])
    await manager.shutdown_all(now=True)
    assert manager.list_kernel_ids() == []


class IpcManager(AsyncKernelManager):
    def __init__(self, **traits):
        # Absolute, as a server's manager gives it: the sockets of "ipc" lie beside that file.
        file = str(Path(os.environ["JUPYTER_RUNTIME_DIR"], f"kernel-{uuid.uuid4()}.json"))
        super().__init__(**{"connection_file": file, **traits, "transport": "ipc"})


def be_server():
    serving._register_provisioner()
    outcomes = {}
    for name, function in BEHAVIOURS.items():
        if len(sys.argv) > 1 and sys.argv[1] not in name:
            continue
        try:
            LOOP.run_until_complete(asyncio.wait_for(function(), 60))
            outcomes[name] = "passed"
        except Exception:
            outcomes[name] = traceback.format_exc()
        print(name, outcomes[name], file=sys.stderr, flush=True)
    print(json.dumps(outcomes, ensure_ascii=False), flush=True)


def enter_namespace():
    """Be process 1 of a namespace, with which everything ends that a kernel may leave."""
    if os.geteuid() != 0:
        uid, gid = os.geteuid(), os.getegid()
        linux.unshare(linux.CLONE_NEWUSER)
        linux.map_ids((0, uid), (0, gid))
    linux.unshare(linux.CLONE_NEWPID | linux.CLONE_NEWNS)
    first = os.fork()
    if first:
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(first, 0)[1]))
    linux.die_with_parent()
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    linux.mount("proc", "/proc", "proc")


if __name__ == "__main__":
    sys.modules["kernel_program"] = sys.modules["__main__"]
    Path(os.environ["JUPYTER_RUNTIME_DIR"]).mkdir(parents=True, exist_ok=True)
    enter_namespace()
    kernels.prepare()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    talk, _owner = Channel.pair()
    server = os.fork()
    if server == 0:
        ours.close()
        os.environ["MOTCHAM_LAB_FD"] = str(theirs.detach())
        LOOP = asyncio.new_event_loop()
        asyncio.set_event_loop(LOOP)
        kernel_forks.leave(be_server)
    theirs.close()
    sys.exit(kernel_forks.keep(server, talk, ours, os.pipe()[1]))
