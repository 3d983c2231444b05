"""lecturers, courses that are offered or withdrawn, second readers"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    time = sa.DateTime(timezone=True)
    op.create_table(
        "lecturer",
        sa.Column("id", number, nullable=False),
        sa.Column("person_id", number, nullable=False),
        sa.Column("course", sa.String(64), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("certificate", sa.String(200), nullable=False),
        sa.Column("recorded_at", time, nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("ended_at", time, nullable=True),
        sa.Column("ended_by", sa.String(100), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_lecturer_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_lecturer"),
    )
    for column in ("person_id", "course"):
        op.create_index(f"ix_lecturer_{column}", "lecturer", [column])
    op.create_table(
        "offered_course",
        sa.Column("id", number, nullable=False),
        sa.Column("course", sa.String(64), nullable=False),
        sa.Column("programme", sa.String(64), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("way", sa.String(8), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("offered_at", time, nullable=False),
        sa.Column("offered_by", sa.String(100), nullable=False),
        sa.Column("offerer_id", number, nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("decided_at", time, nullable=True),
        sa.Column("decided_by", sa.String(100), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["offerer_id"], ["person.id"], name="fk_offered_course_offerer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_offered_course"),
    )
    for column in ("course", "state"):
        op.create_index(f"ix_offered_course_{column}", "offered_course", [column])
    op.create_table(
        "second_reader",
        sa.Column("programme", sa.String(64), nullable=False),
        sa.Column("since_at", time, nullable=False),
        sa.Column("decided_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("programme", name="pk_second_reader"),
    )
    op.create_table(
        "withdrawn_course",
        sa.Column("id", number, nullable=False),
        sa.Column("course", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", time, nullable=False),
        sa.Column("withdrawn_by", sa.String(100), nullable=False),
        sa.Column("ended_at", time, nullable=True),
        sa.Column("ended_by", sa.String(100), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_withdrawn_course"),
    )
    op.create_index("ix_withdrawn_course_course", "withdrawn_course", ["course"])
    op.create_table(
        "post",
        sa.Column("id", number, nullable=False),
        sa.Column("parent_id", number, nullable=True),
        sa.Column("course", sa.String(64), nullable=False),
        sa.Column("lesson", sa.String(64), nullable=False),
        sa.Column("grade_id", sa.String(100), nullable=False),
        sa.Column("person_id", number, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("to_fellows", sa.Boolean(), nullable=False),
        sa.Column("by_teacher", sa.Boolean(), nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("shown_at", time, nullable=True),
        sa.Column("shown_by", sa.String(100), nullable=True),
        sa.Column("hidden_at", time, nullable=True),
        sa.Column("hidden_by", sa.String(100), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["post.id"], name="fk_post_parent_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_post_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_post"),
    )
    for column in ("parent_id", "course", "person_id"):
        op.create_index(f"ix_post_{column}", "post", [column])
    op.create_table(
        "question_rule",
        sa.Column("course", sa.String(64), nullable=False),
        sa.Column("fellows", sa.Boolean(), nullable=False),
        sa.Column("names", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.String(100), nullable=False),
        sa.Column("at", time, nullable=False),
        sa.PrimaryKeyConstraint("course", name="pk_question_rule"),
    )
    op.create_table(
        "lesson_rating",
        sa.Column("person_id", number, nullable=False),
        sa.Column("course", sa.String(64), nullable=False),
        sa.Column("lesson", sa.String(64), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", time, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_lesson_rating_person_id"),
        sa.PrimaryKeyConstraint("person_id", "course", "lesson", name="pk_lesson_rating"),
    )
