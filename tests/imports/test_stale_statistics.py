"""Each row is looked at a few times, although PostgreSQL does not know that it is there.

Its statistics are those of the last time it looked, and say nothing of an import that
has just been read. Whatever it takes an import for, no statement may go through all of
it for each of its rows. But of a table that had no rows when it looked, it thinks that
to read a whole index costs no more than to look something up: then it may, and yet not
for each pair of rows.
"""

from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection, transaction  # noqa: TID251 -- a test is one transaction

from children.models import Child
from imports.rules.outcomes import Result
from imports.sql import tracing
from tests.factories import CohortImportFactory, CohortRowFactory, TeamFactory
from tests.imports.committing import approve, commit_rows, imported, match_rows, rows_of

pytestmark = pytest.mark.django_db

ROWS = 300
# How often a row is looked at with its child, what that has, and what was kept of it.
# All for each would be 300, and 900 with those of the imports before; these a few times.
MOST_TIMES = 40
MOST_TIMES_IF_EMPTY = 10 * 3 * ROWS
READS_OR_WRITES = ("SELECT", "WITH", "UPDATE", "DELETE", "INSERT")
TABLES = (
    "children_child", "children_cohortmembership", "children_contact",
    "children_childchange", "imports_childbeforeimport", "imports_cohortimport",
    "imports_cohortrow", "imports_rowcandidate", "schoolmoves_schoolmove",
)  # fmt: skip


def import_of_everybody(team, **values):
    """Add an import with a row about each of some children, no two of them alike."""
    cohort_import = CohortImportFactory(matching=True, team=team)
    for number in range(ROWS):
        CohortRowFactory(
            **{
                "cohort_import": cohort_import,
                "first_name": f"Amara{number}",
                "last_name": f"Okafor{number % 50}",
                "postcode": f"M{number % 90 + 1} 1AE",
                **values,
            }
        )
    return cohort_import


@contextmanager
def watched(most_times):
    """Give out the statements that look at more rows than they may, with how many."""
    found = []
    counted = 0

    def watch(execute, sql, params, many, context):
        nonlocal counted
        if sql.strip().startswith(READS_OR_WRITES) and not many:
            counted += 1
            looked_at = _rows_looked_at(sql, params)
            if looked_at > most_times * ROWS:
                found.append((looked_at, sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield found
    assert counted > 0


def _rows_looked_at(sql, params):
    """Run a statement, take back what it did, and return how many rows it looked at."""
    with transaction.atomic(), connection.create_cursor() as not_watched:
        not_watched.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
        [(plans,)] = not_watched.fetchall()
        transaction.set_rollback(True)
    return _rows_of(plans[0]["Plan"])


def _rows_of(plan):
    rows = plan["Actual Rows"] + sum(
        value for name, value in plan.items() if name.startswith("Rows Removed by")
    )
    return rows * plan["Actual Loops"] + sum(map(_rows_of, plan.get("Plans", [])))


def know_what_is_there():
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ANALYZE {table}")


def know_of_empty_tables():
    """Have PostgreSQL know what it does if it looked when no row was there any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE pg_class SET reltuples = 0, relpages = 1
            WHERE oid = ANY(%s::regclass[])
            """,
            [list(TABLES)],
        )


@pytest.mark.parametrize(
    ("know", "most_times"),
    [(know_what_is_there, MOST_TIMES), (know_of_empty_tables, MOST_TIMES_IF_EMPTY)],
)
@pytest.mark.parametrize(
    ("values", "result"),
    [
        ({"registration": "8T5"}, Result.UPDATED),
        ({"found": True, "registration": "8T5"}, Result.CLOSE_MATCH),
        ({"date_of_birth": date(2011, 9, 5), "postcode": "LS1 4AP"}, Result.NEW),
    ],
)
def test_no_statement_goes_through_an_import_for_each_of_its_rows(
    values, result, know, most_times
):
    team = TeamFactory()
    imported(import_of_everybody(team, found=True))
    imported(import_of_everybody(team, registration="7A"))
    know()
    cohort_import = import_of_everybody(team, **values)

    with watched(most_times) as too_many:
        tracing.twins_in_the_file([row.pk for row in rows_of(cohort_import)])
        tracing.give_up_numbers_of_other_rows(import_id=cohort_import.pk)
        match_rows(cohort_import)
        approve(cohort_import)
        # So that all are worked out again.
        Child.objects.update(town="Leeds")
        commit_rows(cohort_import)

    assert too_many == []
    assert cohort_import.rows.filter(result=result).count() > ROWS / 2
