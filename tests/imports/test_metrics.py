"""What Prometheus is told: the same whichever process answers, to nobody else."""

import asyncio
import uuid
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis

from imports import lease as leases
from imports import pipeline
from imports.models import CohortImport
from imports.rules.lifecycle import WORKING, FailureReason, Status
from mavis import counting
from mavis.stopping import Stopping
from pds import health
from pds.health import LAST_KEY
from pds.limiter import Paced
from tests.factories import CohortImportFactory

pytestmark = pytest.mark.django_db
BEARER = {"Authorization": "Bearer a-token"}


@pytest.fixture(autouse=True)
def token(settings):
    settings.METRICS_TOKEN = "a-token"
    with Redis.from_url(settings.REDIS_URL) as valkey:
        valkey.delete(counting.KEY)


def told(client) -> dict[tuple[str, str], float]:
    answer = client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer another"}])
def test_without_the_token_there_is_no_such_address(client, headers):
    assert client.get("/metrics", headers=headers).status_code == 404


def test_without_a_token_in_the_settings_nobody_reads_them(client, settings):
    settings.METRICS_TOKEN = ""

    answer = client.get("/metrics", headers={"Authorization": "Bearer "})

    assert answer.status_code == 404


def test_imports_are_told_by_status_and_the_oldest_of_each_stage_by_its_age(client):
    ago = timezone.now() - timedelta(hours=1)
    CohortImportFactory(status=Status.TRACING, stage_started_at=ago)
    CohortImportFactory(status=Status.TRACING, stage_started_at=timezone.now())

    numbers = told(client)

    assert {of for name, of in numbers if name == "mavis_imports"} == set(Status)
    assert numbers["mavis_imports", "tracing"] == 2
    assert numbers["mavis_imports", "failed"] == 0
    ages = {of for name, of in numbers if name == "mavis_import_oldest_seconds"}
    assert ages == set(WORKING)
    assert 3600 <= numbers["mavis_import_oldest_seconds", "tracing"] < 3700
    assert numbers["mavis_import_oldest_seconds", "matching"] == 0


def test_telling_takes_one_query_however_many_imports_there_are(
    client, django_assert_num_queries
):
    for _ in range(5):
        CohortImportFactory(status=Status.TRACING)

    with django_assert_num_queries(1):
        told(client)


@pytest.mark.parametrize("stolen", [0, 1])
def test_a_lease_is_counted_as_stolen_when_another_worker_held_it(client, stolen):
    past = timezone.now() - timedelta(hours=1)
    held = {"lease_token": uuid.uuid4(), "lease_expires_at": past} if stolen else {}
    cohort_import = CohortImportFactory(status=Status.TRACING, **held)

    assert leases.take(cohort_import.pk, now=timezone.now())

    assert told(client)["mavis_import_lease_steals_total", ""] == stolen
    assert CohortImport.objects.get().lease_token is not None


def test_counts_that_are_spoilt_keep_nothing_from_being_asked(client, settings):
    with Redis.from_url(settings.REDIS_URL) as valkey:
        valkey.set(counting.KEY, "no hash")
        valkey.delete(LAST_KEY)
    paced = Paced(requests_per_second=2, redis_url=settings.REDIS_URL)

    async def one_request() -> float:
        try:
            return await paced.reserve()
        finally:
            await paced.close()

    assert asyncio.run(one_request()) >= 0
    health.note(
        redis_url=settings.REDIS_URL, calls=1, answers=1, faults={}, is_out=False
    )
    noted = health.read(redis_url=settings.REDIS_URL, access=None)
    assert noted is not None
    assert noted.answers_now
    cohort_import = CohortImportFactory(status=Status.TRACING)
    assert leases.take(cohort_import.pk, now=timezone.now())
    # And nobody is told a wrong figure.
    assert client.get("/metrics", headers=BEARER).status_code == 503


def test_requests_to_pds_are_counted_by_what_came_of_them(client, settings):
    for _ in range(2):
        health.note(
            redis_url=settings.REDIS_URL,
            calls=4, answers=3, faults={"429": 1}, is_out=False,
        )  # fmt: skip

    numbers = told(client)

    assert numbers["mavis_pds_calls_total", "answered"] == 6
    assert numbers["mavis_pds_calls_total", "429"] == 2


def test_messages_that_wait_are_told(client, settings):
    settings.CELERY_TASK_DEFAULT_QUEUE = "a-queue-of-this-test"
    with Redis.from_url(settings.REDIS_URL) as valkey:
        valkey.rpush("a-queue-of-this-test", "one", "two")
        numbers = told(client)
        valkey.delete("a-queue-of-this-test")

    assert numbers["mavis_queue_messages", ""] == 2


def test_without_valkey_there_is_no_answer_rather_than_a_wrong_one(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1"

    assert client.get("/metrics", headers=BEARER).status_code == 503


def test_without_the_database_there_is_no_answer_either(client, monkeypatch):
    def fail() -> None:
        raise OperationalError

    monkeypatch.setattr("imports.metrics._of_imports", fail)

    assert client.get("/metrics", headers=BEARER).status_code == 503


@pytest.mark.parametrize("then", [None, Stopping(), ValueError("a bug")])
@pytest.mark.parametrize(
    ("status", "rows_done", "counted"),
    [
        (Status.TRACING, 7, 5),
        # The stage is over, and the next begins at nought.
        (Status.MATCHING, 0, 8),
        (Status.FAILED, 0, 0),
    ],
)
def test_rows_are_counted_by_the_stage_that_did_them_however_its_slice_ended(
    client, monkeypatch, status, rows_done, counted, then
):
    cohort_import = CohortImportFactory(
        status=Status.TRACING, row_count=10, rows_done=2
    )
    reason = FailureReason.LOW_MATCH_RATE if status is Status.FAILED else ""

    def stage(**_: object) -> None:
        CohortImport.objects.update(
            status=status, rows_done=rows_done, failure_reason=reason
        )
        if then is not None:
            raise then

    monkeypatch.setitem(pipeline.STAGES, Status.TRACING, stage)
    pipeline.run_next_stage(import_id=cohort_import.pk, clock=timezone.now)

    assert told(client).get(("mavis_import_rows_total", "tracing"), 0) == counted


def test_requests_that_the_limiter_lets_go_and_how_long_they_wait_are_counted(
    client, settings
):
    async def two_requests() -> None:
        paced = Paced(requests_per_second=2, redis_url=settings.REDIS_URL)
        await paced.reserve()
        await paced.reserve()
        await paced.close()

    asyncio.run(two_requests())

    numbers = told(client)
    assert numbers["mavis_pds_limiter_turns_total", ""] == 2
    assert numbers["mavis_pds_limiter_wait_seconds_total", ""] > 0
