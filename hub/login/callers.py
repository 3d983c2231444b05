"""Who is at the other end of a connection, and how much one caller may ask for.

What a caller writes into a request says nothing about the caller: of ``X-Forwarded-For`` only what
our own proxies added counts, from the end, and ``X-Real-Ip`` counts for nothing.
"""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

IPV6_NETWORK = 64  # bits that one subscriber of IPv6 cannot choose


def find_caller(forwarded: Sequence[str], peer: str, *, front_proxies: int = 0) -> str:
    """The address to hold to account.

    ``forwarded``: every ``X-Forwarded-For`` of the request, in order. The hub's own proxy adds the
    address it saw at the end; before that stands what each of ``front_proxies`` saw. Addresses of
    IPv6 count by network, since a subscriber has 2⁶⁴ of them.
    """
    seen = [part.strip() for line in forwarded for part in line.split(",")]
    place = len(seen) - 1 - front_proxies
    said = seen[max(place, 0)] if seen else peer
    try:
        address = ipaddress.ip_address(said.partition("%")[0])
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, IPV6_NETWORK), strict=False))
    return str(address)


def network_of(caller: str) -> str:
    """The network that a caller, as `find_caller` says it, is in: what one who has a few addresses
    has them of. Whatever is no address is a network of its own."""
    try:
        address = ipaddress.ip_network(caller).network_address
    except ValueError:
        return caller
    bits = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network((address, bits), strict=False))


def caller_of(request: Any, *, front_proxies: int = 0) -> str:
    """`find_caller` for a request of tornado, whatever its headers made of ``remote_ip``."""
    context = request.connection.context
    peer = getattr(context, "_orig_remote_ip", None) or request.remote_ip
    forwarded = request.headers.get_list("X-Forwarded-For")
    return find_caller(forwarded, str(peer), front_proxies=front_proxies)


class SpeedLimit:
    """A bucket of ``burst`` requests a caller, refilled at ``per_second``.

    Of more than ``most`` callers those not heard of for longest are forgotten, one at a time, so
    that inventing callers frees nobody.
    """

    def __init__(
        self,
        *,
        burst: float,
        per_second: float,
        most: int = 100_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.burst, self.per_second, self.most, self._clock = burst, per_second, most, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allow(self, caller: str, *, cost: float = 1) -> bool:
        """Take ``cost`` from the caller's bucket, if that much is in it."""
        left = self._left(caller)
        allowed = left >= cost
        self._keep(caller, left - cost if allowed else left)
        return allowed

    def would_allow(self, caller: str, *, cost: float = 1) -> bool:
        """Whether that much is in the bucket."""
        return self._left(caller) >= cost

    def give_back(self, caller: str, *, cost: float = 1) -> None:
        """Undo one `allow`."""
        self._keep(caller, min(self.burst, self._left(caller) + cost))

    def _left(self, caller: str) -> float:
        left, since = self._buckets.get(caller, (self.burst, self._clock()))
        return min(self.burst, left + (self._clock() - since) * self.per_second)

    def _keep(self, caller: str, left: float) -> None:
        self._buckets[caller] = (left, self._clock())
        self._buckets.move_to_end(caller)
        while len(self._buckets) > self.most:
            self._buckets.popitem(last=False)
