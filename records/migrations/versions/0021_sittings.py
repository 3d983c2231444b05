"""sittings: items of the bank answered one by one, and what they said"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "item_parameters",
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_item_parameters"),
    )
    _sitting()
    _answer()
    _result()


def _sitting() -> None:
    op.create_table(
        "sitting",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("parameters", sa.String(16), nullable=False),
        sa.Column("framework", sa.String(32), nullable=False),
        sa.Column("seed", NUMBER, nullable=False),
        sa.Column("eligible", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("ending", sa.String(8), nullable=False),
        sa.Column("begun_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.CheckConstraint("kind IN ('placement','retained')", name="ck_sitting_kind"),
        sa.CheckConstraint("state IN ('open','paused','ended')", name="ck_sitting_state"),
        sa.CheckConstraint(
            "ending IN ('','sure','items','time','bank','person')", name="ck_sitting_ending"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_sitting_person_id"),
        sa.ForeignKeyConstraint(
            ["parameters"], ["item_parameters.version"], name="fk_sitting_parameters"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sitting"),
    )
    op.create_index("ix_sitting_person_id", "sitting", ["person_id"])
    op.create_index("ix_sitting_recent", "sitting", ["kind", "parameters", "id"])
    op.create_index(
        "uq_sitting_open",
        "sitting",
        ["person_id", "kind"],
        unique=True,
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )


def _answer() -> None:
    op.create_table(
        "sitting_answer",
        sa.Column("sitting_id", NUMBER, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("item", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(12), nullable=False),
        sa.Column("variant", sa.Integer(), nullable=False),
        sa.Column("arranged", NUMBER, nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("unknown", sa.Boolean(), nullable=False),
        sa.Column("given_at", TIME, nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("credit", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name="fk_sitting_answer_sitting_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_sitting_answer_person_id"),
        sa.PrimaryKeyConstraint("sitting_id", "number", name="pk_sitting_answer"),
        sa.UniqueConstraint("sitting_id", "item", name="uq_sitting_answer_sitting_id_item"),
    )
    op.create_index("ix_sitting_answer_person_id", "sitting_answer", ["person_id"])


def _result() -> None:
    op.create_table(
        "sitting_result",
        sa.Column("sitting_id", NUMBER, nullable=False),
        sa.Column("domain", sa.String(4), nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("estimate", sa.Double(), nullable=False),
        sa.Column("error", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name="fk_sitting_result_sitting_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_sitting_result_person_id"),
        sa.PrimaryKeyConstraint("sitting_id", "domain", name="pk_sitting_result"),
    )
    op.create_index("ix_sitting_result_person_id", "sitting_result", ["person_id"])
