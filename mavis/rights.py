"""What the application's role may do in the database: all but change the audit log.

The tables belong to another role, which migrates them. Web, workers and scheduler sign
in as this one, if the database has it; it is nobody's who has only one role.
"""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

ROLE = "mavis_app"

_IS_THERE = "SELECT true FROM pg_roles WHERE rolname = %s AND rolname <> current_user"
_GIVE = (
    f"GRANT USAGE ON SCHEMA public TO {ROLE}",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}",
    f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {ROLE}",
    f"REVOKE UPDATE, DELETE ON mavis_activityevent, mavis_accessevent FROM {ROLE}",
)


def give(*, using: str = DEFAULT_DB_ALIAS, **_of_the_signal: Any) -> None:
    """Give the role its rights on every table there now is: after each migrate."""
    with connections[using].cursor() as cursor:
        cursor.execute(_IS_THERE, [ROLE])
        if cursor.fetchone():
            for statement in _GIVE:
                cursor.execute(statement)
