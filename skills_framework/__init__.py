"""The ground: the national digital-skills framework, and what follows from evidence.

Start with ``framework.py`` (domains, competences, levels, loaded from versioned data). What answers
to items say is in five modules, in this order: ``item_response`` (how an item answers to ability),
``ability`` (what answers say of a person, by domain, and how surely), ``adaptive`` (which item
next, and when it is enough), ``exposure`` (how often items may come), ``calibration`` (what items
are like, learned from answers). docs/assessment.md tells it in words. It never does input or output
beyond reading its own data files, asks neither a clock nor for chance (both are handed in), and
knows nothing of courses, people or the web.
"""
