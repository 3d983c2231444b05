"""yearly assessment: campaigns, who is due, full-time posts; frameworks the ministry completed"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "person",
        sa.Column("full_time_digital", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "campaign",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("framework", sa.String(32), nullable=False),
        sa.Column("full_time", sa.Boolean(), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("closed_at", TIME, nullable=True),
        sa.CheckConstraint("opens_on <= closes_on", name="ck_campaign_days"),
        sa.PrimaryKeyConstraint("id", name="pk_campaign"),
        sa.UniqueConstraint("year", "title", name="uq_campaign_year_title"),
    )
    _member()
    _frameworks()


def _member() -> None:
    op.create_table(
        "campaign_member",
        sa.Column("campaign_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("invited_at", TIME, nullable=True),
        sa.Column("reminded_at", TIME, nullable=True),
        sa.Column("sitting_id", NUMBER, nullable=True),
        sa.Column("assessed_at", TIME, nullable=True),
        sa.Column("excused_at", TIME, nullable=True),
        sa.Column("excused_reason", sa.Text(), nullable=True),
        sa.Column("excused_by", sa.String(100), nullable=True),
        sa.Column("unit_id", NUMBER, nullable=True),
        sa.CheckConstraint("why IN ('full-time','group')", name="ck_campaign_member_why"),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name="fk_campaign_member_campaign_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_campaign_member_person_id"),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name="fk_campaign_member_sitting_id"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_campaign_member_unit_id"),
        sa.PrimaryKeyConstraint("campaign_id", "person_id", name="pk_campaign_member"),
    )
    op.create_index("ix_campaign_member_person_id", "campaign_member", ["person_id"])


def _frameworks() -> None:
    op.create_table(
        "framework_version",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("added_by", sa.String(100), nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="pk_framework_version"),
    )
    op.create_table(
        "crosswalk",
        sa.Column("framework", sa.String(32), nullable=False),
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("to_code", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("framework", "code", "to_code", name="pk_crosswalk"),
    )
