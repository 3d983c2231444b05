"""where a learner stands in a lesson; what a check of one exercise said"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("draft") as draft:
        draft.add_column(sa.Column("stands_at", sa.String(64), nullable=True))
    op.create_table(
        "checked_answer",
        sa.Column("person_id", number, nullable=False),
        sa.Column("release_id", number, nullable=False),
        sa.Column("lesson", sa.String(64), nullable=False),
        sa.Column("grade_id", sa.String(100), nullable=False),
        sa.Column("answer", sa.String(64), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("max_points", sa.Double(), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=True),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_checked_answer_person_id"),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name="fk_checked_answer_release_id"
        ),
        sa.PrimaryKeyConstraint(
            "person_id", "release_id", "lesson", "grade_id", name="pk_checked_answer"
        ),
    )
