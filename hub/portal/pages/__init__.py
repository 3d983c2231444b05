"""The pages people see, a folder for each subject; their templates lie in folders of the same name.

Each handler here reads through `records`, decides through `school.access` and renders a template of
``hub/portal/templates``. Which address leads to which handler stands on one screen in
``hub/portal/routes.py``.
"""
