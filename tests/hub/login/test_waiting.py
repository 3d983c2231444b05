"""Who waits for a key: how many answers they may give."""

from __future__ import annotations

from hub.login.waiting import MOST_TRIES, PERSON_BURST, WaitingRoom


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def let_in(room: WaitingRoom, person: int) -> str:
    return room.enter(
        f"n{person}", person, registers=False, logs_in=True, next_url="/", password=None
    )


def test_codes_of_one_person_are_not_guessed_in_however_many_logins() -> None:
    """79 bits, against some fifteen hundred tries a day."""
    clock = Clock()
    room, tries = WaitingRoom(clock), 0
    while clock.now < 86_400:
        token = let_in(room, 7)
        in_this_login = 0
        while room.may_try(token):
            in_this_login += 1
        assert in_this_login <= MOST_TRIES
        assert room.find(token) is None, "after too many one begins again"
        tries += in_this_login
        clock.now += 20
    assert PERSON_BURST < tries < 2_000
    assert room.may_try(let_in(room, 8)), "others are not held up by it"
