"""What Prometheus is told at /metrics: only counts and ages.

What stands in Postgres or Valkey is read when it is asked for, and what happened is
counted in Valkey by whoever did it; so every web process gives the same answer.
"""

import hmac
from collections.abc import Iterable
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Min
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, exposition
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from redis.exceptions import RedisError

from imports.models import CohortImport
from imports.rules.lifecycle import WORKING, Status
from mavis import counting, heartbeat
from mavis.heartbeat import Sign

# Name, what it counts, and its label if it has one.
COUNTERS = (
    ("mavis_import_rows_total", "Rows that a stage has done", "stage"),
    ("mavis_import_lease_steals_total", "Imports taken from a silent worker", ""),
    ("mavis_pds_calls_total", "Requests to PDS by what came of them", "outcome"),
    (counting.LIMITER_TURNS_FIELD, "Requests that the PDS limiter let go", ""),
    (counting.LIMITER_WAIT_FIELD, "Seconds they waited for it", ""),
)
SILENCES = (
    ("mavis_beat_silent_seconds", "Seconds since beat last sent a task", Sign.BEAT),
    ("mavis_sweep_silent_seconds", "Seconds since a worker last swept", Sign.SWEEP),
)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer whoever has the token; for anyone else there is no such address."""
    if not _may_read(request):
        raise Http404
    try:
        text = exposition.generate_latest(_Registry())
    except (RedisError, DatabaseError):
        # No figures are better than some that are wrong.
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
    return HttpResponse(text, content_type=exposition.CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    told = request.headers.get("Authorization", "")
    needed = f"Bearer {settings.METRICS_TOKEN}"
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(
        told.encode(), needed.encode()
    )


class _Registry(CollectorRegistry):
    """Ours alone: what the library counts of one process is not for here."""

    def collect(self) -> Iterable[Metric]:
        yield from _of_imports()
        yield GaugeMetricFamily(
            "mavis_queue_messages",
            "Messages that wait for a worker",
            value=counting.waiting_messages(settings.CELERY_TASK_DEFAULT_QUEUE),
        )
        for name, says, sign in SILENCES:
            yield GaugeMetricFamily(name, says, value=heartbeat.silent_seconds(sign))
        yield from _counted()


def _of_imports() -> Iterable[Metric]:
    """Read one small table; there is a row in it for each upload."""
    found = {
        row["status"]: row
        for row in CohortImport.objects.order_by()
        .values("status")
        .annotate(number=Count("pk"), oldest=Min("stage_started_at"), now=Now())
    }
    number = GaugeMetricFamily("mavis_imports", "Imports by status", labels=["status"])
    age = GaugeMetricFamily(
        "mavis_import_oldest_seconds",
        "How long the oldest import has been in a stage; 0 if none is",
        labels=["stage"],
    )
    for status in Status:
        row = found.get(status)
        number.add_metric([status], row["number"] if row else 0)
        if status in WORKING:
            seconds = (row["now"] - row["oldest"]).total_seconds() if row else 0
            age.add_metric([status], max(0, seconds))
    yield from (number, age)


def _counted() -> Iterable[Metric]:
    counts = counting.read()
    for name, says, label in COUNTERS:
        family = CounterMetricFamily(name, says, labels=[label] if label else [])
        values = {
            of: count for (counted, of), count in counts.items() if counted == name
        }
        for of, count in sorted((values or ({} if label else {"": 0})).items()):
            family.add_metric([of] if label else [], count)
        yield family
