"""Imports that are over: completed, cancelled, or failed."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from imports.models import CohortImport
from imports.pages.card import Card
from imports.pages.diagnosis import Diagnosis, show_rate
from imports.pages.problems import ProblemList, extent
from imports.pages.rows import Rows, SectionSummary, summaries_of
from imports.pages.sections import BECAME
from imports.queries import rows, uploads
from imports.queries.rows import Section
from imports.rules.lifecycle import COMPLETED_TAB, FailureReason, Status
from imports.rules.match_rate import LOWEST_PERCENTAGE, Counts
from imports.rules.outcomes import Result
from mavis.pages import count_of, show_datetime
from pds.rules.outcomes import TraceOutcome


@dataclass(frozen=True, slots=True)
class ResultCount:
    label: str
    count: str


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of every row of an import that is over (spec section 9)."""

    card: Card
    title: str
    # The tab of the Imports page on which it is listed.
    back: str
    # "Cancelled by Amina Yusuf on …"; blank unless it was.
    cancelled: str
    # They add up to the rows of the file.
    results: tuple[ResultCount, ...]
    held_with_move: int
    # Not imported, and NHS numbers.
    sections: tuple[SectionSummary, ...]
    upload_issues: SectionSummary | None
    # The first of them, each with its Review link.
    issues: Rows | None
    imported_title: str
    imported: Rows | None

    @classmethod
    def of(cls, cohort_import: CohortImport, *, page: str) -> "Ended":
        results, sections = rows.count_by_result_and_section(
            cohort_import,
            Section.LEFT_OUT,
            Section.NHS_NUMBERS_UPDATED,
            Section.NHS_NUMBERS_NOT_CONFIRMED,
        )
        imported = sum(
            results[result]
            for result in (Result.NEW, Result.UPDATED, Result.UP_TO_DATE)
        )
        issues = Rows.of(Section.UPLOAD_ISSUES, cohort_import, search="", page="1")
        issue_count = issues.pagination.total
        return cls(
            card=Card.of(cohort_import),
            title=_TITLES[Status(cohort_import.status)],
            back=reverse(
                "imports:completed"
                if cohort_import.status in COMPLETED_TAB
                else "imports:list"
            ),
            cancelled=_cancelled(cohort_import),
            results=_counts(results),
            held_with_move=results[Result.HELD_WITH_MOVE],
            # None below the counts when nothing was decided.
            sections=summaries_of(cohort_import, sections)
            if any(results.values())
            else (),
            upload_issues=(
                SectionSummary.of(Section.UPLOAD_ISSUES, cohort_import, issue_count)
                if issue_count
                else None
            ),
            issues=issues if issue_count else None,
            imported_title=count_of(imported, "imported record"),
            imported=(
                Rows.of(
                    Section.IMPORTED,
                    cohort_import,
                    search="",
                    page=page,
                    total=imported,
                )
                if imported
                else None
            ),
        )


@dataclass(frozen=True, slots=True)
class LowMatchRate:
    """A file of which PDS knows too few children: its columns are probably mixed up."""

    card: Card
    matched: str
    attempted: str
    rate: str
    lowest: str  # the rate that would have done
    errors: str  # how many rows PDS could not answer about; blank for none
    diagnosis: Diagnosis
    unmatched: Rows

    @classmethod
    def of(cls, cohort_import: CohortImport, *, page: str) -> "LowMatchRate":
        by_outcome = rows.count_by_trace_outcome(cohort_import)
        counts = Counts(
            found=by_outcome[TraceOutcome.FOUND],
            not_found=by_outcome[TraceOutcome.NOT_FOUND],
            conflict=by_outcome[TraceOutcome.CONFLICT],
            errors=by_outcome[TraceOutcome.ERROR],
        )
        return cls(
            card=Card.of(cohort_import),
            matched=f"{counts.found:,}",
            attempted=count_of(counts.attempted, "record"),
            rate=show_rate(counts.found, counts.attempted),
            diagnosis=Diagnosis.of(cohort_import),
            lowest=f"{LOWEST_PERCENTAGE}%",
            errors=count_of(counts.errors, "record") if counts.errors else "",
            unmatched=Rows.of(Section.UNMATCHED, cohort_import, search="", page=page),
        )


@dataclass(frozen=True, slots=True)
class SameNHSNumber:
    """A file with rows for which PDS gave one and the same NHS number."""

    card: Card
    extent: str
    problems: ProblemList

    @classmethod
    def of(cls, cohort_import: CohortImport, *, page: str) -> "SameNHSNumber":
        return cls(
            card=Card.of(cohort_import),
            extent=extent(cohort_import),
            problems=ProblemList.of(
                cohort_import,
                href=reverse("imports:show", args=[cohort_import.pk]),
                page=page,
            ),
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """An upload that Mavis could not work through."""

    card: Card
    reference: str

    @classmethod
    def of(cls, cohort_import: CohortImport, *, page: str) -> "Fault":
        return cls(Card.of(cohort_import), cohort_import.fault_reference)


Failed = LowMatchRate | SameNHSNumber | Fault
FAILED: Mapping[
    FailureReason, type[LowMatchRate] | type[SameNHSNumber] | type[Fault]
] = {
    FailureReason.LOW_MATCH_RATE: LowMatchRate,
    FailureReason.SAME_NHS_NUMBER: SameNHSNumber,
    FailureReason.FAULT: Fault,
}
_TITLES = {
    Status.COMPLETED: "Import completed",
    Status.PARTIALLY_COMPLETED: "Import partially completed",
    Status.CANCELLED: "Upload cancelled",
}


def _counts(results: Mapping[Result, int]) -> tuple[ResultCount, ...]:
    total = sum(results.values())
    if not total:
        return ()
    return (
        *(
            ResultCount(label, f"{results[result]:,}")
            for result, label in BECAME.items()
        ),
        ResultCount("Total", f"{total:,}"),
    )


def _cancelled(cohort_import: CohortImport) -> str:
    if cohort_import.status != Status.CANCELLED:
        return ""
    reached = uploads.reached_status(cohort_import, Status.CANCELLED)
    if reached is None:
        return ""
    at, by = reached
    return f"Cancelled{f' by {by.name}' if by else ''} on {show_datetime(at)}"
