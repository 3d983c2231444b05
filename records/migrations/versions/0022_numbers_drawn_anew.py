"""how often a learner had numbers drawn anew: in the draft, and as it was handed in"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("draft", "submission"):
        op.add_column(table, sa.Column("drawn_again", sa.JSON(), nullable=True))
