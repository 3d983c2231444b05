"""Strict marking: the learner's code in one process, the instructor's tests in another.

Start with ``marker`` (`Marker`, the one door) and ``plan`` (which cells run where, by ``ownership``
of names); ``learner`` and ``examiner`` are the two walled programs, ``between`` all that passes
from one to the other; ``scoring`` and ``feedback`` make points and words of what happened.
"""
