"""What is remembered: one engine, typed tables, migrations, and the functions that write.

Start reading in ``schema.py`` (what every table stands on) and ``tables/`` (one module for each
subject), then in the subject you care about. ``wakeup`` wakes the grading service; ``writing`` is
what both databases spell differently; ``backup`` is the file that copies are kept in.

Every function takes an open ``Session`` first and never commits: whoever opened the transaction
(`Records.begin`) decides when it ends. Times are aware UTC datetimes handed in as ``at``; nothing
here asks the clock. This room never marks, draws, or speaks HTTP.
"""

from sqlalchemy.orm import Session

from records.engine import Records, open_records

__all__ = ["Records", "Session", "open_records"]
