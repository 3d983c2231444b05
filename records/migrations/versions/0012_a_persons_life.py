"""transfers, leaving and merging; who looked at whose data; what people ask about their own"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    time = sa.DateTime(timezone=True)
    with op.batch_alter_table("person") as person:
        person.add_column(sa.Column("left_at", time, nullable=True))
        person.add_column(sa.Column("merged_into", number, nullable=True))
        person.create_foreign_key("fk_person_merged_into", "person", ["merged_into"], ["id"])
        person.create_index("ix_person_merged_into", ["merged_into"])
    op.create_table(
        "post_change",
        sa.Column("id", number, nullable=False),
        sa.Column("person_id", number, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("from_unit_id", number, nullable=True),
        sa.Column("to_unit_id", number, nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("recorded_at", time, nullable=False),
        sa.CheckConstraint(
            "kind IN ('transfer','leave','return')", name=op.f("ck_post_change_kind")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_post_change_person_id"),
        sa.ForeignKeyConstraint(["from_unit_id"], ["unit.id"], name="fk_post_change_from_unit_id"),
        sa.ForeignKeyConstraint(["to_unit_id"], ["unit.id"], name="fk_post_change_to_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_post_change"),
    )
    op.create_index("ix_post_change_person_id", "post_change", ["person_id"])
    op.create_table(
        "look",
        sa.Column("id", number, nullable=False),
        sa.Column("person_id", number, nullable=False),
        sa.Column("looker_id", number, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("purpose", sa.String(200), nullable=False),
        sa.Column("at", time, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_look_person_id"),
        sa.ForeignKeyConstraint(["looker_id"], ["person.id"], name="fk_look_looker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_look"),
    )
    op.create_index("ix_look_person", "look", ["person_id", "at"])
    op.create_index("ix_look_looker_id", "look", ["looker_id"])
    op.create_table(
        "data_request",
        sa.Column("id", number, nullable=False),
        sa.Column("person_id", number, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("asked_at", time, nullable=False),
        sa.Column("due_at", time, nullable=False),
        sa.Column("answer", sa.String(8), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(100), nullable=True),
        sa.Column("answered_at", time, nullable=True),
        sa.CheckConstraint(
            "kind IN ('correction','erasure','other')", name=op.f("ck_data_request_kind")
        ),
        sa.CheckConstraint("answer IN ('','done','refused')", name=op.f("ck_data_request_answer")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_data_request_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_data_request"),
    )
    op.create_index("ix_data_request_person_id", "data_request", ["person_id"])
    op.create_index("ix_data_request_answered_at", "data_request", ["answered_at"])
    op.create_table(
        "erasure",
        sa.Column("person_id", number, nullable=False),
        sa.Column("username", sa.String(100), nullable=True),
        sa.Column("asked_at", time, nullable=False),
        sa.Column("done_at", time, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_erasure_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_erasure"),
    )
    op.create_index("ix_erasure_done_at", "erasure", ["done_at"])
