"""Items that do not count: what a void changes (`voiding`), and what is void now (`in_force`)."""
