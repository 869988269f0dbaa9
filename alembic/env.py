"""How Alembic reaches the database and which tables are ours: those of `db/tables.py`, never DBOS's."""

from __future__ import annotations

import warnings
from typing import Any

import sqlalchemy as sa

from alembic import context
from milo_app import config
from milo_app.db.tables import metadata
from milo_app.db.types import AwareUtc, Json


def _ours(name: str | None, kind: str, parents: Any) -> bool:
    return kind != "table" or name in metadata.tables


def _render(kind: str, item: Any, autogen: Any) -> str | bool:
    """Migrations name plain SQLAlchemy types, so that they keep working when ours change."""
    if kind == "type" and isinstance(item, AwareUtc):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Json):
        autogen.imports.add("from sqlalchemy.dialects.postgresql import JSONB")
        return 'sa.Text().with_variant(JSONB(none_as_null=True), "postgresql")'
    if kind == "type" and type(item).__name__ == "AutoString":
        return "sa.String()"
    return False


def _same_type(context: Any, inspected: Any, column: Any, found: Any, wanted: Any) -> bool | None:
    # SQLite knows neither of them by name; there is nothing to compare.
    if isinstance(wanted, AwareUtc | Json):
        return False
    return None


# Expressions are in the migrations by hand, since SQLite's cannot be compared.
warnings.filterwarnings("ignore", message="autogenerate skipping metadata-specified expression-based index")
warnings.filterwarnings("ignore", message="Skipped unsupported reflection of expression-based index")


def _run() -> None:
    url = context.config.attributes.get("url") or config.load().database_url
    if url.startswith("postgresql"):
        engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    else:
        engine = sa.create_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.exec_driver_sql("PRAGMA busy_timeout=30000")
            connection.commit()  # Otherwise Alembic takes the transaction for ours, and leaves it open.
        context.configure(
            connection=connection,
            target_metadata=metadata,
            include_name=_ours,
            render_item=_render,
            compare_type=_same_type,
            render_as_batch=True,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


_run()
