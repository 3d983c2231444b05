"""What the records mean: who has finished, how far the programme is, and the papers that say so.

Start reading in ``targets.py`` (figures to reach, counting, plan) or ``certificates.py`` (the rule
of Decision 64, issuing, revoking; ``requirements`` says which courses it asks of whom); ``paper``,
``signing`` and ``credential`` make what a learner holds in hand, ``verification`` judges it,
``pictures`` and ``report`` show the figures, ``shares`` rounds them, ``small_cells`` protects
people behind small numbers, ``insight`` and ``integrity`` look at exercises. Data with its sources
lies in ``data/``.

This room never marks, never speaks HTTP, never asks the clock, and reaches the database only
through functions of ``records``.
"""
