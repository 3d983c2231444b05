"""what a programme requires, dated; names folded for searching"""

import sqlalchemy as sa
from alembic import op

from core.folding import fold

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
AT_ONCE = 5_000
LONGEST = 200


def upgrade() -> None:
    op.create_table(
        "requirement",
        sa.Column("id", KEY, nullable=False),
        sa.Column("programme", sa.String(length=64), nullable=False),
        sa.Column("course", sa.String(length=64), nullable=False),
        sa.Column("from_at", MOMENT, nullable=False),
        sa.Column("until_at", MOMENT, nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=100), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement")),
        sa.UniqueConstraint(
            "programme", "course", "from_at", name=op.f("uq_requirement_programme_course_from_at")
        ),
    )
    _require_what_was_required()
    for table, key in (("person", "id"), ("certificate", "number")):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("name_folded", sa.String(length=LONGEST), nullable=True))
        _fold_names(table, key)
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(
                "name_folded", existing_type=sa.String(length=LONGEST), nullable=False
            )


def _require_what_was_required() -> None:
    """Until now every published course was required of all who take its programme."""
    release = sa.table(
        "release",
        *(sa.column(name) for name in ("programme", "course", "number", "published_at")),
    )
    requirement = sa.table(
        "requirement",
        sa.column("programme"),
        sa.column("course"),
        sa.column("from_at"),
        sa.column("source"),
        sa.column("decided_by"),
        sa.column("decided_at"),
    )
    first = sa.func.min(release.c.published_at)
    op.execute(
        requirement.insert().from_select(
            ["programme", "course", "from_at", "source", "decided_by", "decided_at"],
            sa.select(
                release.c.programme, release.c.course, first, sa.literal(""), sa.literal(""), first
            ).group_by(release.c.programme, release.c.course),
        )
    )


def _fold_names(table_name: str, key: str) -> None:
    table = sa.table(table_name, sa.column(key), sa.column("full_name"), sa.column("name_folded"))
    change = (
        sa.update(table)
        .where(table.c[key] == sa.bindparam("which"))
        .values(name_folded=sa.bindparam("folded"))
    )
    connection, last = op.get_bind(), None
    page = sa.select(table.c[key], table.c.full_name).order_by(table.c[key]).limit(AT_ONCE)
    while rows := connection.execute(
        page if last is None else page.where(table.c[key] > last)
    ).all():
        connection.execute(
            change, [{"which": one, "folded": fold(name)[:LONGEST]} for one, name in rows]
        )
        last = rows[-1][0]
