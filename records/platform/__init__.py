"""The audit log, what these records are for, and rows made up at size."""
