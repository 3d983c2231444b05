"""At which level how many people of a unit stand: a picture, its table, and a file."""

from __future__ import annotations

from typing import ClassVar

from analytics.programme.small_cells import SMALLEST, Withheld
from core.calendar import today_in_vietnam
from courses.handouts.csv_cells import csv_file
from hub.portal.pages.officer import OfficerPage
from records import Session
from school import access
from school.programme.distributions import Distribution, as_rows, find_distribution


class UnitLevels(OfficerPage):
    """Of a unit with all that lies below it."""

    cost: ClassVar[float] = 10

    async def get(self, unit: str) -> None:
        found = await self.read(self._load, int(unit))
        path, above = [], set[int]()
        for node in found.path:
            above.add(node.id)
            path.append((node, access.may_see_unit(self.actor, above)))
        self.page(
            "programme/levels.html",
            found=found,
            path_nodes=path,
            count=self.count,
            smallest=SMALLEST,
            withheld=Withheld,
            sample=self.portal.settings.demonstration,
        )

    def _load(self, session: Session, unit: int) -> Distribution:
        found = find_distribution(session, unit, self.programme, at=self.now)
        if found is None:
            raise self.absent()
        path = {node.id for node in (*found.path, found.unit)}
        self.require(access.may_see_distributions(self.actor, path))
        return found


class UnitLevelsFile(UnitLevels):
    """The same as CSV: a line for each competence and level."""

    async def get(self, unit: str) -> None:
        found = await self.read(self._load, int(unit))
        separator = ";" if self._.language == "vi" else ","  # as their spreadsheets part columns
        today = today_in_vietnam(self.now)
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        name = f"phan-bo-bac-{found.unit.code}-{today:%Y-%m-%d}.csv"
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.finish(csv_file(as_rows(found, on=today), separator=separator))
