"""What pages are made of, on one page: colours, letters, signs, pictures, parts. For who works on
the platform, so only where it runs as a demonstration."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from courses.answers.notation import KINDS
from courses.pictures import MOTIFS, WORDS
from hub.portal.web import PageHandler

SHEET = Path(__file__).parents[2] / "static" / "motcham.css"


@cache
def colours() -> list[tuple[str, str, str]]:
    """Every colour of the style sheet: its name, what it is in light and in dark."""
    blocks = re.findall(r":root \{(.*?)\}", SHEET.read_text(encoding="utf-8"), re.DOTALL)
    light, dark = (re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block) for block in blocks[:2])
    in_dark: dict[str, str] = dict(dark)
    return [(name, value, in_dark.get(name, value)) for name, value in light]


class DesignPage(PageHandler):
    public = True

    async def get(self) -> None:
        self.require(self.portal.settings.demonstration)
        subjects = {motif: said.split()[0] for motif, said in reversed(WORDS)}
        self.page(
            "platform/design.html",
            colours=colours(),
            kinds=[*KINDS, "code", "written"],
            pictures=[(motif, subjects.get(motif, "nhan-thuc")) for motif in MOTIFS],
        )
