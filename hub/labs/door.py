"""“Mở trong JupyterLab”: starts the learner's lab if need be, puts the lesson in, says where it is.

It speaks JupyterHub's and Jupyter's own interfaces with the learner's own token, so it works the
same with every spawner. What somebody changed in the lab is never overwritten: the page's version
is then put beside it under a name of its own.

An author's courses lie in the author's own lab, one folder each below `AUTHORED`: the pages that
check, preview and publish read them from there by the same way.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPResponse

from core.messages import Message
from school.refusals import Unavailable

log = logging.getLogger("motcham.portal")

AUTHORED = "khoa-hoc"  # the folder of an author's lab in which courses lie
MOST_FILES, MOST_BYTES, DEEPEST = 300, 50_000_000, 4  # of one authored course

START_S = 60.0
LOOK_EVERY_S = 0.2

CANNOT_OPEN = Message(
    "Chưa mở được phòng thực hành. Xin thử lại sau ít phút; bài học vẫn làm được trên trang này."
)


@dataclass(frozen=True)
class Lesson:
    """What is to be opened: a folder per course, in it the notebook under the course's own path, so
    that ``../media/a.png`` leads from the one to the other as it does where the course was written.

    ``files``: what the lesson shows and hands out, by path below the course's folder.
    """

    course: str
    file: str
    notebook: Mapping[str, Any]
    revision: int
    slug: str = ""  # the lesson's, by which the lab's button submits it
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def path(self) -> PurePosixPath:
        return PurePosixPath(self.course, self.file)

    @property
    def beside(self) -> PurePosixPath:
        """Where the page's version goes when the lab's was changed too."""
        return self.path.with_stem(f"{self.path.stem}-ban-tren-trang-{self.revision}")


class TooMuch(Exception):
    """A folder of a lab that is larger than a course may be."""


class LabDoor:
    """``hub_api``: ``http://…/hub/api``; ``address``: the platform as the portal reaches it."""

    def __init__(self, *, hub_api: str, address: str) -> None:
        self.hub_api, self.address = hub_api.rstrip("/"), address.rstrip("/")

    async def open_lesson(
        self,
        lesson: Lesson,
        *,
        username: str,
        token: str,
        language: str = "vi",
        narrow: bool = False,
    ) -> str:
        """The address of the lesson in the lab; raises `Unavailable` with what to tell.

        ``language`` is that of the lab's pages, if it has to be started for this. On a ``narrow``
        screen it is Notebook 7, which shows the notebook alone.
        """
        try:
            base = await self._running(username, token, language)
            await self._put_files(base, lesson, token)
            await self._put(base, lesson, token)
        except (HTTPClientError, OSError, TimeoutError, ValueError) as error:
            log.warning("no lab for %s: %r", username, error)
            raise Unavailable(CANNOT_OPEN) from None
        if narrow:
            return f"{base}notebooks/{quote(str(lesson.path))}"
        # Not among every lesson that was open before, each with a kernel of its own.
        return f"{base}lab/tree/{quote(str(lesson.path))}?reset"

    # --- an author's courses --------------------------------------------------------------------

    async def start(self, *, username: str, token: str, language: str = "vi") -> str:
        """Start the lab where it does not run; its path. Raises `Unavailable`."""
        try:
            return await self._running(username, token, language)
        except (HTTPClientError, OSError, TimeoutError, ValueError) as error:
            log.warning("no lab for %s: %r", username, error)
            raise Unavailable(CANNOT_OPEN) from None

    async def find_running(self, *, username: str, token: str) -> str | None:
        """The path of the lab that runs now, ``/user/name/``; None where none does."""
        server = _server_of(
            await self._ask("GET", f"{self.hub_api}/users/{quote(username)}", token)
        )
        return str(server["url"]) if server and server["ready"] else None

    async def list_courses(self, base: str, token: str) -> list[str]:
        """Names of the folders that lie where courses do."""
        there = await self._list(base, AUTHORED, token)
        return sorted(one["name"] for one in there or [] if one["type"] == "directory")

    async def read_course(self, base: str, slug: str, token: str) -> dict[str, bytes] | None:
        """Every file of an authored course by its path below the folder; None without a folder.

        Raises `TooMuch` before reading what is larger than a course may be.
        """
        top = f"{AUTHORED}/{slug}"
        waiting: list[tuple[str, int]] = [(top, 0)]
        found: list[dict[str, Any]] = []
        while waiting:
            path, depth = waiting.pop()
            there = await self._list(base, path, token)
            if there is None:
                return None
            found += [one for one in there if one["type"] != "directory"]
            folders = [(one["path"], depth + 1) for one in there if one["type"] == "directory"]
            waiting += folders
            size = sum(one["size"] or 0 for one in found)
            many = len(found) > MOST_FILES or len(waiting) > MOST_FILES
            if many or size > MOST_BYTES or depth > DEEPEST:
                raise TooMuch
        files: dict[str, bytes] = {}
        left = MOST_BYTES  # counted once more: the lab may have told other sizes than it sends
        for one in found:
            address = f"{self._contents(base, one['path'])}?type=file&format=base64"
            content = json.loads((await self._ask("GET", address, token)).body)["content"]
            files[one["path"].removeprefix(f"{top}/")] = base64.b64decode(content)
            left -= len(content) * 3 // 4
            if left < 0:
                raise TooMuch
        return files

    async def write_course(
        self, base: str, slug: str, files: Mapping[str, bytes], token: str
    ) -> None:
        """Put files of a course into the lab, by path; others stay as they are."""
        await self._write_files(
            base, {f"{AUTHORED}/{slug}/{path}": content for path, content in files.items()}, token
        )

    async def remove_file(self, base: str, slug: str, path: str, token: str) -> None:
        """Take a file out of an authored course; it may be gone already."""
        address = self._contents(base, f"{AUTHORED}/{slug}/{path}")
        try:
            await self._ask("DELETE", address, token)
        except HTTPClientError as error:
            if error.code != HTTPStatus.NOT_FOUND:
                raise

    async def _list(self, base: str, path: str, token: str) -> list[dict[str, Any]] | None:
        """What lies in a folder; None where there is no such folder."""
        try:
            answer = await self._ask("GET", f"{self._contents(base, path)}?type=directory", token)
        except HTTPClientError as error:
            if error.code in (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST):
                return None
            raise
        found: list[dict[str, Any]] = json.loads(answer.body)["content"]
        return found

    async def _running(self, username: str, token: str, language: str) -> str:
        """Start the lab where it does not run; its path, or address where it has its own host."""
        user = f"{self.hub_api}/users/{quote(username)}"
        server = _server_of(await self._ask("GET", user, token))
        if server is None:
            await self._ask("POST", f"{user}/server", token, {"language": language})
        async with asyncio.timeout(START_S):
            while server is None or not server["ready"]:
                await asyncio.sleep(LOOK_EVERY_S)
                server = _server_of(await self._ask("GET", user, token))
                if server is None:
                    raise Unavailable(CANNOT_OPEN)
        return str(server["url"])

    async def _put_files(self, base: str, lesson: Lesson, token: str) -> None:
        """What the lesson shows and hands out, where it is not there yet: a table that somebody
        went on working in stays as it is."""
        wanted = {f"{lesson.course}/{path}": content for path, content in lesson.files.items()}
        there = set()
        for folder in _folders_of([*wanted, str(lesson.path)]):
            listed = await self._list(base, folder, token)
            if listed is None:
                await self._make_folder(base, folder, token)
            there |= {one["path"] for one in listed or []}
        await self._write_files(
            base, {path: wanted[path] for path in wanted if path not in there}, token
        )

    async def _write_files(self, base: str, files: Mapping[str, bytes], token: str) -> None:
        for folder in _folders_of(files):
            await self._make_folder(base, folder, token)
        for path, content in files.items():
            body = {
                "type": "file",
                "format": "base64",
                "content": base64.b64encode(content).decode(),
            }
            await self._ask("PUT", self._contents(base, path), token, body)

    async def _make_folder(self, base: str, folder: str, token: str) -> None:
        await self._ask("PUT", self._contents(base, folder), token, {"type": "directory"})

    async def _put(self, base: str, lesson: Lesson, token: str) -> None:
        there = await self._find(base, lesson.path, token)
        if there is None or unchanged(there):
            await self._write(base, lesson.path, lesson, token)
            return
        same = digest_of(there) == digest_of(lesson.notebook)
        if not same and await self._find(base, lesson.beside, token) is None:
            await self._write(base, lesson.beside, lesson, token)

    async def _find(self, base: str, path: PurePosixPath, token: str) -> dict[str, Any] | None:
        try:
            answer = await self._ask("GET", self._contents(base, str(path)), token)
        except HTTPClientError as error:
            if error.code == HTTPStatus.NOT_FOUND:
                return None
            raise
        found: dict[str, Any] = json.loads(answer.body)["content"]
        return found

    async def _write(self, base: str, path: PurePosixPath, lesson: Lesson, token: str) -> None:
        body = {"type": "notebook", "format": "json", "content": stamped(lesson)}
        await self._ask("PUT", self._contents(base, str(path)), token, body)

    def _contents(self, base: str, path: str) -> str:
        return f"{base}api/contents/{quote(path)}"

    async def _ask(self, method: str, address: str, token: str, body: Any = None) -> HTTPResponse:
        headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
        if not address.startswith(self.hub_api):  # a lab: by the proxy, not by its public name
            parts = urlsplit(address)
            address = self.address + urlunsplit(("", "", parts.path, parts.query, ""))
            headers |= {"Host": parts.netloc} if parts.netloc else {}
        return await AsyncHTTPClient().fetch(
            address,
            method=method,
            body=None if body is None else json.dumps(body),
            headers=headers,
            request_timeout=START_S,
        )


def _folders_of(paths: Iterable[str]) -> list[str]:
    """The folders that lead to ``paths``, each after the one it lies in."""
    folders = {str(parent) for path in paths for parent in PurePosixPath(path).parents}
    return sorted(folders - {"."}, key=len)


def _server_of(answer: HTTPResponse) -> dict[str, Any] | None:
    servers = json.loads(answer.body).get("servers") or {}
    found: dict[str, Any] | None = servers.get("")
    return found


def digest_of(notebook: Mapping[str, Any]) -> str:
    """Over the cells' sources only: outputs and views do not count as a change."""
    sources = [
        cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        for cell in notebook["cells"]
    ]
    return hashlib.sha256(json.dumps(sources).encode()).hexdigest()


def stamped(lesson: Lesson) -> dict[str, Any]:
    """The notebook with a note of what it was when it was put, to see later if it was changed."""
    note: dict[str, Any] = {"course": lesson.course, "revision": lesson.revision}
    note["lesson"] = lesson.slug
    note["put"] = digest_of(lesson.notebook)
    metadata = {**lesson.notebook.get("metadata", {}), "motcham": note}
    return {**lesson.notebook, "metadata": metadata}


def unchanged(notebook: Mapping[str, Any]) -> bool:
    """Whether nobody changed the notebook since we put it into the lab."""
    put = notebook.get("metadata", {}).get("motcham", {}).get("put")
    return bool(put) and put == digest_of(notebook)
