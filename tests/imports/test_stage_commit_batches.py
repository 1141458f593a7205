"""The commit: batches of any size, any number of workers, and no row twice."""

import threading
import time
from datetime import date

import pytest
from django.db import connections, transaction
from django.db.models import Value
from django.test.utils import CaptureQueriesContext

from children.models import Child, ChildTrace, CohortMembership
from imports.lease import LeaseLost
from imports.models import CohortImport, CohortRow
from imports.rules.lifecycle import Status
from imports.rules.outcomes import Outcome, Result
from imports.sql import committing
from imports.stages import commit, review
from tests.factories import (
    NOW,
    ChildFactory,
    CohortImportFactory,
    CohortRowFactory,
    ContactFactory,
    SchoolFactory,
    SchoolMoveFactory,
    TeamFactory,
    TraceFactory,
    another_nhs_number,
)
from tests.imports.committing import (
    LATER,
    approve,
    commit_rows,
    lease_of,
    match_rows,
)
from tests.imports.dump import dump

# --- Batches of any size -------------------------------------------------------------

OLD, NEW, TWIN, FOUND = (another_nhs_number() for _ in range(4))


def mixed_import():
    """Return an import in which rows have to do with each other's children."""
    cohort_import = CohortImportFactory(matching=True)
    team, other_team = cohort_import.team, TeamFactory()
    here, there = SchoolFactory(team=team), SchoolFactory(team=team)

    def row(**values):
        CohortRowFactory(cohort_import=cohort_import, **values)

    # Twins, one of whom Mavis has.
    ContactFactory(child=ChildFactory(team=team, first_name="Taiwo", school=here))
    row(first_name="Taiwo", school=there, parent_1_name="Ngozi Okafor")
    row(first_name="Kehinde", school=here)
    # Three rows for one child; PDS has confirmed the number of the last.
    ChildFactory(team=team, nhs_number=FOUND, nhs_number_confirmed=True)
    row(gender="female", school=here)
    row(postcode="M1 1AE")
    row(last_name="Eze", nhs_number=FOUND, nhs_number_confirmed=True)
    # Two rows that nobody can tell apart.
    ChildFactory(team=team, first_name="Bola", nhs_number=None)
    row(first_name="Bola", last_name="Obi", preferred_first_name="Bo")
    row(first_name="Bola", postcode="M1 1AE")
    # A number that PDS replaced, and another row that has the old one.
    ChildFactory(team=team, first_name="Chidi", last_name="Eze", nhs_number=OLD)
    row(
        first_name="Chidi",
        last_name="Eze",
        nhs_number=NEW,
        nhs_number_confirmed=True,
        nhs_number_uploaded=OLD,
        uploaded_number="replaced",
        trace_outcome="found",
        registration="8T5",
    )
    row(
        first_name="Dayo",
        last_name="Adu",
        date_of_birth=date(2013, 5, 1),
        nhs_number=OLD,
        nhs_number_confirmed=True,
    )
    # A child that gains a number, and one that resembles it.
    ChildFactory(team=team, first_name="Efe", last_name="Bello", gender="female")
    row(first_name="Efe", last_name="Bello", nhs_number=TWIN, nhs_number_confirmed=True)
    row(first_name="Efe", last_name="Bello", postcode="M1 1AE", parent_1_name="Ada")
    # Another team's child, and one whom somebody else has asked for.
    ChildFactory(team=other_team, first_name="Femi", school=here)
    row(first_name="Femi", school=there)
    row(first_name="Femi", last_name="Cole", school=here)
    asked_for = ChildFactory(team=other_team, first_name="Gbenga", school=here)
    SchoolMoveFactory(child=asked_for, team=TeamFactory())
    row(first_name="Gbenga", school=there)
    row(first_name="Gbenga", gender="male", postcode="M1 1AE")
    # A death, and rows like new children of this very file.
    ChildFactory(team=team, first_name="Hauwa", school=here)
    row(first_name="Hauwa", deceased=True, school=there)
    row(first_name="Ife", last_name="Cole", date_of_birth=date(2013, 5, 1), school=here)
    row(first_name="Ife", last_name="Cole", date_of_birth=date(2013, 5, 2))
    return cohort_import


@pytest.mark.django_db
def test_the_size_of_the_batches_makes_no_difference(settings):
    dumps = []
    for size in [1, 2, 3, 1000]:
        before = transaction.savepoint()
        settings.IMPORT_BATCH_ROWS = size
        cohort_import = mixed_import()
        match_rows(cohort_import)
        approve(cohort_import)
        commit_rows(cohort_import)
        assert cohort_import.status == Status.COMPLETED, f"in batches of {size}"
        dumps.append(dump())
        transaction.savepoint_rollback(before)

    for result in {*Result} - {Result.NOT_IMPORTED, Result.UP_TO_DATE}:
        assert f"('result', '{result}')" in str(dumps[0]["CohortRow"])
    for dumped in dumps[1:]:
        assert dumped == dumps[0]


@pytest.mark.django_db
def test_rows_that_are_not_loaded_are_committed_like_any_other(monkeypatch):
    """Slow and obvious: every row is loaded, and applied to its child."""
    done = []
    for way in [commit._WAY, Value(commit.Way.LOADED.value)]:
        before = transaction.savepoint()
        monkeypatch.setattr(commit, "_WAY", way)
        cohort_import = mixed_import()
        repeats_all(cohort_import, first_name="Jide")
        repeats_all(cohort_import, first_name="Kemi", restricted=True)
        for name, values in NEWCOMERS.items():
            CohortRowFactory(
                cohort_import=cohort_import,
                first_name=name,
                trace=TraceFactory(),
                **{"last_name": name, "date_of_birth": date(2014, 2, 3)} | values,
            )
        match_rows(cohort_import)
        approve(cohort_import)
        commit_rows(cohort_import)
        traces = ChildTrace.objects.values_list("child__first_name", "trace__outcome")
        done.append((dump(), sorted(traces)))
        transaction.savepoint_rollback(before)

    fast, slow = done
    assert fast == slow
    (jide,) = (row for row in fast[0]["CohortRow"] if "Jide" in row)
    assert f"('result', '{Result.UP_TO_DATE}')" in jide
    assert [name for name, _ in fast[1]] == sorted(["Jide", "Kemi", *NEWCOMERS])


# Rows that become children, of every kind.
NEWCOMERS = {
    "Lola": {"parent_1_name": "Ada Obi", "parent_1_relationship": "mother"},
    "Musa": {"restricted": True, "home_educated": True},
    "Nkechi": {"deceased": True, "date_of_death": date(2026, 1, 2)},
    "Obi": {"nhs_number": another_nhs_number(), "nhs_number_confirmed": True},
}


def repeats_all(cohort_import, **values):
    """Add a row, which PDS was asked about, that says what its child has."""
    school = SchoolFactory(team=cohort_import.team)
    person = {"first_name": values["first_name"], "last_name": "Aba", "school": school}
    ChildFactory(team=cohort_import.team, **person)
    CohortRowFactory(
        cohort_import=cohort_import, trace=TraceFactory(), **person | values
    )


# --- Statements ---------------------------------------------------------------------------


def statements_for(rows):
    cohort_import = CohortImportFactory(matching=True)
    team = cohort_import.team
    school, elsewhere = SchoolFactory(team=team), SchoolFactory(team=team)
    for each in range(rows):
        name = {"last_name": f"Okafor{'a' * each}", "cohort_import": cohort_import}
        known = {"last_name": name["last_name"], "team": team}
        ChildFactory(**known, first_name="Bola")
        ChildFactory(**known, first_name="Chidi", gender="male")
        ChildFactory(**known, first_name="Dayo", school=elsewhere)
        ContactFactory(child=ChildFactory(**known, first_name="Efe"))
        CohortRowFactory(**name, first_name="Amara", parent_1_name="Ngozi Okafor")
        CohortRowFactory(**name, first_name="Bola", preferred_first_name="Bo")
        CohortRowFactory(**name, first_name="Chidi", gender="female")
        CohortRowFactory(**name, first_name="Dayo", school=school, deceased=each % 2)
        CohortRowFactory(**name, first_name="Efe", parent_1_name="Ada", school=school)
    match_rows(cohort_import)
    approve(cohort_import)
    with CaptureQueriesContext(connections["default"]) as captured:
        commit_rows(cohort_import)
    assert cohort_import.status == Status.COMPLETED
    return len(captured)


@pytest.mark.django_db
def test_a_batch_costs_the_same_statements_whatever_it_holds():
    assert statements_for(1) == statements_for(10)


# --- Several at once ------------------------------------------------------------------------


def reviewed(**row):
    cohort_import = CohortImportFactory(matching=True)
    CohortRowFactory(cohort_import=cohort_import, **row)
    match_rows(cohort_import)
    approve(cohort_import)
    return cohort_import


WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def wait_until_someone_waits_for_a_lock():
    began = time.monotonic()
    with connections["default"].cursor() as cursor:
        while cursor.execute(WAITING).fetchone() == (0,):
            assert time.monotonic() < began + 10


def at_once(*jobs):
    """Run jobs in threads, each with a connection of its own; return what they raise."""
    together = threading.Barrier(len(jobs))
    raised = []

    def run(job):
        try:
            together.wait(timeout=10)
            job()
        except Exception as fault:  # noqa: BLE001 -- the test asserts what it was
            raised.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_new_child_create_it_once():
    imports = [reviewed(found=True, nhs_number=FOUND) for _ in range(2)]

    raised = at_once(*(lambda each=each: commit_rows(each) for each in imports))

    assert raised == []
    assert Child.objects.count() == 1
    statuses = sorted(CohortImport.objects.values_list("status", flat=True))
    assert statuses == [Status.COMPLETED, Status.IN_FURTHER_REVIEW]
    held = CohortRow.objects.get(held=True)
    assert held.outcome != Outcome.NEW
    assert held.matched_child == Child.objects.get()


@pytest.mark.django_db(transaction=True)
def test_a_commit_waits_for_that_of_another_import(monkeypatch):
    cohort_import = reviewed()
    waiting = threading.Event()
    lock = committing.lock_out_other_commits

    def lock_and_say_so(**options):
        waiting.set()
        lock(**options)

    monkeypatch.setattr(committing, "lock_out_other_commits", lock_and_say_so)
    worker = threading.Thread(
        target=lambda: at_once(lambda: commit_rows(cohort_import))
    )
    with transaction.atomic():
        lock()
        worker.start()
        assert waiting.wait(timeout=10)
        # Made while the worker waits: it must be seen, although it came later.
        ChildFactory(team=cohort_import.team)
    worker.join()

    assert Child.objects.count() == 1
    assert CohortRow.objects.get().held


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_one_lease_commit_each_row_once(settings):
    settings.IMPORT_BATCH_ROWS = 1
    cohort_import = CohortImportFactory(matching=True)
    for first_name in ["Amara", "Bola", "Chidi", "Dayo"]:
        CohortRowFactory(
            cohort_import=cohort_import, first_name=first_name, school=None
        )
    match_rows(cohort_import)
    approve(cohort_import)
    lease = lease_of(cohort_import)

    at_once(*[lambda: commit.run(lease=lease, clock=lambda: LATER)] * 2)

    assert Child.objects.count() == 4
    assert CohortMembership.objects.count() == 4
    assert CohortImport.objects.get().status == Status.COMPLETED


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_has_lost_its_lease_writes_nothing():
    cohort_import = reviewed()
    lost = lease_of(cohort_import)
    lease_of(cohort_import)

    with pytest.raises(LeaseLost):
        commit.run(lease=lost, clock=lambda: LATER)

    assert not Child.objects.exists()
    assert CohortRow.objects.get().committed_at is None


@pytest.mark.django_db(transaction=True)
def test_a_cancellation_waits_for_what_the_worker_is_writing():
    cohort_import = CohortImportFactory(tracing=True)
    lease = lease_of(cohort_import)
    seen = CohortImport.objects.get(pk=cohort_import.pk)
    began = threading.Event()
    cancelled = threading.Thread(
        target=lambda: at_once(
            lambda: (
                began.set(),
                review.cancel(cohort_import=seen, by=cohort_import.uploaded_by, at=NOW),
            )
        )
    )
    with transaction.atomic():
        locked = lease.lock()
        cancelled.start()
        assert began.wait(timeout=10)
        wait_until_someone_waits_for_a_lock()
        locked.change_status(Status.MATCHING, at=NOW, by=None)
    cancelled.join()

    cohort_import.refresh_from_db()
    assert cohort_import.status == Status.CANCELLED
    with transaction.atomic(), pytest.raises(LeaseLost):
        lease.lock()
