"""Figures for Prometheus: what this portal answered, and how the platform is.

No name, key or address of anybody is in them: a monitor is another system.
"""

from __future__ import annotations

import datetime as dt

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from hub.platform.condition import GRADING_SILENT, Condition

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
_own = CollectorRegistry()
_requests = Counter(
    "motcham_requests", "Answers of the portal", ["handler", "method", "status"], registry=_own
)
_took = Histogram(
    "motcham_request_seconds", "How long they took", ["handler"], buckets=_SECONDS, registry=_own
)
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")


def answered(handler: str, method: str, status: int, seconds: float) -> None:
    """Count one answer, by the class that gave it: an address may hold a name or a code."""
    known = method if method in _METHODS else "other"  # whatever a stranger may call it
    _requests.labels(handler, known, f"{status // 100}xx").inc()
    _took.labels(handler).observe(seconds)


def write(found: Condition, *, at: dt.datetime) -> bytes:
    """All figures in Prometheus' text form. What is not known has no line."""
    registry = CollectorRegistry()

    def tell(name: str, about: str, value: float | None) -> None:
        if value is not None:
            Gauge(f"motcham_{name}", about, registry=registry).set(value)

    def age(since: dt.datetime | None) -> float | None:
        return None if since is None else max(0.0, (at - since).total_seconds())

    heard = found.grading_at is not None and at - found.grading_at <= GRADING_SILENT
    until = found.certificate_until
    tell("queue_waiting", "Submissions that wait to be marked", found.waiting)
    tell("queue_marking", "Submissions that are being marked", found.marking)
    tell("queue_dead", "Submissions that could not be marked", found.dead)
    tell("queue_oldest_seconds", "Age of the oldest that waits", age(found.oldest_at) or 0.0)
    tell("grading_up", "Whether the grading service is well", float(heard and found.grading_well))
    tell("unsettled", "What follows from marks and is tried again", found.unsettled)
    tell("mail_waiting", "Letters that wait to be sent", found.letters_waiting)
    tell("mail_dead", "Letters that could not be sent", found.letters_dead)
    tell("mail_oldest_seconds", "Age of the oldest that waits", age(found.letters_since) or 0.0)
    tell("backup_age_seconds", "Age of the newest backup", age(found.backup_at))
    tell("drill_age_seconds", "Age of the newest rehearsal", age(found.drill_at))
    tell("disk_free_bytes", "Free on the disk of the data folder", found.disk_mb * 1e6)
    left = None if until is None else (until - at).total_seconds()
    tell("certificate_expires_seconds", "Until the signing certificate expires", left)
    return generate_latest(_own) + generate_latest(registry)
