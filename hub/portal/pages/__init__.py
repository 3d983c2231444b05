"""The pages people see, one module per face of the platform.

Each handler here reads through `records`, decides through `school.access` and renders a template of
``hub/portal/templates``. Which address leads to which handler stands on one screen in
``hub/portal/app.py``.
"""
