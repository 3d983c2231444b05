"""The tables, a module for each subject. One subject's functions often ask about another's rows, so
all tables lie below all functions. Whoever needs one has them all: what erases a person goes by the
whole list (`records.schema.personal_columns`). What each stands on is ``records/schema.py``.
"""

from records.tables import (
    assessment,
    courses,
    examination,
    items,
    learning,
    marking,
    people,
    platform,
    privacy,
    programme,
    teaching,
)

__all__ = [
    "assessment",
    "courses",
    "examination",
    "items",
    "learning",
    "marking",
    "people",
    "platform",
    "privacy",
    "programme",
    "teaching",
]
