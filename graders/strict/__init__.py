"""Strict marking: the learner's code in one process, the instructor's tests in another.

Start with ``marker`` (`StrictMarker`), ``plan`` (which cells run where, by ``ownership`` of names)
and ``marking`` (one notebook on its way through that plan, in a ``pair`` of processes forked off
the ``warm`` one); ``learner`` and ``examiner`` are the two walled programs, ``between`` all that
passes from one to the other, ``between/protocol`` its words; ``testimony`` looks over what the
learner's process says, ``scoring`` and ``feedback`` make points and words of what happened.
"""
