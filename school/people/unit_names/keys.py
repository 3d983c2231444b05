"""The kinds of units in the words of offices, and how a unit is named by its key. Pure.

A unit is named by its code where that is enough, else by kind, list and code: ``tỉnh/2025/15``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.folding import fold
from core.messages import Message, Refused
from records.programme.counting import UnitNode

KINDS: Mapping[str, Message] = {
    "nation": Message("quốc gia"),
    "central": Message("cơ quan trung ương"),
    "sector": Message("đơn vị chuyên ngành"),
    "province": Message("tỉnh, thành phố"),
    "district": Message("huyện"),
    "commune": Message("xã, phường"),
    "press": Message("cơ quan báo chí"),
    "enterprise": Message("doanh nghiệp"),
    "school": Message("trường học"),
}
# The first word is the one that keys and code lists bear.
WORDS: Mapping[str, tuple[str, ...]] = {
    "nation": ("quốc gia", "nation"),
    "central": ("trung ương", "bộ", "cơ quan trung ương", "bộ ngành", "central"),
    "sector": ("chuyên ngành", "đơn vị chuyên ngành", "cục", "vụ", "sở", "phòng", "sector"),
    "province": ("tỉnh", "thành phố", "tỉnh, thành phố", "province"),
    "district": ("huyện", "quận", "thị xã", "district"),
    "commune": ("xã", "phường", "thị trấn", "đặc khu", "xã, phường", "commune"),
    "press": ("báo chí", "cơ quan báo chí", "báo", "press"),
    "enterprise": ("doanh nghiệp", "công ty", "enterprise"),
    "school": ("trường", "trường học", "school"),
}
_BY_WORD = {fold(word): kind for kind, words in WORDS.items() for word in words}
VINTAGES = {"2008": "2008", "63": "2008", "2025": "2025", "34": "2025", "": ""}
SHOWN = 5


def read_kind(words: str) -> str:
    """The kind that an office means; "" for none."""
    return _BY_WORD.get(fold(words), "")


def spell_key(kind: str, vintage: str, code: str) -> str:
    """How a unit is named so that no other is meant: ``tỉnh/2025/15``, ``trung ương//BKHCN``."""
    return f"{WORDS[kind][0] if kind in WORDS else kind}/{vintage}/{code}"


def key_of(unit: UnitNode) -> str:
    return spell_key(unit.kind, unit.vintage, unit.code)


def find_meant(units: Iterable[UnitNode], text: str) -> Sequence[UnitNode]:
    """Every unit that these words may mean: a whole key, or a code."""
    said = " ".join(text.split())
    parts = said.split("/", 2)
    if len(parts) == 3 and (kind := read_kind(parts[0])):
        key = (kind, parts[1].strip(), parts[2].strip())
        return [unit for unit in units if (unit.kind, unit.vintage, unit.code) == key]
    return [unit for unit in units if unit.code == said]


def codes_in(text: str) -> tuple[str, str]:
    """The codes that these words may name: all of them, and what stands last in a whole key."""
    said = " ".join(text.split())
    return said, said.split("/", 2)[-1].strip()


def find_one(
    units: Iterable[UnitNode], text: str, *, vintage: str = "", field: str = ""
) -> UnitNode:
    """The unit that these words mean; of several the one of this list, where one is.

    `Refused`, at ``field``, where they mean none or several, with the keys to choose from.
    """
    found = find_meant(units, text)
    if len(found) > 1 and vintage:
        found = [unit for unit in found if unit.vintage == vintage] or found
    if len(found) == 1:
        return found[0]
    if not found:
        reason = Message("Không có đơn vị nào mang mã “{code}”", {"code": text[:80]})
    else:
        named = "; ".join(f"{key_of(unit)} ({unit.name})" for unit in found[:SHOWN])
        reason = Message(
            "Mã “{code}” khớp {n} đơn vị; hãy ghi rõ một trong: {keys}",
            {"code": text[:80], "n": len(found), "keys": named},
        )
    raise Refused(reason, field=field) if field else Refused(reason)
