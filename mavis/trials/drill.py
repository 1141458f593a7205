"""One import without faults, and the same import with every kind of them.

What an import comes to must not depend on how PDS behaved while it was asked.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imports.models import CohortImport, CohortRow
from imports.rules.lifecycle import WORKING, Status
from imports.stages import review
from mavis import clock
from mavis.trials.cohorts import Cohort
from mavis.trials.pacing import Pacing, pacing
from mavis.trials.place import Place, opened

# Each strikes one call in two hundred, so that together they strike one in twenty.
TRANSIENT_FAULTS = (
    "408", "500", "502_html", "503_seconds", "503_date", "504", "dropped",
    "dropped_in_body", "truncated", "unknown_answer",
)  # fmt: skip
SHARE_OF_CALLS = 0.05
# At which shares of the rows done each of them begins.
OUTAGE_AT, STORM_AT, KILL_AT = 0.15, 0.35, 0.55
# Seconds that an import may take beyond what its requests and its faults do.
PATIENCE = 180

Say = Callable[[str], None]
Row = tuple[int, str, str]  # row number, outcome, NHS number


@dataclass(frozen=True, slots=True)
class Troubles:
    """How long PDS is out, and how long it answers 429, in seconds."""

    outage: float
    storm: float


@dataclass(frozen=True, slots=True)
class Imported:
    """What one import came to."""

    status: str
    rows: Sequence[Row]
    calls: int
    struck: Counter[str]  # calls by the fault that struck them
    pacing: Pacing


def imported(
    cohort: Cohort, *, requests_per_second: float, troubles: Troubles | None, say: Say
) -> Imported:
    """Import a cohort from upload to commit, with nobody else in Mavis.

    :param troubles: None for a PDS without faults

    :raises NotInTime: it does not end
    """
    with opened(
        people=cohort.people,
        seed=cohort.seed,
        requests_per_second=requests_per_second,
    ) as place:
        cohort_import = place.upload(cohort)
        if troubles:
            place.set_faults(*transient_faults(cohort.seed))
        place.start()
        if troubles:
            _make_trouble(place, cohort_import, troubles, say)
        seconds = PATIENCE + 3 * len(cohort.rows) / requests_per_second
        if troubles:
            seconds += 2 * (troubles.outage + troubles.storm)
        _wait_for_person(place, cohort_import, seconds)
        if cohort_import.status == Status.IN_REVIEW:
            review.approve(cohort_import=cohort_import, by=place.user, at=clock.now())
            _wait_for_person(place, cohort_import, PATIENCE)
        requests = place.requests()
        return Imported(
            status=cohort_import.status,
            rows=_rows(cohort_import),
            calls=len(requests),
            struck=Counter(each["fault"] for each in requests if each["fault"]),
            pacing=pacing(
                [request["at"] for request in requests],
                requests_per_second=requests_per_second,
            ),
        )


def transient_faults(seed: int) -> list[Mapping[str, Any]]:
    share = SHARE_OF_CALLS / len(TRANSIENT_FAULTS)
    return [
        {"kind": kind, "probability": share, "seed": seed + place, "retry_after": 1}
        for place, kind in enumerate(TRANSIENT_FAULTS)
    ]


def _make_trouble(
    place: Place, cohort_import: CohortImport, troubles: Troubles, say: Say
) -> None:
    """Have PDS fail, refuse and come back, and kill the worker, while rows are traced.

    :raises TooSoon: the rows were traced before that
    """
    patience = PATIENCE + 2 * (troubles.outage + troubles.storm)

    def wait_for(share: float) -> None:
        place.wait_until(
            lambda: _is_traced_by_a_worker(cohort_import, share),
            seconds=patience,
            doing=f"{share:.0%} of the rows were traced",
        )
        _check_is_tracing(cohort_import)

    wait_for(OUTAGE_AT)
    say(f"  PDS is out for {troubles.outage:g} s")
    place.set_faults({"kind": "dropped", "window": [0, troubles.outage]})
    wait_for(STORM_AT)
    say(f"  PDS answers nothing but 429 for {troubles.storm:g} s")
    window = [0, troubles.storm]
    half = {"window": window, "probability": 0.5, "retry_after": 2}
    place.set_faults(
        {"kind": "429_retry_after", **half}, {"kind": "429", "window": window}
    )
    wait_for(KILL_AT)
    say("  the worker is killed, and another started")
    place.kill_worker()
    _check_is_tracing(cohort_import)
    place.start_worker()


class TooSoon(Exception):
    """The import was over before all had come over it: it has too few rows."""


def _is_traced_by_a_worker(cohort_import: CohortImport, share: float) -> bool:
    """Test if so many rows are traced, and a worker is at it (or all are traced)."""
    cohort_import.refresh_from_db()
    if cohort_import.status not in {Status.UPLOADED, Status.TRACING}:
        return True
    enough = _rows_traced(cohort_import) >= share * cohort_import.row_count
    return enough and cohort_import.lease_token is not None


def _check_is_tracing(cohort_import: CohortImport) -> None:
    cohort_import.refresh_from_db()
    if cohort_import.status != Status.TRACING:
        raise TooSoon(
            "All rows were traced before all faults had come: give more rows."
        )


def _rows_traced(cohort_import: CohortImport) -> int:
    return cohort_import.rows.exclude(trace_outcome="").count()


def _wait_for_person(place: Place, cohort_import: CohortImport, seconds: float) -> None:
    """Wait until no worker has anything to do with an import."""

    def is_idle() -> bool:
        cohort_import.refresh_from_db()
        return Status(cohort_import.status) not in WORKING

    place.wait_until(is_idle, seconds=seconds, doing="the import waited for a person")


def _rows(cohort_import: CohortImport) -> list[Row]:
    rows = CohortRow.objects.filter(cohort_import=cohort_import).order_by("row_number")
    return [
        (
            row.row_number,
            f"{row.trace_outcome or 'not traced'}, {row.result or 'not committed'}",
            row.nhs_number or "",
        )
        for row in rows.only("row_number", "trace_outcome", "result", "nhs_number")
    ]
