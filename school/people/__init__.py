"""Lists of people: read, checked, imported."""
