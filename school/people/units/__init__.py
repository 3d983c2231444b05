"""The tree of units: what offices' lists of them say, what they would change, and its code lists.

Start at `reading`, which reads a file, and `judging`, which says what would be;
`school.people.unit_names` knows how a unit is named. Acts are in `school.people.unit_acts`. Nothing
here deletes a unit: it ends, and a successor goes on.
"""
