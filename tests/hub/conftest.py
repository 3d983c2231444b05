"""A portal in this process: the real application, database and (where asked for) marking.

Only the hub is absent here: who asks is named by a header. The browser tests have a real hub.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from jupyterhub.services.auth import HubOAuth
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import RequestHandler

import courses
from graders import Marker
from hub.portal import app
from hub.settings import Settings
from records import Records, open_records
from records.courses import releases
from records.people import persons

ROOT = Path(__file__).parents[2]
PREFIX = "/services/portal/"
AT = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)


@dataclass
class Answer:
    status: int
    body: bytes
    headers: Any

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Browser:
    """One person's way to the portal; keeps cookies."""

    address: str
    username: str | None = None
    language: str = "vi"
    cookies: dict[str, str] = field(default_factory=dict)

    async def ask(
        self, method: str, path: str, *, body: bytes | None = None, headers: Any = None
    ) -> Answer:
        sent = {"Accept-Language": self.language, "Sec-Fetch-Mode": "navigate", **(headers or {})}
        if self.username:
            sent["Test-User"] = self.username
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        response: HTTPResponse = await AsyncHTTPClient(force_instance=True).fetch(
            self.address + path,
            method=method,
            body=body,
            headers=sent,
            raise_error=False,
            follow_redirects=False,
            allow_nonstandard_methods=True,
            request_timeout=60,
        )
        for line in response.headers.get_list("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return Answer(response.code, response.body, response.headers)

    async def get(self, path: str = "") -> Answer:
        return await self.ask("GET", path)

    async def xsrf(self) -> str:
        """The token every form carries."""
        if "_xsrf" not in self.cookies:
            await self.get("")
        return self.cookies["_xsrf"]

    async def send(self, method: str, path: str, value: Any) -> Answer:
        """JSON to the API."""
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        headers = {"X-Xsrftoken": await self.xsrf(), "Content-Type": "application/json"}
        return await self.ask(method, path, body=body, headers=headers)

    async def post_form(self, path: str, **fields: Any) -> Answer:
        from urllib.parse import urlencode

        body = urlencode({"_xsrf": await self.xsrf(), **fields}, doseq=True).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.ask("POST", path, body=body, headers=headers)

    async def upload(self, path: str, name: str, content: bytes, **fields: str) -> Answer:
        """A form with a file, as a browser sends it."""
        body = b"".join(
            f'--gap\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in {**fields, "_xsrf": await self.xsrf()}.items()
        )
        head = f'--gap\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body += head.encode() + content + b"\r\n--gap--\r\n"
        headers = {"Content-Type": "multipart/form-data; boundary=gap"}
        return await self.ask("POST", path, body=body, headers=headers)


class Clock:
    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> dt.datetime:
        return self.at


@dataclass
class Site:
    address: str
    records: Records
    clock: Clock
    portal: Any
    filled: dict[str, str] = field(default_factory=dict)  # see test_every_route
    facts: dict[str, Any] = field(default_factory=dict)

    def as_(self, username: str | None, language: str = "vi") -> Browser:
        return Browser(self.address, username, language)


async def who_the_header_names(handler: RequestHandler) -> str | None:
    """In the hub's place: whoever the test says."""
    return handler.request.headers.get("Test-User")


PEOPLE = {
    "an": ("Nguyễn Thị An (mẫu)", "learner"),
    "binh": ("Trần Văn Bình (mẫu)", "learner"),
    "thay": ("Lê Thị Giảng (mẫu)", "instructor"),
    "can-bo": ("Phạm Văn Đơn (mẫu)", "unit-officer"),
    "bo": ("Hoàng Thị Bộ (mẫu)", "ministry-officer"),
    "kiem": ("Vũ Văn Kiểm (mẫu)", "auditor"),
    "quan": ("Đỗ Thị Quản (mẫu)", "administrator"),
}


def furnish(records: Records, *folders: Path) -> None:
    """One person of each role (two learners) and the courses in ``folders``."""
    with records.begin() as session:
        persons.load_units(session)
        unit = persons.find_unit(session, "province", "2025", "15")
        assert unit is not None
        for username, (name, role) in PEOPLE.items():
            person = persons.add_person(
                session, username=username, full_name=name, unit_id=unit.id, at=AT
            )
            persons.grant_role(
                session, person.id, role, unit.id if role == "unit-officer" else None
            )
        for folder in folders:
            release = courses.make_release(courses.load_course(folder))
            releases.publish(session, release, at=AT, by="thay")


@pytest.fixture(scope="session")
def furnished(
    _sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """A database with people and courses, made once a session for each set of courses."""
    made: dict[tuple[Path, ...], Path] = {}

    def make(*folders: Path) -> Path:
        if folders not in made:
            path = tmp_path_factory.mktemp("furnished") / "motcham.sqlite"
            shutil.copy(_sqlite_template, path)
            records = open_records(f"sqlite:///{path}")
            furnish(records, *folders)
            records.close()
            made[folders] = path
        return made[folders]

    return make


@pytest.fixture
def make_site(
    furnished: Callable[..., Path], opened: Callable[[str], Records], tmp_path: Path
) -> Callable[..., Any]:
    async def make(
        *folders: Path, marker: Any = None, labs: Any = None, census: Any = None
    ) -> tuple[Site, HTTPServer]:
        shutil.copy(furnished(*folders), tmp_path / "motcham.sqlite")
        records = opened(f"sqlite:///{tmp_path / 'motcham.sqlite'}")
        clock = Clock()
        settings = Settings(
            data=tmp_path / "data", demo=True, registration="open", open_reading=True
        )
        hub_auth = HubOAuth(
            api_token="none", oauth_client_id="service-portal", base_url=PREFIX, hub_host=""
        )
        portal = app.make_portal(
            settings,
            records=records,
            hub_auth=hub_auth,
            prefix=PREFIX,
            hub_prefix="/hub/",
            marker=marker,
            lab_door=labs,
            census=census,
            identify=who_the_header_names,
            clock=clock,
        )
        server = HTTPServer(
            app.make_app(portal, cookie_secret=b"0" * 32),
            max_body_size=app.LARGEST_FORM_MB * 1_000_000,
        )
        socket, port = bind_unused_port()
        server.add_socket(socket)
        return Site(f"http://127.0.0.1:{port}{PREFIX}", records, clock, portal), server

    return make


@pytest.fixture
async def bare_site(make_site: Any) -> AsyncIterator[Site]:
    """Without courses and marking, for pages that need none."""
    made, server = await make_site()
    yield made
    server.stop()
    await server.close_all_connections()
    made.portal.threads.shutdown()
    made.portal.close()


@pytest.fixture
async def unmarked(make_site: Any) -> AsyncIterator[Site]:
    """The real course, and nothing marks."""
    made, server = await make_site(ROOT / "courses" / "content" / "nhan-thuc-chung")
    yield made
    server.stop()
    await server.close_all_connections()
    made.portal.threads.shutdown()
    made.portal.close()


@pytest.fixture
async def site(make_site: Any) -> AsyncIterator[Site]:
    """The template's course (every kind of cell) and the real one; no marking."""
    made, server = await make_site(
        ROOT / "courses" / "template", ROOT / "courses" / "content" / "nhan-thuc-chung"
    )
    yield made
    server.stop()
    await server.close_all_connections()
    made.portal.threads.shutdown()
    made.portal.close()
    await asyncio.sleep(0)


@pytest.fixture
async def taught(make_site: Any) -> AsyncIterator[Any]:
    """A site with the template's course and a real marker."""
    with Marker() as marker:
        made, server = await make_site(ROOT / "courses" / "template", marker=marker)
        yield made
        server.stop()
        await server.close_all_connections()
        made.portal.threads.shutdown()
        made.portal.close()
        await asyncio.sleep(0)


def visible_text(page: str) -> str:
    """The words of a page, without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
