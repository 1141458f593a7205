"""What only SQL can say: loading many rows at once, and taking turns."""

from collections.abc import Iterable, Sequence

from django.db import connection, models


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


def take_turns(subject: str) -> None:
    """Wait until nobody else who named this subject is in a transaction.

    It is ours until the end of the transaction that we are in.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [subject]
        )
