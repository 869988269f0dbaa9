"""When an application must be looked at, a workspace's own templates, messages to many, and what members are told."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_JSON = sa.Text().with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column("member", sa.Column("notices", _JSON, nullable=False, server_default="{}"))
    op.add_column("application", sa.Column("look_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_application_look_at",
        "application",
        ["look_at"],
        sqlite_where=sa.text("look_at IS NOT NULL"),
        postgresql_where=sa.text("look_at IS NOT NULL"),
    )
    # Whoever is on their way is looked at once; what follows from that is decided there.
    op.execute(
        "UPDATE application SET look_at = updated_at "
        "WHERE state IN ('invited', 'in_progress') AND invited_at IS NOT NULL AND NOT preview"
    )
    op.create_table(
        "message_template",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
            name=op.f("fk_message_template_member_id_member"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_message_template_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_template")),
        sa.UniqueConstraint(
            "workspace_id",
            "kind",
            "channel",
            "language",
            "version",
            name=op.f("uq_message_template_workspace_id_kind_channel_language_version"),
        ),
    )
    op.create_table(
        "blast",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("selection", _JSON, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_blast_member_id_member"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_blast_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blast")),
    )
    op.create_index(op.f("ix_blast_workspace_id_created_at"), "blast", ["workspace_id", "created_at"])
    op.create_table(
        "blast_recipient",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("blast_id", sa.String(), nullable=False),
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_blast_recipient_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["blast_id"], ["blast.id"], name=op.f("fk_blast_recipient_blast_id_blast"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
            name=op.f("fk_blast_recipient_message_id_message"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_blast_recipient_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blast_recipient")),
        sa.UniqueConstraint(
            "blast_id", "application_id", name=op.f("uq_blast_recipient_blast_id_application_id")
        ),
    )
    op.create_index(op.f("ix_blast_recipient_application_id"), "blast_recipient", ["application_id"])
    op.create_index(op.f("ix_blast_recipient_message_id"), "blast_recipient", ["message_id"])
    op.create_index("ix_blast_recipient_state", "blast_recipient", ["blast_id", "state", "id"])


def downgrade() -> None:
    op.drop_table("blast_recipient")
    op.drop_table("blast")
    op.drop_table("message_template")
    op.drop_index("ix_application_look_at", "application")
    op.drop_column("application", "look_at")
    op.drop_column("member", "notices")
