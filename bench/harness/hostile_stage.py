"""The running platform of `bench/hostile.py`, and the people who come to it with browsers of their
own, honest or not."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import itertools
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import bcrypt
import httpx
from nativeauthenticator.orm import UserInfo

import courses
from hub.login import accounts
from hub.settings import Settings
from records import open_records
from records.people import persons
from school.learning import answering, notebooks

COURSE = courses.load_course(Path(__file__).parents[2] / "courses" / "content" / "nhan-thuc-chung")
PORTAL = "services/portal/"
PASSWORD = "mẫu-mẫu-mẫu-2026"
PATIENCE_S = 60.0
XSRF = re.compile(r'name="_xsrf" value="([^"]*)"')


class Person:
    """A browser with an address and cookies of its own."""

    def __init__(self, url: str, address: str, name: str = "") -> None:
        self.name, self._url, self._address = name, url, address
        self.browser = self._new_browser()

    def _new_browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self._url,
            transport=httpx.AsyncHTTPTransport(local_address=self._address),
            timeout=PATIENCE_S,
            follow_redirects=True,
            trust_env=False,
        )

    async def close(self) -> None:
        await self.browser.aclose()

    async def log_in(self) -> None:
        """As with a new browser: the form, the password, and the way to the portal's home."""
        old, self.browser = self.browser, self._new_browser()
        await old.aclose()
        answer = await self.try_password(self.name, PASSWORD)
        # Officers land on their unit's page.
        assert answer.url.path.startswith(f"/{PORTAL}"), f"{answer.status_code} {answer.url.path}"

    async def try_password(self, name: str, password: str) -> httpx.Response:
        form = await self.browser.get("hub/login")
        fields = {"username": name, "password": password, "_xsrf": XSRF.findall(form.text)[0]}
        return await self.browser.post("hub/login?next=", data=fields)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.browser.get(path, **more)

    def xsrf(self, path: str) -> str:
        """The token of the cookie for the portal (or the hub)."""
        kept = [one for one in self.browser.cookies.jar if one.name == "_xsrf"]
        return next((str(one.value) for one in kept if one.path == path), "")

    async def send(self, method: str, path: str, body: Any) -> httpx.Response:
        named = {"X-XSRFToken": self.xsrf(f"/{PORTAL}"), "Content-Type": "application/json"}
        content = body if isinstance(body, bytes) else as_json(body)
        return await self.browser.request(method, path, content=content, headers=named)

    async def upload(self, path: str, name: str, content: bytes, **fields: str) -> httpx.Response:
        data = {"_xsrf": self.xsrf(f"/{PORTAL}"), **fields}
        return await self.browser.post(path, data=data, files={"file": (name, content)})


class Stage:
    """The running platform and the people who come to it."""

    attackers_address = "127.0.0.66"

    def __init__(self, url: str, settings: Settings, learners: int) -> None:
        self.url, self.settings, self.learners = url, settings, learners
        self.host, self.port = "127.0.0.1", settings.port
        self.bystanders = [f"tn-ngoai-{n}" for n in range(60)]
        self.honest_names: list[str] = []
        self._strangers: list[Person] = []
        self._numbers = itertools.count(1)
        self._hash = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt())
        lesson = COURSE.lessons[0]
        self.wanted = {"course": COURSE.slug, "lesson": lesson.slug}
        self.page = f"{PORTAL}courses/{COURSE.slug}/lessons/{lesson.slug}?xem=ca-bai"
        self.lesson_api = f"{PORTAL}api/v1/courses/{COURSE.slug}/lessons/{lesson.slug}"
        self.submissions_api = f"{PORTAL}api/v1/submissions"
        self._published = courses.learner_notebook(lesson.source)
        self.code_cell = next(
            cell_id
            for cell_id, cell in notebooks.answer_cells(self._published).items()
            if cell["cell_type"] == "code" and answering.form_of(cell) is None
        )

    def notebook_with(self, code: str) -> dict[str, Any]:
        """The lesson with ``code`` in a cell of its own at the top, never twice the same."""
        notebook: dict[str, Any] = json.loads(json.dumps(self._published))
        own = {"cell_type": "code", "id": f"n{next(self._numbers)}", "metadata": {}}
        own |= {"execution_count": None, "outputs": [], "source": f"{code}\n# {own['id']}"}
        notebook["cells"].insert(0, own)
        return notebook

    def add_people(self, names: list[str], *, officer: bool = False) -> None:
        """Synthetic people with accounts; one hash for all, for hashing is slow on purpose."""
        records = open_records(self.settings.records_url)
        at = dt.datetime.now(dt.UTC)
        with records.begin() as session:
            unit = persons.find_unit(session, "province", "2025", "15")
            assert unit is not None
            for name in names:
                person = persons.add_person(
                    session, username=name, full_name=f"{name} (mẫu)", unit_id=unit.id, at=at
                )
                if officer:
                    persons.grant_role(session, person.id, "unit-officer", unit.id)
        records.close()
        with accounts.open_accounts(self.settings.hub_database_url) as session:
            for name in names:
                session.add(UserInfo(username=name, password=self._hash, is_authorized=True))

    def stranger(self) -> Person:
        self._strangers.append(Person(self.url, self.attackers_address))
        return self._strangers[-1]

    async def attacker(self, *, officer: bool = False, address: str = "") -> Person:
        """A new hostile person, logged in and with the lesson open. ``address``: other than the
        attackers'."""
        name = f"tn-xau-{next(self._numbers)}"
        await asyncio.to_thread(self.add_people, [name], officer=officer)
        who = Person(self.url, address or self.attackers_address, name)
        self._strangers.append(who)
        await who.log_in()
        await who.get(self.page)
        return who

    async def open_lab(self, who: Person) -> None:
        await who.get("hub/home")
        named = {"X-XSRFToken": who.xsrf("/hub/")}
        mine = f"hub/api/users/{who.name}"
        await who.browser.post(f"{mine}/server", headers=named)
        for _ in range(600):
            found = (await who.browser.get(mine, headers=named)).json()["servers"].get("")
            if found and found["ready"]:
                # Only whom the hub lets in sees a lab: their browser gets its cookies now.
                lab = await who.get(f"user/{who.name}/lab")
                assert lab.status_code == 200, lab.status_code
                self.lab_origin = str(lab.url.copy_with(raw_path=b"")).rstrip("/")
                return
            await asyncio.sleep(0.1)
        raise TimeoutError("the attacker's lab did not start")

    @contextlib.asynccontextmanager
    async def kernel(self, who: Person, kind: Any) -> AsyncIterator[Any]:
        """A kernel in the attacker's lab; the lab is closed afterwards."""
        one = kind(self, who.name)
        inside = f"/user/{who.name}/"
        # Labs have hosts of their own, and cookies of those.
        cookies = [
            cookie
            for cookie in who.browser.cookies.jar
            if cookie.path == inside or cookie.domain.strip(".") in self.lab_origin
        ]
        one.headers = {
            "Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies),
            "X-XSRFToken": who.xsrf(inside),
            "Origin": self.lab_origin,
            # Without a session's cookie, the hub knows a browser by its address and this.
            "User-Agent": who.browser.headers["User-Agent"],
        }
        one.query = f"?_xsrf={quote(who.xsrf(inside))}"
        try:
            async with one:
                yield one
        finally:
            named = {"X-XSRFToken": who.xsrf("/hub/")}
            await who.browser.delete(f"hub/api/users/{who.name}/server", headers=named)

    @property
    def base(self) -> str:
        """For the harness's kernels: where the attacker's lab is."""
        return self.lab_origin

    token = lab_origin = ""

    async def leave(self) -> None:
        for one in self._strangers:
            await one.close()
        self._strangers.clear()


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()
