"""Stands in for a lab where there is none: says so instead of starting anything."""

from __future__ import annotations

from typing import Any

from jupyterhub.spawner import Spawner

from core.messages import Message

SWITCHED_OFF = Message("Máy này không mở phòng thực hành JupyterLab. Bài học vẫn làm được ngay.")


class NoLabs(Spawner):  # type: ignore[misc]
    """Refuses every start with a reason that is shown on the page."""

    async def start(self) -> Any:
        refusal = RuntimeError(str(SWITCHED_OFF))
        refusal.jupyterhub_message = str(SWITCHED_OFF)  # type: ignore[attr-defined]
        raise refusal

    async def stop(self, now: bool = False) -> None:
        return None

    async def poll(self) -> int:
        return 0
