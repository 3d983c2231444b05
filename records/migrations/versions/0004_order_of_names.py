"""the order in which lists of people stand"""

import sqlalchemy as sa
from alembic import op

from core.names import KEY_LENGTH, name_key

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT_ONCE = 5_000


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name_key", sa.String(length=KEY_LENGTH), nullable=True))
    _fill()
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.alter_column(
            "name_key", existing_type=sa.String(length=KEY_LENGTH), nullable=False
        )


def _fill() -> None:
    person = sa.table(
        "person",
        sa.column("id", KEY),
        sa.column("full_name", sa.String),
        sa.column("name_key", sa.String),
    )
    change = (
        sa.update(person)
        .where(person.c.id == sa.bindparam("who"))
        .values(name_key=sa.bindparam("key"))
    )
    connection, last = op.get_bind(), 0
    page = sa.select(person.c.id, person.c.full_name).order_by(person.c.id).limit(AT_ONCE)
    while rows := connection.execute(page.where(person.c.id > last)).all():
        connection.execute(change, [{"who": who, "key": name_key(name)} for who, name in rows])
        last = rows[-1][0]
