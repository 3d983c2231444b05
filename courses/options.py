"""Options of a cell: lines ``#| …`` at its top; what follows the marker is YAML (as in Quarto).

A code cell begins with them; a text cell holds them in an HTML comment, which no rendered notebook
shows. ``docs/authoring.md`` describes them for authors.
"""

from __future__ import annotations

import contextlib
import copy
import re
from functools import lru_cache
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from core.messages import Message, Refused

MARK = "#|"


def options_of(source: str) -> dict[str, Any]:
    """Read the ``#| `` options at the top of a cell; {} where there are none.

    Raises Refused (without a place: the caller knows file and cell) when they are not a mapping.
    """
    lines = option_lines(source)
    if not lines:
        return {}
    text = "\n".join(line[len(MARK) :].removeprefix(" ") for line in lines)
    try:
        options = copy.deepcopy(_parsed_options(text))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Refused(
            Message("phần “#|” không phải YAML hợp lệ: {error}", {"error": _yaml_fault(error)})
        ) from None
    if not isinstance(options, dict) or not all(isinstance(key, str) for key in options):
        raise Refused(Message("phần “#|” phải gồm các dòng “khóa: giá trị”"))
    return options


class _Plain(yaml.SafeLoader):
    """YAML where ``on``, ``no`` and ``2022-01-19`` are texts, as an author means them.

    YAML 1.1 would make them booleans and a date; Vietnamese without diacritics has many such words.
    An alias is refused: a few lines of them, written by a learner, say gigabytes when spelled out.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        _refuse_alias(self)
        return super().compose_node(parent, index)


def _refuse_alias(loader: Any) -> None:
    if loader.check_event(yaml.AliasEvent):
        mark = loader.peek_event().start_mark
        raise yaml.composer.ComposerError(None, None, "không dùng bí danh (*tên)", mark)


_Plain.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag.rpartition(":")[2] in ("int", "float", "null", "merge")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))

_Fast: type[Any] = _Plain
if yaml.__with_libyaml__:
    from yaml.cyaml import CParser  # type: ignore[attr-defined]  # not in its stubs

    class _FromEvents(Composer, SafeConstructor, Resolver, CParser):
        """`_Plain` upon libyaml's events, in a fifth of the time."""

        yaml_implicit_resolvers = _Plain.yaml_implicit_resolvers

        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            for base in (Composer, SafeConstructor, Resolver):
                base.__init__(self)

        def compose_node(self, parent: Any, index: Any) -> Any:
            _refuse_alias(self)
            return super().compose_node(parent, index)

    _Fast = _FromEvents


@lru_cache(maxsize=4096)
def _parsed_options(text: str) -> Any:
    # A lesson's page reads the same few dozen options again for every learner and every save.
    if _read_alike(text):
        with contextlib.suppress(yaml.YAMLError):  # PyYAML says which line, and has the last word
            return yaml.load(text, Loader=_Fast)  # noqa: S506 - a SafeLoader, see above
    return yaml.load(text, Loader=_Plain)  # noqa: S506 - a SafeLoader as well


def _read_alike(text: str) -> bool:
    """Whether libyaml takes nothing here that PyYAML refuses: tabs, and keys marked by ``?``
    within brackets. What it takes must not depend on whether a machine has libyaml."""
    return "\t" not in text and not ("?" in text and ("{" in text or "[" in text))


def option_lines(source: str) -> list[str]:
    """The lines of ``source`` that hold its options: the unbroken run at the top."""
    lines: list[str] = []
    for line in source.split("\n"):
        if not line.startswith(MARK):
            break
        lines.append(line)
    return lines


_COMMENT = re.compile(r"<!--[ \t]*\n((?:#\|[^\n]*\n)+)-->[ \t]*(?:\n|\Z)")
_MEANT_AS_COMMENT = re.compile(r"<!--\s*#\|")


def split_comment(source: str) -> tuple[str, str]:
    """A text cell's comment of options at its top (with its line end), and the text after it.

    Raises Refused where such a comment begins and is not of the form ``<!--``, lines ``#| …``,
    ``-->``, each on a line of its own.
    """
    found = _COMMENT.match(source)
    if found:
        return found.group(0), source[found.end() :]
    if _MEANT_AS_COMMENT.match(source):
        raise Refused(
            Message("chú thích ở đầu ô phải gồm dòng “<!--”, các dòng “#| …” rồi dòng “-->”")
        )
    return "", source


def options_of_text(source: str) -> dict[str, Any]:
    """The options of a text cell: the same ``#| `` lines, in an HTML comment at its top.

    The comment is seen in no rendered notebook. Raises Refused as `options_of` does.
    """
    comment, _text = split_comment(source)
    found = _COMMENT.match(comment)
    return options_of(found.group(1).rstrip("\n")) if found else {}


def _yaml_fault(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    return f"dòng {mark.line + 1}: {problem}" if mark else problem
