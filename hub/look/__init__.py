"""What the platform looks like beyond its style sheets: the letters that pages are set in.

Start in `fonts`. Nothing here runs while the platform does: what is made is committed.
"""
