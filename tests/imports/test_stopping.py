"""A worker that is asked to end leaves what it does to the next one."""

import asyncio
import time

import httpx
import pytest

from imports import lease as leases
from imports import pipeline, tasks
from imports.models import CohortRow
from imports.rules.lifecycle import Status
from mavis import stopping
from pds import asking
from pds.lookups import Wanted
from pds.tracing import Tracer
from tests.factories import NOW, CohortImportFactory, CohortRowFactory
from tests.files.cohorts import child, csv_file
from tests.imports.test_stage_read import uploaded
from tests.pds.cast import sought

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ask(monkeypatch):
    """Ask this process to end, until the test is over."""
    monkeypatch.setattr(stopping, "_asked", bytearray(1))
    return stopping.ask


def test_a_slice_is_over(ask):
    lease = leases.take(CohortImportFactory().pk, now=NOW)
    assert not lease.slice_is_over()

    ask()

    assert lease.slice_is_over()


def test_an_import_is_not_taken_on_but_left_in_the_queue(ask, monkeypatch):
    queued = []
    monkeypatch.setattr(tasks, "queue", queued.append)
    cohort_import = uploaded(csv_file(child()))
    ask()

    tasks.advance(import_id=cohort_import.pk)

    assert queued == [cohort_import.pk]
    assert cohort_import.transitions.count() == 0


@pytest.mark.parametrize("status", [Status.UPLOADED, Status.MATCHING])
def test_what_takes_long_is_given_up_and_the_import_let_go(ask, status, monkeypatch):
    cohort_import = uploaded(csv_file(child(), child(CHILD_FIRST_NAME="Bo")))
    if status == Status.MATCHING:
        cohort_import = CohortImportFactory(status=status)
        CohortRowFactory(cohort_import=cohort_import)
    # The worker has taken the import on when it is asked.
    run = pipeline.STAGES[status]
    monkeypatch.setitem(pipeline.STAGES, status, lambda **given: (ask(), run(**given)))

    can_go_on = pipeline.run_next_stage(import_id=cohort_import.pk, clock=lambda: NOW)

    assert can_go_on, "another worker can take it"
    cohort_import.refresh_from_db()
    assert (cohort_import.status, cohort_import.lease_token) == (status, None)
    assert cohort_import.faults_in_a_row == 0
    assert not CohortRow.objects.exclude(outcome="").exists()


def test_pds_is_not_waited_for_long(ask, monkeypatch, settings):
    settings.PDS_REQUESTS_PER_SECOND = 0
    monkeypatch.setattr(asking, "LAST_ANSWERS_SECONDS", 0)

    class NeverAnswers(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            ask()
            await asyncio.Event().wait()

    wanted = [Wanted(key, sought(), f"row-{key}") for key in range(3)]
    with Tracer(ods_code="R1", clock=lambda: NOW, transport=NeverAnswers()) as tracer:
        tracings = tracer.trace(wanted, until=time.monotonic() + 3600)

    assert (tracings.finished, tracings.failed, tracings.is_out) == ([], [], False)
