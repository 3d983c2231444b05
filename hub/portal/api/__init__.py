"""The JSON interface, version 1, by subject. ``hub/portal/openapi.json`` describes it; a test holds
the two together.

Whoever calls is known by the portal's cookie or by a hub API token (``Authorization: token …``).
Errors are ``{"errors": ["…"]}`` in the caller's language. Start at ``handler`` (what every answer
stands on) and ``sent`` (what callers send).
"""
