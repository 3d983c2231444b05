"""What the ministry decides about a programme: its plan, and what its certificate takes."""
