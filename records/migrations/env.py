"""Alembic's entry: runs on the connection that `records.engine.migrate_to` hands over."""

from typing import Any, Literal

from alembic import context

from records.schema import AwareUTC, Table


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our datetime into migrations as what the database holds, so that they stand alone."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, AwareUTC) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_item=_render,
    render_as_batch=True,  # SQLite alters a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()
