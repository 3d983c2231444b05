"""The file that a backup is: its envelope, and what lies in it under which name.

Start at `archive`: a tar in gzip, written member by member and read without trusting it. What
`envelope` lets out was put in by somebody who knows the passphrase.

Knows no settings and no data folder: what belongs in a copy and where it goes back to is
`hub.platform.backup`. The rows themselves come from `records.platform.copying`.
"""
