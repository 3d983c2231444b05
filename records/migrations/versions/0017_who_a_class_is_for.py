"""which unit a class in person is called for"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("meeting") as meeting:
        meeting.add_column(sa.Column("unit_id", number, nullable=True))
        meeting.create_foreign_key("fk_meeting_unit_id", "unit", ["unit_id"], ["id"])
