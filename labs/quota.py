"""The room in a learner's home while the lab runs: a server extension and a contents manager.

A save that would exceed the quota is refused with a sentence, and what is stored stays as it was;
a save that makes a file smaller never is. The page asks `RoomHandler` and warns in good time.

This runs in the learner's own process, so it keeps an honest learner from losing work to a full
disk; what bounds everybody stands outside (`labs.keeper`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError, authenticated

from labs.environment import LANGUAGE, PORTAL, QUOTA
from labs.language import schemas
from labs.usage import Watched

WARN_SHARE = 0.9
FULL = (
    "Chưa lưu được: thư mục của anh/chị đã dùng {used} MB trong {most} MB được phép. Bản đã lưu "
    "trước đó vẫn còn nguyên. Hãy xóa bớt tệp (hoặc xóa kết quả dài trong sổ) rồi lưu lại. "
    "(Not saved: your folder is full. What was stored is unchanged; delete files and save again.)"
)


class Room:
    """How much of a home is used, and whether more may be stored. ``most``: bytes; 0: no bound."""

    def __init__(self, home: Path, most: int) -> None:
        self.most = most
        self.watched = Watched(home)

    def used(self) -> int:
        """Bytes, as last seen."""
        return self.watched.bytes(at=time.monotonic())

    def claim(self, more: int) -> None:
        """Take note that ``more`` bytes are about to be stored; 507 where there is no room."""
        if more > 0 and self.most and self.used() + more > self.most:
            self.watched.look_again()  # somebody may have tidied up
            if self.used() + more > self.most:
                raise HTTPError(
                    HTTPStatus.INSUFFICIENT_STORAGE,
                    FULL.format(used=self.used() >> 20, most=self.most >> 20),
                )
        self.watched.add(more)

    def as_json(self) -> dict[str, Any]:
        """For the page: MiB, and whether to warn."""
        used = self.used()
        return {
            "used_mb": used >> 20,
            "most_mb": self.most >> 20,
            "nearly_full": bool(self.most) and used >= WARN_SHARE * self.most,
            "full": bool(self.most) and used > self.most,
        }


def room_of_this_lab() -> Room:
    """The home and the bound that the spawner named in the environment."""
    return Room(Path.home(), int(os.environ.get(QUOTA) or 0) << 20)


_room: Room | None = None  # of this lab, once its server has one


def is_full() -> bool:
    """Whether this lab's home is beyond its bound, by a fresh look."""
    if _room is None or not _room.most:
        return False
    _room.watched.look_again()
    return _room.used() > _room.most


class BoundedContents(AsyncLargeFileManager):
    """Files as ever, within the room there is."""

    room: Room | None = None

    async def save(self, model: dict[str, Any], path: str = "") -> Any:
        """Store a model, or one chunk of an upload; 507 where there is no room."""
        if self.room is not None:
            await asyncio.to_thread(self.room.claim, self._growth(model, path))
        save: Any = super().save
        return await save(model, path)

    def _growth(self, model: dict[str, Any], path: str) -> int:
        """Bytes that this save adds to what is stored under ``path``."""
        size = size_of_content(model)
        if model.get("chunk") not in (None, 1):
            return size
        place: Any = self._get_os_path
        with contextlib.suppress(OSError, HTTPError):
            return size - Path(place(path)).stat().st_size
        return size


def size_of_content(model: dict[str, Any]) -> int:
    """Bytes that a contents model takes when stored; 0 for a folder."""
    content = model.get("content")
    if content is None or model.get("type") == "directory":
        return 0
    if not isinstance(content, str):
        return len(json.dumps(content, ensure_ascii=False, indent=1).encode())
    if model.get("format") == "base64":
        return len(content) * 3 // 4
    return len(content.encode("utf-8", "surrogatepass"))


class RoomHandler(APIHandler):
    """``GET …/motcham/room``: how full the home is."""

    _track_activity = False  # a page left open does not keep a lab alive by asking

    @authenticated
    async def get(self) -> None:
        """Answer `Room.as_json`."""
        room: Room = self.settings["motcham_room"]
        self.finish(json.dumps(await asyncio.to_thread(room.as_json)))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    global _room
    room = _room = room_of_this_lab()
    if isinstance(server.contents_manager, BoundedContents):
        server.contents_manager.room = room
    server.web_app.settings["motcham_room"] = room
    schemas.speak(os.environ.get(LANGUAGE, ""))
    page = server.web_app.settings.setdefault("page_config_data", {})
    page["motchamPortal"] = os.environ.get(PORTAL, "")
    address = server.web_app.settings["base_url"] + "motcham/room"
    server.web_app.add_handlers(".*$", [(address, RoomHandler)])
