"""Settings about security keys, and what a preset of a provider fills in."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from hub.settings import Settings

OIDC = {"oidc_issuer": "https://id.example", "oidc_client_id": "m", "oidc_client_secret": "s"}


def settings(**given: object) -> Settings:
    return Settings(_env_file=None, **given)  # type: ignore[call-arg, arg-type]  # as from outside


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ({"lab_spawner": "none", "port": 9000}, "http://localhost:9000"),
        ({"public_url": "http://localhost:8000"}, "http://localhost:8000"),
        ({}, ""),
        ({"public_url": "https://hoc.example.vn/"}, "https://hoc.example.vn"),
        ({"public_url": "https://hoc.example.vn:8443"}, "https://hoc.example.vn:8443"),
        ({"public_url": "http://hoc.example.vn"}, ""),
        ({"public_url": "https://10.1.2.3"}, ""),
    ],
)
def test_keys_are_for_a_name_by_tls_or_for_this_machine(given: object, origin: str) -> None:
    assert isinstance(given, dict)
    assert settings(**given).keys_origin == origin


def test_roles_are_read_as_they_are_typed() -> None:
    typed = " Administrator, unit_officer ,ministry-officer,"
    found = settings(second_factor=typed, public_url="https://hoc.example.vn")
    assert found.second_factor_roles == {"administrator", "unit-officer", "ministry-officer"}
    assert settings().second_factor_roles == frozenset()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"second_factor": "boss"}, "các vai trò là"),
        ({"second_factor": "administrator", "public_url": "http://hoc.example.vn"}, "TLS"),
        ({"second_factor": "administrator", **OIDC}, "SECOND_FACTOR_AFTER_OIDC"),
    ],
)
def test_an_obligation_that_could_not_be_kept_stops_the_start(given: object, said: str) -> None:
    assert isinstance(given, dict)
    with pytest.raises(ValidationError, match=said):
        settings(**given)


def test_a_preset_fills_in_what_is_not_set_and_no_more() -> None:
    found = settings(oidc_preset="vneid", **OIDC)
    assert (found.oidc_code_claim, found.oidc_code_digits) == ("preferred_username", 12)
    assert found.oidc_name_claim == "name"
    own = settings(oidc_preset="vneid", oidc_code_claim="so_dinh_danh", oidc_name_claim="", **OIDC)
    assert (own.oidc_code_claim, own.oidc_name_claim) == ("so_dinh_danh", "")
    assert settings(**OIDC).oidc_code_claim == ""
