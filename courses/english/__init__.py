"""A lesson in English: the same notebook, the same rules, other words.

Beside ``lessons/01-name.ipynb`` lies ``lessons/01-name.en.po``, which ``file_en`` of the lesson in
``course.toml`` names: gettext's own format, each Vietnamese text of the notebook with its English.
There is one notebook, so there is one set of exercises, answers, numbers and tests; a text that
changes in Vietnamese is missing in English until somebody has translated it again.

Start with ``texts.py`` (which texts a learner meets), then ``catalogue.py`` (the file) and
``telling.py`` (a notebook, or what a test said, in English). Nothing here marks or stores answers.
"""
