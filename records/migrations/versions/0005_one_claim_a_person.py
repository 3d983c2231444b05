"""one claim a person; what is not there is NULL and not the JSON value null"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CLAIMED = sa.text("state = 'claimed'")


def upgrade() -> None:
    for table, column in (("submission", "reason"), ("review", "picks")):
        op.execute(
            f"UPDATE {table} SET {column} = NULL "  # noqa: S608 - names of ours
            f"WHERE CAST({column} AS VARCHAR(8)) = 'null'"
        )
    # Every claim but each person's oldest waits again; it cost no try.
    op.execute(
        "UPDATE submission SET state = 'queued', claimed_by = NULL, lease_until = NULL, "
        "tries = tries - 1 WHERE state = 'claimed' AND id NOT IN "
        "(SELECT min(id) FROM submission WHERE state = 'claimed' GROUP BY person_id)"
    )
    op.create_index(
        "uq_submission_claimed",
        "submission",
        ["person_id"],
        unique=True,
        sqlite_where=CLAIMED,
        postgresql_where=CLAIMED,
    )
