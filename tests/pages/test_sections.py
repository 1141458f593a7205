"""Each section's page fetches all that it shows of its rows at once."""

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from imports.pages.archived import ArchivedChildren
from imports.pages.rows import Rows
from imports.queries.rows import Section
from imports.rules.outcomes import Archived, Move, NotImported, Outcome, Result
from pds.rules.outcomes import UploadedNumber
from tests.factories import (
    NOW,
    ChildFactory,
    CloseMatchFactory,
    CohortImportFactory,
    CohortRowFactory,
    SchoolFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db

IN_SECTION = {
    Section.NEW: {"outcome": Outcome.NEW},
    Section.ALREADY_IN_MAVIS: {
        "outcome": Outcome.ALREADY_IN_MAVIS,
        "additions": ["gender"],
    },
    Section.MOVING_IN: {"move": Move.FOR_PERSON},
    Section.CLOSE_MATCHES: {"outcome": Outcome.CLOSE_MATCH},
    Section.SCHOOL_MOVES: {"move": Move.FOR_PERSON, "other_team": None},
    Section.WITH_OTHER_TEAMS: {
        "outcome": Outcome.NOT_IMPORTED,
        "not_imported_reason": NotImported.AT_SCHOOL_OF_ANOTHER_TEAM,
    },
    Section.ARCHIVED: {"archived": Archived.RESTORED},
    Section.NHS_NUMBERS_UPDATED: {"replaced": True},
    Section.NHS_NUMBERS_NOT_CONFIRMED: {"uploaded_number": UploadedNumber.VOID},
    Section.UNMATCHED: {},
    Section.CHANGED: {
        "held": True,
        "outcome": Outcome.CLOSE_MATCH,
        "move": Move.FOR_PERSON,
    },
    Section.IMPORTED: {"result": Result.UPDATED, "committed_at": NOW},
    Section.UPLOAD_ISSUES: {"result": Result.CLOSE_MATCH, "committed_at": NOW},
    Section.LEFT_OUT: {
        "result": Result.NOT_IMPORTED,
        "not_imported_reason": NotImported.AT_SCHOOL_OF_ANOTHER_TEAM,
        "committed_at": NOW,
    },
}


def a_row(cohort_import, **columns):
    """Make a row that has all that any section could show of one."""
    theirs = TeamFactory()
    row = CohortRowFactory(
        cohort_import=cohort_import,
        **{
            "move": Move.NONE,
            "school": SchoolFactory(team=cohort_import.team),
            "matched_child": a_child(theirs),
            "other_team": theirs,
            "child": a_child(cohort_import.team),
            **columns,
        },
    )
    for team in (cohort_import.team, theirs):
        row.candidates.create(child=a_child(team), differences=["postcode"])
    if row.result == Result.CLOSE_MATCH:
        CloseMatchFactory(row=row)


def a_child(team):
    return ChildFactory(team=team, school=SchoolFactory(team=team))


def page_of(section, cohort_import):
    if section is Section.ARCHIVED:
        return ArchivedChildren.of(cohort_import, page="1")
    return Rows.of(section, cohort_import, search="", page="1")


@pytest.mark.parametrize("section", Section)
def test_a_section_costs_the_same_queries_for_any_number_of_rows(section):
    cohort_import = CohortImportFactory(in_review=True)

    def queries_for(rows):
        for _ in range(rows):
            a_row(cohort_import, **IN_SECTION[section])
        with CaptureQueriesContext(connections["default"]) as counted:
            page = page_of(section, cohort_import)
        assert page.pagination.total == cohort_import.rows.count()
        return len(counted)

    assert queries_for(1) == queries_for(4)
