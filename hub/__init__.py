"""The face of the platform: what people and programs meet, and where all is wired.

Start with ``portal/app.py`` (the portal; every address stands in ``portal/routes.py``),
``platform/grading.py`` (the service that marks) and ``platform/up.py`` with
``jupyterhub_config.py`` (how they are started). Then ``portal/web.py`` (what every page stands
on), ``login`` (who enters, and as whom), ``labs`` (the door to JupyterLab), ``settings.py`` and
``cli.py``.

It is the only room that speaks HTTP, knows the reader's language, or reads the environment. It
never marks, counts or writes to the database itself: it asks the rooms below.
"""
