"""What people do, and what they look at: learn, teach, mark, publish, keep lists of people.

Start with ``access`` (every ``may_…`` question), then the subject you care about: ``people``,
``courses``, ``learning``, ``marking``. Pages, API and commands call these functions and add only
how a thing is asked and shown. This room speaks no HTTP, and never asks the clock or the
environment: whoever calls says who acts and when.
"""
