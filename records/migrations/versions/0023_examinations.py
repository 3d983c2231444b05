"""examinations: rooms, candidates, pauses, incidents, seals, appeals, items that are void"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
KINDS = "kind IN ('placement','retained','examination')"
STATES = "state IN ('open','paused','ended')"
ENDINGS = "ending IN ('','sure','items','time','bank','person','room')"


def upgrade() -> None:
    _sittings()
    _results()
    _planned()
    _candidate()
    _during()
    _after()


def _sittings() -> None:
    with op.batch_alter_table("sitting") as sitting:
        for name, rule in (("kind", KINDS), ("state", STATES), ("ending", ENDINGS)):
            # 0021 named them without op.f, so that the convention put its prefix on once more.
            sitting.drop_constraint(op.f(f"ck_sitting_ck_sitting_{name}"), type_="check")
            sitting.create_check_constraint(op.f(f"ck_sitting_{name}"), rule)
        sitting.add_column(sa.Column("passed", sa.Boolean(), nullable=True))
        sitting.add_column(sa.Column("pass_kept", sa.Text(), nullable=True))
    op.execute("UPDATE sitting SET pass_kept = ''")
    with op.batch_alter_table("sitting") as sitting:
        sitting.alter_column("pass_kept", existing_type=sa.Text(), nullable=False)
    with op.batch_alter_table("sitting_answer") as answer:
        answer.add_column(sa.Column("set_aside", sa.Boolean(), nullable=True))
    op.execute(sa.text("UPDATE sitting_answer SET set_aside = :no").bindparams(no=False))
    with op.batch_alter_table("sitting_answer") as answer:
        answer.alter_column("set_aside", existing_type=sa.Boolean(), nullable=False)


def _results() -> None:
    op.add_column("sitting_result", sa.Column("revision", sa.Integer(), nullable=True))
    op.execute("UPDATE sitting_result SET revision = 0")
    with op.batch_alter_table("sitting_result") as result:
        result.alter_column("revision", existing_type=sa.Integer(), nullable=False)
        result.drop_constraint("pk_sitting_result", type_="primary")
        result.create_primary_key("pk_sitting_result", ["sitting_id", "domain", "revision"])


def _key(table: str) -> list[sa.schema.SchemaItem]:
    return [sa.Column("id", NUMBER, nullable=False), sa.PrimaryKeyConstraint("id", name=table)]


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def _text(name: str, length: int | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def _number(name: str, *, may_be_none: bool = False) -> sa.Column[Any]:
    return sa.Column(name, NUMBER, nullable=may_be_none)


def _time(name: str, *, may_be_none: bool = False) -> sa.Column[Any]:
    return sa.Column(name, TIME, nullable=may_be_none)


def _check(table: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ",".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _planned() -> None:
    op.create_table(
        "examination",
        *_key("pk_examination"),
        _text("title", 200),
        _text("framework", 32),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("minutes", "most_items", "least_items", "pass_level")
        ),
        _time("opens_at"),
        _time("closes_at"),
        _text("state", 10),
        _text("reason"),
        _number("made_by"),
        _time("made_at"),
        _check("examination", "state", "planned", "published", "cancelled"),
        _to("examination", "made_by", "person"),
    )
    op.create_table(
        "exam_room",
        *_key("pk_exam_room"),
        _number("examination_id"),
        _text("name", 100),
        _text("place", 200),
        _number("unit_id", may_be_none=True),
        _time("starts_at"),
        _time("ends_at"),
        _text("code", 8),
        _text("state", 8),
        _time("opened_at", may_be_none=True),
        _time("closed_at", may_be_none=True),
        _check("exam_room", "state", "planned", "open", "closed"),
        _to("exam_room", "examination_id", "examination"),
        _to("exam_room", "unit_id", "unit"),
        sa.UniqueConstraint("code", name="uq_exam_room_code"),
    )
    op.create_index("ix_exam_room_examination_id", "exam_room", ["examination_id"])
    op.create_index("ix_exam_room_state", "exam_room", ["state"])
    op.create_table(
        "exam_invigilator",
        _number("room_id"),
        _number("person_id"),
        _number("named_by"),
        _time("named_at"),
        _to("exam_invigilator", "room_id", "exam_room"),
        _to("exam_invigilator", "person_id", "person"),
        _to("exam_invigilator", "named_by", "person"),
        sa.PrimaryKeyConstraint("room_id", "person_id", name="pk_exam_invigilator"),
    )
    op.create_index("ix_exam_invigilator_person_id", "exam_invigilator", ["person_id"])


def _candidate() -> None:
    op.create_table(
        "candidate",
        *_key("pk_candidate"),
        _number("examination_id"),
        _number("room_id"),
        _number("person_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("extra_share", sa.Double(), nullable=False),
        _text("alternative", 8),
        _text("note"),
        _text("identity", 10),
        _number("identity_by", may_be_none=True),
        _time("identity_at", may_be_none=True),
        _number("sitting_id", may_be_none=True),
        sa.Column("added_minutes", sa.Integer(), nullable=False),
        _text("state", 10),
        _text("reason"),
        _number("decided_by", may_be_none=True),
        _time("decided_at", may_be_none=True),
        _time("saved_at", may_be_none=True),
        sa.Column("left_page", sa.Integer(), nullable=False),
        _check("candidate", "alternative", "", "large", "plain", "reader"),
        _check("candidate", "identity", "waiting", "confirmed", "refused"),
        _check(
            "candidate",
            "state",
            *("registered", "working", "done", "absent", "rejected", "cancelled", "jury"),
        ),
        _to("candidate", "examination_id", "examination"),
        _to("candidate", "room_id", "exam_room"),
        _to("candidate", "person_id", "person"),
        _to("candidate", "identity_by", "person"),
        _to("candidate", "sitting_id", "sitting"),
        _to("candidate", "decided_by", "person"),
        sa.UniqueConstraint("sitting_id", name="uq_candidate_sitting_id"),
        sa.UniqueConstraint(
            "examination_id", "person_id", name="uq_candidate_examination_id_person_id"
        ),
        sa.UniqueConstraint("examination_id", "number", name="uq_candidate_examination_id_number"),
    )
    op.create_index("ix_candidate_room_id", "candidate", ["room_id"])
    op.create_index("ix_candidate_person_id", "candidate", ["person_id"])


def _during() -> None:
    op.create_table(
        "exam_pause",
        *_key("pk_exam_pause"),
        _number("room_id"),
        _number("candidate_id", may_be_none=True),
        _text("kind", 8),
        _time("begun_at"),
        _time("ended_at", may_be_none=True),
        _number("by_person", may_be_none=True),
        _text("reason"),
        _check("exam_pause", "kind", "pause", "outage"),
        _to("exam_pause", "room_id", "exam_room"),
        _to("exam_pause", "candidate_id", "candidate"),
        _to("exam_pause", "by_person", "person"),
    )
    op.create_index("ix_exam_pause_room_id", "exam_pause", ["room_id", "candidate_id"])
    op.create_table("exam_pulse", *_key("pk_exam_pulse"), _time("at"))
    op.create_table(
        "exam_incident",
        *_key("pk_exam_incident"),
        _number("room_id"),
        _number("candidate_id", may_be_none=True),
        _number("person_id", may_be_none=True),
        _text("kind", 10),
        sa.Column("number", sa.Integer(), nullable=True),
        _text("text"),
        _time("at"),
        _number("by_person"),
        _text("decision", 8),
        _text("answer"),
        _number("decided_by", may_be_none=True),
        _time("decided_at", may_be_none=True),
        _check(
            "exam_incident",
            "kind",
            *("question", "focus", "identity", "technical", "conduct", "note"),
        ),
        _check("exam_incident", "decision", "", "new", "keep", "noted"),
        _to("exam_incident", "room_id", "exam_room"),
        _to("exam_incident", "candidate_id", "candidate"),
        _to("exam_incident", "person_id", "person"),
        _to("exam_incident", "by_person", "person"),
        _to("exam_incident", "decided_by", "person"),
    )
    for column in ("room_id", "candidate_id", "person_id"):
        op.create_index(f"ix_exam_incident_{column}", "exam_incident", [column])


def _after() -> None:
    op.create_table(
        "sitting_seal",
        _number("sitting_id"),
        _number("person_id"),
        sa.Column("content", sa.Text(), nullable=True),
        _text("sha256", 64),
        _time("sealed_at"),
        _to("sitting_seal", "sitting_id", "sitting"),
        _to("sitting_seal", "person_id", "person"),
        sa.PrimaryKeyConstraint("sitting_id", name="pk_sitting_seal"),
    )
    op.create_index("ix_sitting_seal_person_id", "sitting_seal", ["person_id"])
    op.create_table(
        "appeal",
        *_key("pk_appeal"),
        _number("person_id"),
        _text("about", 10),
        _number("sitting_id"),
        _text("text"),
        _time("asked_at"),
        _text("state", 10),
        _text("answer"),
        _number("decided_by", may_be_none=True),
        _time("decided_at", may_be_none=True),
        _check("appeal", "about", "sitting"),
        _check("appeal", "state", "open", "upheld", "dismissed"),
        _to("appeal", "person_id", "person"),
        _to("appeal", "sitting_id", "sitting"),
        _to("appeal", "decided_by", "person"),
    )
    for column in ("person_id", "sitting_id", "state"):
        op.create_index(f"ix_appeal_{column}", "appeal", [column])
    op.create_table(
        "item_void",
        *_key("pk_item_void"),
        _text("item", 40),
        _text("digest", 12),
        _number("examination_id", may_be_none=True),
        _text("reason"),
        _number("by_person"),
        _time("at"),
        _to("item_void", "examination_id", "examination"),
        _to("item_void", "by_person", "person"),
    )
    op.create_index("ix_item_void_item", "item_void", ["item"])
