"""how long learners are at an exercise"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "time_at_exercise",
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("release_id", KEY, nullable=False),
        sa.Column("lesson", sa.String(length=64), nullable=False),
        sa.Column("grade_id", sa.String(length=100), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_time_at_exercise_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_time_at_exercise_release_id")
        ),
        sa.PrimaryKeyConstraint(
            "person_id", "release_id", "lesson", "grade_id", name=op.f("pk_time_at_exercise")
        ),
    )
