"""In how many parts a text was sent.

The migration leaves older messages at 0: what they cost was not counted.
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("segments", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("message", "segments")
