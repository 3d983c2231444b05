"""What settings of the login are for an identity provider whose name is known.

No provider's names of claims are certain before its agreement says them: docs/operators.md says
what is known of each, and what to ask. Each value gives way to a setting of its own.
"""

OIDC_PRESETS: dict[str, dict[str, object]] = {
    "vneid": {
        "oidc_code_claim": "preferred_username",
        "oidc_code_digits": 12,
        "oidc_name_claim": "name",
        "oidc_match_email": False,
        "oidc_match_roles": False,
    },
}
