"""Files as teams send them, each with what Mavis makes of it beside it.

Team schools: 100001, and 100002 which is special; 100003 is another team's. The day
is 24 November 2026, and Mavis knows a child Known Before whose year group was given.
"""

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from imports.models import CohortRow, RowError
from imports.stages.upload import Refused
from tests.factories import ChildFactory, SchoolFactory, TeamFactory
from tests.imports.test_stage_read import read_file, uploaded

pytestmark = pytest.mark.django_db

GOLDEN = Path(__file__).parent.parent / "files" / "golden"
FILES = sorted(path.name for path in GOLDEN.iterdir() if path.suffix != ".json")
# Of a row only what reading fills in.
FIELDS = (
    "row_number", "first_name", "last_name", "first_name_key", "last_name_key",
    "preferred_first_name", "preferred_last_name", "date_of_birth",
    "birth_academic_year", "birth_academic_year_given", "registration", "gender",
    "address_line_1", "address_line_2", "town", "postcode", "nhs_number_uploaded",
    "school__urn", "home_educated", "parent_1_name", "parent_1_relationship",
    "parent_1_relationship_other", "parent_1_phone", "parent_1_email",
    "parent_2_name", "parent_2_relationship", "parent_2_relationship_other",
    "parent_2_phone", "parent_2_email",
)  # fmt: skip


def outcome_of(file: Path) -> dict[str, Any]:
    """Return what becomes of a file; values that are blank are left out."""
    team = TeamFactory()
    SchoolFactory(urn="100001", team=team)
    SchoolFactory(urn="100002", team=team, special=True)
    SchoolFactory(urn="100003")
    ChildFactory(
        first_name="Known",
        last_name="Before",
        date_of_birth=datetime.date(2010, 8, 31),
        birth_academic_year=2010,
        birth_academic_year_given=True,
    )
    try:
        cohort_import = read_file(uploaded(file.read_bytes(), team, file.name))
    except Refused as refused:
        return {
            "status": "refused",
            "errors": [told(each) for each in refused.problems],
        }
    problems = RowError.objects.filter(cohort_import=cohort_import).order_by(
        "row_number", "pk"
    )
    rows = CohortRow.objects.filter(cohort_import=cohort_import).order_by("row_number")
    return {
        "status": cohort_import.status,
        "row_count": cohort_import.row_count,
        "errors": [told(each) for each in problems if not each.is_warning],
        "warnings": [told(each) for each in problems if each.is_warning],
        "rows": [
            {name: plain(value) for name, value in row.items() if value}
            for row in rows.values(*FIELDS)
        ],
    }


def told(problem: Any) -> list[Any]:
    return [
        problem.row_number,
        problem.column,
        problem.code,
        problem.message,
        problem.value,
    ]


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


@pytest.mark.parametrize("name", FILES)
def test_what_becomes_of_a_file_is_what_stands_beside_it(name):
    file = GOLDEN / name

    expected = json.loads(file.with_suffix(".json").read_text())
    assert outcome_of(file) == expected
