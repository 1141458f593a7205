"""How many NHS numbers tracing finds, and how many of those are the child's own."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from imports.models import CohortImport, CohortRow
from imports.rules.lifecycle import Status
from mavis.trials.cohorts import Cohort
from mavis.trials.place import Place
from pds.models import Answer
from pds.rules.outcomes import TraceOutcome
from pds.simulator.labels import Label

# Seconds, and then some for each row.
PATIENCE, PATIENCE_PER_ROW = 60, 0.1

# For these, a number that is not the child's own is another living child's, who is
# easily taken for this one.
TWINS_AND_NAMESAKES = frozenset(
    {
        Label.TWIN,
        Label.TWIN_NOT_ON_PDS,
        Label.TWINS_WITH_SWAPPED_NUMBERS,
        Label.NAMESAKE,
        Label.NAMESAKE_IN_NEW_AREA,
    }
)


@dataclass(frozen=True, slots=True)
class Traced:
    """What tracing made of a row: the number it confirmed, blank if none."""

    label: Label
    truth: str  # blank if PDS holds nobody that the row is about
    nhs_number: str
    calls: int


@dataclass(frozen=True, slots=True)
class Measure:
    """Counts of some rows, and what follows from them."""

    rows: int
    on_pds: int
    right: int
    wrong: int
    calls: int

    @classmethod
    def of(cls, rows: Iterable[Traced]) -> "Measure":
        rows = list(rows)
        confirmed = [row for row in rows if row.nhs_number]
        right = sum(1 for row in confirmed if row.nhs_number == row.truth)
        return cls(
            rows=len(rows),
            on_pds=sum(1 for row in rows if row.truth),
            right=right,
            wrong=len(confirmed) - right,
            calls=sum(row.calls for row in rows),
        )

    @property
    def precision(self) -> float | None:
        """The share of numbers that are right; None if there is no number."""
        confirmed = self.right + self.wrong
        return self.right / confirmed if confirmed else None

    @property
    def recall(self) -> float | None:
        """The share of children on PDS who were found; None if there is no child."""
        return self.right / self.on_pds if self.on_pds else None

    @property
    def calls_per_row(self) -> float:
        return self.calls / self.rows if self.rows else 0


def traced(place: Place, cohort: Cohort) -> Sequence[Traced]:
    """Trace a cohort as an import does, whatever has been traced there before.

    :raises NotInTime: it does not end
    """
    Answer.objects.all().delete()
    place.forget_requests()
    cohort_import = place.upload(cohort)
    place.wait_until(
        lambda: _is_past_tracing(cohort_import),
        seconds=PATIENCE + PATIENCE_PER_ROW * len(cohort.rows),
        doing="all rows were traced",
    )
    numbers = _confirmed_numbers(cohort_import)
    calls = calls_by_row(place.requests())
    return [
        Traced(row.label, row.nhs_number, numbers[row_number], calls[row_number])
        for row_number, row in cohort.by_row_number.items()
    ]


def calls_by_row(requests: Iterable[Mapping[str, str]]) -> Counter[int]:
    """Count requests by the row that their correlation id names."""
    return Counter(
        int(request["correlation_id"].rpartition("-row-")[2]) for request in requests
    )


def by_label(rows: Sequence[Traced]) -> Mapping[Label, Measure]:
    return {
        label: Measure.of(row for row in rows if row.label is label) for label in Label
    }


def _is_past_tracing(cohort_import: CohortImport) -> bool:
    cohort_import.refresh_from_db()
    return cohort_import.status not in {Status.UPLOADED, Status.TRACING}


def _confirmed_numbers(cohort_import: CohortImport) -> Mapping[int, str]:
    rows = CohortRow.objects.filter(cohort_import=cohort_import)
    return {
        row_number: (number or "") if outcome == TraceOutcome.FOUND else ""
        for row_number, number, outcome in rows.values_list(
            "row_number", "nhs_number", "trace_outcome"
        )
    }
