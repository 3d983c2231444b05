"""The file of a lesson's English: ``lessons/01-name.en.po``, gettext's format.

An entry's context (``msgctxt``) is the id of the cell its text stands in, ``msgid`` the Vietnamese
text, ``msgstr`` its English. A comment ``# kept: why`` says that Vietnamese stays in it on purpose.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from core.messages import Message, Refused
from courses.english.texts import Text

SUFFIX = ".en.po"
KEPT = "kept:"
DAY = dt.datetime(
    2026, 1, 1, tzinfo=dt.UTC
)  # the same texts must give the same bytes (and digests)
HEADER = """\
# The English of a lesson. The Vietnamese notebook beside it is the source; see docs/authoring.md.
#"""


@dataclass(frozen=True)
class English:
    """``texts``: by cell id and Vietnamese text its English; what is empty or doubtful (fuzzy) is
    not in it. ``kept``: where Vietnamese may stay. ``names`` are all entries of the file."""

    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    kept: frozenset[tuple[str, str]] = frozenset()
    names: frozenset[tuple[str, str]] = frozenset()
    anywhere: Mapping[str, str] = field(default_factory=dict)  # the same by text alone

    def find(self, cell: str, vi: str) -> str | None:
        """The English of a text of this cell, or of the same text elsewhere in the lesson."""
        return self.texts.get((cell, vi)) or self.anywhere.get(vi)

    def said(self, cell: str, vi: str) -> str:
        """The same; the text as it is where it has no English."""
        return self.find(cell, vi) or vi


@lru_cache(maxsize=64)
def read_english(content: bytes) -> English:
    """Read such a file. Raises Refused where it is none."""
    catalogue = _read(content)
    entries = [(((one.context or ""), str(one.id)), one) for one in catalogue if one.id]
    texts = {name: str(one.string) for name, one in entries if one.string and not one.fuzzy}
    anywhere: dict[str, str] = {}
    for (_cell, vi), english in texts.items():
        anywhere.setdefault(vi, english)
    kept = {name for name, one in entries if any(KEPT in said for said in one.user_comments)}
    return English(texts, frozenset(kept), frozenset(name for name, _ in entries), anywhere)


def updated(content: bytes | None, texts: tuple[Text, ...]) -> bytes:
    """The file with exactly these texts, in this order: what it has translated stays; a text that
    changed is marked ``fuzzy`` (doubtful) beside its old English; what is said no more goes."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    catalogue = Catalog(
        locale="en",
        project="motcham",
        header_comment=HEADER,
        creation_date=DAY,
        revision_date=DAY,
        msgid_bugs_address="motcham",
        last_translator="motcham",
        language_team="motcham",
        charset="utf-8",
        fuzzy=False,
    )
    old = (
        {((one.context or ""), str(one.id)): one for one in _read(content) if one.id}
        if content
        else {}
    )
    left = {name: one for name, one in old.items() if name not in {(t.cell, t.vi) for t in texts}}
    for text in texts:
        known = old.get((text.cell, text.vi))
        changed = None if known else _alike(text, left)
        found = known or changed
        flags = {"fuzzy"} if changed or (known and known.fuzzy) else set()
        catalogue.add(
            text.vi,
            str(found.string) if found else "",
            context=text.cell,
            auto_comments=[text.kind],
            user_comments=list(found.user_comments) if found else [],
            flags=flags,
        )
    target = io.BytesIO()
    write_po(target, catalogue, width=0, omit_header=False)
    return target.getvalue()


def _alike(text: Text, left: Mapping[tuple[str, str], Any]) -> Any:
    """What was translated of an earlier wording of this text in the same cell."""
    import difflib

    same = {vi: one for (cell, vi), one in left.items() if cell == text.cell and one.string}
    near = difflib.get_close_matches(text.vi, list(same), n=1)
    return same[near[0]] if near else None


def _read(content: bytes) -> Any:
    from babel.messages.pofile import PoFileError, read_po  # slow to load, and few lessons have one

    try:
        return read_po(io.BytesIO(content), charset="utf-8", abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, ValueError, LookupError) as error:
        raise Refused(
            Message("không phải tệp bản dịch .po hợp lệ: {reason}", {"reason": str(error)})
        ) from None


def untranslated(english: English, texts: tuple[Text, ...]) -> Iterator[Text]:
    """What has no English of its own yet."""
    return (text for text in texts if not english.texts.get((text.cell, text.vi)))
