"""what follows from marks and broke, to be tried again"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "unsettled",
        sa.Column("id", number, nullable=False),
        sa.Column("person_id", number, nullable=False),
        sa.Column("course", sa.String(64), nullable=False),
        sa.Column("submission_id", number, nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("broke_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_unsettled_person_id"),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name="fk_unsettled_submission_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_unsettled"),
    )
    op.create_index("ix_unsettled_next_at", "unsettled", ["next_at"])
