"""Programmes: what the ministry decides about one (its plan, what its certificate takes), the way
to a certificate, and how far it reaches: cards by which learners teach neighbours, and how many
they say they taught."""
