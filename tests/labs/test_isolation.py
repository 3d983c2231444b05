"""Learner A, in a kernel of the own lab, tries to reach what is not A's. Nothing may come of it."""

import json
import os
import re
import textwrap
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def two(hub):
    """A and B with running labs, and B with a secret file, a kernel with a secret, and a token."""
    for name in ("a", "b"):
        hub.add(name)
        hub.open_lab(name)
    hub.run("b", "open('secret.txt', 'w').write('bi-mat-cua-b')")
    answer = hub.call("POST", "/user/b/api/kernels", {"name": "python3"})
    kernel = json.loads(answer[1])["id"]
    yield {
        "b_pids": sorted(hub.processes_of("b")),
        "kernel": kernel,
        "b_home": str(hub.folder / "homes" / "b"),
        "hub_db": str(hub.folder / "hub.sqlite"),
        "cookie": str(hub.folder / "cookie"),
        "hub_port": hub.hub_port,
        "proxy_port": hub.proxy_port,
        "port": hub.port,
        "run": hub.run_folder,
        "hub_pid": hub.process.pid,
        "token_a": hub.token_of("a"),
        "token_b": hub.token_of("b"),
    }
    for name in ("a", "b"):
        hub.close_lab(name)


API = """
import os, json, socket, http.client
from urllib.parse import unquote, urlparse
url = urlparse(os.environ["JUPYTERHUB_API_URL"])
class Door(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX); self.sock.connect(unquote(url.netloc))
def ask(method, path, token, body=None):
    door = Door("hub"); door.request(method, path, body, {"Authorization": "token " + token})
    answer = door.getresponse(); return answer.status, answer.read().decode()
own = {token_a!r}
"""
# The processes of the own lab that are none of the kernel's: process 1 and the server.
OTHERS = """
import ctypes, os, struct
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
others = [1, *(int(n) for n in open('/proc/1/task/1/children').read().split()[:1])]
assert others[1] != os.getpid()
"""
# What it is called, the code, and what it prints when it succeeds.
TRIES = {
    "read B's file where B's home lies": "print(open({b_home!r} + '/secret.txt').read())",
    "read B's file through the folder of homes": (
        "import os\nprint(open('/homes/b/secret.txt').read())"
    ),
    "find B's secret anywhere": """
        import os
        for folder, _, files in os.walk('/'):
            if folder.startswith(('/proc', '/usr', '/sys')) or '.venv' in folder: continue
            if 'secret.txt' in files: print('bi-mat', folder)
    """,
    "link to B's home and read": """
        import os
        os.symlink({b_home!r}, 'link')
        print(os.listdir('link'))
    """,
    "see B's processes": """
        import os
        seen = [p for p in {b_pids} if p > 400 and os.path.exists(f'/proc/{p}/environ')]
        if seen: print('bi-mat', seen)
    """,
    "read the environment of every process for another's token": """
        import os
        for p in os.listdir('/proc'):
            if p.isdigit():
                try: env = open(f'/proc/{p}/environ').read()
                except OSError: continue
                if 'API_TOKEN' in env: print('bi-mat', p)
    """,
    "find the lab's token in the own environment or memory": """
        import os, re
        if any('TOKEN' in name for name in os.environ): print('bi-mat')
        with open('/proc/self/mem', 'rb') as memory:
            for line in open('/proc/self/maps'):
                if ' rw-p' not in line: continue
                begin, end = (int(one, 16) for one in line.split()[0].split('-'))
                try: memory.seek(begin); held = memory.read(end - begin)
                except (OSError, ValueError): continue
                for one in re.finditer(rb'API_TOKEN["=: ]+[0-9a-f]{32}', held): print('bi-mat')
    """,
    "read the memory of the server or process 1": OTHERS
    + """
for pid in others:
    try: open(f'/proc/{pid}/mem', 'rb'); print('bi-mat', pid)
    except OSError: pass
""",
    "write the memory of the server or process 1": OTHERS
    + """
for pid in others:
    try: open(f'/proc/{pid}/mem', 'r+b'); print('bi-mat', pid)
    except OSError: pass
""",
    "read the server's memory by a call of its own": OTHERS
    + """
into = ctypes.create_string_buffer(8)
class Vector(ctypes.Structure): _fields_ = [('base', ctypes.c_void_p), ('length', ctypes.c_size_t)]
here = Vector(ctypes.addressof(into), 8)
for pid in others:
    for number in (310, 311, 270, 271):
        if libc.syscall(number, pid, ctypes.byref(here), 1, ctypes.byref(here), 1, 0) > 0:
            print('bi-mat', pid, number)
""",
    "trace the server": OTHERS
    + """
for pid in others:
    for ask in (16, 0x4206):
        if libc.ptrace(ask, pid, 0, 0) == 0: print('bi-mat', pid, ask)
""",
    "take a descriptor of the server's": OTHERS
    + """
for pid in others:
    held = os.pidfd_open(pid)
    for fd in range(3, 30):
        if libc.syscall(438, held, fd, 0) >= 0: print('bi-mat', pid, fd)
""",
    "open a descriptor of the server's anew": OTHERS
    + """
for pid in others:
    try:
        for fd in os.listdir(f'/proc/{pid}/fd'): print('bi-mat', pid, fd)
    except OSError: pass
""",
    "read what the server keeps to itself": OTHERS
    + """
for pid in others:
    for name in ('environ', 'maps', 'auxv', 'stack', 'syscall', 'map_files', 'cwd', 'root', 'exe'):
        path = f'/proc/{pid}/{name}'
        try:
            print('bi-mat', os.readlink(path) if name in ('cwd', 'root', 'exe') else
                  os.listdir(path) if name == 'map_files' else open(path, 'rb').read()[:1], path)
        except OSError: pass
""",
    "change the server's settings": OTHERS
    + """
for pid in others:
    for name in ('oom_score_adj', 'comm', 'coredump_filter', 'clear_refs', 'timerslack_ns'):
        try: os.write(os.open(f'/proc/{pid}/{name}', 1), b'1000'); print('bi-mat', pid, name)
        except OSError: pass
""",
    "speak on the socket between server and process 1": """
        import os, socket
        for fd in range(3, 1024):
            try: kind = os.readlink(f'/proc/self/fd/{fd}')
            except OSError: continue
            if not kind.startswith('socket:'): continue
            held = socket.socket(fileno=os.dup(fd))
            if held.family == socket.AF_UNIX and held.type == socket.SOCK_SEQPACKET: print('bi-mat')
    """,
    "kill B's lab": """
        import os, signal
        for p in {b_pids}:
            if p > 400:
                try: os.kill(p, 9); print('bi-mat', p)
                except OSError: pass
    """,
    "kill the hub": "import os\nos.kill({hub_pid}, 0); print('bi-mat')",
    "connect to B's server by its socket": """
        import os, socket
        for name in os.listdir({run!r}):
            s = socket.socket(socket.AF_UNIX)
            s.connect({run!r} + '/' + name); print('bi-mat', name)
    """,
    "talk to the keeper": """
        import os, socket, glob
        for name in glob.glob({run!r} + '/*') + glob.glob('/tmp/motcham*/*'):
            if 'keeper' in name:
                s = socket.socket(socket.AF_UNIX); s.connect(name); print('bi-mat', name)
    """,
    "connect to B's kernel": """
        import glob
        found = [n for n in glob.glob('/tmp/jupyter/*') if {kernel!r} in n]
        if found: print('bi-mat', found)
    """,
    "ask B's server with one's own token": API
    + """
status, body = ask('GET', '/hub/api/users/b', own)
if status == 200: print('bi-mat', body)
""",
    "list all users with one's own token": API
    + """
status, body = ask('GET', '/hub/api/users', own)
if status == 200 and '"b"' in body: print('bi-mat', body)
""",
    "stop B's server with one's own token": API
    + """
status, body = ask('DELETE', '/hub/api/users/b/server', own)
if status in (202, 204): print('bi-mat', status)
""",
    "make a token for B": API
    + """
status, body = ask('POST', '/hub/api/users/b/tokens', own, '{}')
if status in (200, 201): print('bi-mat', body)
""",
    "become an administrator": API
    + """
status, body = ask('PATCH', '/hub/api/users/a', own, '{"admin": true}')
if status == 200 and '"admin": true' in body: print('bi-mat', body)
""",
    "read the proxy's routes": """
        import socket
        s = socket.create_connection(('127.0.0.1', {proxy_port}), 2); print('bi-mat')
    """,
    "reach the hub's port on the host": """
        import socket
        s = socket.create_connection(('127.0.0.1', {hub_port}), 2); print('bi-mat')
    """,
    "reach the public port on the host": """
        import socket
        s = socket.create_connection(('127.0.0.1', {port}), 2); print('bi-mat')
    """,
    "reach the metadata address": """
        import socket
        s = socket.create_connection(('169.254.169.254', 80), 2); print('bi-mat')
    """,
    "look a name up": "import socket\nprint('bi-mat', socket.gethostbyname('example.org'))",
    "find a network interface that is up": """
        import socket, array, fcntl
        for _, name in socket.if_nameindex():
            if name != 'lo': print('bi-mat', name)
    """,
    "read the hub's database": "print('bi-mat', open({hub_db!r}, 'rb').read(16))",
    "read the hub's cookie secret": "print('bi-mat', open({cookie!r}, 'rb').read())",
    "read the platform's data and the courses' hidden tests": """
        import os
        for folder, names, files in os.walk('/'):
            if folder.startswith(('/proc', '/usr', '/sys')) or '.venv' in folder: continue
            if folder.startswith('/tmp/ipython'): continue
            if 'course.toml' in files or any(f.endswith('.sqlite') for f in files):
                print('bi-mat', folder)
    """,
    "write into the Python environment": """
        import sysconfig
        open(sysconfig.get_paths()['purelib'] + '/planted.py', 'w'); print('bi-mat')
    """,
    "write where every lab reads": """
        import os
        for folder in ('/', '/homes', '/usr/lib', os.path.dirname(os.__file__), '/etc'):
            try: open(folder + '/planted', 'w'); print('bi-mat', folder)
            except OSError: pass
    """,
    "mount something": """
        import ctypes
        if ctypes.CDLL(None).mount(b'none', b'/lab', b'tmpfs', 0, None) == 0: print('bi-mat')
    """,
    "make a user namespace": """
        import ctypes
        if ctypes.CDLL(None).unshare(0x10000000) == 0: print('bi-mat')
    """,
    "trace the server or process 1": """
        import ctypes
        if ctypes.CDLL(None).ptrace(16, 1, 0, 0) == 0: print('bi-mat')
    """,
    "become root": "import os\nos.setuid(0); print('bi-mat')",
}


def fill(code, values):
    """The code with ``{name}`` and ``{name!r}`` replaced; other braces are Python's own."""
    gaps = "|".join(values)
    code = textwrap.dedent(code)
    return re.sub(rf"\{{({gaps})(?:!r)?\}}", lambda gap: repr(values[gap[1]]), code)


@pytest.mark.parametrize("name", TRIES)
def test_learner_a_cannot(name, hub, two, record_try):
    said = hub.run("a", fill(TRIES[name], two))
    succeeded = "bi-mat" in said
    record_try(name, succeeded=succeeded)
    assert not succeeded, said


def test_the_door_to_the_hub_answers_what_is_one_s_own(hub, two):
    """Else the tries above would fail for want of a door."""
    said = hub.run("a", fill(API + "print(ask('GET', '/hub/api/user', own))", two))
    assert "200" in said
    assert '"name": "a"' in said or '"name":"a"' in said


def test_b_can_read_b_s_own_file(hub, two):
    assert hub.run("b", "print(open('secret.txt').read())").strip() == "bi-mat-cua-b"


@pytest.mark.parametrize("path", ["/user/b/api/contents", "/user/b/lab", "/user/b/api/kernels"])
def test_a_s_token_does_not_open_b_s_server(path, hub, two, record_try):
    status, body = hub.call("GET", path, token=hub.token_of("a"))
    record_try(f"GET {path} with A's token", succeeded=status == 200)
    assert status in (302, 403, 404), body


def test_the_lab_forbids_being_framed_and_names_its_own_cookies(hub, two):
    from tornado.httpclient import HTTPClient

    client = HTTPClient()
    answer = client.fetch(
        hub.base + "/user/a/lab",
        headers={"Authorization": f"token {hub.token_of('a')}"},
        follow_redirects=False,
    )
    client.close()
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    for cookie in answer.headers.get_list("Set-Cookie"):
        assert "/user/a/" in cookie.lower(), cookie


def test_whoever_logs_in_gets_a_cookie_for_the_own_lab_only(hub, two):
    import requests

    with requests.Session() as browser:
        browser.get(hub.base + "/hub/login")
        form = {"username": "a", "password": "a", "_xsrf": browser.cookies.get("_xsrf")}
        browser.post(hub.base + "/hub/login", data=form)
        assert browser.get(hub.base + "/user/a/api/contents").status_code in (200, 403)
        browser.get(hub.base + "/user/a/lab")
        paths = {cookie.name: cookie.path for cookie in browser.cookies}
        assert paths["jupyterhub-user-a"] == "/user/a/"
        assert browser.get(hub.base + "/user/b/api/contents").status_code in (403, 404)


TEMPLATE = """
import os
for place in ('.local/share/jupyter', '.jupyter'):
    for name in ('lab', 'classic', 'basic', 'base'):
        folder = f'/lab/{place}/nbconvert/templates/{name}'
        os.makedirs(folder, exist_ok=True)
        open(folder + '/index.html.j2', 'w').write('bi-mat')
        open(folder + '/conf.json', 'w').write('{"mimetypes": {"text/html": true}}')
open('/lab/x.ipynb', 'w').write(
    '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
"""


def test_a_template_in_the_home_is_no_code_of_the_server_s(hub, two, record_try):
    hub.run("a", TEMPLATE)
    status, body = hub.call("GET", "/user/a/nbconvert/html/x.ipynb")
    record_try("have a template of one's own run in the server", succeeded=b"bi-mat" in body)
    assert status == 200
    assert b"bi-mat" not in body


def test_a_kernel_cannot_signal_the_server_where_accounts_differ(hub, two, record_try):
    said = hub.run(
        "a",
        OTHERS
        + """
for pid in others:
    for number in (0, 9, 15, 19):
        try: os.kill(pid, number); print(pid, number)
        except PermissionError: pass
status = open(f'/proc/{others[1]}/status').read()
print('apart' if f'Uid:\\t{os.getuid()}' not in status else 'one account')
""",
    )
    # Process 1 of a namespace is deaf to signals from inside it.
    succeeded = any(line.startswith(tuple("23456789")) for line in said.splitlines())
    assert ("apart" in said) is (os.geteuid() == 0), said
    if os.geteuid() == 0:
        record_try("signal the server", succeeded=succeeded)
        assert not succeeded, said
    assert hub.call("GET", "/user/a/api/status")[0] == 200


@pytest.mark.parametrize("spec", ["python3", "python3-cold"])
def test_every_kernel_is_apart_from_the_server(spec, hub, two):
    said = hub.run(
        "a",
        OTHERS
        + """
try: open(f'/proc/{others[1]}/mem', 'rb'); print('bi-mat')
except OSError: print('closed', os.getuid())
""",
        spec=spec,
    )
    assert said.split() == ["closed", "1000"]


def test_server_and_process_1_hide_their_memory(hub, two):
    """Seen from outside: where nobody may look into a process, its files belong to root."""
    first = min(hub.processes_of("a"))
    server = int(Path(f"/proc/{first}/task/{first}/children").read_text().split()[0])
    for pid in (first, server):
        assert Path(f"/proc/{pid}/environ").stat().st_uid == 0
    if os.geteuid() == 0:
        accounts = {
            pid: Path(f"/proc/{pid}/status").read_text().split("Uid:")[1].split()[:4]
            for pid in (first, server)
        }
        assert accounts[server][0] == accounts[server][1] == accounts[server][2]
        assert accounts[server][0] != accounts[first][0]
        assert accounts[server][3] == accounts[first][3], "files are read as the learner"
