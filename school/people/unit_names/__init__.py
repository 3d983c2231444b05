"""How units are named, and which one words mean: pure, for whatever takes a unit from a person.

Start with `keys` (a unit's whole key, the kinds in offices' words); `finding` says which unit the
cells of a row mean, within what its sender may fill. Asks no database.
"""
