"""Who may do what. Every ``may_…`` question of the platform is answered here and nowhere else.

The answers are pure: they look at an `Actor` and at facts handed in. What one may not see looks
absent (`BaseHandler.absent`, 404), so that nobody learns what exists by asking.
"""

# Longer than most: who may do what is read in one place, or nobody can say what a role is.

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.calendar import today_in_vietnam
from records.people import persons

if TYPE_CHECKING:
    from records import Session

LEARNER = "learner"
INSTRUCTOR = "instructor"
UNIT_OFFICER = "unit-officer"
MINISTRY_OFFICER = "ministry-officer"
AUDITOR = "auditor"
ADMINISTRATOR = "administrator"
NEWCOMER = "newcomer"  # held by nobody, and given by nobody: see `newcomer`
ROLES = (LEARNER, INSTRUCTOR, UNIT_OFFICER, MINISTRY_OFFICER, AUDITOR, ADMINISTRATOR)


@dataclass(frozen=True)
class Actor:
    """Whoever asks. ``grants`` are (role, unit) pairs; a unit officer holds a role *for* a unit."""

    username: str | None = None
    person_id: int | None = None
    full_name: str = ""
    unit_id: int | None = None
    language: str | None = None
    grants: tuple[tuple[str, int | None], ...] = ()

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(role for role, _unit in self.grants)

    @property
    def known(self) -> bool:
        """Logged in, and in the list of people."""
        return self.person_id is not None

    def units_as(self, role: str) -> tuple[int, ...]:
        """The units for which this role is held."""
        return tuple(unit for held, unit in self.grants if held == role and unit is not None)


ANYBODY = Actor()


def operator(command: str) -> Actor:
    """Whoever runs a command on the machine itself: they hold the database in their hands. The log
    shows the command's name."""
    return Actor(username=command, grants=((ADMINISTRATOR, None),))


def newcomer() -> Actor:
    """Somebody at the door who has no account: they may ask to come in, and nothing else. No login
    name has a space in it, so the log's is nobody's."""
    return Actor(username="self registration", grants=((NEWCOMER, None),))


def load_actor(session: Session, username: str, *, at: dt.datetime) -> Actor:
    """The actor behind a hub user name, with the roles that are in force at this time; one who is
    in no list is known by name only."""
    person = persons.find_person(session, username)
    if person is None or person.erased_at is not None or person.left_at is not None:
        return Actor(username=username)
    return Actor(
        username=username,
        person_id=person.id,
        full_name=person.full_name,
        unit_id=person.unit_id,
        language=person.language,
        grants=tuple(
            (grant.role, grant.unit_id)
            for grant in persons.roles_of(session, person.id, on=today_in_vietnam(at))
        ),
    )


# --- learning -----------------------------------------------------------------------------------


def may_learn(actor: Actor) -> bool:
    """Everybody in the list of people may take any published course."""
    return actor.known


def may_submit(actor: Actor) -> bool:
    """An auditor reads all and changes nothing, own answers included."""
    return actor.known and actor.roles != {AUDITOR}


def may_sit(actor: Actor) -> bool:
    """Take a placement: one's own answers, as in a lesson."""
    return may_submit(actor)


def may_contest(actor: Actor) -> bool:
    """Say that one does not agree with one's own level."""
    return may_submit(actor)


def may_decide_contests(actor: Actor) -> bool:
    """What people say against their levels. Not for instructors, whose marks a level rests on, nor
    for officers of units, who answer for how their people do."""
    return bool(actor.roles & {MINISTRY_OFFICER, ADMINISTRATOR})


def may_decide_contest_of(actor: Actor, person_id: int) -> bool:
    """Nobody decides about themselves."""
    return may_decide_contests(actor) and actor.person_id != person_id


def may_see_sitting(actor: Actor, owner_id: int) -> bool:
    """What somebody answered in a placement, and what it said of them: themselves alone."""
    return actor.known and actor.person_id == owner_id


def may_see_levels_of(actor: Actor, owner_id: int, *, contested: bool = False) -> bool:
    """The levels of one person: their own; and, without a single answer, of the competence that
    they ``contested``, for whoever decides."""
    return may_see_sitting(actor, owner_id) or (contested and may_decide_contests(actor))


def may_see_distributions(actor: Actor, path: Collection[int]) -> bool:
    """How many people of a unit, with this ``path``, stand at which level: numbers, no names."""
    return may_see_unit(actor, path)


def may_see_submission(actor: Actor, owner_id: int) -> bool:
    return actor.known and (
        actor.person_id == owner_id or bool(actor.roles & {INSTRUCTOR, AUDITOR, ADMINISTRATOR})
    )


# --- teaching -----------------------------------------------------------------------------------


def may_teach(actor: Actor) -> bool:
    """See insight, the dead-letter list and what learners handed in."""
    return bool(actor.roles & {INSTRUCTOR, AUDITOR, ADMINISTRATOR})


def may_see_gradebook(actor: Actor, teaches: bool) -> bool:
    """Everybody's marks in one course, by name: only for whoever ``teaches`` it by the register of
    lecturers, beside those who look after all of it."""
    supervises = bool(actor.roles & {AUDITOR, ADMINISTRATOR})
    return supervises or (teaches and INSTRUCTOR in actor.roles)


def may_keep_lecturers(actor: Actor) -> bool:
    """Write down who may teach what. Not for instructors: nobody lets themselves in."""
    return bool(actor.roles & {MINISTRY_OFFICER, ADMINISTRATOR})


def may_see_lecturers(actor: Actor) -> bool:
    """The register of lecturers."""
    return may_keep_lecturers(actor) or AUDITOR in actor.roles


def may_mark(actor: Actor) -> bool:
    """Give marks by hand, send a dead submission back to the queue."""
    return bool(actor.roles & {INSTRUCTOR, ADMINISTRATOR})


def may_publish(actor: Actor) -> bool:
    return bool(actor.roles & {INSTRUCTOR, ADMINISTRATOR})


def may_call_class(actor: Actor) -> bool:
    """Announce a class in person and keep its list."""
    return may_mark(actor)


def may_notify_course(actor: Actor) -> bool:
    """Send a message to the learners of a course."""
    return may_mark(actor)


def may_notify_somebody(actor: Actor) -> bool:
    """Send messages at all: to a course, or to a unit that is theirs."""
    return may_notify_course(actor) or bool(
        actor.roles & {UNIT_OFFICER, MINISTRY_OFFICER, ADMINISTRATOR}
    )


def may_notify_unit(actor: Actor, path: Collection[int]) -> bool:
    """Send a message to the people of a unit, whose ``path`` runs up to the nation."""
    officers = bool(actor.roles & {MINISTRY_OFFICER, ADMINISTRATOR})
    return officers or any(unit in path for unit in actor.units_as(UNIT_OFFICER))


# --- units and figures --------------------------------------------------------------------------


def may_see_nation(actor: Actor) -> bool:
    return bool(actor.roles & {MINISTRY_OFFICER, AUDITOR, ADMINISTRATOR})


def may_see_unit(actor: Actor, path: Collection[int]) -> bool:
    """``path``: ids of the unit and of every unit above it."""
    return may_see_nation(actor) or any(unit in path for unit in actor.units_as(UNIT_OFFICER))


def may_see_people_of(actor: Actor, path: Collection[int]) -> bool:
    """Names and marks of persons in the unit with this ``path``."""
    return may_see_unit(actor, path)


def may_import_roster(actor: Actor) -> bool:
    return bool(actor.roles & {UNIT_OFFICER, MINISTRY_OFFICER, ADMINISTRATOR})


def may_keep_units(actor: Actor) -> bool:
    """Add, rename, merge and end units: the tree says who is above whom, so no officer of a unit
    does."""
    return bool(actor.roles & {MINISTRY_OFFICER, ADMINISTRATOR})


def may_see_units(actor: Actor) -> bool:
    """The list of units with their codes."""
    return may_see_nation(actor) or UNIT_OFFICER in actor.roles


def may_open_accounts(actor: Actor) -> bool:
    """Hand out links by which people set their password."""
    return may_import_roster(actor)


def may_open_account_of(actor: Actor, path: Collection[int], roles: Collection[str]) -> bool:
    """Whoever holds such a link holds the account. So an officer of a unit hands them to own people
    without a role, the ministry's officers to everybody below them. ``path``: the person's unit and
    those above it."""
    held = set(roles) - {LEARNER}
    if ADMINISTRATOR in actor.roles:
        return True
    if MINISTRY_OFFICER in actor.roles:
        return not held & {MINISTRY_OFFICER, AUDITOR, ADMINISTRATOR}
    return not held and any(unit in path for unit in actor.units_as(UNIT_OFFICER))


def may_keep_own_account(actor: Actor) -> bool:
    """Choose one's own password, and which letters one wants."""
    return actor.known


def must_have_key(actor: Actor, roles: Collection[str]) -> bool:
    """Whether somebody is let in only with a security key beside the password. ``roles``: those of
    which the operator wants it."""
    return actor.known and not {*actor.roles, LEARNER}.isdisjoint(roles)


def may_take_keys_away(actor: Actor) -> bool:
    """Take lost security keys of others away. Not for whoever hands out links to passwords: one
    person would then open both doors of an account."""
    return may_administer(actor)


def may_change_people(actor: Actor) -> bool:
    """Write down that people went to another unit, left or came back; of one's own units, or of
    all."""
    return may_import_roster(actor)


def may_change_everybody(actor: Actor) -> bool:
    """People of any unit; join two persons into one; erase somebody."""
    return bool(actor.roles & {MINISTRY_OFFICER, ADMINISTRATOR})


def may_ask_to_enter(actor: Actor) -> bool:
    """Register; whether the door is open at all is the installation's setting."""
    return NEWCOMER in actor.roles and not actor.known


def may_invite(actor: Actor) -> bool:
    """Make codes by which people register, and end them."""
    return may_import_roster(actor)


def may_invite_for(actor: Actor, path: Collection[int]) -> bool:
    """For this unit, whose ``path`` runs up to the nation; an empty one: for no unit."""
    officers = bool(actor.roles & {MINISTRY_OFFICER, ADMINISTRATOR})
    return officers or any(unit in path for unit in actor.units_as(UNIT_OFFICER))


def may_answer_requests(actor: Actor) -> bool:
    """What people ask about their own data."""
    return may_change_everybody(actor)


def may_see_others(actor: Actor) -> bool:
    """Names or marks of other people, on some page."""
    return may_teach(actor) or may_import_roster(actor)


def may_see_rooms(actor: Actor) -> bool:
    """People in an examination: for whoever sees others, or may be named to look after a room.
    Which room, is asked where it is loaded."""
    return may_see_others(actor) or may_invigilate(actor)


def may_set_targets(actor: Actor) -> bool:
    return bool(actor.roles & {MINISTRY_OFFICER, ADMINISTRATOR})


def may_decide_requirements(actor: Actor) -> bool:
    """Which courses a programme's certificate takes."""
    return bool(actor.roles & {MINISTRY_OFFICER, ADMINISTRATOR})


def may_keep_frameworks(actor: Actor) -> bool:
    """Put a completed framework of competences in, and say what corresponds in it."""
    return bool(actor.roles & {MINISTRY_OFFICER, ADMINISTRATOR})


def may_plan_campaigns(actor: Actor) -> bool:
    """Open and close the assessment of a year."""
    return bool(actor.roles & {MINISTRY_OFFICER, ADMINISTRATOR})


def may_call_to_campaigns(actor: Actor) -> bool:
    """Invite, remind and excuse people of some unit."""
    return may_import_roster(actor)


def may_call_to_campaign_of(actor: Actor, path: Collection[int]) -> bool:
    """People of this unit, whose ``path`` runs up to the nation; an empty one: of all units."""
    return may_plan_campaigns(actor) or any(unit in path for unit in actor.units_as(UNIT_OFFICER))


def may_revoke_certificate(actor: Actor) -> bool:
    return bool(actor.roles & {MINISTRY_OFFICER, ADMINISTRATOR})


def may_correct_certificate(actor: Actor) -> bool:
    """Correct the name on a certificate: it changes what the nation's paper says."""
    return may_revoke_certificate(actor)


# --- examinations -------------------------------------------------------------------------------


def may_sit_examination(actor: Actor) -> bool:
    """Sit an examination that one is a candidate of; which, the act asks."""
    return may_submit(actor)


def may_plan_examinations(actor: Actor) -> bool:
    """Plan examinations and rooms, say who sits where and who looks after them. Not for officers of
    units, whose own people sit there."""
    return bool(actor.roles & {MINISTRY_OFFICER, ADMINISTRATOR})


def may_invigilate(actor: Actor) -> bool:
    """Look after a room at all. Anybody may be named for one, and nobody does by a role: for which
    room, the act asks."""
    return may_submit(actor)


def may_decide_examinations(actor: Actor) -> bool:
    """Reject, cancel, send to a jury; void items; answer appeals."""
    return may_plan_examinations(actor)


def may_see_examination_results(actor: Actor) -> bool:
    """Everybody's results and answers. Not for instructors: they would teach the items."""
    return may_plan_examinations(actor) or AUDITOR in actor.roles


def may_see_items(actor: Actor) -> bool:
    """How items of the bank stand, and the signs that they have leaked; never what answers them.
    Not for instructors: whoever teaches what is asked should not know what is asked."""
    return may_see_nation(actor)


def may_keep_items(actor: Actor) -> bool:
    """Move items on, and decide about what was learned of them."""
    return bool(actor.roles & {MINISTRY_OFFICER, ADMINISTRATOR})


# --- roles --------------------------------------------------------------------------------------

# Whoever holds the role gives and withdraws these. An administrator gives any. An officer of a unit
# gives that role alone, for units below, so that nobody gets what the giver has not.
_GIVES = {MINISTRY_OFFICER: (UNIT_OFFICER, INSTRUCTOR), UNIT_OFFICER: (UNIT_OFFICER,)}


def roles_to_give(actor: Actor) -> tuple[str, ...]:
    """The roles that this actor may give to some persons."""
    if may_administer(actor):
        return tuple(role for role in ROLES if role != LEARNER)
    given = {role for held in actor.roles for role in _GIVES.get(held, ())}
    return tuple(role for role in ROLES if role in given)


def may_appoint(actor: Actor) -> bool:
    """Give and withdraw some roles."""
    return bool(roles_to_give(actor))


def may_see_roles(actor: Actor) -> bool:
    """Who holds which role; an officer of a unit sees those of the own units."""
    return may_appoint(actor) or AUDITOR in actor.roles


def may_give_role(
    actor: Actor, role: str, above: Collection[int], person_id: int, path: Collection[int]
) -> bool:
    """Give this role to this person. ``above``: the units above the one it is for; ``path``: the
    unit of the person and all above it.

    Nobody but an administrator gives a role to themselves: an officer of the ministry who marks
    would judge what they count.
    """
    if may_administer(actor):
        return True
    return person_id != actor.person_id and _reaches(actor, role, above, path)


def may_withdraw_some_role(actor: Actor) -> bool:
    """Whoever holds a role may lay it down; whoever gives roles may take some back."""
    return bool(actor.roles - {LEARNER})


def may_withdraw_role(actor: Actor, role: str, above: Collection[int], person_id: int) -> bool:
    """Take this role back from this person; everybody may lay down their own."""
    own = person_id == actor.person_id and role in actor.roles
    return own or may_administer(actor) or _reaches(actor, role, above, None)


def _reaches(actor: Actor, role: str, above: Collection[int], path: Collection[int] | None) -> bool:
    if MINISTRY_OFFICER in actor.roles and role in _GIVES[MINISTRY_OFFICER]:
        return True
    own = actor.units_as(UNIT_OFFICER)
    return (
        role in _GIVES[UNIT_OFFICER]
        and any(unit in above for unit in own)
        and (path is None or any(unit in path for unit in own))
    )


# --- the platform itself ------------------------------------------------------------------------


def may_read_audit(actor: Actor) -> bool:
    return bool(actor.roles & {AUDITOR, ADMINISTRATOR})


def may_see_operation(actor: Actor) -> bool:
    """How the platform runs: what waits, how old the newest copy is."""
    return bool(actor.roles & {AUDITOR, ADMINISTRATOR})


def may_administer(actor: Actor) -> bool:
    return ADMINISTRATOR in actor.roles


def front_of(actor: Actor) -> tuple[str | int, ...]:
    """The page that somebody's work begins on, by its path in the portal; () for who only learns:
    their own learning."""
    units = actor.units_as(UNIT_OFFICER)
    if may_administer(actor):
        return ("operation",)
    if MINISTRY_OFFICER in actor.roles:
        return ("national",)
    if units:
        return ("units", next(iter(units)))
    if INSTRUCTOR in actor.roles:
        return ("teaching",)
    return ("audit",) if AUDITOR in actor.roles else ()
