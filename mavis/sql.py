"""What only SQL can say: loading many rows at once, taking turns, and our rights."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, models, transaction


def copy_into(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> None:
    """Add rows to a model's table by COPY, each with a value for each column.

    Columns without a default in the database must all be among them.
    """
    quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def array_of(values: Iterable[object]) -> str:
    """Return numbers, or names of our own, as PostgreSQL writes an array of them.

    For long lists, and for many: psycopg takes several times as long for a list.
    """
    return f"{{{','.join(map(str, values))}}}"


_LARGEST_ID = models.BigAutoField.MAX_BIGINT


def is_one_of(column: str, ids: Iterable[int]) -> models.Func:
    """Test if the id in a column is one of these, for `filter`.

    For long lists: `__in` writes a statement with a parameter for each id. As there,
    one that no id can be is none.
    """
    return models.Func(
        models.F(column),
        models.Value(array_of(one for one in ids if one <= _LARGEST_ID)),
        template="%(expressions)s::bigint[])",
        arg_joiner=" = ANY (",
        output_field=models.BooleanField(),
    )


@contextmanager
def along_an_index() -> Iterator[None]:
    """Have lists found in their order along an index, where there is one.

    For the first of many: PostgreSQL sorts all of them when it takes them for few, as it
    does while it has not looked at what an import has just written.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
        yield


def take_turns(subject: str) -> None:
    """Wait until nobody else who named this subject is in a transaction.

    It is ours until the end of the transaction that we are in.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [subject]
        )


@dataclass(frozen=True, slots=True)
class Rights:
    """What the role has that we sign in as, and in which release of PostgreSQL."""

    postgresql: int
    owns_tables: bool
    may_change_audit_log: bool


_OUR_RIGHTS = """
SELECT current_setting('server_version_num')::integer / 10000,
       bool_or(pg_has_role(current_user, relowner, 'MEMBER')),
       bool_or(has_table_privilege(oid, 'UPDATE, DELETE, TRUNCATE'))
FROM pg_class
WHERE oid IN ('mavis_activityevent'::regclass, 'mavis_accessevent'::regclass)
"""


def our_rights() -> Rights:
    """Return what our role may do to the tables of the audit log."""
    with connection.cursor() as cursor:
        cursor.execute(_OUR_RIGHTS)
        return Rights(*cursor.fetchone())


def time_there() -> datetime:
    """Return what the database's clock says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        told: datetime = cursor.fetchone()[0]
        return told
