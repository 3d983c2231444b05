"""Numbers of one's own in a lesson: `own` says which, and what was drawn anew."""
