"""Turns an office's file into typed cells with their places, before anything is judged.

Start with `cells` (what a cell, a sheet and a book are) and `opening.open_book` (which kind of file
this is); `markup` reads any XML within bounds, `xlsx`, `ods` and `xml2003` know three spellings of
a sheet, `delimited` knows text; `walled` does it in a child, for files from people nobody knows.
Nothing here knows what a list of people is, asks a database, or believes what a file says of its
own size.
"""

from school.people.sheets.cells import Book, Cell, Sheet
from school.people.sheets.opening import Opener, open_book

__all__ = ["Book", "Cell", "Opener", "Sheet", "open_book"]
