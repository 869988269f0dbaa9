"""What providers say became of messages.

Kept apart from the messages: a provider may be quicker than our own commit, and may say a thing twice.
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_status",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_status")),
        sa.UniqueConstraint("provider", "event_id", name=op.f("uq_provider_status_provider_event_id")),
    )
    with op.batch_alter_table("provider_status", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_provider_status_provider_provider_id"), ["provider", "provider_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_provider_status_provider_message_id"), ["provider", "message_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_provider_status_at"), ["at"], unique=False)


def downgrade() -> None:
    op.drop_table("provider_status")
