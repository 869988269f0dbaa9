"""Fails where the tables in the code are not the tables that the migrations make; run by ``make lint``."""

import sys
import tempfile
from pathlib import Path

from alembic.util.exc import CommandError

from alembic import command
from milo_app.config import Settings
from milo_app.db import migrating


def main() -> None:
    """Migrate an empty SQLite database and ask Alembic what it would still change."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/milo.db"
        migrating.migrate(Settings(data=Path(folder), database_url=url, public_url="http://127.0.0.1:3000"))
        try:
            command.check(migrating.alembic_config(url))
        except CommandError as difference:
            sys.exit(f"The migrations lag behind milo_app/db/tables.py: {difference}")


if __name__ == "__main__":
    main()
