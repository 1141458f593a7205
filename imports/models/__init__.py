"""Cohort imports and their rows, in the order in which the stages fill them."""

from imports.models.close_match import CloseMatch
from imports.models.cohort_import import (
    CohortImport,
    ImportFile,
    ImportFileChunk,
    StatusChanged,
    Transition,
)
from imports.models.cohort_row import (
    ChildBeforeImport,
    CohortRow,
    RowCandidate,
    RowError,
)

__all__ = [
    "ChildBeforeImport",
    "CloseMatch",
    "CohortImport",
    "CohortRow",
    "ImportFile",
    "ImportFileChunk",
    "RowCandidate",
    "RowError",
    "StatusChanged",
    "Transition",
]
