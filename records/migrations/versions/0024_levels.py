"""contests of a level; what a check of what was retained earned against what was expected"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    for column in ("earned", "expected"):
        op.add_column("sitting", sa.Column(column, sa.Double(), nullable=True))
    op.create_table(
        "level_contest",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("framework", sa.String(32), nullable=False),
        sa.Column("competence", sa.String(8), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("decided_by", NUMBER, nullable=True),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("given_level", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('open','upheld','dismissed')", name="ck_level_contest_state"),
        sa.CheckConstraint(
            "given_level IS NULL OR given_level BETWEEN 1 AND 8",
            name="ck_level_contest_given_level",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_level_contest_person_id"),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name="fk_level_contest_decided_by"),
        sa.PrimaryKeyConstraint("id", name="pk_level_contest"),
    )
    op.create_index("ix_level_contest_person_id", "level_contest", ["person_id"])
    op.create_index("ix_level_contest_state", "level_contest", ["state", "id"])
    op.create_index(
        "uq_level_contest_open",
        "level_contest",
        ["person_id", "framework", "competence"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
