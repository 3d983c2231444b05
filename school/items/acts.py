"""What is decided about items on a running platform: move one on, retire a variant, put what was
learned before a person, accept it or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from core.messages import Message, Refused
from records import Session
from records.assessment import items as kept
from records.assessment import sittings
from school import access
from school.access import Actor
from school.acts import act, log, require
from school.assessment.in_force import LIVE, RETIRED, TRIAL, Standing, standings
from school.assessment.item_bank import ItemBank
from school.items.calibrating import Learned
from school.items.radar import Watch, retired_by_rule

LONGEST_REASON = 500
MAY_BECOME = {TRIAL: (LIVE, RETIRED), LIVE: (TRIAL, RETIRED), RETIRED: ()}


@act(may=access.may_keep_items, audited="item.move")
def move_item(
    session: Session,
    actor: Actor,
    bank: ItemBank,
    item: str,
    state: str,
    *,
    reason: str,
    at: dt.datetime,
) -> None:
    """Move an item on: from trial to live, back to trial, or retired for ever. Holds for the text
    that it has now, and for sittings from the next item on."""
    before = _standing(session, bank, item)
    said = _reason(reason)
    if state not in MAY_BECOME[before.state]:
        raise Refused(NO_WAY_THERE, field="state")
    digest = bank.items[item].digest
    by = actor.username or ""
    kept.move(session, item, digest, state, reason=said, by=by, at=at)
    detail = {"from": before.state, "to": state, "digest": digest, "reason": said}
    log(session, actor, "item.move", f"item:{item}", at, detail)


@act(may=access.may_keep_items, audited="item.retire-variant")
def retire_variant(
    session: Session,
    actor: Actor,
    bank: ItemBank,
    item: str,
    variant: int,
    *,
    reason: str,
    at: dt.datetime,
) -> None:
    """Take one variant of an item out of use; not its last one: then the item is to be retired."""
    standing = _standing(session, bank, item)
    said = _reason(reason)
    left = [seed for seed in bank.items[item].seeds if seed not in standing.retired]
    require(variant in left and standing.state != RETIRED)
    if len(left) == 1:
        raise Refused(LAST_VARIANT, field="variant")
    _retire_variant(session, actor, bank, item, variant, said, at)


@act(may=access.may_administer, audited=("item.watch", "item.retire-variant"))
def keep_watch(
    session: Session, actor: Actor, bank: ItemBank, watch: Watch, *, at: dt.datetime
) -> list[tuple[str, int]]:
    """Keep what the radar saw, and take out of use the variants that its rule names; these."""
    found = standings(bank, kept.moved(session))
    left = {
        name: [seed for seed in bank.items[name].seeds if seed not in one.retired]
        for name, one in found.items()
        if one.state != RETIRED
    }
    row = kept.keep_watch(session, sittings=watch.sittings, signs=watch.as_json(), at=at)
    retired = retired_by_rule(watch, left)
    for item, variant in retired:
        _retire_variant(session, actor, bank, item, variant, BY_RULE, at)
    named = sum(bool(one.signs) for one in watch.items.values())
    detail = {"items": named, "pairs": len(watch.pairs), "sittings": watch.sittings}
    log(session, actor, "item.watch", f"watch:{row.id}", at, detail)
    return retired


@act(may=access.may_administer, audited="calibration.propose")
def propose_calibration(
    session: Session, actor: Actor, learned: Learned, *, based_on: str, at: dt.datetime
) -> int:
    """Put a new version of parameters before a person; its key. What is in force stays so."""
    made = learned.parameters
    sittings.keep_parameters(
        session, made.version, rule=made.content["rule"], content=made.content, at=at
    )
    row = kept.propose(
        session,
        made.version,
        based_on=based_on,
        people=learned.people,
        answers=learned.answers,
        report=learned.report,
        at=at,
    )
    detail = {"to": made.version, "from": based_on, "items": len(learned.report["items"])}
    log(session, actor, "calibration.propose", f"calibration:{row.id}", at, detail)
    return row.id


@act(may=access.may_keep_items, audited=("calibration.accept", "calibration.refuse"))
def decide_calibration(
    session: Session, actor: Actor, key: int, accept: bool, *, reason: str, at: dt.datetime
) -> None:
    """Let sittings that begin from now on use a version, or not. One that was accepted can be
    refused later: then the one accepted before it is in force again. Results stay as they are."""
    row = kept.find_calibration(session, key)
    require(row is not None)
    assert row is not None
    said = _reason(reason)
    if row.state not in ("proposed", "accepted") or (accept and row.state == "accepted"):
        raise Refused(DECIDED)
    row.state = "accepted" if accept else "refused"
    row.reason, row.decided_by, row.decided_at = said, actor.username, at
    session.flush()
    action = "calibration.accept" if accept else "calibration.refuse"
    detail = {"to": row.parameters, "reason": said}
    log(session, actor, action, f"calibration:{row.id}", at, detail)


def _standing(session: Session, bank: ItemBank, item: str) -> Standing:
    require(item in bank.items)
    return standings(bank, kept.moved(session))[item]


def _retire_variant(
    session: Session,
    actor: Actor,
    bank: ItemBank,
    item: str,
    variant: int,
    reason: str,
    at: dt.datetime,
) -> None:
    digest, by = bank.items[item].digest, actor.username or ""
    kept.move(session, item, digest, RETIRED, variant=variant, reason=reason, by=by, at=at)
    detail: Mapping[str, object] = {"variant": variant, "digest": digest, "reason": reason}
    log(session, actor, "item.retire-variant", f"item:{item}", at, detail)


def _reason(text: str) -> str:
    said = " ".join(text.split())
    if not said:
        raise Refused(NO_REASON, field="reason")
    if len(said) > LONGEST_REASON:
        raise Refused(
            Message("Lý do dài quá {most} ký tự.", {"most": LONGEST_REASON}), field="reason"
        )
    return said


BY_RULE = "Theo quy tắc: trả lời đúng nhanh bất thường và dễ hơn các biến thể khác."
NO_REASON = Message("Hãy ghi lý do; lý do được lưu cùng thay đổi.")
NO_WAY_THERE = Message(
    "Không chuyển được như vậy: dùng thử → đang dùng → ngừng dùng, hoặc đưa về dùng thử. Câu đã "
    "ngừng thì không dùng lại; hãy viết câu mới."
)
LAST_VARIANT = Message("Đây là biến thể cuối cùng của câu này; hãy ngừng dùng cả câu.")
DECIDED = Message("Bộ tham số này đã được quyết định, hoặc đã có bộ mới hơn thay thế.")
