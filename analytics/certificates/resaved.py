"""What became of a signed file after it was signed: nothing, something harmless, or something drawn
over what was signed.

A mail program adds an empty line, an archive adds metadata, a clerk adds a note in the margin: the
signature still proves the part that was signed. So that part is found first, judged by itself, and
then compared with what a reader shows of the whole file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

Added = Literal["nothing", "harmless", "over"]

MOST_OBJECTS = 20_000
BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s*\]")
# Of A4 landscape, as shares from the left and the bottom: where the paper says something that
# matters. Elsewhere a stamp or a note covers nothing that was signed.
FACTS = (
    (0.04, 0.30, 0.96, 0.80),  # heading, name, unit, programme
    (0.04, 0.80, 0.50, 0.96),  # authority and number
    (0.55, 0.05, 0.96, 0.30),  # date, signer, sample mark
    (0.04, 0.05, 0.24, 0.30),  # the QR code
)


def signed_part(pdf: bytes) -> bytes:
    """The beginning of the file that its first signature covers, or would if it were genuine; b""
    where there is none."""
    found = BYTE_RANGE.search(pdf)
    if not found:
        return b""
    before, after, length = (int(number) for number in found.groups())
    end = after + length
    return pdf[:end] if 0 < before < after and end <= len(pdf) else b""


def judge_added(signed: bytes, pdf: bytes) -> Added:
    """What was added behind ``signed``, the beginning of ``pdf``. Anything that cannot be followed
    counts as drawn over. May raise what pyHanko raises for files it cannot read."""
    if not pdf[len(signed) :].strip(b"\r\n\t \0"):
        return "nothing" if len(pdf) == len(signed) else "harmless"
    # Not strictly: programs that add to a file twice are seldom exact about it.
    old, new = (PdfFileReader(io.BytesIO(content), strict=False) for content in (signed, pdf))
    if new.encrypted:
        return "over"
    same = _Comparison()
    skipped = {"/Metadata", "/Pages", "/Version", "/Lang", "/Extensions", "/DSS"}
    if not same.dictionaries(old.root, new.root, skip=skipped):
        return "over"
    before, after = list(_pages(old)), list(_pages(new))
    if len(before) != len(after):
        return "over"
    for one, other in zip(before, after, strict=True):
        if not same.dictionaries(one, other, skip={"/Annots", "/Parent"}):
            return "over"
        if not same.values(_inherited(one), _inherited(other)):
            return "over"
        kept = list(_annotations(one))
        for annotation in _annotations(other):
            if not any(_Comparison().values(annotation, was) for was in kept) and _covers(
                annotation, other
            ):
                return "over"
    return "harmless"


class _Comparison:
    """Whether two objects of two files say the same; bounded in how far it looks."""

    def __init__(self) -> None:
        self._left = MOST_OBJECTS
        self._seen: dict[tuple[int, int], Any] = {}  # the objects stay, so that no id comes again

    def dictionaries(self, one: Any, other: Any, *, skip: set[str]) -> bool:
        keys = {str(key) for key in (*one, *other)} - skip
        return all(self.values(one.get(key), other.get(key)) for key in keys)

    def values(self, one: Any, other: Any) -> bool:
        self._left -= 1
        if self._left < 0:
            return False
        one, other = _resolved(one), _resolved(other)
        if type(one) is not type(other):
            return bool(one == other) and not isinstance(one, dict | list)
        if (pair := (id(one), id(other))) in self._seen:
            return True
        if isinstance(one, generic.StreamObject):
            self._seen[pair] = one, other
            ends = {"/Length"}
            return one.encoded_data == other.encoded_data and self.dictionaries(
                one, other, skip=ends
            )
        if isinstance(one, dict):
            self._seen[pair] = one, other
            page = one.get("/Type") == "/Page"  # its annotations are looked at one by one
            return self.dictionaries(
                one, other, skip={"/Parent", "/P"} | ({"/Annots"} if page else set())
            )
        if isinstance(one, list):
            self._seen[pair] = one, other
            return len(one) == len(other) and all(map(self.values, one, other))
        return bool(one == other)


def _resolved(value: Any) -> Any:
    for _ in range(10):
        if not isinstance(value, generic.IndirectObject):
            return value
        value = value.get_object()  # type: ignore[no-untyped-call]
    return None


def _pages(reader: PdfFileReader) -> Iterator[Any]:
    todo, left = [reader.root["/Pages"]], 50
    while todo and left:
        left -= 1
        node = _resolved(todo.pop())
        kids = _resolved(node.get("/Kids")) if node.get("/Type") != "/Page" else None
        if kids is None:
            yield node
        else:
            todo.extend(reversed(list(kids)[:50]))


def _inherited(page: Any) -> generic.ArrayObject:
    """What a page may have from its parents, and which turns or moves what it shows."""
    found = generic.ArrayObject()
    for key in ("/MediaBox", "/CropBox", "/Rotate", "/Resources", "/UserUnit"):
        node, left = page, 10
        while node is not None and key not in node and left:
            node, left = _resolved(node.get("/Parent")), left - 1
        value = _resolved(node[key]) if node is not None and key in node else generic.NullObject()
        found.append(value)
    return found


def _annotations(page: Any) -> Iterable[Any]:
    return [_resolved(one) for one in _resolved(page.get("/Annots")) or []]


def _covers(annotation: Any, page: Any) -> bool:
    """Whether any of the annotation lies where the paper says something that matters."""
    if annotation.get("/Subtype") in ("/Widget", "/Screen", "/RichMedia", "/Movie", "/3D"):
        return True  # may show anything, anywhere
    box = [float(n) for n in _resolved(_inherited(page)[0])]
    width, height = box[2] - box[0], box[3] - box[1]
    if width <= 0 or height <= 0:
        return True
    points = _points(annotation)
    if not points:
        return True
    across = [(x - box[0]) / width for x, _ in points]
    up = [(y - box[1]) / height for _, y in points]
    return any(
        min(across) < right and max(across) > left and min(up) < top and max(up) > bottom
        for left, bottom, right, top in FACTS
    )


def _points(annotation: Any) -> list[tuple[float, float]]:
    numbers: list[float] = []
    for key in ("/Rect", "/QuadPoints", "/L", "/Vertices", "/CL"):
        numbers += [float(n) for n in list(_resolved(annotation.get(key)) or [])[:1000]]
    for stroke in list(_resolved(annotation.get("/InkList")) or [])[:100]:
        numbers += [float(n) for n in list(_resolved(stroke))[:1000]]
    return list(zip(numbers[::2], numbers[1::2], strict=False))
