"""What the records mean: who has finished, how far the programme is, and the papers that say so.

Start reading in ``certificates/issuing`` (the rule of Decision 64, issuing, revoking) or
``programme/targets`` (figures to reach, counting, plan). ``certificates`` makes and judges what a
learner holds in hand, ``programme`` shows how far all are and protects people behind small numbers,
``exercises`` looks at how exercises behave. Data with its sources lies in ``data/`` beside.

This room never marks, never speaks HTTP, never asks the clock, and reaches the database only
through functions of ``records``.
"""
