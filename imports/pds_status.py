"""How PDS and our use of it stand, for whoever looks after the service. Only counts."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q

from imports.lease import Clock
from imports.models import CohortImport, RefreshRun
from imports.rules.lifecycle import Status
from mavis.models import Team
from pds import health
from pds.health import Health
from pds.lookups import Single
from pds.rules.questions import PROBE_READ
from pds.tracing import Tracer

PROBE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Sweep:
    """The latest refresh of children."""

    started_at: datetime
    finished_at: datetime | None
    refreshed: int
    failed: int
    waits_for_pds: bool


@dataclass(frozen=True, slots=True)
class PdsStatus:
    """What is known at one moment.

    - `is_reachable`: None when nothing was asked of late
    - `health`: None when Valkey does not answer, and PDS can then not be asked
    - `requests_per_second`: allowed; 0 is no limit
    - `needs_token`: a key is set, and each request is sent with a token
    """

    at: datetime
    is_reachable: bool | None
    health: Health | None
    requests_per_second: float
    needs_token: bool
    imports_tracing: int
    imports_waiting: int
    imports_refused: int
    sweep: Sweep | None

    @property
    def token_age(self) -> timedelta | None:
        """How old the token is; None if there is none now."""
        if self.health is None or self.health.token_fetched_at is None:
            return None
        return self.at - self.health.token_fetched_at

    def as_json(self) -> dict[str, Any]:
        """Return all of it as `pds_status --json` prints it."""
        known = self.health or Health()
        age = self.token_age
        return {
            "reachable": self.is_reachable,
            "valkey": self.health is not None,
            "token": {
                "needed": self.needs_token,
                "age_seconds": round(age.total_seconds()) if age is not None else None,
            },
            "rate": {
                "allowed_per_second": self.requests_per_second,
                "used_per_second": known.calls_in_last_minute / 60,
            },
            "last_hour": {
                "calls": known.calls,
                "answers": known.answers,
                "faults": dict(known.faults),
            },
            "imports": {
                "tracing": self.imports_tracing,
                "waiting": self.imports_waiting,
                "refused": self.imports_refused,
            },
            "refresh": _told(self.sweep),
        }


def _told(sweep: Sweep | None) -> Mapping[str, Any] | None:
    if sweep is None:
        return None
    return {
        "started_at": sweep.started_at.isoformat(),
        "finished": sweep.finished_at is not None,
        "refreshed": sweep.refreshed,
        "failed": sweep.failed,
        "waiting": sweep.waits_for_pds,
    }


def read(*, now: datetime) -> PdsStatus:
    """Return how it stands by what was asked before."""
    found = health.read(redis_url=settings.REDIS_URL, access=settings.PDS_ACCESS)
    waiting = Q(waiting_for_pds_since__isnull=False)
    imports = CohortImport.objects.filter(status=Status.TRACING).aggregate(
        tracing=Count("pk"),
        waiting=Count("pk", waiting),
        refused=Count("pk", waiting & Q(refused_by_pds=True)),
    )
    return PdsStatus(
        at=now,
        is_reachable=found.answers_now if found else None,
        health=found,
        requests_per_second=settings.PDS_REQUESTS_PER_SECOND,
        needs_token=settings.PDS_ACCESS is not None,
        imports_tracing=imports["tracing"],
        imports_waiting=imports["waiting"],
        imports_refused=imports["refused"],
        sweep=_latest_sweep(),
    )


def ask(*, clock: Clock) -> bool:
    """Ask PDS one thing about nobody, within the rate. Test if it answers."""
    team = Team.objects.order_by("pk").first()
    with Tracer(ods_code=team.ods_code if team else "", clock=clock) as tracer:
        tracings = tracer.ask(
            [Single(0, PROBE_READ, "probe")],
            until=time.monotonic() + PROBE_SECONDS,
            # Not by what it has answered before.
            kept_for=timedelta(0),
        )
    return bool(tracings.answers)


def _latest_sweep() -> Sweep | None:
    run = RefreshRun.objects.order_by("-started_at").first()
    if run is None:
        return None
    return Sweep(
        started_at=run.started_at,
        finished_at=run.finished_at,
        refreshed=run.refreshed,
        failed=run.failed,
        waits_for_pds=run.waiting_for_pds_since is not None,
    )
