"""Tokens of one-time links, as they are read from paper and typed; and how long each is good."""

from __future__ import annotations

import datetime as dt
import secrets

# No letters or digits that are taken for each other when read from paper.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, IN_A_GROUP = 4, 4  # 79 bits

SETUP = dt.timedelta(days=14)  # a slip travels through offices
RESET = dt.timedelta(hours=24)
CHANGE = dt.timedelta(minutes=15)


def make_token() -> str:
    """A new one, in groups that can be read out."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(IN_A_GROUP)) for _ in range(GROUPS))
    return "-".join(groups)
