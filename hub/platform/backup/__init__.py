"""Backups: made while the platform runs, restored elsewhere, rehearsed.

Start at `making`. One file holds both databases as they were at one moment, row by row (so that a
copy of SQLite is restored into PostgreSQL and the other way round), the secrets, the signed heads
of the audit log and, if wanted, the files of labs; its form is `records.backup`. `restoring` puts
it back, `drill` does both in a temporary place and compares.

Never writes outside the folder and the databases it was told, nor into ones that are not empty.
"""
