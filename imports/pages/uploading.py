"""The pages on which a file is uploaded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from imports.models import CohortImport
from imports.pages.listing import Line
from imports.queries import uploads
from imports.rules.columns import COLUMNS
from mavis.models import Team
from mavis.rules import academic_year


@dataclass(frozen=True, slots=True)
class ColumnGuide:
    """What one column of the file holds."""

    header: str
    required: bool
    guidance: str


@dataclass(frozen=True, slots=True)
class UploadChildren:
    """What a cohort file must hold, and for which year it is."""

    academic_year: str
    columns: tuple[ColumnGuide, ...]

    @classmethod
    def on(cls, today: date) -> "UploadChildren":
        year = academic_year.of_imports(
            today, preparation_days=settings.PREPARATION_DAYS
        )
        return cls(
            academic_year=academic_year.describe(year),
            columns=tuple(
                ColumnGuide(column.header, column.required, column.guidance)
                for column in COLUMNS
            ),
        )


@dataclass(frozen=True, slots=True)
class SameFile:
    """The question whether to upload a file that is already in progress."""

    lines: tuple[Line, ...]
    # The import that holds the same bytes, and the name the file now has.
    again: int
    name: str

    @classmethod
    def of(
        cls, in_progress: Iterable[CohortImport], *, team: Team, name: str
    ) -> "SameFile":
        ids = [cohort_import.pk for cohort_import in in_progress]
        return cls(
            lines=tuple(Line.of(each) for each in uploads.imports_of(team, ids)),
            again=ids[0],
            name=name,
        )
