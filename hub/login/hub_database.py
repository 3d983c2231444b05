"""JupyterHub's own database: beside the records in PostgreSQL, in a schema of its own; or SQLite,
quick enough for a class that comes at once.

The hub commits a dozen times for one lab or one login, and does nothing else meanwhile. As SQLite
comes, each commit waits for the disk twice.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus as unquote

from records.engine import HUB_SCHEMA, keep_private
from records.platform.copying import make_schema

# NORMAL: a power cut may lose the last moments (who logged in, which lab runs), never corrupts.
_PRAGMAS = ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = NORMAL")


class HubConnection(sqlite3.Connection):
    """A connection whose commits are appended to a log that the system writes when it may."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for pragma in _PRAGMAS:
            self.execute(f"PRAGMA {pragma}").close()


def options_for(url: str) -> dict[str, Any]:
    """For ``JupyterHub.db_kwargs``: what SQLAlchemy shall be told when it opens ``url``, whose file
    nobody else may read from now on."""
    if not url.startswith("sqlite"):
        return {}
    file = url.partition(":///")[2]  # none for a database in memory
    if file and Path(file).parent.is_dir():
        keep_private(Path(file))
    return {"connect_args": {"check_same_thread": False, "factory": HubConnection}}


def make_ready(url: str) -> None:
    """Make the schema that ``url`` names, where it is a PostgreSQL's and of ours."""
    if not url.startswith("sqlite") and f"search_path={HUB_SCHEMA}" in unquote(url):
        make_schema(url, HUB_SCHEMA)
