"""Teaching cards of published courses: found, and printed as one page in large print."""

from __future__ import annotations

from collections.abc import Callable

from core.messages import Message
from core.teaching_card import TeachingCard
from records import Session
from records.courses import offers, releases
from records.learning import enrolments
from school import access
from school.access import Actor
from school.learning import lessons, open_reading
from school.pressing import make_qr, press

WORDS = {
    "kicker": Message("Thẻ hướng dẫn · Một Chạm"),
    "goal": Message("Xong buổi này:"),
    "say": Message("Nói:"),
    "careful": Message("Cẩn thận"),
    "exercise": Message("Bài tập năm phút"),
    "done_when": Message("Xong khi:"),
    "sources": Message("Nguồn:"),
    "page": Message("Khóa học:"),
    "qr": Message("Mã vuông mở trang khóa học"),
}


def find_card(session: Session, actor: Actor, course: str) -> TeachingCard | None:
    """The card as it was published last, for whoever may take the course or has begun it; their
    own release's where the newest has none any more."""
    if actor.person_id is None:
        return None
    own = lessons.find_release_for(session, actor.person_id, course)
    if own is None:
        return None
    newest = releases.current_release(session, course)
    gone = newest is None or offers.find_withdrawal(session, course) is not None
    card = None if gone or newest is None else newest.manifest.teaching_card
    return card or own.manifest.teaching_card


def teaches_by_card(session: Session, actor: Actor, course: str) -> bool:
    """Whether they take the course, and it has a card to teach by: then they may write down whom
    they reached."""
    return (
        access.may_submit(actor)
        and actor.person_id is not None
        and enrolments.find_enrolment(session, actor.person_id, course) is not None
        and find_card(session, actor, course) is not None
    )


def find_open_card(session: Session, course: str) -> TeachingCard | None:
    """The card of a course that strangers may read."""
    release = open_reading.find_open_release(session, course)
    return release.manifest.teaching_card if release else None


def print_card(
    card: TeachingCard, language: str, address: str, say: Callable[[Message], str]
) -> bytes:
    """The card as a PDF, in ``language``; ``say`` says the page's own words in it. ``address``:
    the course's page."""
    facts = {
        "lang": language,
        "words": {name: say(word) for name, word in WORDS.items()},
        "card": {**card.in_language(language).as_dict(), "sources": list(card.sources)},
        "page": address.split("://", 1)[-1],
        "qr": make_qr(address),
    }
    return press(__package__, "teaching_card.typ", facts)
