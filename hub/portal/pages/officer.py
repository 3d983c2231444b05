"""What the officers' pages share: the list of provinces asked for, sorting, the pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from analytics.programme import charts
from analytics.programme.figures import Line
from analytics.programme.places import Vintage
from core import names
from core.messages import Message
from hub.portal import forms
from hub.portal.web import PageHandler

PAGE = 50  # lines of a list
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
VINTAGE_NAMES: dict[Vintage, Message] = {
    "2025": Message("34 tỉnh, thành phố (từ 01/7/2025)"),
    "2008": Message("63 tỉnh, thành phố (đến 30/6/2025)"),
}
SORTS: dict[str, Callable[[Line], Any]] = {
    "name": lambda line: names.sort_key(str(line.name)),
    "planned": lambda line: -(line.planned if line.planned is not None else -1),
    "listed": lambda line: -line.listed,
    "learning": lambda line: -line.learning,
    "certified": lambda line: -line.certified,
    "share": lambda line: -(line.share if line.share is not None else -1.0),
}


class OfficerPage(PageHandler):
    """What the pages of figures share."""

    def vintage(self) -> Vintage:
        asked = self.get_argument("vintage", "2025")
        return "2008" if asked == "2008" else "2025"

    def offset(self) -> int:
        return forms.read_key(self.get_argument("from", "0")) or 0

    def count(self, value: float) -> str:
        return self._.number(value, 0)

    def sorted_lines(self, lines: Sequence[Line]) -> tuple[str, list[Line]]:
        sort = self.get_argument("sort", "name")
        sort = sort if sort in SORTS else "name"
        return sort, sorted(lines, key=SORTS[sort])

    def bar(self, line: Line) -> Markup:
        """A progress bar; its own code made every character of it, so it needs no escaping."""
        facts = {
            "name": self._.of(line.name),
            "certified": self.count(line.counted),
            "planned": self.count(line.planned or 0),
            "expected": self.count(line.expected or 0),
        }
        title = (
            self._("{name}: {certified} trên {planned}", **facts)
            if line.expected is None
            else self._("{name}: {certified} trên {planned}, nhịp đều đến nay {expected}", **facts)
        )
        return Markup(charts.draw_bar(line, title=title))  # noqa: S704 - escaped by draw_bar

    def tiles(self, lines: Sequence[Line], vintage: Vintage, *, links: bool) -> Markup:
        def describe(line: Line) -> str:
            if line.planned is None:
                return self._(
                    "{name}: {certified} người, chưa có kế hoạch",
                    name=line.name,
                    certified=self.count(line.certified),
                )
            return self._(
                "{name}: {certified} trên {planned} người",
                name=line.name,
                certified=self.count(line.certified),
                planned=self.count(line.planned),
            )

        drawn = charts.draw_tiles(
            lines,
            vintage,
            title=self._("Bản đồ ô theo tỉnh; số liệu ở bảng kèm theo"),
            describe=describe,
            percent=self._.percent,
            number=self.count,
            address=(lambda line: self.url("units", line.unit_id or 0)) if links else None,
        )
        return Markup(drawn)  # noqa: S704 - escaped by draw_tiles
