"""How PDS knew the rows of an import, school by school."""

from dataclasses import dataclass

from django.db.models import Count, Q

from imports.models import CohortImport
from pds.rules.outcomes import TraceOutcome

ATTEMPTED = [TraceOutcome.FOUND, TraceOutcome.NOT_FOUND, TraceOutcome.CONFLICT]


@dataclass(frozen=True, slots=True)
class SchoolRate:
    """Of the rows of one place that PDS answered about: how many it found.

    `school` is blank for home-educated children and for those whose school is unknown.
    """

    school: str
    home_educated: bool
    found: int
    attempted: int


def match_rates(cohort_import: CohortImport) -> list[SchoolRate]:
    """Return the rate of each school of the file, the lowest first."""
    counted = (
        cohort_import.rows.filter(trace_outcome__in=ATTEMPTED)
        .values("school__name", "home_educated")
        .annotate(
            attempted=Count("pk"),
            found=Count("pk", Q(trace_outcome=TraceOutcome.FOUND)),
        )
        .order_by("school__name", "home_educated")
    )
    rates = [
        SchoolRate(
            school=each["school__name"] or "",
            home_educated=each["home_educated"],
            found=each["found"],
            attempted=each["attempted"],
        )
        for each in counted
    ]
    return sorted(rates, key=lambda rate: rate.found / rate.attempted)
