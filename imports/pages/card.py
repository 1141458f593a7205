"""The card at the top of every page about one import, and the page of one in work."""

from dataclasses import dataclass
from datetime import datetime

from imports.models import CohortImport
from imports.pages.listing import CHILD_RECORDS
from imports.pages.statuses import LABELS, Progress, StatusTag
from imports.rules.lifecycle import Status
from mavis.pages import show_datetime


@dataclass(frozen=True, slots=True)
class Card:
    """Who uploaded what, when, and how it stands."""

    import_id: int
    uploaded_at: str
    uploaded_by: str
    file_name: str
    type: str
    status: StatusTag
    # "Amina Yusuf on 24 November 2026 at 2:05pm"; blank until it is approved.
    approved_by: str
    records: str
    # When its file and the details of its records were erased; blank until they are.
    erased_at: str

    @classmethod
    def of(cls, cohort_import: CohortImport) -> "Card":
        return cls(
            import_id=cohort_import.pk,
            uploaded_at=show_datetime(cohort_import.uploaded_at),
            uploaded_by=cohort_import.uploaded_by.name,
            file_name=cohort_import.file.name,
            type=CHILD_RECORDS,
            status=StatusTag.of(cohort_import),
            approved_by=_approved_by(cohort_import),
            records=f"{cohort_import.row_count:,}",
            erased_at=show_datetime(cohort_import.file.erased_at),
        )


@dataclass(frozen=True, slots=True)
class Processing:
    """An import that a worker takes on: how far it has come."""

    card: Card
    title: str
    progress: Progress

    @classmethod
    def of(cls, cohort_import: CohortImport, *, now: datetime) -> "Processing":
        return cls(
            card=Card.of(cohort_import),
            title=LABELS[Status(cohort_import.status)][0],
            progress=Progress.of(cohort_import, now=now),
        )


def _approved_by(cohort_import: CohortImport) -> str:
    if cohort_import.approved_by is None:
        return ""
    at = show_datetime(cohort_import.approved_at)
    return f"{cohort_import.approved_by.name} on {at}"
