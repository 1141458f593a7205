"""An import waits for PDS: while it is down, refuses us, or says that we ask too much."""

from datetime import timedelta
from functools import partial

import httpx
import pytest
import redis
from cryptography.hazmat.primitives.asymmetric import rsa
from django.urls import reverse

from imports import lease as leases
from imports.rules.lifecycle import Status
from imports.stages import trace
from mavis.pds_access import Access
from pds.client import ATTEMPTS
from pds.limiter import IMPORTS_KEY, KEY, SLOWED_KEY
from pds.rules.outcomes import TraceOutcome
from pds.simulator.app import Simulator, make_app
from pds.simulator.applications import Application
from pds.simulator.faults import FaultKind
from pds.simulator.journal import Journal
from pds.simulator.named import NAMED
from pds.simulator.search import Population
from pds.token import key_of
from pds.tracing import Tracer
from tests.factories import (
    NOW,
    CohortImportFactory,
    CohortRowFactory,
    ImportFileFactory,
)
from tests.pages.shown import Shown
from tests.pds.cast import outcome, patient
from tests.pds.scripted import ScriptedPDS, at_once

pytestmark = pytest.mark.django_db

BUSY = (429, outcome("TOO_MANY_REQUESTS"))
REFUSED = (403, outcome("ACCESS_DENIED", issue="forbidden"))
API_KEY, KEY_ID = "an-api-key", "test-1"


@pytest.fixture
def pds(monkeypatch, settings):
    settings.PDS_REQUESTS_PER_SECOND = 0
    scripted = ScriptedPDS({"Amara": patient()})
    ask_through(monkeypatch, scripted.transport)
    return scripted


def ask_through(monkeypatch, transport):
    tracer = partial(Tracer, transport=transport, pause=at_once)
    monkeypatch.setattr(trace, "Tracer", tracer)


@pytest.fixture
def cohort_import():
    cohort_import = CohortImportFactory(tracing=True, row_count=1)
    ImportFileFactory(cohort_import=cohort_import)
    return cohort_import


def row(cohort_import, **columns):
    return CohortRowFactory(cohort_import=cohort_import, untraced=True, **columns)


def run(cohort_import, at=NOW):
    lease = leases.take(cohort_import.pk, now=at)
    trace.run(lease=lease, clock=lambda: at)
    lease.release()
    cohort_import.refresh_from_db()


def test_an_import_that_pds_refuses_waits_says_so_and_goes_on(
    pds, cohort_import, client
):
    traced = row(cohort_import)
    pds.next = [REFUSED]

    run(cohort_import)

    assert cohort_import.status == Status.TRACING
    assert cohort_import.refused_by_pds
    assert cohort_import.waiting_for_pds_since == NOW
    traced.refresh_from_db()
    assert traced.trace_tries == 0
    client.force_login(cohort_import.uploaded_by)
    page = Shown.at(client, reverse("imports:show", args=[cohort_import.pk]))
    assert "Waiting for PDS" in page.text
    assert "PDS does not accept Mavis at the moment" in page.text

    run(cohort_import, NOW + timedelta(minutes=1))
    assert cohort_import.status == Status.MATCHING
    assert not cohort_import.refused_by_pds


def test_an_application_without_all_its_rights_fails_no_file(pds, cohort_import):
    traced = row(cohort_import)
    pds.next = [(400, outcome("MISSING_VALUE"))]

    run(cohort_import)

    assert cohort_import.refused_by_pds
    traced.refresh_from_db()
    assert traced.trace_outcome == ""


def test_after_an_outage_pds_is_asked_one_thing_before_all_else(pds, cohort_import):
    for number in range(40):
        row(cohort_import, first_name=f"Child {number}")
    pds.is_down = True
    run(cohort_import)
    asked = len(pds.requests)

    run(cohort_import, NOW + timedelta(seconds=5))
    assert len(pds.requests) == asked + 1

    pds.is_down = False
    run(cohort_import, NOW + timedelta(minutes=1))
    assert cohort_import.waiting_for_pds_since is None
    assert cohort_import.status != Status.TRACING


def test_too_many_requests_are_the_fault_of_no_row(pds, cohort_import):
    lucky, unlucky = row(cohort_import), row(cohort_import, first_name="Leo")
    pds.people["Leo"] = BUSY

    run(cohort_import)

    lucky.refresh_from_db()
    unlucky.refresh_from_db()
    assert lucky.trace_outcome == TraceOutcome.FOUND
    assert (unlucky.trace_outcome, unlucky.trace_tries) == ("", 0)
    assert len(pds.requests) == 1 + ATTEMPTS, "it is not asked about at once again"
    pds.people["Leo"] = patient()
    run(cohort_import, NOW + timedelta(minutes=1))
    unlucky.refresh_from_db()
    assert unlucky.trace_outcome == TraceOutcome.FOUND


# --- With a token -------------------------------------------------------------


@pytest.fixture
def guarded(monkeypatch, settings):
    """A simulator that wants a token, and Mavis with the key to have one."""
    private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    simulator = Simulator(
        Population(NAMED),
        applications=[Application(API_KEY, {KEY_ID: private_key.public_key()})],
        journal=Journal(),
    )
    settings.PDS_REQUESTS_PER_SECOND = 200
    settings.PDS_BASE_URL = "http://pds/personal-demographics/FHIR/R4"
    settings.PDS_ACCESS = Access(
        API_KEY, KEY_ID, "http://pds/oauth2/token", private_key
    )
    ask_through(monkeypatch, httpx.ASGITransport(make_app(simulator)))
    with redis.Redis.from_url(settings.REDIS_URL) as valkey:
        shared = (KEY, SLOWED_KEY, IMPORTS_KEY, key_of(settings.PDS_ACCESS))
        valkey.delete(*shared)
        yield simulator
        valkey.delete(*shared)


def statuses(simulator, path):
    entries = simulator.journal.entries()
    return [each["status"] for each in entries if each["path"].startswith(path)]


def test_an_import_is_traced_with_one_token(guarded, cohort_import):
    for number in range(20):
        row(cohort_import, first_name=f"Child {number}")

    run(cohort_import)

    assert cohort_import.status != Status.TRACING
    assert statuses(guarded, "/oauth2") == [200]
    assert set(statuses(guarded, "/Patient")) == {200}


def test_a_token_that_is_withdrawn_in_the_middle_costs_one_renewal(
    guarded, cohort_import
):
    for number in range(20):
        row(cohort_import, first_name=f"Child {number}")
    guarded.faults.set({"kind": FaultKind.UNAUTHORISED, "window": [0.05, 0.02]})

    run(cohort_import)

    assert len(statuses(guarded, "/oauth2")) <= 2
    assert cohort_import.status != Status.TRACING or cohort_import.refused_by_pds


def test_a_key_that_pds_does_not_know_has_the_import_wait(
    guarded, cohort_import, settings
):
    traced = row(cohort_import)
    another = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    known = settings.PDS_ACCESS
    settings.PDS_ACCESS = Access(API_KEY, KEY_ID, known.token_url, another)

    run(cohort_import)

    assert cohort_import.refused_by_pds
    assert statuses(guarded, "/Patient") == []
    traced.refresh_from_db()
    assert traced.trace_tries == 0

    settings.PDS_ACCESS = known
    run(cohort_import, NOW + timedelta(minutes=1))
    assert cohort_import.status == Status.MATCHING


def test_a_storm_of_429_fails_no_row_and_all_are_asked_in_the_end(
    guarded, cohort_import
):
    rows = [row(cohort_import, first_name=f"Child {number}") for number in range(9)]
    guarded.faults.set({"kind": FaultKind.TOO_MANY_REQUESTS, "calls": 15})

    at = NOW
    for _slice in range(20):
        run(cohort_import, at)
        if cohort_import.status != Status.TRACING:
            break
        at = max(cohort_import.not_before or at, at) + timedelta(seconds=1)

    assert cohort_import.status == Status.MATCHING
    for each in rows:
        each.refresh_from_db()
        assert (each.trace_outcome, each.trace_tries) == (TraceOutcome.NOT_FOUND, 0)
