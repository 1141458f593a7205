"""What the benchmark asks of the database besides the product's own statements."""

from django.core.management.color import no_style
from django.db import connection, models
from psycopg.sql import SQL, Composable, Identifier, Literal

from imports.models import CohortImport

Model = type[models.Model]


def analyze() -> None:
    """Have the planner know what is there, as it does of a database in use."""
    with connection.cursor() as cursor:
        # VACUUM, as autovacuum will have been there too.
        cursor.execute("VACUUM (ANALYZE)")


def set_next_id(model: Model) -> None:
    """Have a table's next id come after those that we gave."""
    statements = connection.ops.sequence_reset_sql(no_style(), [model])
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def have_large_imports_wait_for_pds(rows: int) -> None:
    """Have imports of more rows than this wait when they have been read.

    So somebody can answer for PDS, while workers do everything else.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            SQL(_WAIT).format(Identifier(CohortImport._meta.db_table), Literal(rows))
        )


_WAIT = """
CREATE FUNCTION wait_for_pds() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NEW.not_before = now() + interval '1 day'; RETURN NEW; END $$;
CREATE TRIGGER wait_for_pds BEFORE UPDATE ON {} FOR EACH ROW
WHEN (OLD.status = 'uploaded' AND NEW.status = 'tracing' AND NEW.row_count > {})
EXECUTE FUNCTION wait_for_pds();
"""


def copied(model: Model, since: int) -> bytes:
    """Return the rows of a table after an id, in the text format of COPY."""
    statement = SQL("COPY (SELECT * FROM {} WHERE id > {} ORDER BY id) TO STDOUT")
    named = statement.format(_table(model), Literal(since))
    with connection.cursor() as cursor, cursor.copy(named) as copy:
        return b"".join(bytes(piece) for piece in copy)


def copy(model: Model, lines: bytes) -> None:
    """Put rows in a table."""
    _copy(_table(model), lines)


def stage(model: Model, lines: bytes) -> None:
    """Put rows in a temporary table of the same columns."""
    made = SQL("CREATE TEMPORARY TABLE {} (LIKE {}) ON COMMIT PRESERVE ROWS")
    with connection.cursor() as cursor:
        cursor.execute(made.format(_staged(model), _table(model)))
    _copy(_staged(model), lines)


def insert(model: Model) -> None:
    """Put the rows that were staged for a table in it."""
    statement = SQL("INSERT INTO {} SELECT * FROM {}")
    with connection.cursor() as cursor:
        cursor.execute(statement.format(_table(model), _staged(model)))


def _copy(table: Composable, lines: bytes) -> None:
    statement = SQL("COPY {} FROM STDIN").format(table)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(lines)


def _table(model: Model) -> Composable:
    return Identifier(model._meta.db_table)


def _staged(model: Model) -> Composable:
    return Identifier(f"staged_{model._meta.db_table}")
