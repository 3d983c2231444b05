"""The audit log, and rows made up at size."""
