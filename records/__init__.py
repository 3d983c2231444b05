"""What is remembered: one engine, typed tables, migrations, and the functions that write.

Start reading in ``tables.py`` (what there is), then the module named after the thing you care
about: ``people`` (persons, units, roles), ``releases`` (what was published), ``drafts``,
``queue`` (submissions and their marks), ``certificates``, ``targets``, ``audit``.

Every function takes an open ``Session`` first and never commits: whoever opened the transaction
(`Records.begin`) decides when it ends. Times are aware UTC datetimes handed in as ``at``; nothing
here asks the clock. This room never marks, draws, or speaks HTTP.
"""

from records.engine import Records, Session, open_records

__all__ = ["Records", "Session", "open_records"]
