"""How evenly PDS is asked at a limit, and how fast without one.

An import is traced by a worker as in production, and the simulator notes when each
request came. Without a limit, the same requests are then repeated by a bare loop of
httpx, as many at a time.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from imports.models import CohortImport
from imports.rules.lifecycle import Status
from mavis.benchmark.figures import Figure, ratio
from mavis.benchmark.size import Size
from mavis.trials.cohorts import Cohort, cohort
from mavis.trials.pacing import closer_than
from mavis.trials.place import Place, opened
from pds.tracing import MOST_IN_FLIGHT

LIMIT = 50
LEAST_AT_LIMIT = 47.5
LEAST_OF_BARE_LOOP = 0.8
_PEOPLE = 20_000
_PATIENCE = 120.0

Requests = Sequence[Mapping[str, Any]]


def measure(of: Size) -> list[Figure]:
    """Trace at a limit for so many seconds, and as many rows as fast as can be."""
    # A row is asked about once or more.
    rows = round(LIMIT * of.seconds)
    limited = [_traced(of, rows, LIMIT)[0] for _ in range(of.runs)]
    paced = [_within(each, of.seconds) for each in limited]
    free, bare = [], []
    for _ in range(of.runs):
        requests, of_bare_loop = _traced(of, rows, 0)
        free.append(_rate(requests))
        bare.append(of_bare_loop)
    name = f"requests a second, limit {LIMIT}"
    without = Figure("requests a second, no limit", free)
    loop = Figure("requests a second, bare httpx loop", bare)
    return [
        Figure(name, [_rate(each) for each in paced], at_least=LEAST_AT_LIMIT),
        Figure(
            f"{name}: closer than half the spacing",
            [closer_than(0.5 / LIMIT, each) for each in paced],
            at_most=0,
        ),
        without,
        loop,
        ratio("no limit / bare httpx loop", without, loop, at_least=LEAST_OF_BARE_LOOP),
    ]


def _traced(of: Size, rows: int, limit: float) -> tuple[list[float], float]:
    """Trace a file: when each request came, and how many a bare loop made a second."""
    file = _cohort(of, rows)
    with opened(
        people=file.people,
        seed=file.seed,
        requests_per_second=limit,
        # Slices as long as in production.
        settings={"ADVANCE_STALLED_EVERY": "0.5"},
    ) as place:
        place.start()
        cohort_import = place.upload(file)
        place.wait_until(
            lambda: _is_past_tracing(cohort_import),
            seconds=_PATIENCE + (2 * rows / limit if limit else rows),
            doing="all rows were traced",
        )
        requests = place.requests()
        bare = 0.0 if limit else asyncio.run(_bare_loop(place, requests))
    return [request["at"] for request in requests], bare


def _cohort(of: Size, rows: int) -> Cohort:
    return cohort(
        people=_PEOPLE,
        rows=rows,
        seed=of.seed,
        academic_year=2026,
        with_number=0.5,
        shares={},
    )


def _is_past_tracing(cohort_import: CohortImport) -> bool:
    cohort_import.refresh_from_db()
    return cohort_import.status not in {Status.UPLOADED, Status.TRACING}


async def _bare_loop(place: Place, requests: Requests) -> float:
    """Repeat these requests, and return how many there were a second."""
    waiting = iter(requests)

    async def ask() -> None:
        async with httpx.AsyncClient(
            limits=httpx.Limits(max_connections=1), trust_env=False, timeout=60
        ) as client:
            for request in waiting:
                answer = await client.get(
                    f"{place.pds}{request['path']}", params=request["query"]
                )
                answer.read()

    began = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(MOST_IN_FLIGHT):
            tasks.create_task(ask())
    return len(requests) / (time.monotonic() - began)


def _within(moments: Sequence[float], seconds: float) -> list[float]:
    """Return those of the moments that are in the first so many seconds."""
    return [moment for moment in moments if moment - moments[0] <= seconds]


def _rate(moments: Sequence[float]) -> float:
    return (len(moments) - 1) / (moments[-1] - moments[0])
