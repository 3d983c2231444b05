"""What learning adds up to: completion, certificates, progress toward the targets, insight.

Start with ``certificates.py`` (when one is due, and the rule of Decision 64), ``paper.py`` and
``signing.py`` (the PDF/A and its signature), ``targets.py`` (the 10,000 and the 1,000 against what
was reached, per bucket and province), ``report.py`` (the same figures as a workbook),
``insight.py`` and ``integrity.py`` (how exercises behave, what a person should look at).

Decisions are pure functions of facts that were read, with time handed in. It never marks, never
changes marks, and knows nothing of HTTP.
"""
