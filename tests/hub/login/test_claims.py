"""What identity providers send as a name, and what becomes of it."""

from __future__ import annotations

import pytest

from core.messages import Refused
from hub.login.claims import read_login_name, read_subject


@pytest.mark.parametrize(
    ("claim", "domain", "name"),
    [
        ("hocvien", "", "hocvien"),
        (" HocVien ", "", "hocvien"),
        ("mau.nv@laocai.gov.vn", "", "mau.nv@laocai.gov.vn"),
        ("Mau.NV@LaoCai.gov.vn", "laocai.gov.vn", "mau.nv"),
        ("mau.nv@khac.gov.vn", "laocai.gov.vn", "mau.nv@khac.gov.vn"),
        ("LAOCAI\\maunv", "laocai", "maunv"),
        ("001099012345", "", "001099012345"),
        (79099012345, "", "79099012345"),
    ],
)
def test_a_claim_is_read_as_a_login_name(claim: object, domain: str, name: str) -> None:
    assert read_login_name(claim, domain) == name


@pytest.mark.parametrize("claim", [None, "", "  ", True, [], {"a": 1}, 1.5])
def test_a_claim_that_is_missing_or_no_name_is_a_sentence(claim: object) -> None:
    with pytest.raises(Refused, match="MOTCHAM_OIDC_USERNAME_CLAIM"):
        read_login_name(claim)


@pytest.mark.parametrize("claim", ["KHAC\\maunv", "laocai\\", "a\\b\\c", "\\maunv"])
def test_a_name_of_another_domain_is_nobody_of_ours(claim: str) -> None:
    with pytest.raises(Refused, match="MOTCHAM_OIDC_DOMAIN"):
        read_login_name(claim, "laocai")


def test_a_subject_is_told_apart_by_its_issuer_and_kept_unreadable() -> None:
    one, other = read_subject("https://a.vn", "7"), read_subject("https://b.vn", "7")
    assert len({one, other, read_subject("https://a.vn", 8)}) == 3
    assert read_subject("https://a.vn", 7) == one
    assert len(one) == 64


@pytest.mark.parametrize("subject", [None, "", True, []])
def test_whoever_the_provider_does_not_name_is_refused(subject: object) -> None:
    with pytest.raises(Refused, match="sub"):
        read_subject("https://a.vn", subject)
