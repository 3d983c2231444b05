"""Reads lists of learners (xlsx, CSV), says what is wrong row by row, imports all or nothing.

Start reading at `importing`: `school.people.sheets` turns a file into typed cells, `heads` and
`table` find the list in it, `told` is what its sender says beside it, `check` turns rows into
entries and faults, touching nothing (`broken_cells`, `names`, `old_encodings` and
`school.people.unit_names` are what it asks), `differences` says what they would change, `importing`
does all that against the records in one transaction, `template` makes the empty list to fill in.
Importing the same file again changes nothing.
"""

from school.people.roster.check import Entry, Fault, Known, check_rows
from school.people.roster.columns import COLUMNS
from school.people.roster.importing import Outcome, import_roster
from school.people.roster.old_encodings import Conversion
from school.people.roster.table import (
    Reading,
    Row,
    Table,
    correct,
    read_list,
    read_table,
    refuse_unread,
    settle,
)
from school.people.roster.template import make_template
from school.people.roster.told import Told

__all__ = [
    "COLUMNS",
    "Conversion",
    "Entry",
    "Fault",
    "Known",
    "Outcome",
    "Reading",
    "Row",
    "Table",
    "Told",
    "check_rows",
    "correct",
    "import_roster",
    "make_template",
    "read_list",
    "read_table",
    "refuse_unread",
    "settle",
]
