"""The certificate as an Open Badges 3.0 credential: a signed JSON (VC-JWT) for wallets and other
systems. The signature is RS256 with the key that signs the papers.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from analytics.certificates.certificate_pdf import Facts
from analytics.certificates.signing import Signer

CONTEXT = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
_ALGORITHM = "RS256"


def make_credential(signer: Signer, facts: Facts, *, issuer_url: str) -> str:
    """The credential as a compact JWT.

    The holder is the name on the paper and the certificate's own address, no other personal data.
    """
    credential = _credential(facts, issuer_url)
    issued = int(facts.issued_at.timestamp())
    claims = {
        **credential,
        "iss": issuer_url,
        "jti": facts.verify_url,
        "sub": facts.verify_url,
        "nbf": issued,
        "iat": issued,
    }
    header = {
        "alg": _ALGORITHM,
        "typ": "vc+ld+jwt",
        "kid": f"{issuer_url}#{_key(signer).thumbprint()}",
    }
    return jwt.encode(header, claims, _key(signer), algorithms=[_ALGORITHM])


def public_key(signer: Signer) -> dict[str, Any]:
    """The key that checks our credentials, as a JWK, named as in their headers."""
    key = _key(signer)
    return {**key.as_dict(private=False), "kid": key.thumbprint(), "alg": _ALGORITHM}


def read_credential(token: str, signer: Signer) -> dict[str, Any] | None:
    """The claims of a credential that this signer signed; None for any other text."""
    try:
        return dict(jwt.decode(token, _key(signer), algorithms=[_ALGORITHM]).claims)
    except (JoseError, ValueError):
        return None


def _credential(facts: Facts, issuer_url: str) -> dict[str, Any]:
    return {
        "@context": CONTEXT,
        "id": facts.verify_url,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"Giấy chứng nhận {facts.number}" + (" (MẪU)" if facts.sample else ""),
        "issuer": {"id": issuer_url, "type": ["Profile"], "name": facts.authority},
        "validFrom": facts.issued_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "credentialSubject": {
            "id": facts.verify_url,
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": facts.full_name,
                    "identityType": "name",
                }
            ],
            "achievement": {
                "id": f"{facts.verify_url}#achievement",
                "type": ["Achievement"],
                "achievementType": "CertificateOfCompletion",
                "name": facts.programme,
                "description": facts.what,
                "criteria": {
                    "narrative": "Tham gia đầy đủ mọi bài học của chương trình và đạt yêu cầu "
                    + ("kiểm tra." if facts.public else "kiểm tra (Quyết định 64/QĐ-BTTTT, mục 8).")
                },
            },
        },
    }


@lru_cache(maxsize=4)
def _key(signer: Signer) -> RSAKey:
    """The signer's key as joserfc takes it; reading one looks whether it is a good RSA key, which
    takes longer than all the rest."""
    pem = signer.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return RSAKey.import_key(pem)
