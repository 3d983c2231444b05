"""Submissions and their marks: by the machine, by hand, once more."""
