"""JupyterHub and the web: pages, the JSON API, login, labs, the command line; where all is wired.

Start with ``app.py`` (the portal: every address on one screen), ``grading.py`` (the service that
marks) and ``up.py`` with ``jupyterhub_config.py`` (how they are started). Then ``web.py`` (what
every page stands on), ``access.py`` (every ``may_…`` question), ``settings.py`` and ``cli.py``.

It is the only room that speaks HTTP, knows the reader's language, or reads the environment. It
never marks, counts or writes to the database itself: it asks the rooms below.
"""
