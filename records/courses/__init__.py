"""Releases of courses and the terms of their lessons."""
