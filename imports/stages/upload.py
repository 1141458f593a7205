"""A team hands over a file.

`check` says all that can be said while the person waits, and saves nothing;
`upload` saves a checked file, and everything else happens in the background.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import BinaryIO

from django.conf import settings
from django.db import transaction

from imports import files
from imports.models import CohortImport, RowError
from imports.rules import file as rules
from imports.rules.lifecycle import WORKING, Status
from imports.rules.problems import Problem
from mavis.models import ActivityEvent, EventKind, Team, User
from mavis.rules import academic_year

IN_PROGRESS = WORKING | {Status.IN_REVIEW, Status.IN_FURTHER_REVIEW}
_LONGEST_NAME = 255
# Neither can be shown, and NUL and halves of a surrogate pair cannot be stored.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Refused(Exception):
    """The file as a whole cannot be imported; no upload is created."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("the file was refused")
        self.problems = problems


@dataclass(frozen=True)
class CheckedFile:
    """A file that can be uploaded."""

    name: str
    format: str  # "csv" or "xlsx"
    size: int  # bytes
    sha256: str
    row_count: int
    warnings: tuple[Problem, ...]
    content: bytes = field(repr=False)


def check(*, name: str, content: BinaryIO) -> CheckedFile:
    """Look at a file (spec section 3, steps 1 to 5).

    :raises Refused: with everything that is wrong with the file as a whole
    """
    limits = rules.Limits(
        rows=settings.IMPORT_MAX_ROWS, megabytes=settings.IMPORT_MAX_MEGABYTES
    )
    # A byte more than allowed shows that the file is too large, whatever its size.
    data = content.read(limits.megabytes * 1024 * 1024 + 1)
    try:
        inspected = rules.inspect(data, limits)
    except rules.Unusable as unusable:
        raise Refused(unusable.problems) from unusable
    return CheckedFile(
        name=_file_name(name),
        format=inspected.format,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        row_count=inspected.row_count,
        warnings=inspected.warnings,
        content=data,
    )


def same_file_in_progress(*, team: Team, sha256: str) -> list[CohortImport]:
    """Return the team's unfinished imports of the very same bytes, newest first."""
    return list(
        CohortImport.objects.filter(
            team=team, file__sha256=sha256, status__in=list(IN_PROGRESS)
        ).order_by("-uploaded_at", "-pk")
    )


@transaction.atomic
def upload(
    *, checked: CheckedFile, team: Team, by: User, at: datetime, today: date
) -> CohortImport:
    """Save a checked file, to be read by a worker."""
    cohort_import = CohortImport.objects.create(
        team=team,
        academic_year=academic_year.of_imports(
            today, preparation_days=settings.PREPARATION_DAYS
        ),
        uploaded_by=by,
        uploaded_at=at,
        stage_started_at=at,
        status=Status.UPLOADED,
        row_count=checked.row_count,
    )
    files.store(
        cohort_import,
        name=checked.name,
        file_format=checked.format,
        sha256=checked.sha256,
        content=checked.content,
    )
    RowError.objects.bulk_create(
        RowError(
            cohort_import=cohort_import,
            is_warning=True,
            row_number=warning.row_number,
            column=warning.column,
            code=warning.code,
            message=warning.message,
            value=warning.value,
        )
        for warning in checked.warnings
    )
    ActivityEvent.objects.create(
        kind=EventKind.UPLOADED, at=at, by=by, team=team, cohort_import=cohort_import
    )
    return cohort_import


def _file_name(name: str) -> str:
    """Return the name of the file alone, as it can be stored and shown."""
    last = _CONTROL.sub("", re.split(r"[/\\]", name)[-1]).strip()
    return (last or "cohort file")[:_LONGEST_NAME]
