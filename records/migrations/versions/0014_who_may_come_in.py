"""invitations, registrations of people who come by themselves, letters to who is no person yet"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

GROUPS = "public_group IN ('citizen','worker','enterprise','pupil')"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    time = sa.DateTime(timezone=True)
    op.create_table(
        "invitation",
        sa.Column("id", number, nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("programme", sa.String(64), nullable=False),
        sa.Column("public_group", sa.String(12), nullable=False),
        sa.Column("unit_id", number, nullable=True),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.String(100), nullable=False),
        sa.Column("made_at", time, nullable=False),
        sa.Column("revoked_at", time, nullable=True),
        sa.Column("revoked_by", sa.String(100), nullable=True),
        sa.CheckConstraint("used >= 0 AND used <= places", name=op.f("ck_invitation_places")),
        sa.CheckConstraint(GROUPS, name=op.f("ck_invitation_public_group")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_invitation_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("code", name="uq_invitation_code"),
    )
    op.create_index("ix_invitation_unit_id", "invitation", ["unit_id"])
    op.create_table(
        "registration",
        sa.Column("id", number, nullable=False),
        sa.Column("person_id", number, nullable=True),
        sa.Column("public_group", sa.String(12), nullable=False),
        sa.Column("unit_id", number, nullable=True),
        sa.Column("invitation_id", number, nullable=True),
        sa.Column("full_name", sa.String(200), nullable=True),
        sa.Column("email", sa.String(200), nullable=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=True),
        sa.Column("asked_at", time, nullable=False),
        sa.Column("expires_at", time, nullable=False),
        sa.Column("confirmed_at", time, nullable=True),
        sa.CheckConstraint(GROUPS, name=op.f("ck_registration_public_group")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_registration_person_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_registration_unit_id"),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name="fk_registration_invitation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_registration"),
        sa.UniqueConstraint("person_id", name="uq_registration_person_id"),
        sa.UniqueConstraint("email", name="uq_registration_email"),
        sa.UniqueConstraint("token_hash", name="uq_registration_token_hash"),
    )
    for column in ("unit_id", "invitation_id", "expires_at"):
        op.create_index(f"ix_registration_{column}", "registration", [column])
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("person_id", existing_type=number, nullable=True)
