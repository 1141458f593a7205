"""PDS says something new of children in Mavis, and why a file is not what it seems."""

import pytest
from playwright.sync_api import expect

from children.models import Child
from imports.models import DiagnosisFinding
from imports.rules.diagnosis import Mistake
from imports.rules.lifecycle import FailureReason, Status
from mavis.models import Role
from pds.rules.outcomes import TraceOutcome
from tests.factories import (
    ChildFactory,
    CohortImportFactory,
    CohortRowFactory,
    ImportFileFactory,
    SchoolFactory,
    SharedNumberFactory,
    TeamFactory,
    UserFactory,
    another_nhs_number,
)
from tests.journeys.browsing import PASSWORD, Nurse

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = (1280, 320)
LONG = "Featherstonehaugh-Cholmondeley-Marjoribanks"


@pytest.fixture
def team():
    return TeamFactory(name="Coverwick SAIS team")


@pytest.fixture
def nurse(page, live_server, team):
    nurse = Nurse(page, live_server.url)
    nurse.signs_in(UserFactory(team=team, password=PASSWORD, role=Role.SUPERUSER))
    return nurse


def fits(page):
    """Test on a wide and on a narrow screen that nothing has to be scrolled sideways."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        # The header's menu folds when the page opens, or some time later.
        page.reload()
        too_wide = page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        assert not too_wide, f"{page.url} scrolls sideways at {width} px"


def test_a_nurse_settles_that_pds_has_one_number_for_two_children(nurse, page, team):
    twins = SharedNumberFactory(
        child__team=team, child__last_name=LONG, child__postcode="M1 1AE"
    )
    theirs = ChildFactory(nhs_number=another_nhs_number(), team=TeamFactory())
    SharedNumberFactory(child__team=team, child__first_name="Zuri", other_child=theirs)

    nurse.follows("Import records")
    nurse.follows("Issues (2)")
    nurse.sees("Imports")
    fits(page)
    page.get_by_role("link", name=f"Review the NHS number of {LONG.upper()}").click()
    nurse.sees("Review NHS number")
    fits(page)
    nurse.presses("Resolve duplicate")
    expect(page.locator(".nhsuk-error-summary")).to_be_focused()
    page.get_by_label("Merge records").check()
    nurse.presses("Resolve duplicate")
    nurse.sees("Imports")
    assert Child.objects.get(pk=twins.child_id).merged_into_id == twins.other_child_id

    page.get_by_role("link", name="Review the NHS number of OKAFOR, Zuri").click()
    nurse.sees("Review NHS number")
    fits(page)
    expect(page.get_by_label("Merge records")).to_have_count(0)
    page.get_by_label("Keep both records").check()
    nurse.presses("Resolve duplicate")
    nurse.finds("OKAFOR, Zuri")
    expect(page.get_by_role("main")).to_contain_text("removed, as PDS has it for")


@pytest.fixture
def expected_answers():
    return {422}


def test_a_nurse_reads_what_is_probably_wrong_with_a_file(nurse, page, team):
    failed = CohortImportFactory(
        team=team,
        status=Status.FAILED,
        failure_reason=FailureReason.LOW_MATCH_RATE,
        row_count=20,
    )
    ImportFileFactory(cohort_import=failed)
    for name, matched in ((LONG, 1), ("Hollybrook", 6)):
        school = SchoolFactory(team=team, name=name)
        for number in range(10):
            CohortRowFactory(
                cohort_import=failed,
                school=school,
                **(
                    {"found": True}
                    if number < matched
                    else {"trace_outcome": TraceOutcome.NOT_FOUND}
                ),
            )
    for mistake, matched in zip(Mistake, (12, 1, 0, 0), strict=True):
        DiagnosisFinding.objects.create(
            cohort_import=failed, mistake=mistake, wanted=13, tried=12, matched=matched
        )

    nurse.follows("Import records")
    page.get_by_role("row").filter(has_text="Failed").get_by_role("link").first.click()
    nurse.sees("Too few records match an NHS number")
    fits(page)
    main = page.get_by_role("main")
    expect(main).to_contain_text("First names and last names look swapped")
    expect(main).to_contain_text(
        "With first and last name swapped, 12 of 12 records that we tried match"
    )
    expect(main).to_contain_text("PDS stopped answering while we looked for the cause")
    rates = page.get_by_role("table", name="Matches by school, lowest first")
    expect(rates.get_by_role("row").nth(1)).to_contain_text("1 of 10")
    expect(rates.get_by_role("row").nth(2)).to_contain_text("60%")


def test_a_superuser_sees_how_pds_is(nurse, page):
    nurse.follows("PDS status")
    nurse.sees("PDS status, of all teams")
    fits(page)
