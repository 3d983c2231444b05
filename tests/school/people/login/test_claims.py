"""What identity providers send as a name, and what becomes of it."""

from __future__ import annotations

import pytest

from core.messages import Refused
from school.people.login.claims import (
    NO_CODE,
    NO_FULL_NAME,
    Trust,
    read_description,
    read_login_name,
    read_subject,
)
from school.people.login_acts import Described


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


# --- who of the lists somebody is ----------------------------------------------------------------

ALL = Trust("personal_number", 12, "name", email=True)
HER = {"personal_number": "001099000001", "name": "Lê Thị A (mẫu)", "email": "a@example.org"}


def test_only_what_the_operator_trusts_is_read() -> None:
    assert read_description(HER, Trust()) == Described()
    assert read_description(HER, ALL) == Described("001099000001", "", "Lê Thị A (mẫu)")


@pytest.mark.parametrize("verified", [None, False, "true", 1, "yes"])
def test_an_address_counts_only_where_the_provider_checked_it(verified: object) -> None:
    assert read_description(HER | {"email_verified": verified}, ALL).email == ""
    assert read_description(HER | {"email_verified": True}, ALL).email == "a@example.org"


@pytest.mark.parametrize(
    ("claim", "code"),
    [(1099000001, "001099000001"), (" 001099000001 ", "001099000001"), (None, "")],
)
def test_a_number_gets_back_the_noughts_it_lost(claim: object, code: str) -> None:
    assert read_description(HER | {"personal_number": claim}, ALL).code == code


@pytest.mark.parametrize("claim", ["1099000001", "00109900000a", True, ["x"], 10**13, ""])
def test_a_code_that_cannot_be_one_is_told(claim: object) -> None:
    assert read_description(HER | {"personal_number": claim}, ALL).fault == NO_CODE


@pytest.mark.parametrize("name", [None, "", 7])
def test_a_name_that_is_to_be_compared_must_be_there(name: object) -> None:
    assert read_description(HER | {"name": name}, ALL).fault == NO_FULL_NAME
