"""A lab starts, works, ends and survives as JupyterHub and JupyterLab expect."""

import asyncio
import http.client
import json
import os
import signal
import socket
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from lab_hub import WALLED, Kernel, LabHub

from labs import keeper_client
from labs.spawner import home_name
from sandbox import Channel


def server_of(hub, name):
    return json.loads(hub.call("GET", f"/hub/api/users/{quote(name)}")[1])["servers"].get("")


def alive(pids):
    return {pid for pid in pids if Path(f"/proc/{pid}").exists()}


def test_a_lab_answers_through_the_proxy_as_soon_as_the_hub_says_ready(hub, lab):
    status, body = hub.call("GET", f"/user/{lab}/api/status")
    assert (status, json.loads(body)["kernels"]) == (200, 0)


def test_a_lab_leaves_the_end_of_a_connection_to_the_proxy(hub, lab):
    """Who closes first makes the proxy tell 503 of a save that was carried out, now and then."""
    server = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=30)
    headers = {"Authorization": f"token {hub.token}", "Content-Type": "application/json"}
    for _ in range(3):
        server.request("PATCH", f"/user/{lab}/api/sessions/none", b"{}", headers)
        answer = server.getresponse()
        answer.read()
        assert (answer.status, answer.will_close) == (404, False)
    server.close()


def test_jupyterlab_and_notebook_7_are_served(hub, lab):
    for page in ("lab", "tree", "notebooks/x.ipynb"):
        status, body = hub.call("GET", f"/user/{lab}/{page}")
        assert status == 200, page
        assert b"jupyter-config-data" in body


def test_a_prepared_server_speaks_of_its_own_learner_alone(hub, lab):
    other = f"{lab}-khác"
    hub.add(other)
    hub.open_lab(other)
    for name in (lab, other):
        for page in ("lab", "tree", "api/status", "không-có"):
            text = hub.call("GET", f"/user/{quote(name)}/{quote(page)}")[1].decode()
            assert "motcham-nobody" not in text
            assert f"/user/{quote(other if name == lab else lab)}/" not in text
        assert (
            f'"baseUrl": "/user/{quote(name)}/"'
            in hub.call("GET", f"/user/{quote(name)}/lab")[1].decode()
        )
    hub.close_lab(other)


def test_a_file_beside_the_notebook_can_be_imported(hub, lab):
    hub.run(lab, "open('cua_toi.py', 'w').write('x = 41')")
    assert hub.run(lab, "import cua_toi\nprint(cua_toi.x + 1)").strip() == "42"


def test_a_lab_that_is_configured_otherwise_is_made_from_the_start(tmp_path):
    with LabHub(tmp_path, more='c.Spawner.args = ["--ServerApp.answer_yes=True"]\n') as hub:
        hub.add("riêng")
        hub.open_lab("riêng")
        assert hub.call("GET", f"/user/{quote('riêng')}/lab")[0] == 200
        assert hub.run("riêng", "print(6 * 7)").strip() == "42"
        hub.close_lab("riêng")


def test_labs_with_every_extension_for_all_start_too(tmp_path):
    with LabHub(tmp_path, more="c.WalledSpawner.lean = False\n") as hub:
        hub.add("tác-giả")
        hub.open_lab("tác-giả")
        status, body = hub.call("GET", f"/user/{quote('tác-giả')}/lab")
        assert (status, b"jupyter-config-data" in body) == (200, True)


def test_a_kernel_finds_the_sciences_loaded(hub, lab):
    said = hub.run(
        lab, "import sys\nprint({'numpy', 'pandas', 'matplotlib.pyplot'} <= set(sys.modules))"
    )
    assert said.strip() == "True"


def test_a_kernel_draws_a_figure_and_reads_a_table(hub, lab):
    code = (
        "import pandas as pd, matplotlib.pyplot as plt\n"
        "fig, ax = plt.subplots(); ax.plot([1, 2, 3])\n"
        "print(pd.DataFrame({'a': [1, 2]}).a.sum(), plt.get_backend())"
    )
    said = hub.run(lab, code)
    assert said.splitlines()[0].endswith("inline")
    assert said.splitlines()[0].startswith("3 ")
    assert "image/png" in said


def test_two_kernels_draw_other_random_numbers(hub, lab):
    code = "import random, numpy as np\nprint(random.random(), np.random.random())"
    assert hub.run(lab, code) != hub.run(lab, code)


@pytest.mark.parametrize("spec", ["python3", "python3-cold"])
def test_interrupt_restart_and_shutdown_work(spec, hub, lab):
    async def go():
        async with Kernel(hub, lab, spec) as kernel:
            assert (await kernel.run("x = 1\nprint(x)")).strip() == "1"
            running = asyncio.ensure_future(kernel.run("import time\ntime.sleep(60)"))
            await asyncio.sleep(0.7)
            await kernel.ask("POST", f"/{kernel.id}/interrupt")
            assert "KeyboardInterrupt" in await running
            assert (await kernel.run("print(x)")).strip() == "1"
            await kernel.ask("POST", f"/{kernel.id}/restart")
            await kernel.connect()
            assert "NameError" in await kernel.run("print(x)")
            await kernel.ask("DELETE", f"/{kernel.id}")
            left = json.loads((await kernel.ask("GET")).body)
            assert left == []

    asyncio.run(go())


def test_a_kernel_that_dies_is_restarted_and_the_lab_lives(hub, lab):
    async def go():
        async with Kernel(hub, lab) as kernel:
            asyncio.ensure_future(kernel.run("import os\nos._exit(7)"))  # noqa: RUF006
            for _ in range(100):
                await asyncio.sleep(0.1)
                model = json.loads((await kernel.ask("GET", f"/{kernel.id}")).body)
                if model["execution_state"] in ("idle", "starting", "restarting"):
                    break
            await asyncio.sleep(1)
            await kernel.connect()
            assert (await kernel.run("print('lại chạy')", 30)).strip() == "lại chạy"

    asyncio.run(go())


def test_sixteen_kernels_at_once_all_live(hub, lab):
    async def go():
        async def one(number):
            async with Kernel(hub, lab) as kernel:
                return (await kernel.run(f"print({number})")).strip()

        return await asyncio.gather(*(one(n) for n in range(16)))

    assert asyncio.run(go()) == [str(n) for n in range(16)]


def test_files_stay_when_the_lab_ends(hub, lab):
    hub.run(lab, "open('bài làm.txt', 'w').write('còn đây')")
    hub.close_lab(lab)
    hub.open_lab(lab)
    assert hub.run(lab, "print(open('bài làm.txt').read())").strip() == "còn đây"


def test_stop_leaves_no_process(hub, lab):
    hub.run(lab, "import subprocess\nsubprocess.Popen(['sleep', '1000'], start_new_session=True)")
    before = hub.processes_of(lab)
    assert len(before) >= 3  # process 1, the server, and what the learner left behind
    hub.close_lab(lab)
    assert not alive(before)


def test_a_lab_that_dies_is_seen_dead(hub, lab):
    os.kill(min(hub.processes_of(lab)), signal.SIGKILL)  # process 1, and with it all
    until = time.monotonic() + 60
    # the hub asks every 5 s, and whenever somebody wants the lab
    while server_of(hub, lab) and time.monotonic() < until:
        time.sleep(0.5)
    assert not server_of(hub, lab)
    assert hub.open_lab(lab) < 60


def test_a_start_that_fails_says_why_at_once(tmp_path):
    with LabHub(
        tmp_path, more='c.WalledSpawner.server_config = {"Application": {"log_level": "?"}}\n'
    ) as hub:
        hub.add("sai")
        begin = time.monotonic()
        status, body = hub.call("POST", "/hub/api/users/sai/server")
        assert status == 500
        assert "không khởi động được" in json.loads(body)["message"]
        assert time.monotonic() - begin < 60  # http_timeout is 120
        assert not server_of(hub, "sai")


def test_a_home_far_beyond_the_quota_is_refused_with_words(tmp_path):
    with LabHub(tmp_path, more="c.WalledSpawner.quota_mb = 1\n") as hub:
        hub.add("đầy")
        home = tmp_path / "homes" / home_name("đầy")
        home.mkdir(parents=True)
        (home / "to.bin").write_bytes(b"x" * (3 << 20))
        status, body = hub.call("POST", f"/hub/api/users/{quote('đầy')}/server")
        assert status == 500
        assert "đã dùng 3 MB, vượt quá xa mức 1 MB" in json.loads(body)["message"]


def test_labs_survive_a_killed_hub(tmp_path):
    keep = WALLED.replace("grace_s = 5", "grace_s = 60")
    hub = LabHub(tmp_path, spawner=keep)
    try:
        hub.start()
        hub.add("bền")
        name = "bền"
        hub.open_lab(name)
        hub.run(name, "open('a.txt', 'w').write('1')")
        before = hub.processes_of(name)
        assert before
        hub.stop(signal.SIGKILL)
        assert alive(before) == before
        hub.start()
        assert server_of(hub, name)["ready"]
        assert hub.run(name, "print(open('a.txt').read())").strip() == "1"
        assert before <= hub.processes_of(name)
        hub.close_lab(name)
        assert not alive(before)
    finally:
        hub.stop()
        hub.tidy()


def test_user_names_become_folders_that_are_never_another_s():
    names = ["an", "An", "AN", "a.n", "a-n", "a n", "..", "/", "đầy", "x" * 200, "x" * 201, ""]
    folders = [home_name(name) for name in names]
    assert len(set(folders)) == len(names)
    assert home_name("an") == "an"
    assert all("/" not in f and f not in ("", ".", "..") and len(f) < 60 for f in folders)


def test_an_idle_lab_ends_and_one_with_a_kernel_does_not(tmp_path):
    with LabHub(tmp_path, more="c.WalledSpawner.idle_s = 2\n") as hub:
        for name in ("nghỉ", "làm"):
            hub.add(name)
            hub.open_lab(name)
        status, _ = hub.call("POST", f"/user/{quote('làm')}/api/kernels", {"name": "python3"})
        assert status == 201
        until = time.monotonic() + 150  # the server looks once a minute
        while server_of(hub, "nghỉ") and time.monotonic() < until:
            time.sleep(0.5)
        assert not server_of(hub, "nghỉ")
        assert server_of(hub, "làm")["ready"]


def test_idle_kernels_end_and_those_at_work_or_looked_at_do_not(tmp_path):
    more = (
        "c.WalledSpawner.kernel_idle_s = 4\n"
        "c.WalledSpawner.server_config = {'MappingKernelManager': {'cull_interval': 1}}\n"
    )
    with LabHub(tmp_path, more=more) as hub:
        hub.add("an")
        hub.open_lab("an")

        async def go():
            idle, busy, watched = Kernel(hub, "an"), Kernel(hub, "an"), Kernel(hub, "an")
            for kernel in (idle, busy, watched):
                await kernel.__aenter__()
                await kernel.run("x = 1")
            code = "import time\nwhile True: time.sleep(0.1)\n"
            computing = asyncio.ensure_future(busy.run(code, 600))
            for _ in range(600):  # until the server has seen it at work
                model = json.loads((await busy.ask("GET", f"/{busy.id}")).body)
                if model["execution_state"] == "busy":
                    break
                await asyncio.sleep(0.1)
            await busy.hang_up()  # nobody looks, as after a lost connection
            await idle.hang_up()
            left = set()
            for _ in range(900):
                left = {one["id"] for one in json.loads((await watched.ask("GET")).body)}
                if idle.id not in left:
                    break
                await asyncio.sleep(0.1)
            await asyncio.sleep(6)  # longer than the limit: would they be next?
            left = {one["id"] for one in json.loads((await watched.ask("GET")).body)}
            computing.cancel()
            said = await watched.run("print(x)")
            await watched.hang_up()
            return left, {busy.id, watched.id}, said

        left, expected, said = asyncio.run(go())
        assert left == expected
        assert said.strip() == "1", "its variables are there"


def test_a_running_lab_refuses_what_exceeds_the_quota_and_keeps_what_is_stored(tmp_path):
    with LabHub(tmp_path, more="c.WalledSpawner.quota_mb = 3\n") as hub:
        hub.add("an")
        hub.open_lab("an")

        def save(name, megabytes):
            body = {"type": "file", "format": "text", "content": "x" * int(megabytes * (1 << 20))}
            return hub.call("PUT", f"/user/an/api/contents/{name}", body)

        def room():
            return json.loads(hub.call("GET", "/user/an/motcham/room")[1])

        assert room()["nearly_full"] is False
        assert save("a.txt", 1)[0] == 201
        status, said = save("a.txt", 3.1)
        assert status == 507
        assert "Bản đã lưu trước đó vẫn còn nguyên" in json.loads(said)["message"]
        home = tmp_path / "homes" / "an"
        assert (home / "a.txt").stat().st_size == 1 << 20
        # what a kernel writes counts too, as soon as the server has looked again
        hub.run("an", "open('b.bin', 'wb').write(b'x' * (1900 << 10))")
        until = time.monotonic() + 30
        while not room()["nearly_full"] and time.monotonic() < until:
            time.sleep(0.2)
        assert room()["nearly_full"] is True
        assert save("c.txt", 0.9)[0] == 507
        assert hub.call("DELETE", "/user/an/api/contents/b.bin")[0] == 204
        assert save("c.txt", 0.9)[0] == 201


FILLING = """
import os, subprocess, sys
child = "n = 0\\nwhile n < 10:\\n open(f'child-{n % 9}', 'wb').write(b'x' * 4096); n += 0"
subprocess.Popen([sys.executable, '-c', child])
for n in range(13):
    with open(f"full-{n}.bin", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 1 << 20)
while True:
    pass
"""


def test_code_that_fills_the_disk_is_ended_and_the_learner_can_tidy_up_and_go_on(tmp_path):
    with LabHub(tmp_path, more="c.WalledSpawner.quota_mb = 10\n") as hub:
        hub.add("an")
        hub.open_lab("an")

        def room():
            return json.loads(hub.call("GET", "/user/an/motcham/room")[1])

        async def fill():
            async with Kernel(hub, "an") as kernel:
                running = asyncio.ensure_future(kernel.run(FILLING, 60))
                most = 0
                for _ in range(300):
                    now = len(await asyncio.to_thread(hub.processes_of, "an"))
                    if now < most:
                        break
                    most = max(most, now)
                    await asyncio.sleep(0.1)
                running.cancel()
                return most, now

        most, left = asyncio.run(fill())
        assert most >= 4, "process 1, server, kernel and what the kernel started"
        assert left < most
        assert server_of(hub, "an")["ready"], "the server stays"

        hub.close_lab("an")
        hub.open_lab("an")  # somewhat beyond the quota: open, to tidy up
        assert room()["full"] is True
        for n in range(13):
            assert hub.call("DELETE", f"/user/an/api/contents/full-{n}.bin")[0] == 204
        home = tmp_path / "homes" / "an"
        assert not list(home.rglob("full-*")), "not kept in a bin either"
        until = time.monotonic() + 30
        while room()["full"] and time.monotonic() < until:
            time.sleep(0.2)
        assert room()["full"] is False
        said = hub.run("an", "import time; time.sleep(12); print('lived')")
        assert said.strip() == "lived"


def test_a_lab_whose_code_goes_far_beyond_the_quota_ends(tmp_path):
    with LabHub(tmp_path, more="c.WalledSpawner.quota_mb = 5\n") as hub:
        hub.add("an")
        hub.open_lab("an")
        code = FILLING.replace("1 << 20", "2 << 20")

        async def fill():
            async with Kernel(hub, "an") as kernel:
                running = asyncio.ensure_future(kernel.run(code, 60))
                until = time.monotonic() + 40
                while await asyncio.to_thread(server_of, hub, "an") and time.monotonic() < until:
                    await asyncio.sleep(0.2)
                running.cancel()

        asyncio.run(fill())
        assert not server_of(hub, "an")
        assert not hub.processes_of("an")


HASTY = """
class Hasty(WalledSpawner):
    def start(self):
        if self.user.name == "voi":
            self.start_timeout = 0
        return super().start()

c.JupyterHub.spawner_class = Hasty
"""


def test_a_lab_that_nobody_waits_for_any_more_does_not_stay(tmp_path):
    with LabHub(tmp_path, more=HASTY) as hub:
        hub.add("an")
        hub.add("voi")
        hub.open_lab("an")
        assert hub.call("POST", "/hub/api/users/voi/server")[0] == 500
        time.sleep(3)  # by then it would long have started
        assert set(hub.processes_of_all()) == {"an"}


def test_the_keeper_tells_what_each_lab_uses(hub, lab):
    from hub.labs.census import ask_keeper
    from labs.usage import KERNEL

    async def go():
        async with Kernel(hub, lab) as kernel:
            said = await kernel.run("print(open('/proc/self/comm').read())\nx = b'x' * (60 << 20)")
            [path] = Path(hub.run_folder).glob("keeper-*.sock")
            told = ask_keeper(str(path), {"ask": "list", "figures": True})["labs"]
            return said, [one for one in told.values() if one["home"] == lab]

    said, [figures] = asyncio.run(go())
    assert said.strip() == KERNEL
    assert figures["kernels"] == 1
    assert figures["memory_mb"] > 60
    assert figures["processes"] >= 3


def test_a_keeper_with_more_requests_than_wait_in_its_queue_is_not_taken_for_gone(tmp_path):
    path = str(tmp_path / "k.sock")
    with socket.socket(socket.AF_UNIX) as keeper:
        keeper.bind(path)
        keeper.listen(0)
        waiting = []
        with pytest.raises(BlockingIOError):
            while True:
                waiting.append(keeper_client.put(path, {"ask": "poll"}))

        def answer_at_last():
            for _ in range(len(waiting) + 1):
                with Channel(keeper.accept()[0]) as talk:
                    talk.send({"end": None, "asked": talk.receive(10)["ask"]})

        async def go():
            asked = asyncio.ensure_future(keeper_client.ask(path, {"ask": "stop"}))
            await asyncio.sleep(0.5)
            assert not asked.done()
            await asyncio.to_thread(answer_at_last)
            return await asked

        assert asyncio.run(go()) == {"end": None, "asked": "stop"}
        for one in waiting:
            one.close()
    with pytest.raises(OSError, match="refused"):
        asyncio.run(keeper_client.ask(path, {"ask": "poll"}))


EMPTY_FILES = """
for number in range(1200):
    open(f"rong-{number}", "w").close()
import time
time.sleep(300)
"""


def test_a_home_of_ever_more_empty_files_is_full_and_no_kernel_is_started_anew(tmp_path):
    with LabHub(tmp_path, more="c.WalledSpawner.quota_mb = 4\n") as hub:
        hub.add("an")
        hub.open_lab("an")

        async def fill():
            async with Kernel(hub, "an") as kernel:
                running = asyncio.ensure_future(kernel.run(EMPTY_FILES, 120))
                counts = []
                for _ in range(400):
                    counts.append(len(await asyncio.to_thread(hub.processes_of, "an")))
                    if counts[-1] == 2 and max(counts) >= 3:
                        break
                    await asyncio.sleep(0.1)
                running.cancel()
                for _ in range(60):  # longer than the keeper takes from one look to the next
                    await asyncio.sleep(0.2)
                    counts.append(len(await asyncio.to_thread(hub.processes_of, "an")))
                return counts

        counts = asyncio.run(fill())
        assert max(counts) == 3, "process 1, server, kernel"
        assert set(counts[-60:]) == {2}, "server and process 1 stay, nothing comes back"
        room = json.loads(hub.call("GET", "/user/an/motcham/room")[1])
        assert room["full"] is True
        assert server_of(hub, "an")["ready"], "to tidy up"
