"""Reads lists of learners (xlsx, CSV), says what is wrong row by row, imports all or nothing.

Start reading at `importing`: `table` turns a file into rows of text, `check` turns rows into
entries and faults without touching anything, `importing` does both against the records in one
transaction, `template` makes the empty list to fill in. Importing the same file again changes
nothing.
"""

from hub.roster.check import Entry, Fault, Known, check_rows
from hub.roster.importing import Outcome, import_roster
from hub.roster.table import COLUMNS, Row, read_table
from hub.roster.template import make_template

__all__ = [
    "COLUMNS",
    "Entry",
    "Fault",
    "Known",
    "Outcome",
    "Row",
    "check_rows",
    "import_roster",
    "make_template",
    "read_table",
]
