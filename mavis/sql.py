"""Loading many rows at once."""

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
