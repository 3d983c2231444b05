"""The tree of units: what offices' lists of them say, what they would change, and its code lists.

Start at `lists`, which reads a file and says what would be; `keys` knows how a unit is named. Acts
are in `school.people.unit_acts`. Nothing here deletes a unit: it ends, and a successor goes on.
"""
