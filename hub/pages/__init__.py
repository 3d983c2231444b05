"""The pages people see, one module per face of the platform.

Each handler here reads through `records`, decides through `hub.access` and renders a template of
``hub/templates``. Which address leads to which handler stands on one screen in ``hub/app.py``.
"""
