"""Which letters a person wants: on a page of their own, or by the link in a letter."""

from __future__ import annotations

from http import HTTPStatus

from core.messages import Message, Refused
from hub.mail.wishes import KIND_NAMES, Wishes
from hub.portal.web import PageHandler
from records import Session
from records.people import persons
from records.platform import outbox
from school import access
from school.people import account_acts

BROKEN = Message("Đường dẫn này không đầy đủ. Hãy mở lại từ trong thư, hoặc đăng nhập để chọn.")


class LettersPage(PageHandler):
    """What one is written of, and where to."""

    async def get(self) -> None:
        await self._show(saved=False)

    async def post(self) -> None:
        self.require(access.may_keep_own_account(self.actor))
        wanted = set(self.get_body_arguments("kind"))
        refused = [kind for kind in outbox.REFUSABLE if kind not in wanted]
        await self.act(account_acts.choose_letters, refused, at=self.now)
        await self._show(saved=True)

    async def _show(self, *, saved: bool) -> None:
        email, refused = await self.read(self._state)
        self.page(
            "people/letters.html",
            kinds=KIND_NAMES,
            refused=refused,
            email=email,
            saved=saved,
            sends_mail=self.portal.settings.sends_mail,
        )

    def _state(self, session: Session) -> tuple[str, frozenset[str]]:
        key = self.actor.person_id
        person = persons.find_person_by_id(session, key) if key is not None else None
        refused = outbox.refused_by(session, person.id) if person else frozenset()
        return (person.email or "") if person else "", refused


class StopLetters(PageHandler):
    """By the link in a letter, without login; a mail program may also press it (RFC 8058)."""

    public = True

    def check_xsrf_cookie(self) -> None:
        """The link's own signature says that it was meant; a mail program has no cookie."""

    async def get(self) -> None:
        found = self._wishes.read(self.get_query_argument("token", ""))
        self._show(found[1] if found else "", done=False)

    async def post(self) -> None:
        found = self._wishes.read(self.get_query_argument("token", ""))
        username = await self.read(_username_of, found[0]) if found else ""
        if found is None or not username:
            raise Refused(BROKEN)
        self.actor = await self.read(access.load_actor, username, at=self.now)
        before = await self.read(outbox.refused_by, found[0])
        await self.act(account_acts.choose_letters, {*before, found[1]}, at=self.now)
        self.actor = access.ANYBODY  # whoever has the letter is not logged in by it
        self._show(found[1], done=True)

    def _show(self, kind: str, *, done: bool) -> None:
        if not kind and self.request.method == "POST":
            self.set_status(HTTPStatus.UNPROCESSABLE_ENTITY)
        self.set_header("Referrer-Policy", "no-referrer")
        self.page(
            "people/letters_stop.html",
            kind=KIND_NAMES.get(kind),
            done=done,
            broken=BROKEN,
        )

    @property
    def _wishes(self) -> Wishes:
        return Wishes(self.portal.settings.mail_key)


def _username_of(session: Session, person_id: int) -> str:
    person = persons.find_person_by_id(session, person_id)
    return (person.username or "") if person else ""
