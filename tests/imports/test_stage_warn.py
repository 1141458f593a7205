"""Warnings are found once every row has been matched, and shown on the review page."""

from datetime import date

import pytest

from children.models import ArchiveReason
from imports.models import RowError
from imports.stages.warn import store_warnings
from tests.factories import (
    ChildFactory,
    CohortImportFactory,
    CohortRowFactory,
    ImportFileFactory,
    RowErrorFactory,
    SchoolFactory,
    TeamFactory,
)
from tests.imports.committing import match_rows
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort_import():
    cohort_import = CohortImportFactory(matching=True)
    ImportFileFactory(cohort_import=cohort_import)
    return cohort_import


@pytest.fixture
def team(cohort_import):
    return cohort_import.team


def warned(cohort_import):
    match_rows(cohort_import)
    warnings = RowError.objects.filter(cohort_import=cohort_import, is_warning=True)
    return list(warnings.order_by("code").values_list("row_number", "code"))


def test_schools_are_warned_of(cohort_import, team):
    for number, facts in enumerate(
        [{}, {"closed": True}, {"low_age": 4, "high_age": 11}], start=2
    ):
        CohortRowFactory(
            cohort_import=cohort_import,
            row_number=number,
            first_name="ABC"[number - 2],
            school=SchoolFactory(team=team, **facts),
        )

    assert warned(cohort_import) == [
        (3, "school_closed"),
        (4, "school_does_not_teach_year_group"),
    ]


def test_deceased_and_archived_children_are_warned_of(cohort_import, team):
    ChildFactory(team=team, first_name="Ada", archived=ArchiveReason.OTHER)
    ChildFactory(team=team, first_name="Bea", is_deceased=True)
    for number, (name, deceased) in enumerate(
        [("Ada", False), ("Bea", False), ("Cleo", True)], start=2
    ):
        CohortRowFactory(
            cohort_import=cohort_import,
            row_number=number,
            first_name=name,
            deceased=deceased,
        )

    assert sorted(warned(cohort_import)) == [
        (2, "child_is_archived"),
        (3, "child_has_died"),
        (4, "child_has_died"),
    ]


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_year_group_given_before_is_told_of_the_teams_own_child_only(
    cohort_import, team, is_ours
):
    other_team = TeamFactory()
    ChildFactory(
        team=team if is_ours else other_team,
        birth_academic_year=2009,
        birth_academic_year_given=True,
    )
    CohortRowFactory(
        cohort_import=cohort_import, row_number=2, school=SchoolFactory(team=team)
    )

    assert ((2, "year_group_not_usual") in warned(cohort_import)) is is_ours


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_death_that_only_mavis_knows_of_is_told_of_the_teams_own_child_only(
    cohort_import, team, is_ours
):
    child = ChildFactory(team=team if is_ours else TeamFactory(), is_deceased=True)
    CohortRowFactory(
        cohort_import=cohort_import, row_number=2, matched_child=child, outcome="new"
    )

    store_warnings(cohort_import)

    told = RowError.objects.filter(code="child_has_died", value="OKAFOR, Amara")
    assert told.exists() is is_ours


def test_warnings_from_reading_stay_and_ours_are_not_doubled(cohort_import):
    RowErrorFactory(cohort_import=cohort_import, is_warning=True, code="digits_in_name")
    CohortRowFactory(
        cohort_import=cohort_import,
        row_number=2,
        birth_academic_year=2014,
        birth_academic_year_given=True,
    )
    once = warned(cohort_import)

    store_warnings(cohort_import)

    assert len(once) == 3
    assert RowError.objects.filter(cohort_import=cohort_import).count() == 3


def test_the_review_tells_first_that_the_year_groups_are_of_another_year(
    client, cohort_import
):
    client.force_login(cohort_import.uploaded_by)
    RowErrorFactory(
        cohort_import=cohort_import,
        is_warning=True,
        code="column_not_used",
        row_number=None,
        message="This column is not used",
    )
    for number, name in enumerate("ABC", start=2):
        CohortRowFactory(
            cohort_import=cohort_import,
            row_number=number,
            first_name=name,
            date_of_birth=date(2014, 3, 27),
            birth_academic_year=2014,
            birth_academic_year_given=True,
        )
    match_rows(cohort_import)

    page = Shown.at(client, f"/imports/{cohort_import.pk}/")
    listed = Shown.at(client, f"/imports/{cohort_import.pk}/warnings/")

    hint = (
        "These look like the year groups of 2025 to 2026; "
        "this upload is for 2026 to 2027"
    )
    assert f"{hint}." in page.section("Warnings").text
    assert "5 things to look at before you approve." in page.section("Warnings").text
    first = listed.document.one("main").all("table")[0]
    assert hint in first.text
    rows = listed.table("Year group not of birth")
    assert [row["Row"] for row in rows] == ["2", "3", "4"]
    assert rows[0]["What the file says"] == "Year 7"


@pytest.mark.parametrize("rows", [1, 50])
def test_warnings_cost_the_same_queries_for_any_number_of_rows(
    cohort_import, team, rows, django_assert_num_queries
):
    school = SchoolFactory(team=team, closed=True)
    CohortRowFactory.create_batch(rows, cohort_import=cohort_import, school=school)
    cohort_import.refresh_from_db()

    with django_assert_num_queries(5):
        store_warnings(cohort_import)
