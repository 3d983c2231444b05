"""The ground: the national digital-skills framework, and what follows from evidence.

Start with ``framework.py`` (domains, competences, levels, loaded from versioned data); ``passing``
says when points are enough, ``messages`` is what people are told. It never does input or output
beyond reading its own data files, and knows nothing of courses, people or the web.
"""
