"""JupyterHub's side of the roles: one group and one custom scope for each.

The group says who somebody is, the scope what a token of theirs may be used for. The portal asks
`school.access`; the hub itself only needs to know who may administer it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labs import OWN_WORK, PORTAL
from school.access import (
    ADMINISTRATOR,
    AUDITOR,
    INSTRUCTOR,
    LEARNER,
    MINISTRY_OFFICER,
    ROLES,
    UNIT_OFFICER,
)

GRADING = "grading"
# What the page of a lab may do at the portal, as ``…!server=<whose lab>/``, which nobody but its
# learner can give: a token that a lab got of somebody else who looked in is none at the portal.
LAB = OWN_WORK

DESCRIPTIONS = {
    LEARNER: "Take courses, submit, see one's own marks",
    INSTRUCTOR: "Publish courses, see submissions, mark by hand",
    UNIT_OFFICER: "See the own unit and below, import its roster",
    MINISTRY_OFFICER: "See the nation, set targets, revoke certificates",
    AUDITOR: "Read everything, change nothing",
    ADMINISTRATOR: "Run the platform",
}


def scope_of(role: str) -> str:
    """``custom:motcham:<role>``."""
    return f"custom:motcham:{role}"


def custom_scopes() -> dict[str, dict[str, Any]]:
    """What ``c.JupyterHub.custom_scopes`` wants."""
    of_roles = {scope_of(role): {"description": DESCRIPTIONS[role]} for role in ROLES}
    return of_roles | {LAB: {"description": "Work on one's own lessons from one's own lab"}}


def roles() -> list[dict[str, Any]]:
    """What ``c.JupyterHub.load_roles`` wants: every user reaches the portal, groups carry roles."""
    everybody = {
        "name": "user",
        "description": "Whoever is logged in",
        "scopes": ["self", f"access:services!service={PORTAL}", f"{LAB}!user"],
    }
    eraser = {
        "name": "motcham-eraser",
        "description": "Deletes the account of somebody who was erased",
        "scopes": ["delete:users"],
        "services": [GRADING],
    }
    return [everybody, eraser, *(_role(role) for role in ROLES)]


def portal_scopes() -> list[str]:
    """The most that the portal may do with a logged-in person's token: know them, open labs.

    And, for whoever the hub grants that to, which are administrators: see and stop others' labs.
    """
    return [
        *(scope_of(role) for role in ROLES),
        f"access:services!service={PORTAL}",
        "read:users:name!user",
        "read:users:groups!user",
        "read:servers!user",
        "servers!user",
        "access:servers!user",
        "list:users",
        "read:servers",
        "delete:servers",
        "admin:server_state",
    ]


def _role(role: str) -> dict[str, Any]:
    return {
        "name": f"motcham-{role}",
        "description": DESCRIPTIONS[role],
        "scopes": [scope_of(role)],
        "groups": [role],
    }


def domains_below(labs: str) -> Callable[[str, str, str], str]:
    """A ``c.JupyterHub.subdomain_hook``: a domain below ``labs`` for each learner's lab; our
    services are no learner's code and stay with the hub."""
    from jupyterhub.utils import subdomain_hook_idna

    def domain_of(name: str, domain: str, kind: str) -> str:
        return domain if kind == "service" else str(subdomain_hook_idna(name, labs, kind))

    return domain_of
