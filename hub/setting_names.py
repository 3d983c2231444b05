"""Whether every name that was set is a setting, and the settings file there."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from dotenv import dotenv_values

from core.messages import Message, Refused

PREFIX = "MOTCHAM_"
# Not settings: where they stand, how to see an error whole, and what our own processes tell each
# other (who started them, the proxy's rules, a lab's door, the walls of a cell).
OURS = ("SETTINGS", "DEBUG", "STARTER", "IMPORTS", "JUDGE", "JUDGE_USED", "PORTAL_URL")
OUR_FAMILIES = ("PROXY_", "LAB_FD", "LAB_LANGUAGE", "LAB_LEAN", "LAB_PORTAL", "TEST_")


def check(environment: Mapping[str, str], file: str | None, fields: Collection[str]) -> None:
    """`Refused` for each name that is no setting among ``fields``, in the environment (of those
    with our prefix) and in the file (of all), and for a file that cannot be read."""
    known = {f"{PREFIX}{name.upper()}" for name in fields}
    wrong = [
        _complain(name, known, Message("biến môi trường"))
        for name in sorted(environment)
        if name.startswith(PREFIX) and name not in known and not is_ours(name)
    ]
    wrong += _check_file(file, known) if file is not None else ()
    if wrong:
        raise Refused(*wrong)


def is_ours(name: str) -> bool:
    """Whether a name with our prefix is one that our own processes use."""
    rest = name.removeprefix(PREFIX)
    return rest in OURS or rest.startswith(OUR_FAMILIES)


def _check_file(file: str, known: Collection[str]) -> Iterator[Message]:
    path = Path(file)
    try:
        names = sorted(dotenv_values(path)) if path.is_file() else None
    except (OSError, UnicodeDecodeError):
        names = None
    if names is None:
        yield Message(
            "Không đọc được tệp thiết lập {path} mà MOTCHAM_SETTINGS nêu tên.", {"path": file}
        )
        return
    for name in names:
        if name.upper() not in known:
            yield _complain(name, known, Message("tệp {path}", {"path": file}))


def _complain(name: str, known: Collection[str], where: Message) -> Message:
    full = _full(name)
    # Who left the end off means the one that begins so.
    longer = sorted(one for one in known if one.startswith(full))
    near = longer or difflib.get_close_matches(full, known, n=1, cutoff=0.0)
    return Message(
        "Không có thiết lập nào tên {name} ({where}). Gần nhất là {near}.",
        {"name": name, "where": where, "near": near[0]},
    )


def _full(name: str) -> str:
    upper = name.upper()
    return upper if upper.startswith(PREFIX) else PREFIX + upper
