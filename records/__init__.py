"""What is remembered: one engine, typed tables, migrations, and the functions that write.

Start reading in ``tables.py`` (what there is), then the module named after the thing you care
about: ``people`` (persons, units, roles), ``releases`` (what was published), ``enrolments``,
``drafts``, ``queue`` (submissions and their marks), ``progress``, ``evidence``, ``certificates``,
``targets``, ``audit``. ``bell`` wakes the grading service; ``writing`` is what both databases spell
differently.

Every function takes an open ``Session`` first and never commits: whoever opened the transaction
(`Records.begin`) decides when it ends. Times are aware UTC datetimes handed in as ``at``; nothing
here asks the clock. This room never marks, draws, or speaks HTTP.
"""

from sqlalchemy.orm import Session

from records.engine import Records, open_records

__all__ = ["Records", "Session", "open_records"]
