"""Tables, repositories and the unit of work."""

from milo_app.db import old_sqlite

old_sqlite.mend()
