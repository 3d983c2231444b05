"""Where an identity provider is asked, from what it says of itself.

OpenID Connect Discovery 1.0: a provider describes itself at a fixed address below its issuer. A
provider that does not is used all the same when the operator names the three addresses.
"""

from __future__ import annotations

import json
import urllib.request

from core.messages import Message, Refused
from hub.settings import Settings

DESCRIPTION = "/.well-known/openid-configuration"  # Discovery 1.0, clause 4
ENDPOINTS = {  # the names a provider uses, and our settings that take their place
    "authorization_endpoint": "oidc_authorize_url",
    "token_endpoint": "oidc_token_url",
    "userinfo_endpoint": "oidc_userinfo_url",
}
LARGEST_BYTES = 200_000
PATIENCE_S = 20


def with_endpoints(settings: Settings) -> Settings:
    """The settings with every address of the identity provider in them, if there is one.

    Raises `Refused`, naming the settings that mend it, when the provider is not to be reached,
    says that it is another one, or leaves an address out.
    """
    named = {setting: getattr(settings, setting) for setting in ENDPOINTS.values()}
    if not settings.oidc or all(named.values()):
        return settings
    said = _ask(str(settings.oidc_issuer).rstrip("/"))
    found = {ours: named[ours] or str(said.get(its, "")) for its, ours in ENDPOINTS.items()}
    missing = [its for its, ours in ENDPOINTS.items() if not _is_web(found[ours])]
    if missing:
        raise _refusal(settings.oidc_issuer, ", ".join(missing))
    methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    basic = not isinstance(methods, list) or "client_secret_basic" in methods
    found["oidc_token_auth"] = settings.oidc_token_auth or ("basic" if basic else "post")
    return settings.model_copy(update=found)


def _ask(issuer: str) -> dict[str, object]:
    address = issuer + DESCRIPTION  # a web address: the setting's type sees to that
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE_S) as answer:  # noqa: S310
            said = json.loads(answer.read(LARGEST_BYTES))
    except (OSError, ValueError) as error:
        raise _refusal(issuer, str(error)) from None
    if not isinstance(said, dict) or str(said.get("issuer", "")).rstrip("/") != issuer:
        # Clause 4.3: else somebody else's provider could answer in its place.
        raise _refusal(issuer, "issuer")
    return said


def _is_web(address: str) -> bool:
    return address.startswith(("https://", "http://"))


def _refusal(issuer: object, reason: str) -> Refused:
    settings = ", ".join(f"MOTCHAM_{name.upper()}" for name in ENDPOINTS.values())
    return Refused(
        Message(
            "Không hỏi được máy chủ định danh {issuer} ({reason}). Hãy kiểm tra "
            "MOTCHAM_OIDC_ISSUER, hoặc đặt cả ba: {settings}.",
            {"issuer": str(issuer), "reason": reason, "settings": settings},
        )
    )
