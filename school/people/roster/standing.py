"""Whose account a list may touch. Pure.

A list says what a login name is; whoever holds the account behind it enters by that name. So an
officer of a unit may say it for the unit's learners, and never for people who hold a role.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from core.messages import Message
from records.tables.people import Person
from school.people.roster.check import Entry, Fault


def faults_of_accounts(
    entries: Iterable[Entry],
    known: Mapping[str, Person],
    *,
    holders: Collection[int],
    limited: bool,
) -> list[Fault]:
    """Rows by which an officer of a unit (``limited``) would change how somebody who holds a role
    logs in, or where that person is reached. ``holders``: keys of people who hold one."""
    if not limited:
        return []
    return [
        Fault(
            entry.line,
            key,
            value[:80],
            Message("Người này có vai trò trong hệ thống nên danh sách của đơn vị không đổi được"),
            Message("Để trống ô này, hoặc nhờ cán bộ của Bộ đổi"),
        )
        for entry in entries
        if (person := known.get(entry.code)) is not None and person.id in holders
        for key, value, kept in (
            ("username", entry.username, person.username),
            ("email", entry.email, person.email),
        )
        if value and value != kept
    ]
