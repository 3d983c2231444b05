"""Trying again before it counts: `fresh` draws other numbers after a miss."""
