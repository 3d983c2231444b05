"""Pictures, videos and captions of a course, in pieces where a browser asks for pieces."""

from __future__ import annotations

import base64
import re
from http import HTTPStatus
from pathlib import PurePosixPath

import courses
from core.manifest import Manifest
from courses.manifest import media_of
from courses.media import DOCUMENTS, FOLDER, IMAGES, TYPES, VIDEOS, described
from courses.pictures import cover_among
from hub.portal.web import PageHandler
from records import Session
from records.courses import releases
from records.tables.courses import Release
from school import access
from school.learning import lessons

SHORT = 16  # hex digits of a file's digest in its address
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def addressed(manifest: Manifest, base: str) -> dict[str, courses.Medium]:
    """The release's media by path, each with its address below ``base``."""
    return {
        one.path: courses.Medium.at(
            f"{base}/{one.digest[:SHORT]}/{PurePosixPath(one.path).name}", one
        )
        for one in manifest.media
    }


def own_cover(manifest: Manifest) -> str | None:
    """The course's own picture, as its address goes on below the media's; None: one is drawn."""
    path = cover_among(one.path for one in manifest.media)
    return addressed(manifest, "")[path].address if path else None


def embedded(course: courses.Course) -> dict[str, courses.Medium]:
    """The pictures of a course that is not published, in the page itself, so that its preview
    shows them; of videos only what is said in them."""
    files = media_of(course)
    return {
        one.path: courses.Medium.at(_data_address(one.path, files[one.path]), one)
        for one in described(files)
    }


def _data_address(path: str, content: bytes) -> str:
    kind = IMAGES.get(PurePosixPath(path).suffix)
    return f"data:{kind};base64,{base64.b64encode(content).decode()}" if kind else ""


def wanted_part(asked: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last of a ``Range`` header; None: send the whole.

    Raises ValueError where it asks for what is not there. Several ranges at once are answered
    with the whole, which HTTP allows.
    """
    found = RANGE.fullmatch(asked.strip())
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:  # the last so many bytes
        begin, end = max(0, size - int(found[2])), size
        if found[2].strip("0") == "":
            raise ValueError(asked)
    else:
        begin = int(found[1])
        end = min(size, int(found[2]) + 1) if found[2] else size
    if begin >= size or end <= begin:
        raise ValueError(asked)
    return begin, end


class MediaFile(PageHandler):
    """A file addressed by its content: whoever has it need never ask again."""

    async def get(self, course: str, digest: str, name: str) -> None:
        self.require(self.may_see())
        content = await self.read(self._find, course, digest, name)
        if content is None:
            raise self.absent()
        suffix = PurePosixPath(name).suffix
        self.set_header("Content-Type", TYPES[suffix])
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        # Opened by itself, an SVG is a document of our origin: it gets no script and no origin.
        self.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
        if suffix in DOCUMENTS:
            self.set_header("Content-Disposition", "attachment")
        if suffix in VIDEOS:
            self._send_part(content)
        else:
            self.finish(content)

    head = get

    def may_see(self) -> bool:
        return access.may_learn(self.actor)

    def find_release(self, session: Session, course: str) -> Release | None:
        """The release whose files this person sees."""
        assert self.actor.person_id is not None
        return lessons.find_release_for(session, self.actor.person_id, course)

    def check_xsrf_cookie(self) -> None:
        """Browsers ask for captions in a way that the hub answers only with the page's token,
        which no address can carry. These are read, nothing follows from it, and every page of our
        origin may show them."""
        own = self.request.headers.get("Sec-Fetch-Site") == "same-origin"
        if not (own and self.request.method in ("GET", "HEAD")):
            super().check_xsrf_cookie()

    def _send_part(self, content: bytes) -> None:
        self.set_header("Accept-Ranges", "bytes")
        size = len(content)
        try:
            part = wanted_part(self.request.headers.get("Range", ""), size)
        except ValueError:
            self.set_status(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self.set_header("Content-Range", f"bytes */{size}")
            self.finish()
            return
        if part is None:
            self.finish(content)
            return
        begin, end = part
        self.set_status(HTTPStatus.PARTIAL_CONTENT)
        self.set_header("Content-Range", f"bytes {begin}-{end - 1}/{size}")
        self.finish(content[begin:end])

    def _find(self, session: Session, course: str, digest: str, name: str) -> bytes | None:
        release = self.find_release(session, course)
        path = f"{FOLDER}/{name}"
        about = release.manifest.find_medium(path) if release else None
        if release is None or about is None or about.digest[:SHORT] != digest:
            return None
        return releases.release_file(session, release.id, "learner", path)
