"""What users see of an import's status, and how far it has come."""

from dataclasses import dataclass
from datetime import datetime

from imports.models import CohortImport
from imports.pages import words
from imports.rules.lifecycle import PROCESSING, WORKING, Status
from mavis.pages import count_of
from mavis.rules.permissions import Action, can_be_done

# The words of spec section 5, and the colour of the tag they stand in.
LABELS = {
    Status.UPLOADED: ("Processing", "blue"),
    Status.TRACING: ("Processing", "blue"),
    Status.MATCHING: ("Processing", "blue"),
    Status.INVALID: ("Invalid", "red"),
    Status.FAILED: ("Failed", "red"),
    Status.IN_REVIEW: ("Review and approve", "purple"),
    Status.COMMITTING: ("Importing", "blue"),
    Status.IN_FURTHER_REVIEW: ("Review", "purple"),
    Status.COMPLETED: ("Completed", "green"),
    Status.PARTIALLY_COMPLETED: ("Partially completed", "orange"),
    Status.CANCELLED: ("Cancelled", "grey"),
}
WAITING_FOR_PDS = ("Waiting for PDS", "yellow")
STAGES = {
    Status.UPLOADED: "Reading the file",
    Status.TRACING: "Looking up children in PDS",
    Status.MATCHING: "Comparing with records already in Mavis",
    Status.COMMITTING: "Importing the records",
}


@dataclass(frozen=True, slots=True)
class StatusTag:
    text: str
    colour: str

    @classmethod
    def of(cls, cohort_import: CohortImport) -> "StatusTag":
        if is_waiting_for_pds(cohort_import):
            return cls(*WAITING_FOR_PDS)
        return cls(*LABELS[Status(cohort_import.status)])


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a worker has come with an import that waits for no person."""

    import_id: int
    status: StatusTag
    # "Step 2 of 3" on the way to review; blank while importing.
    step: str
    stage: str
    rows: str  # "340 of 1,200 rows"
    percent: int
    time_left: str
    waiting_for_pds: bool
    # PDS answers, but does not accept us: someone has to act.
    refused_by_pds: bool
    may_be_cancelled: bool

    @classmethod
    def of(cls, cohort_import: CohortImport, *, now: datetime) -> "Progress":
        status = Status(cohort_import.status)
        total = cohort_import.row_count
        done = min(cohort_import.rows_done, total)
        waiting = is_waiting_for_pds(cohort_import)
        return cls(
            import_id=cohort_import.pk,
            status=StatusTag.of(cohort_import),
            step=_step(status),
            stage=STAGES[status],
            rows=f"{done:,} of {count_of(total, 'row')}",
            percent=100 * done // total if total else 0,
            time_left="" if waiting else _time_left(cohort_import, done, now),
            waiting_for_pds=waiting,
            refused_by_pds=waiting and cohort_import.refused_by_pds,
            may_be_cancelled=can_be_done(Action.CANCEL, status),
        )


def is_working(cohort_import: CohortImport) -> bool:
    """Test if a worker takes the import on, and its page shows progress."""
    return cohort_import.status in WORKING


def is_waiting_for_pds(cohort_import: CohortImport) -> bool:
    """Test if nothing happens because PDS does not answer."""
    return (
        cohort_import.status == Status.TRACING
        and cohort_import.waiting_for_pds_since is not None
    )


def short_progress(cohort_import: CohortImport) -> str:
    """Return what a list says beside the status of an import in work, or nothing."""
    if not is_working(cohort_import):
        return ""
    stage = STAGES[Status(cohort_import.status)]
    done = min(cohort_import.rows_done, cohort_import.row_count)
    return f"{stage}: {done:,} of {cohort_import.row_count:,}"


def _step(status: Status) -> str:
    steps = [stage for stage in STAGES if stage in PROCESSING]
    return f"Step {steps.index(status) + 1} of {len(steps)}" if status in steps else ""


def _time_left(cohort_import: CohortImport, done: int, now: datetime) -> str:
    """Return how long the rest of this stage takes at the rate so far."""
    spent = (now - cohort_import.stage_started_at).total_seconds()
    if done == 0 or spent <= 0:
        return ""
    return words.time_left(spent / done * (cohort_import.row_count - done))
