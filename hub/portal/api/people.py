"""Who calls."""

from __future__ import annotations

from hub.portal.api.handler import ApiHandler


class Me(ApiHandler):
    for_labs = True

    async def get(self) -> None:
        self.json(
            {
                "username": self.actor.username,
                "full_name": self.actor.full_name,
                "roles": sorted(self.actor.roles),
                "unit_id": self.actor.unit_id,
                "language": self._.language,
            }
        )
