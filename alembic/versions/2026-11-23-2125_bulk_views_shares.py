"""Actions on many with their Undo, saved views of the table, links to one report, and indexes that hold all filters."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_JSON = sa.Text().with_variant(JSONB(none_as_null=True), "postgresql")
_AT = sa.DateTime(timezone=True)
_FILTERED = ("state", "stage", "decision", "needs_review", "source", "score", "candidate_id")
_SORTS = (("updated", "updated_at"), ("created", "created_at"), ("score", "score"))


def upgrade() -> None:
    _shares()
    _views()
    _bulk()
    _comments()
    for name, begin, column in _sort_indexes():
        op.drop_index(name, "application")
        rest = [one for one in _FILTERED if one != column]
        op.create_index(name, "application", [*begin, "preview", column, "id", *rest])


def downgrade() -> None:
    for name, begin, column in _sort_indexes():
        op.drop_index(name, "application")
        op.create_index(name, "application", [*begin, "preview", column, "id"])
    op.execute("DELETE FROM comment WHERE member_id IS NULL")
    with op.batch_alter_table("comment") as comment:
        comment.drop_constraint("fk_comment_share_id_report_share", type_="foreignkey")
        comment.drop_constraint("fk_comment_member_id_member", type_="foreignkey")
        comment.drop_index("ix_comment_member_id")
        comment.alter_column("member_id", existing_type=sa.String(), nullable=False)
        comment.create_foreign_key("fk_comment_member_id_member", "member", ["member_id"], ["id"])
        comment.create_index("ix_comment_member_id", ["member_id"])
        comment.drop_column("share_id")
        comment.drop_column("author")
    for table in ("bulk_item", "bulk_action", "saved_view", "report_share"):
        op.drop_table(table)


def _sort_indexes() -> list[tuple[str, list[str], str]]:
    """(name, what it begins with, what it sorts by) of each index of the recruiter's table."""
    return [
        (f"ix_application_{of}{sort}", begin, column)
        for of, begin in (("", ["workspace_id"]), ("of_", ["workspace_id", "interviewer_id"]))
        for sort, column in _SORTS
    ]


def _shares() -> None:
    op.create_table(
        "report_share",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=True),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("expires_at", _AT, nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("may_comment", sa.Boolean(), nullable=False),
        sa.Column("revoked_at", _AT, nullable=True),
        sa.Column("opened_at", _AT, nullable=True),
        sa.Column("opened", sa.Integer(), nullable=False),
        _to("report_share", "workspace"),
        _to("report_share", "application", ondelete="CASCADE"),
        _to("report_share", "member", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_share")),
    )
    op.create_index(op.f("ix_report_share_application_id"), "report_share", ["application_id"])


def _views() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("filters", _JSON, nullable=False),
        sa.Column("columns", _JSON, nullable=False),
        _to("saved_view", "workspace"),
        _to("saved_view", "member", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index(op.f("ix_saved_view_workspace_id_member_id"), "saved_view", ["workspace_id", "member_id"])


def _bulk() -> None:
    op.create_table(
        "bulk_action",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("settles_at", _AT, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("tell", sa.Boolean(), nullable=False),
        sa.Column("finished_at", _AT, nullable=True),
        sa.Column("undone_at", _AT, nullable=True),
        sa.Column("sent_at", _AT, nullable=True),
        sa.Column("data", _JSON, nullable=False),
        _to("bulk_action", "workspace"),
        _to("bulk_action", "member", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_action")),
    )
    op.create_index(
        op.f("ix_bulk_action_workspace_id_created_at"), "bulk_action", ["workspace_id", "created_at"]
    )
    op.create_table(
        "bulk_item",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("bulk_action_id", sa.String(), nullable=False),
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("before", _JSON, nullable=False),
        _to("bulk_item", "workspace"),
        _to("bulk_item", "bulk_action", ondelete="CASCADE"),
        _to("bulk_item", "application", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_item")),
    )
    op.create_index(
        op.f("ix_bulk_item_bulk_action_id_state_id"), "bulk_item", ["bulk_action_id", "state", "id"]
    )
    op.create_index(op.f("ix_bulk_item_application_id"), "bulk_item", ["application_id"])


def _comments() -> None:
    with op.batch_alter_table("comment") as comment:
        comment.add_column(sa.Column("author", sa.String(), nullable=False, server_default=""))
        comment.add_column(sa.Column("share_id", sa.String(), nullable=True))
        comment.alter_column("member_id", existing_type=sa.String(), nullable=True)
        comment.drop_constraint("fk_comment_member_id_member", type_="foreignkey")
        comment.create_foreign_key(
            "fk_comment_member_id_member", "member", ["member_id"], ["id"], ondelete="SET NULL"
        )
        comment.create_foreign_key(
            "fk_comment_share_id_report_share", "report_share", ["share_id"], ["id"], ondelete="SET NULL"
        )


def _to(table: str, other: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [f"{other}_id"], [f"{other}.id"], name=op.f(f"fk_{table}_{other}_id_{other}"), ondelete=ondelete
    )
