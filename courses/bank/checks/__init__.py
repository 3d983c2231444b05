"""What is wrong with an item or with the bank: ``check.py`` asks ``wording.py`` (by reading),
``trying.py`` (by marking) and ``whole.py`` (of all items together)."""
