"""What the rows of an import come to, worked out together."""

from imports.models import CohortImport
from imports.rules.worked_out import WorkedOut
from imports.stages.work_out import work_out


def all_worked_out(cohort_import: CohortImport) -> list[WorkedOut]:
    """Return what all rows of an import come to, in the order of their ids."""
    row_ids = cohort_import.rows.values_list("pk", flat=True)
    return list(work_out(cohort_import, list(row_ids)))
