"""who looked at long lists"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "list_look",
        sa.Column("id", number, nullable=False),
        sa.Column("looker_id", number, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("purpose", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("block", number, nullable=False),
        sa.Column("people", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["looker_id"], ["person.id"], name="fk_list_look_looker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_list_look"),
    )
    op.create_index("ix_list_look_block", "list_look", ["block", "at"])
    op.create_index("ix_list_look_looker_id", "list_look", ["looker_id"])
