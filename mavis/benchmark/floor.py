"""What the database alone takes for what an import has added.

The rows that an import left behind are put into a fresh copy of the same database, in
the same tables with their indexes and foreign keys: the file's by COPY of the same
bytes, the others by INSERT … SELECT. Nothing is checked, compared, locked or updated.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models, transaction

from children.models import Child, ChildTrace, CohortMembership, Contact
from imports.models import (
    ChildBeforeImport,
    CloseMatch,
    CohortImport,
    CohortRow,
    RowCandidate,
    RowError,
    Transition,
)
from mavis.benchmark import sql
from mavis.models import ActivityEvent
from pds.models import Trace, TraceStep
from schoolmoves.models import SchoolMove, SchoolMoveLogEntry

# What an import adds to, each after what it refers to. Lookups are there before, as
# they are for the figure that this is compared with.
BEFORE: tuple[type[models.Model], ...] = (CohortImport, Trace, TraceStep)
ADDED_TO: tuple[type[models.Model], ...] = (
    Child, CohortMembership, Contact, SchoolMove, CohortRow, RowError, RowCandidate,
    CloseMatch, ChildBeforeImport, ChildTrace, SchoolMoveLogEntry, ActivityEvent,
    Transition,
)  # fmt: skip

Marks = Mapping[type[models.Model], int]


@dataclass(frozen=True, slots=True)
class Added:
    """The rows that an import added, by table, in the text format of COPY."""

    before: Mapping[type[models.Model], bytes]
    rows: Mapping[type[models.Model], bytes]


def marks() -> Marks:
    """Return the last id of each table."""
    return {
        model: model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0
        for model in (*BEFORE, *ADDED_TO)
    }


def added(since: Marks) -> Added:
    """Return what has been added since."""
    return Added(
        before={model: sql.copied(model, since[model]) for model in BEFORE},
        rows={model: sql.copied(model, since[model]) for model in ADDED_TO},
    )


def put(found: Added) -> float:
    """Put these rows into this database, and return the seconds that it took."""
    with transaction.atomic():
        for model, lines in found.before.items():
            sql.copy(model, lines)
        for model in ADDED_TO:
            if model is not CohortRow:
                sql.stage(model, found.rows[model])
    began = time.monotonic()
    with transaction.atomic():
        for model in ADDED_TO:
            if model is CohortRow:
                sql.copy(model, found.rows[model])
            else:
                sql.insert(model)
    return time.monotonic() - began
