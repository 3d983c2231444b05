"""Lessons written on a form: what an author types becomes ordinary cells of a notebook.

Start with ``draft.py`` (an exercise as a form asks for it), then ``formula.py`` (answers that are
computed from drawn numbers), ``drawn.py`` (the numbers), ``marking.py`` (a kind's answer and its
test), ``cells.py`` (the draft as cells, and back), ``pieces.py`` (a notebook cut into what a form
can take one by one), ``copying.py`` (an exercise of another lesson), ``course_file.py``
(``course.toml``). Nothing here reads a folder, runs a cell or marks; cells that the form did not
write are never changed by it.
"""
