"""Acts: everything a person can change, each one function.

An act asks permission, changes through `records`, writes its audit line in the same transaction
and settles what follows from it. Pages, API and commands call it with the session of one
transaction and with who acts; `act` holds every act to that, at each call. `ACTS` lists them all.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, Protocol, TypeVar, cast

from records import Session
from records.platform import audit
from school.access import Actor
from school.refusals import NotAllowed

P = ParamSpec("P")
T = TypeVar("T", covariant=True)


@dataclass(frozen=True)
class About:
    """An act as `ACTS` lists it.

    ``may``: who may do it at all. What depends on the matter (whose unit, whose work) the act asks
    itself. ``audited``: the actions that its audit lines may bear. ``kept_in``: for what people do
    to their own work many times an hour, the table whose row says who did it and when; such an act
    writes no audit line.
    """

    name: str
    may: Callable[[Actor], bool]
    audited: tuple[str, ...]
    kept_in: str


class Act(Protocol[P, T]):
    """A function that `act` has declared."""

    about: About

    def __call__(
        self, session: Session, actor: Actor, /, *args: P.args, **kwargs: P.kwargs
    ) -> T: ...


ACTS: dict[str, Act[..., object]] = {}
_UNCHANGED = "acts.unchanged"


def act(
    *, may: Callable[[Actor], bool], audited: str | tuple[str, ...] = (), kept_in: str = ""
) -> Callable[[Callable[Concatenate[Session, Actor, P], T]], Act[P, T]]:
    """Declare the function below as an act, whoever ``may`` do it.

    Its first parameters are the session and the actor. At each call `NotAllowed` is raised before
    anything is looked at where the actor may not; and an act that leaves no audit line of its own
    actor does not come to its end, so that the transaction it stands in is undone.
    """
    actions = (audited,) if isinstance(audited, str) else audited
    if bool(actions) == bool(kept_in):
        raise TypeError("an act is either audited or kept in a table that says who and when")

    def declare(do: Callable[Concatenate[Session, Actor, P], T]) -> Act[P, T]:
        name = f"{do.__module__}.{do.__qualname__}"

        @functools.wraps(do)
        def done(session: Session, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> T:
            if not may(actor):
                raise NotAllowed
            before = len(audit.written(session))
            session.info.pop(_UNCHANGED, None)
            result = do(session, actor, *args, **kwargs)
            _check(session, actor, name, actions, before)
            return result

        found = cast("Act[P, T]", done)
        found.about = About(name, may, actions, kept_in)
        ACTS[name] = found
        return found

    return declare


def log(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    at: dt.datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    """An act's audit line, by its actor."""
    audit.append(
        session,
        at=at,
        actor=actor.username or "",
        action=action,
        subject=subject,
        detail=detail or {},
    )


def nothing_changed(session: Session) -> None:
    """Said by an act that found everything as it was to be: then there is nothing to audit."""
    session.info[_UNCHANGED] = True


def require(allowed: bool) -> None:
    """What depends on the matter: `NotAllowed` unless ``allowed``."""
    if not allowed:
        raise NotAllowed


def _check(
    session: Session, actor: Actor, name: str, actions: tuple[str, ...], before: int
) -> None:
    if not actions or session.info.pop(_UNCHANGED, False):
        return
    lines = audit.written(session)[before:]
    if not any(by == actor.username and action in actions for by, action in lines):
        raise AssertionError(f"{name} left no audit line of {actions} by its actor")
