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
from imports.models.diagnosis import DiagnosisFinding
from imports.models.refresh import ChildRefresh, RefreshRun, SharedNumber

__all__ = [
    "ChildBeforeImport",
    "ChildRefresh",
    "CloseMatch",
    "CohortImport",
    "CohortRow",
    "DiagnosisFinding",
    "ImportFile",
    "ImportFileChunk",
    "RefreshRun",
    "RowCandidate",
    "RowError",
    "SharedNumber",
    "StatusChanged",
    "Transition",
]
