"""A lab's door: what goes through it, and that one lab takes nothing of another's."""

import pytest
from lab_hub import LabHub

from labs import keeper_client
from labs.door import MOST_CONNECTIONS, admit

API = "/hub/api"


def head(first="GET /hub/api/user HTTP/1.1", *lines):
    return "\r\n".join([first, *lines, "\r\n"]).encode()


@pytest.mark.parametrize(
    "first",
    [
        "GET /hub/api HTTP/1.1",
        "GET /hub/api/ HTTP/1.1",
        "GET /hub/api/user HTTP/1.1",
        "GET /hub/api/user?sync=1 HTTP/1.1",
        "POST /hub/api/oauth2/token HTTP/1.1",
        "POST /hub/api/users/x.y/activity HTTP/1.1",
        "POST /hub/api/users/t%C3%AAn/activity HTTP/1.1",
    ],
)
def test_what_a_server_asks_goes_through(first):
    admitted, length = admit(head(first), API)
    assert admitted.startswith(f"{first}\r\n".encode())
    assert admitted.endswith(b"Connection: close\r\n\r\n")
    assert length == 0


@pytest.mark.parametrize(
    "first",
    [
        "GET /hub/login HTTP/1.1",
        "POST /hub/login HTTP/1.1",
        "GET /hub/api/users HTTP/1.1",
        "GET /hub/api/users/b HTTP/1.1",
        "DELETE /hub/api/user HTTP/1.1",
        "GET /hub/api/../login HTTP/1.1",
        "GET /hub/api/user/../../login HTTP/1.1",
        "GET /services/portal/ HTTP/1.1",
        "GET http://hub/hub/login HTTP/1.1",
        "GET  /hub/api/user HTTP/1.1",
        "GET /hub/api/user HTTP/1.0",
        "nonsense",
        "",
    ],
)
def test_nothing_else_does(first):
    assert admit(head(first), API) is None


def test_a_lab_does_not_say_where_a_request_came_from_nor_whose_cookie_it_has():
    admitted, _ = admit(
        head(
            "GET /hub/api/user HTTP/1.1",
            "Host: hub",
            "Authorization: token x",
            "X-Forwarded-For: 10.0.0.1",
            "X-Real-Ip: 10.0.0.1",
            "X-Forwarded-Proto: https",
            "Cookie: jupyterhub-hub-login=x",
            "Connection: keep-alive",
        ),
        API,
    )
    assert admitted == head(
        "GET /hub/api/user HTTP/1.1", "host: hub", "authorization: token x", "Connection: close"
    )


@pytest.mark.parametrize(
    "lines",
    [
        ["Transfer-Encoding: chunked"],
        ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: -5"],
        ["Content-Length: 5, 6"],
        ["Content-Length: 2000000"],
        ["Content-Length : 5"],
        [" folded: x"],
        ["Host"],
    ],
)
def test_a_request_of_unclear_length_does_not(lines):
    assert admit(head("POST /hub/api/oauth2/token HTTP/1.1", *lines), API) is None


def test_only_no_file_and_nobody_listening_mean_that_a_keeper_is_gone():
    gone = (FileNotFoundError, ConnectionRefusedError)
    assert gone == keeper_client.GONE
    assert not issubclass(BlockingIOError, gone)
    assert not issubclass(type(OSError(24, "EMFILE")), gone)


FLOOD = """
import os, socket
from urllib.parse import unquote, urlparse
door = unquote(urlparse(os.environ["JUPYTERHUB_API_URL"]).netloc)
held, refused = [], 0
for _ in range(1500):
    try:
        one = socket.socket(socket.AF_UNIX)
        held.append(one)
        one.setblocking(False)
        one.connect(door)
        one.send(b"GET /hub/api/user HTTP/1.1\\r\\n")
    except OSError:
        refused += 1
print(len(held) - refused, "open", refused, "refused")
import time
time.sleep(SECONDS)
"""


def test_a_lab_that_opens_every_connection_it_can_takes_nothing_from_others(tmp_path):
    more = "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (256, 4096))\n"
    with LabHub(tmp_path, more=more) as hub:
        for name in ("tham", "hien"):
            hub.add(name)
            hub.open_lab(name)
        said = hub.run("tham", FLOOD.replace("SECONDS", "0.2"))
        opened = int(said.split()[0])
        assert 0 < opened <= 2 * MOST_CONNECTIONS + 2, said

        import asyncio

        from lab_hub import Kernel

        async def beside():
            async with Kernel(hub, "tham") as flooding:
                flood = asyncio.ensure_future(flooding.run(FLOOD.replace("SECONDS", "13"), 60))
                await asyncio.sleep(2)
                assert hub_has_room(hub)
                async with Kernel(hub, "hien") as honest:
                    assert (await honest.run("print(6 * 7)")).strip() == "42"
                await flood  # the hub has looked after every lab twice meanwhile

        asyncio.run(beside())
        hub.add("moi")
        hub.open_lab("moi")
        assert hub.run("moi", "print(1)").strip() == "1"
        assert hub.call("GET", "/user/hien/api/status")[0] == 200
        assert hub.call("GET", "/user/tham/api/status")[0] == 200, "its own lives on too"
        assert len(hub.log.read_text().splitlines()) < 2000


def hub_has_room(hub):
    from pathlib import Path

    return len(list(Path(f"/proc/{hub.process.pid}/fd").iterdir())) < 200
