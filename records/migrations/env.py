"""Alembic's entry: runs on the connection that `records.engine.migrate_to` hands over."""

from typing import Any, Literal

from alembic import context

from records.schema import AwareUTC, Table
from records.tables.courses import StoredManifest


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write types of ours into migrations as what the database holds, so that they stand alone."""
    if kind == "type" and isinstance(item, AwareUTC):
        return "sa.DateTime(timezone=True)"
    return "sa.JSON()" if kind == "type" and isinstance(item, StoredManifest) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_item=_render,
    render_as_batch=True,  # SQLite alters a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()
