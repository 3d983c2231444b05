"""who looked at long lists; what people do not want noted; their days of birth"""

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
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
    op.create_table(
        "trace_refused",
        sa.Column("person_id", number, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_trace_refused_person_id"),
        sa.PrimaryKeyConstraint("person_id", "kind", name="pk_trace_refused"),
    )
    with op.batch_alter_table("person") as person:
        person.add_column(sa.Column("born", sa.String(10), nullable=True))
    # Nobody noted when: what there is counts as of today, and goes when that is long ago.
    with op.batch_alter_table("time_at_exercise") as spent:
        spent.add_column(sa.Column("at", sa.DateTime(timezone=True), nullable=True))
    moment = sa.table("time_at_exercise", sa.column("at", sa.DateTime(timezone=True)))
    now = dt.datetime.now(dt.UTC)
    op.execute(moment.update().values(at=now))
    with op.batch_alter_table("time_at_exercise") as spent:
        spent.alter_column("at", nullable=False)
        spent.create_index("ix_time_at_exercise_at", ["at"])
