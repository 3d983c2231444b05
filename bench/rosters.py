"""A list of very many people: read, checked, imported, checked again.

    python bench/rosters.py [--people 50000]

A CSV of made-up people of three provinces, into a new SQLite: by itself, and then sent to a portal
in a process of its own, which somebody else asks for pages and writes beside meanwhile. Prints a
table; the last line is JSON with the seconds of each step, how many rows a second the slowest
takes, and the longest that the other one waited.
"""

import argparse
import asyncio
import contextlib
import datetime as dt
import http.client
import json
import multiprocessing
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# A bench beside this one has the name of a room.
if str(Path(__file__).parent) in sys.path:
    sys.path.remove(str(Path(__file__).parent))

from jupyterhub.services.auth import HubOAuth
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port

from hub.portal import app
from hub.settings import Settings
from records import open_records
from records.people import persons
from school.people.roster import Outcome, import_roster, read_table

AT = dt.datetime(2026, 11, 30, 3, 0, tzinfo=dt.UTC)
FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ"]
GIVEN = ["An", "Bình", "Cường", "Dũng", "Hà", "Hoa", "Lan", "Mai", "Nam", "Phúc", "Quang"]
GIVEN += ["Sơn", "Tâm", "Uyên", "Vân", "Xuân", "Yến"]


def list_of(people: int) -> bytes:
    """A list as an office keeps it."""
    chance = random.Random(1)
    rows = ["Mã cán bộ,Họ tên,Chức vụ,Nhóm đối tượng,Danh mục,Mã đơn vị"]
    for number in range(people):
        name = f"{chance.choice(FAMILY)} {' '.join(chance.choices(GIVEN, k=3))}"
        unit = chance.choice(("15", "48", "01"))
        rows.append(f"BC-{number},{name},Chuyên viên,c,2025,{unit}")
    return "\n".join(rows).encode()


def serve(folder: Path, port: Any) -> None:
    """A portal over the records in ``folder``; who asks is named by a header."""

    async def named(handler: Any) -> str | None:
        return handler.request.headers.get("Bench-User") or None

    async def run() -> None:
        portal = app.make_portal(
            Settings(data=folder / "data"),
            records=open_records(f"sqlite:///{folder / 'motcham.sqlite'}"),
            hub_auth=HubOAuth(api_token="-", oauth_client_id="service-portal", hub_host=""),
            prefix="/",
            hub_prefix="/hub/",
            identify=named,
        )
        server = HTTPServer(app.make_app(portal, cookie_secret=b"0" * 32), max_body_size=26_000_000)
        socket, number = bind_unused_port()
        server.add_socket(socket)
        port.send(number)
        await asyncio.Event().wait()

    asyncio.run(run())


@contextlib.contextmanager
def a_portal(folder: Path) -> Iterator[int]:
    """Its port."""
    near, far = multiprocessing.get_context("spawn").Pipe()
    child = multiprocessing.get_context("spawn").Process(target=serve, args=(folder, far))
    child.start()
    try:
        yield near.recv()
    finally:
        child.terminate()
        child.join()


def ask(
    port: int, who: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[http.client.HTTPResponse, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST" if body else "GET", path, body, {"Bench-User": who, **headers})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


def send(port: int, content: bytes, how: str) -> None:
    """Send the list as an officer, and wait until the job's page shows what came of it."""
    answer, _ = ask(port, "bo", "/roster")
    token = str(answer.headers["Set-Cookie"]).split("=", 1)[1].split(";")[0]
    fields = {"_xsrf": token, "how": how}
    head = "".join(
        f'--gap\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    )
    head += '--gap\r\nContent-Disposition: form-data; name="file"; filename="ds.csv"\r\n\r\n'
    body = head.encode() + content + b"\r\n--gap--\r\n"
    sent = {"Content-Type": "multipart/form-data; boundary=gap", "Cookie": f"_xsrf={token}"}
    answer, text = ask(port, "bo", "/roster", body, **sent)
    assert answer.status == 303, text
    while True:
        answer, text = ask(port, "bo", "/roster/progress")
        if "Refresh" not in answer.headers:
            break
        time.sleep(0.5)
    assert ("Đã nhập xong" if how == "import" else "Tệp không có lỗi") in text, text


class Meanwhile:
    """Somebody else at the portal: the longest wait for a page, and for the database to write."""

    def __init__(self, port: int, folder: Path) -> None:
        self.page_s = self.write_s = 0.0
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._pages, args=(port,)),
            threading.Thread(target=self._writes, args=(folder,)),
        ]

    def __enter__(self) -> "Meanwhile":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _pages(self, port: int) -> None:
        while not self._over.wait(0.05):
            began = time.perf_counter()
            answer, _ = ask(port, "an", "/catalogue")
            assert answer.status == 200
            self.page_s = max(self.page_s, time.perf_counter() - began)

    def _writes(self, folder: Path) -> None:
        records = open_records(f"sqlite:///{folder / 'motcham.sqlite'}")
        while not self._over.wait(0.05):
            began = time.perf_counter()
            with records.begin() as session:
                persons.add_person(session, username=None, full_name="Học viên (mẫu)", at=AT)
            self.write_s = max(self.write_s, time.perf_counter() - began)
        records.close()


def through_the_portal(folder: Path, content: bytes) -> dict[str, float]:
    records = open_records(f"sqlite:///{folder / 'motcham.sqlite'}", migrate=True)
    with records.begin() as session:
        persons.load_units(session)
        persons.add_person(session, username="an", full_name="Học viên An (mẫu)", at=AT)
        officer = persons.add_person(session, username="bo", full_name="Cán bộ (mẫu)", at=AT)
        persons.grant_role(session, officer.id, "ministry-officer")
    records.close()
    found: dict[str, float] = {}
    with a_portal(folder) as port:
        with Meanwhile(port, folder) as nothing:
            time.sleep(3)
        found |= {"idle_page_s": nothing.page_s, "idle_write_s": nothing.write_s}
        for how in ("check", "import"):
            began = time.perf_counter()
            with Meanwhile(port, folder) as other:
                send(port, content, how)
            found[f"portal_{how}_s"] = time.perf_counter() - began
            found |= {f"page_during_{how}_s": other.page_s, f"write_during_{how}_s": other.write_s}
    return {name: round(value, 2) for name, value in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=50_000)
    many = parser.parse_args().people
    content, found = list_of(many), {}

    def timed(what: str, do: Callable[[], Outcome]) -> Outcome:
        began = time.perf_counter()
        outcome = do()
        found[f"{what}_s"] = round(time.perf_counter() - began, 1)
        print(f"{what:<14}{found[f'{what}_s']:>8} s")
        return outcome

    began = time.perf_counter()
    table = read_table("ds.csv", content)
    found["read_s"] = round(time.perf_counter() - began, 1)
    print(f"{'read':<14}{found['read_s']:>8} s")
    with tempfile.TemporaryDirectory() as folder:
        records = open_records(f"sqlite:///{Path(folder) / 'motcham.sqlite'}", migrate=True)

        def run(*, dry_run: bool) -> Outcome:
            with records.begin() as session:
                return import_roster(
                    session, "ds", content, at=AT, actor="bench", dry_run=dry_run, table=table
                )

        with records.begin() as session:
            persons.load_units(session)
        assert timed("check", lambda: run(dry_run=True)).added == many
        assert timed("import", lambda: run(dry_run=False)).added == many
        assert timed("check_again", lambda: run(dry_run=True)).unchanged == many
        records.close()
    with tempfile.TemporaryDirectory() as folder:
        waits = through_the_portal(Path(folder), content)
    for what, seconds in waits.items():
        print(f"{what:<24}{seconds:>6} s")
    found |= waits
    slowest = max(found[name] for name in ("check_s", "import_s", "check_again_s"))
    print(json.dumps({**found, "people": many, "rows_a_second": round(many / slowest)}))


if __name__ == "__main__":
    main()
