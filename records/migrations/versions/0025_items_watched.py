"""items: their states on a running platform, calibrations, and signs of leaking"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "item_state",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("item", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(12), nullable=False),
        sa.Column("variant", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(100), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.CheckConstraint("state IN ('trial','live','retired')", name="ck_item_state_state"),
        sa.CheckConstraint("variant IS NULL OR state = 'retired'", name="ck_item_state_variant"),
        sa.PrimaryKeyConstraint("id", name="pk_item_state"),
    )
    op.create_index("ix_item_state_item", "item_state", ["item", "digest"])
    op.create_table(
        "item_calibration",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("parameters", sa.String(16), nullable=False),
        sa.Column("based_on", sa.String(16), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(100), nullable=True),
        sa.Column("decided_at", TIME, nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed','accepted','refused','superseded')",
            name="ck_item_calibration_state",
        ),
        sa.ForeignKeyConstraint(
            ["parameters"], ["item_parameters.version"], name="fk_item_calibration_parameters"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_item_calibration"),
    )
    op.create_table(
        "item_watch",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("sittings", sa.Integer(), nullable=False),
        sa.Column("signs", sa.JSON(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_item_watch"),
    )
