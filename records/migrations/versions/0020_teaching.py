"""who may teach a course"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0016"
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
