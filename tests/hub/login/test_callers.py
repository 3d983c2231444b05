"""Who is held to account, and that inventing callers frees nobody."""

from __future__ import annotations

import pytest

from hub.login.callers import SpeedLimit, find_caller, network_of


@pytest.mark.parametrize(
    ("forwarded", "front", "caller"),
    [
        ([], 0, "10.0.0.9"),
        (["203.0.113.7"], 0, "203.0.113.7"),
        (["1.1.1.1, 203.0.113.7"], 0, "203.0.113.7"),
        (["1.1.1.1", "2.2.2.2, 203.0.113.7"], 0, "203.0.113.7"),
        (["1.1.1.1, 203.0.113.7, 10.0.0.2"], 1, "203.0.113.7"),
        (["10.0.0.2"], 1, "10.0.0.2"),  # past the front proxy, straight to ours
        (["không phải địa chỉ"], 0, "10.0.0.9"),
        (["1.1.1.1, "], 0, "10.0.0.9"),
        (["::ffff:203.0.113.7"], 0, "203.0.113.7"),
        (["2001:db8:1:2:aaaa::1"], 0, "2001:db8:1:2::/64"),
        (["2001:db8:1:2:bbbb::9"], 0, "2001:db8:1:2::/64"),
    ],
)
def test_only_what_our_own_proxies_added_counts(forwarded, front: int, caller: str) -> None:
    assert find_caller(forwarded, "10.0.0.9", front_proxies=front) == caller


def test_many_invented_callers_do_not_free_who_is_waiting() -> None:
    limit = SpeedLimit(burst=3, per_second=0.001, most=1000, clock=lambda: 0.0)
    while limit.allow("kẻ vội"):
        pass
    for number in range(990):
        limit.allow(f"bịa {number}")
    assert not limit.allow("kẻ vội")
    for number in range(4000):
        limit.allow(f"bịa thêm {number}")
        assert number % 500 or not limit.allow("kẻ vội"), "whoever keeps asking is remembered"


def test_the_list_of_callers_stays_bounded() -> None:
    limit = SpeedLimit(burst=3, per_second=1, most=100, clock=lambda: 0.0)
    for number in range(1000):
        limit.allow(str(number))
    assert len(limit._buckets) == 100


def test_what_was_given_back_may_be_taken_again() -> None:
    limit = SpeedLimit(burst=1, per_second=0, clock=lambda: 0.0)
    assert limit.allow("a")
    assert not limit.would_allow("a")
    limit.give_back("a")
    limit.give_back("a")
    assert limit.allow("a")
    assert not limit.allow("a")


@pytest.mark.parametrize(
    ("caller", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("unix:", "unix:"),
        ("", ""),
    ],
)
def test_the_network_of_a_caller(caller: str, network: str) -> None:
    assert network_of(caller) == network
