"""What everybody may read of those who came in by themselves: beside the programme's figures, never
in a sum with them."""

from __future__ import annotations

import datetime as dt

from analytics.programme.small_cells import Withheld, protect
from records import Session
from records.programme.public_counts import count_public

SIGN = "tu-dang-ky"  # in open data, where others have their list of provinces


def count_by_themselves(
    session: Session, programme: str, *, door_is_open: bool, until: dt.datetime
) -> dict[str, int | Withheld] | None:
    """Of all who came: how many ``registered``, and how many hold the public's certificate
    (``certified``); None where nobody could come and nobody did."""
    lines = count_public(session, programme, until=until)
    registered = sum(one.registered for one in lines)
    if not (registered or door_is_open):
        return None
    # Each by itself: neither is a part of a sum that is published.
    certified = sum(one.certified for one in lines)
    return protect({"registered": registered}) | protect({"certified": certified})


def as_open_data(count: int | Withheld) -> int | str:
    """A count, or the sign that it is withheld."""
    return count.value if isinstance(count, Withheld) else count
