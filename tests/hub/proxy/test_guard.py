"""What a lab that says anything at all can tell a browser through the real proxy."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest

from hub.platform.doctor import node_program
from hub.platform.ports import free_port

ROOT = Path(__file__).parents[3]
PROXY = ROOT / "hub" / "node_modules" / "configurable-http-proxy" / "bin"
SESSION = "jupyterhub-session-id=day"
EVIL = (
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 24\r\n"
    'Service-Worker-Allowed: /\r\nClear-Site-Data: "*"\r\nStrict-Transport-Security: max-age=0\r\n'
    'Access-Control-Allow-Origin: *\r\nRefresh: 0;url=/hub/\r\nAlt-Svc: h2="evil:1"\r\n'
    "Content-Security-Policy: script-src *\r\n"
    "Set-Cookie: jupyterhub-hub-login=x; Path=/hub/\r\n"
    "Set-Cookie: jupyterhub-session-id=x; Path=/\r\n"
    "Set-Cookie: motcham-lab=x; Path=/user/b/\r\n"
    "Set-Cookie: jupyterhub-user-a=mine; Path=/user/a/; HttpOnly\r\n"
    "Set-Cookie: jupyterhub-user-a=wide; Path=/\r\n"
    "Set-Cookie: _xsrf=wide; Domain=localhost; Path=/user/a/\r\n"
    "\r\n<script>alert(1)</script"
)


@dataclass
class Server:
    """Answers every request on a unix socket with ``says``, and notes what it was asked."""

    path: Path
    says: str = EVIL
    asked: list[str] = field(default_factory=list)

    def serve(self) -> None:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.path))
        Path(f"{self.path}:80").symlink_to(self.path)
        listener.listen(16)
        threading.Thread(target=self._answer, args=(listener,), daemon=True).start()

    def _answer(self, listener: socket.socket) -> None:
        while True:
            line, _ = listener.accept()
            with line, suppress(OSError):
                self.asked.append(line.recv(65_536).decode())
                line.sendall(self.says.encode())
                line.shutdown(socket.SHUT_WR)
                line.recv(65_536)


@dataclass
class Proxy:
    port: int
    api: int
    lab: Server
    hub: Server
    process: subprocess.Popen[bytes]

    def ask(
        self, path: str, headers: dict[str, str] | None = None, *, method: str = "GET"
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        line.request(method, path, headers=headers or {})
        answer = line.getresponse()
        found = answer.status, answer.headers, answer.read()
        line.close()
        return found

    def raw(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), 20) as line:
            line.settimeout(3)
            line.sendall(request)
            found = b""
            with suppress(TimeoutError):
                while piece := line.recv(65_536):
                    found += piece
        return found

    def log_in(self) -> str:
        """The Cookie header of a browser that the hub has let into lab a."""
        self.hub.says = (
            "HTTP/1.1 302 Found\r\nLocation: /user/a/oauth_callback?code=c&state=s\r\n"
            "Content-Length: 0\r\n\r\n"
        )
        _, headers, _ = self.ask("/hub/api/oauth2/authorize?x=1", {"Cookie": SESSION})
        (line,) = headers.get_all("Set-Cookie") or [""]
        assert "; Path=/user/a/; HttpOnly; SameSite=Lax" in line
        return f"{SESSION}; {line.split(';')[0]}"

    def route(self, place: str, server: Server) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self.api, timeout=20)
        target = f"http+unix://{quote(str(server.path), safe='').lower()}"
        line.request(
            "POST",
            f"/api/routes{place}",
            json.dumps({"target": target}),
            {"Authorization": "token proxy"},
        )
        assert line.getresponse().status == 201
        line.close()


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A Unix socket's address holds 107 characters, lower case where it is a route's."""
    with tempfile.TemporaryDirectory(prefix="mc-", dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def start(short_folder: Path) -> Iterator[Callable[..., Proxy]]:
    """The real proxy with our guard, one lab and a hub behind it."""
    started: list[subprocess.Popen[bytes]] = []

    def go(*options: str, **environment: str) -> Proxy:
        port, api = free_port(), free_port()
        lab, hub = Server(short_folder / "lab.sock"), Server(short_folder / "hub.sock")
        lab.serve()
        hub.serve()
        process = subprocess.Popen(
            [
                *(str(node_program()), "--import", str(ROOT / "hub" / "proxy" / "guard.mjs")),
                *(str(PROXY / "configurable-http-proxy"), "--ip", "127.0.0.1"),
                *("--port", str(port), "--api-ip", "127.0.0.1", "--api-port", str(api)),
                *options,
            ],
            env={"PATH": os.environ["PATH"], "CONFIGPROXY_AUTH_TOKEN": "proxy", **environment},
            stdout=subprocess.DEVNULL,
        )
        started.append(process)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", api), 1).close()
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.05)
        return Proxy(port, api, lab, hub, process)

    yield go
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def shared(start: Callable[..., Proxy]) -> Proxy:
    """A proxy of one origin for hub and labs."""
    proxy = start()
    proxy.route("/", proxy.hub)
    proxy.route("/user/a/", proxy.lab)
    return proxy


OWNER = {"Authorization": "token t"}


@pytest.mark.parametrize(
    "path",
    [
        "/user/a/files/x.html",
        "/user/a/static/x.html",
        "/user/a/nbconvert/html/x.ipynb",
        "/user/a/view/x.html",
        "/user/a/custom/x.html",
        "/user/a/lab/extensions/x/y.html",
        "/user/a/lab/api/x",
        "/user/a/kernelspecs/x/logo.svg",
        "/user/a/labx",
        "/user/a/api/contents/x",
        "/user/a/",
        "/user/%61/files/x.html",
        "//user/a/files/x.html",
        "/user/a/lab/tree/../../files/x.html",
        "/user/a/lab%2ftree/..%2f..%2ffiles",
    ],
)
def test_everything_but_the_shell_is_sandboxed(path: str, shared: Proxy) -> None:
    status, headers, _ = shared.ask(path, OWNER)
    assert status == 200
    if not shared.lab.asked:
        assert shared.hub.asked, "whoever is no lab's is the hub's"
        return
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("page", ["lab", "lab/tree/a.ipynb", "tree", "notebooks/a.ipynb"])
def test_the_shell_has_our_policy_and_not_the_lab_s(page: str, shared: Proxy) -> None:
    _, headers, body = shared.ask(f"/user/a/{page}", OWNER)
    assert body.startswith(b"<script>")
    assert headers.get_all("Content-Security-Policy") == [
        "frame-ancestors 'none'; base-uri 'self'; object-src 'self' blob:; form-action 'self'"
    ]


def test_no_header_of_a_lab_s_reaches_beyond_the_lab(shared: Proxy) -> None:
    _, headers, _ = shared.ask("/user/a/lab", OWNER)
    said = {name.lower() for name in headers}
    assert not said & {
        *("service-worker-allowed", "clear-site-data", "strict-transport-security", "alt-svc"),
        *("access-control-allow-origin", "refresh"),
    }
    assert headers.get_all("Set-Cookie") == ["jupyterhub-user-a=mine; Path=/user/a/; HttpOnly"]


def test_an_answer_without_a_type_is_text(shared: Proxy) -> None:
    shared.lab.says = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n<b>"
    assert shared.ask("/user/a/files/x", OWNER)[1]["Content-Type"] == "text/plain"


def test_a_lab_gets_no_service_worker(shared: Proxy) -> None:
    status, _, _ = shared.ask("/user/a/static/sw.js", {**OWNER, "Service-Worker": "script"})
    assert status == 404
    assert not shared.lab.asked


def test_a_lab_hears_no_cookie_but_its_own(shared: Proxy) -> None:
    cookie = "jupyterhub-user-a=1; motcham-lab=2; motcham-language=vi; jupyterhub-user-b=3; _xsrf=4"
    shared.ask("/user/a/lab", {**OWNER, "Cookie": cookie})
    assert "cookie: jupyterhub-user-a=1; _xsrf=4\r\n" in shared.lab.asked[0].lower()


def test_whoever_the_hub_has_not_let_in_sees_nothing_that_a_lab_says(shared: Proxy) -> None:
    for path in ("lab", "static/x.js", "oauth_callback?code=invented&state=x", "api/status"):
        status, headers, body = shared.ask(
            f"/user/a/{path}", {"Cookie": f"{SESSION}; jupyterhub-user-a=planted"}
        )
        assert (status, body, headers["Set-Cookie"]) == (403, b"", None)
        assert "planted" not in shared.lab.asked[-1]


def test_the_way_to_the_hub_s_door_stays_open(shared: Proxy) -> None:
    to = "/hub/api/oauth2/authorize?client_id=jupyterhub-user-a"
    shared.lab.says = (
        f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 6\r\nContent-Type: text/html\r\n"
        "Set-Cookie: jupyterhub-user-a-oauth-state=s; Path=/user/a/\r\n\r\n<html>"
    )
    status, headers, body = shared.ask("/user/a/lab")
    assert (status, headers["Location"], body) == (302, to, b"")
    assert headers["Set-Cookie"] == "jupyterhub-user-a-oauth-state=s; Path=/user/a/"
    for elsewhere in ("https://evil.test/", "/services/portal/", "javascript:alert(1)"):
        shared.lab.says = (
            f"HTTP/1.1 302 Found\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n"
        )
        assert shared.ask("/user/a/lab")[0] == 403


def test_whom_the_hub_lets_in_sees_the_lab_in_that_session_only(shared: Proxy) -> None:
    cookie = shared.log_in()
    assert shared.ask("/user/a/lab", {"Cookie": cookie})[0] == 200
    assert shared.ask("/user/a/lab", {"Cookie": cookie.replace("=day", "=other")})[0] == 403
    forged = cookie[:-1] + ("0" if cookie[-1] != "0" else "1")
    assert shared.ask("/user/a/lab", {"Cookie": forged})[0] == 403


def test_a_pass_for_one_lab_opens_no_other(shared: Proxy) -> None:
    cookie = shared.log_in()
    shared.route("/user/b/", shared.lab)
    assert shared.ask("/user/b/lab", {"Cookie": cookie})[0] == 403


def test_a_lab_cannot_bring_a_pass_by_answering_as_the_hub(shared: Proxy) -> None:
    shared.lab.says = (
        "HTTP/1.1 302 Found\r\nLocation: /user/a/oauth_callback?code=c\r\nContent-Length: 0\r\n\r\n"
    )
    _, headers, _ = shared.ask("/user/a/hub/api/oauth2/authorize", {"Cookie": SESSION})
    assert headers["Set-Cookie"] is None


UPGRADE = (
    "GET /user/a/api/events/subscribe HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
)


def test_a_websocket_s_answer_sets_no_cookie(shared: Proxy) -> None:
    shared.lab.says = (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: y\r\nSet-Cookie: jupyterhub-hub-login=x; Path=/hub/\r\n\r\n"
    )
    said = shared.raw(UPGRADE.format(more="Authorization: token t\r\n").encode()).lower()
    assert b"sec-websocket-accept: y" in said
    assert b"set-cookie" not in said
    shared.lab.says = EVIL
    said = shared.raw(UPGRADE.format(more="Authorization: token t\r\n").encode()).lower()
    assert b"content-security-policy: sandbox" in said
    assert b"hub-login" not in said


def test_a_websocket_needs_a_pass_too(shared: Proxy) -> None:
    assert b" 404" in shared.raw(UPGRADE.format(more="").encode())
    assert not shared.lab.asked


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Content-Length: +5\r\n",
    ],
)
def test_no_second_request_hides_in_the_first(head: str, shared: Proxy) -> None:
    hidden = "0\r\n\r\nGET /user/a/api/hidden HTTP/1.1\r\nHost: x\r\nAuthorization: token t\r\n\r\n"
    request = f"POST /user/a/api/open HTTP/1.1\r\nHost: x\r\nAuthorization: token t\r\n{head}\r\n"
    said = shared.raw((request + hidden).encode())
    assert said.startswith(b"HTTP/1.1 400")
    assert not any("hidden" in asked for asked in shared.lab.asked)


def test_no_second_answer_hides_behind_the_first(shared: Proxy) -> None:
    shared.lab.says = (
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"
        "HTTP/1.1 200 OK\r\nSet-Cookie: jupyterhub-hub-login=x; Path=/hub/\r\n\r\nhidden"
    )
    request = b"GET /user/a/api/x HTTP/1.1\r\nHost: x\r\nAuthorization: token t\r\n\r\n"
    said = shared.raw(request + request.replace(b"/x", b"/y"))
    assert b"hidden" not in said
    assert b"hub-login" not in said


def test_the_hub_s_own_answers_pass_as_they_are(shared: Proxy) -> None:
    shared.hub.says = EVIL
    _, headers, _ = shared.ask("/hub/login")
    assert headers["Content-Security-Policy"] == "script-src *"
    assert len(headers.get_all("Set-Cookie") or []) == 6


def test_with_a_host_for_each_lab_other_names_of_the_machine_lead_to_the_platform(
    start: Callable[..., Proxy],
) -> None:
    proxy = start(
        "--host-routing",
        MOTCHAM_PROXY_PLATFORM="http://127.0.0.1:9999/",
        MOTCHAM_PROXY_LABS="localhost",
    )
    proxy.route("/127.0.0.1/", proxy.hub)
    proxy.route("/a.localhost/user/a/", proxy.lab)
    page = {"Host": "localhost:9999", "Accept": "text/html,*/*"}
    status, headers, _ = proxy.ask("/hub/x?y=1", page)
    assert (status, headers["Location"]) == (302, "http://127.0.0.1:9999/hub/x?y=1")
    assert proxy.ask("//evil.test/x", page)[1]["Location"].startswith("http://127.0.0.1:9999/")
    assert proxy.ask("/hub/x", {"Host": "machine"})[0] == 200, "programs are served at once"
    status, headers, _ = proxy.ask("/user/a/files/x", {"Host": "a.localhost:9999"})
    assert status == 200
    assert headers["Content-Security-Policy"].startswith("sandbox;")
    assert proxy.ask("/user/a/lab", {"Host": "b.localhost:9999"})[0] == 404


def test_whoever_comes_while_it_starts_is_told_to_wait(
    start: Callable[..., Proxy],
) -> None:
    proxy = start()
    status, headers, page = proxy.ask("/services/portal/")
    assert status == 503
    assert int(headers["Retry-After"]) < 10
    assert 'http-equiv="refresh"' in page.decode()
    assert "Một Chạm đang khởi động" in page.decode()
    proxy.hub.says = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    proxy.route("/services/portal", proxy.hub)
    assert proxy.ask("/services/portal/health")[0] == 200
    assert proxy.ask("/nowhere")[0] == 404
