"""The card at the top of every page about one import."""

from dataclasses import dataclass

from imports.models import CohortImport
from imports.pages.listing import CHILD_RECORDS
from imports.pages.statuses import StatusTag
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
        )


def _approved_by(cohort_import: CohortImport) -> str:
    if cohort_import.approved_by is None:
        return ""
    at = show_datetime(cohort_import.approved_at)
    return f"{cohort_import.approved_by.name} on {at}"
