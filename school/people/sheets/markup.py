"""XML read piece by piece within bounds: a small file can hold millions of empty elements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO
from xml.parsers import expat

from core.messages import Message, Refused

MOST_ELEMENTS = 3_000_000
DEEPEST = 100
_PIECE = 1 << 16

Begin = Callable[[str, Mapping[str, str]], None]
End = Callable[[str, str], None]


class Bounds:
    """How many elements one whole file may still have, over all its parts."""

    def __init__(self, most: int = MOST_ELEMENTS) -> None:
        self.left = most

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Refused(
                Message(
                    "Tệp có quá nhiều thành phần để là một danh sách. Hãy chép các dòng sang một "
                    "tệp mới rồi lưu lại"
                )
            )


def read_markup(stream: IO[bytes], begin: Begin, end: End, bounds: Bounds) -> None:
    """Call ``begin(name, attributes)`` and ``end(name, text)`` for each element, names and
    attributes without their namespaces (strict and ordinary files differ only there).

    ``text`` is what stands directly in the element. Raises `Refused` beyond the bounds and for a
    document with declarations of its own, `expat.ExpatError` for what is no XML.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    texts: list[list[str]] = []

    def started(name: str, attributes: dict[str, str]) -> None:
        bounds.take()
        if len(texts) > DEEPEST:
            raise Refused(Message("Tệp lồng quá nhiều tầng để là một danh sách"))
        texts.append([])
        begin(_local(name), {_local(key): value for key, value in attributes.items()})

    def ended(name: str) -> None:
        end(_local(name), "".join(texts.pop()))

    def told(data: str) -> None:
        if texts:
            texts[-1].append(data)

    def declared(*_: object) -> None:
        raise Refused(Message("Tệp có khai báo XML riêng (DOCTYPE) nên không được nhận"))

    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = told
    parser.StartDoctypeDeclHandler = declared
    while piece := stream.read(_PIECE):
        parser.Parse(piece, False)
    parser.Parse(b"", True)


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
