"""The bank of items: questions for placement, examination and yearly assessment, as files.

Start with ``item.py`` (an item's folder as a dataclass), then ``task.py`` (``item.md``, which
becomes an ordinary source notebook), ``bank.py`` (all items together, and where they are missing)
and ``checks/``. Content stands in ``courses/items/<competence>/<item>/``; ``docs/items.md`` is for
who writes. Nothing here marks: the check is handed a way to mark, as a course's is.
"""
