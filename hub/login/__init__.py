"""Who logs in to JupyterHub, with which account and roles."""
