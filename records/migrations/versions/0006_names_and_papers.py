"""whose a login name is for ever; papers as they were handed out; a certificate in place of one
revoked in error"""

import sqlalchemy as sa
from alembic import op

from records.people.logins import fingerprint

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT_ONCE = 5_000
IN_FORCE = sa.text("replaced_by IS NULL")


def upgrade() -> None:
    op.create_table(
        "login_name",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("subject", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_login_name_person_id"),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_login_name"),
    )
    op.create_index("ix_login_name_person_id", "login_name", ["person_id"])
    _give_names()
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("replaced_by", sa.String(32), nullable=True))
        batch_op.drop_constraint("uq_certificate_person_id_programme", type_="unique")
    op.create_index(
        "uq_certificate_not_replaced",
        "certificate",
        ["person_id", "programme"],
        unique=True,
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )
    op.create_table(
        "certificate_paper",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["number"], ["certificate.number"], name="fk_certificate_paper_number"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_certificate_paper_person_id"
        ),
        sa.PrimaryKeyConstraint("sha256", name="pk_certificate_paper"),
    )
    op.create_index("ix_certificate_paper_number", "certificate_paper", ["number"])
    op.create_index("ix_certificate_paper_person_id", "certificate_paper", ["person_id"])


def _give_names() -> None:
    """Everybody keeps the name they log in with; of two that differ by case, who came first."""
    person = sa.table("person", sa.column("id", KEY), sa.column("username", sa.String))
    names = sa.table("login_name", sa.column("fingerprint", sa.String), sa.column("person_id", KEY))
    connection, last, given = op.get_bind(), 0, set[str]()
    page = (
        sa.select(person.c.id, person.c.username)
        .where(person.c.username.is_not(None))
        .order_by(person.c.id)
        .limit(AT_ONCE)
    )
    while rows := connection.execute(page.where(person.c.id > last)).all():
        fresh = {
            key: who for who, name in reversed(rows) if (key := fingerprint(name)) not in given
        }
        if fresh:
            connection.execute(
                names.insert(),
                [{"fingerprint": key, "person_id": who} for key, who in fresh.items()],
            )
        given |= fresh.keys()
        last = rows[-1][0]
