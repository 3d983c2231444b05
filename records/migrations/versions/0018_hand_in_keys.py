"""the key that a waiting hand-in was sent with: the same key again is the same submission"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "hand_in_key",
        sa.Column("person_id", number, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("submission_id", number, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_hand_in_key_person_id"),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name="fk_hand_in_key_submission_id"
        ),
        sa.PrimaryKeyConstraint("person_id", "key", name="pk_hand_in_key"),
    )
