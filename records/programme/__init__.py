"""Figures to reach, and counts by unit and group."""
