"""why a person must look at an exercise, and the second look that found it out"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

DUE = "second_look_at IS NOT NULL"


def upgrade() -> None:
    with op.batch_alter_table("exercise_marks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("note", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("other_points", sa.Double(), nullable=True))
    with op.batch_alter_table("submission", schema=None) as batch_op:
        # Empty for all that was marked before: nobody looks at the past again by itself.
        batch_op.add_column(sa.Column("second_look_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_submission_second_look",
            ["second_look_at"],
            sqlite_where=sa.text(DUE),
            postgresql_where=sa.text(DUE),
        )
