"""What came of rows is stored, and others are taken up, while PDS is asked about more."""

import asyncio
import threading
from functools import partial

import httpx
import pytest

from imports import lease as leases
from imports.models import CohortImport
from imports.rules.lifecycle import Status
from imports.stages import trace
from pds.tracing import Tracer, store_traces
from tests.factories import (
    NOW,
    CohortImportFactory,
    CohortRowFactory,
    unissued_nhs_number,
)
from tests.pds.cast import ANOTHERS, HERS, patient
from tests.pds.scripted import ScriptedPDS, at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def pds(monkeypatch, settings):
    settings.PDS_REQUESTS_PER_SECOND = 0
    scripted = ScriptedPDS()
    ask_through(monkeypatch, scripted.transport)
    return scripted


def ask_through(monkeypatch, transport):
    tracer = partial(Tracer, transport=transport, pause=at_once)
    monkeypatch.setattr(trace, "Tracer", tracer)


@pytest.fixture
def cohort_import():
    return CohortImportFactory(tracing=True, row_count=1)


def row(cohort_import, first_name):
    return CohortRowFactory(
        cohort_import=cohort_import, untraced=True, first_name=first_name
    )


def run(cohort_import):
    lease = leases.take(cohort_import.pk, now=NOW)
    trace.run(lease=lease, clock=lambda: NOW)
    cohort_import.refresh_from_db()


@pytest.fixture
def held(pds, monkeypatch):
    """Have Leo's answer wait until what came of another row has been stored."""
    stored = threading.Event()

    async def answer(request):
        if pds.sent(request).get("given") == "Leo":
            assert await asyncio.to_thread(stored.wait, 60)
        return pds.answer(request)

    def store(traces, *, at):
        stored.set()
        return store_traces(traces, at=at)

    pds.people |= {"Amara": patient(HERS), "Leo": patient(ANOTHERS)}
    ask_through(monkeypatch, httpx.MockTransport(answer))
    monkeypatch.setattr(trace, "store_traces", store)
    monkeypatch.setattr(trace, "ROUND_SECONDS", 0.01)


@pytest.mark.usefixtures("held")
def test_what_came_of_a_row_is_stored_while_pds_is_asked_about_the_next(
    cohort_import,
):
    for first_name in ("Amara", "Leo"):
        row(cohort_import, first_name)

    run(cohort_import)

    outcomes = cohort_import.rows.values_list("trace_outcome", flat=True)
    assert list(outcomes) == ["found", "found"]
    assert cohort_import.pds_calls == 2
    assert cohort_import.status == Status.MATCHING


@pytest.mark.usefixtures("held")
def test_an_import_that_is_cancelled_while_pds_is_asked_keeps_what_was_stored(
    cohort_import, monkeypatch
):
    traced, held_row = row(cohort_import, "Amara"), row(cohort_import, "Leo")
    store_rows = trace._store_rows

    def store_and_cancel(tracings, *others):
        done = store_rows(tracings, *others)
        if done:
            CohortImport.objects.update(status=Status.CANCELLED)
        return done

    monkeypatch.setattr(trace, "_store_rows", store_and_cancel)

    run(cohort_import)

    traced.refresh_from_db()
    held_row.refresh_from_db()
    assert (traced.trace_outcome, held_row.trace_outcome) == ("found", "")
    assert cohort_import.status == Status.CANCELLED


def test_rows_are_taken_up_while_those_before_them_are_asked_about(
    pds, cohort_import, monkeypatch
):
    monkeypatch.setattr(trace, "MOST_ROWS_AT_ONCE", 2)
    for serial in range(7):
        row(cohort_import, f"Child {serial}")
        pds.people[f"Child {serial}"] = patient(unissued_nhs_number(serial))

    run(cohort_import)

    assert cohort_import.rows.filter(trace_outcome="found").count() == 7
    assert (len(pds.asked), cohort_import.pds_calls) == (7, 7)
