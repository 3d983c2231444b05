"""how many neighbours learners say they taught"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "people_reached",
        sa.Column("id", number, nullable=False),
        sa.Column("person_id", number, nullable=False),
        sa.Column("course", sa.String(64), nullable=False),
        sa.Column("unit_id", number, nullable=True),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(100), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("people BETWEEN 1 AND 50", name="ck_people_reached_people"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_people_reached_person_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_people_reached_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_people_reached"),
        sa.UniqueConstraint(
            "person_id", "course", "held_on", name="uq_people_reached_person_id_course_held_on"
        ),
    )
    for column in ("course", "unit_id"):
        op.create_index(f"ix_people_reached_{column}", "people_reached", [column])
