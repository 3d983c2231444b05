"""Examinations: planned by the ministry, looked after in rooms, sat one item at a time.

Start with `clock` (what time is charged) and `rules` (what an examination asks of its engine);
`views` says what each page shows, the `…_acts` what people do. Nobody here marks: an answer is
marked as in a placement, and what that earned is handed in.
"""
