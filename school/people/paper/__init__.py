"""Slips with one-time links, to be printed, cut and handed out: facts in, a PDF out.

Start reading at `slips`. Nothing here knows the database or makes a token.
"""
