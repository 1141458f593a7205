"""Tables of labelled people, which hide those of the product while they are there."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import connection, transaction

from mavis.quality.labelled import Labelled, Person
from mavis.rules.names import fold

# The import that the labelled rows are of.
IMPORT_ID = 1

# A temporary table is found before the real one of the same name. It has the same
# columns and indexes, but columns that matching does not read may be empty, and so may
# a date of birth, which FEBRL's people can lack.
HIDE = """
CREATE TEMPORARY TABLE {table} (LIKE public.{table} INCLUDING INDEXES) ON COMMIT DROP;
DO $$
DECLARE
    may_be_empty text;
BEGIN
    FOR may_be_empty IN
        SELECT attname FROM pg_attribute
        WHERE attrelid = 'pg_temp.{table}'::regclass AND attnum > 0
          AND attnotnull AND attname <> 'id'
    LOOP
        EXECUTE format(
            'ALTER TABLE pg_temp.{table} ALTER COLUMN %I DROP NOT NULL', may_be_empty
        );
    END LOOP;
END $$
"""
TABLES = ("children_child", "imports_cohortrow", "imports_childbeforeimport")
COPY_CHILDREN = """
COPY pg_temp.children_child (
    id, first_name, last_name, first_name_key, last_name_key, date_of_birth, postcode,
    nhs_number_confirmed
) FROM STDIN
"""
COPY_ROWS = """
COPY pg_temp.imports_cohortrow (
    id, first_name, last_name, first_name_key, last_name_key, date_of_birth, postcode,
    nhs_number_confirmed, cohort_import_id, row_number
) FROM STDIN
"""


@contextmanager
def tables_of(data: Labelled) -> Iterator[None]:
    """Let the product's statements see these people, and nobody else, for a while."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(HIDE.replace("{table}", table))
            with cursor.copy(COPY_CHILDREN) as copy:
                for cells in _cells(data.children):
                    copy.write_row(cells)
            with cursor.copy(COPY_ROWS) as copy:
                for cells in _cells(data.rows):
                    copy.write_row((*cells, IMPORT_ID, cells[0]))
            for table in TABLES:
                cursor.execute(f"ANALYZE pg_temp.{table}")
        yield
        transaction.set_rollback(True)


def _cells(people: Mapping[int, Person]) -> Iterator[tuple[object, ...]]:
    for number, one in people.items():
        keys = fold(one.first_name), fold(one.last_name)
        names = one.first_name, one.last_name
        yield number, *names, *keys, one.date_of_birth, one.postcode, False
