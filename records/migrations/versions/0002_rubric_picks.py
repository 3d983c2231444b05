"""what a marker picked of a rubric"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty where the marker gave points without a rubric, as all have until now.
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.add_column(sa.Column("picks", sa.JSON(), nullable=True))
