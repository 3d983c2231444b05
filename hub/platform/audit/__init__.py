"""The audit log outside the database: its signed heads, and all of it as a file."""
