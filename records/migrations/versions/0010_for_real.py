"""what an installation is, who is made up, days of roles, former names of units"""

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
PERSON = sa.table(
    "person", *(sa.column(name) for name in ("code", "full_name", "made_up", "erased_at"))
)
MARKED = sa.and_(PERSON.c.code.like("TN%"), PERSON.c.full_name.like("%(mẫu)"))


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("made_up", sa.Boolean(), nullable=True))
    op.execute(sa.update(PERSON).values(made_up=sa.func.coalesce(MARKED, sa.false())))
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.alter_column("made_up", existing_type=sa.Boolean(), nullable=False)
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("starts_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("ends_on", sa.Date(), nullable=True))
    op.create_table(
        "former_name",
        sa.Column("id", KEY, nullable=False),
        sa.Column("unit_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_former_name_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_name")),
    )
    op.create_index(op.f("ix_former_name_unit_id"), "former_name", ["unit_id"])
    _say_what_this_is()


def _say_what_this_is() -> None:
    """Records that were in use before they said what they are: a demonstration holds made-up people
    and nobody else; whatever else was started is real."""
    connection = op.get_bind()
    unit = sa.table("unit", sa.column("id"))
    if connection.scalar(sa.select(unit.c.id).limit(1)) is None:
        return  # never started: to be decided
    there = sa.select(sa.func.count()).select_from(PERSON).where(PERSON.c.erased_at.is_(None))
    made_up = connection.scalar(there.where(PERSON.c.made_up))
    others = connection.scalar(there.where(sa.not_(PERSON.c.made_up)))
    installation = sa.table(
        "installation",
        sa.column("id", KEY),
        sa.column("kind", sa.String),
        sa.column("decided_at", MOMENT),
    )
    op.execute(
        installation.insert().values(
            id=1,
            kind="demonstration" if made_up and not others else "real",
            decided_at=dt.datetime.now(dt.UTC),
        )
    )
