"""A nurse edits, merges, archives and restores records, and reads the PDS history."""

import datetime
import re

import pytest
from playwright.sync_api import expect

from children.models import Child
from pds.rules.cascade import Result, Step
from pds.rules.outcomes import TraceOutcome
from tests.factories import (
    ChildFactory,
    CohortMembershipFactory,
    ContactFactory,
    SchoolFactory,
    TeamFactory,
    TraceFactory,
    TraceStepFactory,
    UserFactory,
)
from tests.journeys.browsing import PASSWORD, Nurse

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def a_day_in_november(settings):
    settings.MAVIS_TODAY = datetime.date(2026, 11, 24)


@pytest.fixture
def team():
    return TeamFactory(name="Coverwick SAIS team")


@pytest.fixture
def child(team):
    school = SchoolFactory(team=team, name="Hollybrook Academy")
    SchoolFactory(team=team, name="Mossfield School")
    child = ChildFactory(team=team, school=school, with_address=True)
    ContactFactory(child=child)
    return child


@pytest.fixture
def nurse(page, live_server, team, request):
    user = UserFactory(team=team, name="Amina Yusuf", password=PASSWORD)
    without_javascript = request.node.get_closest_marker("browser_context_args")
    nurse = Nurse(page, live_server.url, has_javascript=not without_javascript)
    nurse.signs_in(user)
    nurse.sees("Coverwick SAIS team")
    return nurse


def changes(nurse, what, **entered):
    """Change one part of the record, from the page Edit child record and back."""
    nurse.follows(f"Change {what}")
    nurse.checks_the_page()
    for label, value in entered.items():
        nurse.page.get_by_label(label.replace("_", " "), exact=True).fill(value)
    nurse.presses("Save")
    nurse.sees("Edit child record")


def test_a_nurse_edits_every_part_of_a_record(nurse, child, expected_answers):
    expected_answers.add(422)
    main = nurse.page.get_by_role("main")
    nurse.finds("OKAFOR, Amara")
    nurse.presses("Edit child record")
    nurse.sees("Edit child record")

    changes(nurse, "Name", First_name="Zoë", Preferred_first_name="Zo")
    changes(nurse, "Date of birth", Date_of_birth="01/09/2014")
    changes(nurse, "Address", Address_line_1="2 Low Road", Postcode="ls1 4ap")
    changes(nurse, "Registration", Registration="7B")
    nurse.follows("Change NHS number")
    nurse.page.get_by_label("NHS number").fill("999 000 0019")
    nurse.presses("Save")
    expect(nurse.page.locator(".nhsuk-error-summary")).to_be_focused()
    nurse.sees("NHS number")
    nurse.page.get_by_label("NHS number").fill("999 000 0018")
    nurse.presses("Save")
    nurse.follows("Change Gender")
    nurse.sees("Gender")
    nurse.page.get_by_label("Not specified").check()
    nurse.presses("Save")
    nurse.follows("Change School")
    nurse.sees("Change school")
    nurse.page.get_by_label("School", exact=True).select_option("Mossfield School")
    nurse.presses("Change school")
    nurse.sees("Edit child record")

    nurse.presses("Add a contact")
    nurse.sees("Add a contact")
    nurse.page.get_by_label("Name", exact=True).fill("Sam Lee")
    nurse.page.get_by_label("Dad").check()
    nurse.presses("Save")
    nurse.sees("Edit child record")
    nurse.follows("Remove contact 1")
    nurse.sees("Remove a contact")
    nurse.presses("Remove contact")
    nurse.sees("Edit child record")

    nurse.follows("Child record")
    nurse.sees("OKAFOR, Zoë")
    for shown in (
        "999 000 0018 (not confirmed by PDS)", "OKAFOR, Zo", "1 September 2014",
        "2 Low Road", "LS1 4AP", "7B", "Not specified", "Mossfield School", "Sam Lee",
    ):  # fmt: skip
        expect(main).to_contain_text(shown)
    expect(main).not_to_contain_text("Ngozi")
    nurse.follows("Activity log")
    nurse.sees("OKAFOR, Zoë")
    expect(main).to_contain_text("First name: Amara changed to Zoë")
    expect(main).to_contain_text(
        "School: Hollybrook Academy changed to Mossfield School"
    )
    expect(main).to_contain_text("Ngozi Okafor, Mum, 07700 900123")


def test_a_nurse_merges_a_duplicate_found_by_its_nhs_number(nurse, team, child):
    other = ChildFactory(team=team, traced=True, first_name="Amarah")
    TraceFactory(child=child, outcome=TraceOutcome.FOUND, nhs_number=other.nhs_number)
    nurse.finds("OKAFOR, Amara")
    old = nurse.page.url
    nurse.presses("Edit child record")
    nurse.follows("Change NHS number")
    nurse.page.get_by_label("NHS number").fill(other.nhs_number)
    nurse.presses("Save")
    nurse.sees("Merge records")
    nurse.presses("Merge records")

    nurse.sees("OKAFOR, Amarah")
    main = nurse.page.get_by_role("main")
    for shown in ("Hollybrook Academy", "Ngozi Okafor", "1 High Street"):
        expect(main).to_contain_text(shown)
    nurse.follows("PDS history")
    nurse.sees("NHS number lookup history")
    nurse.page.goto(old)
    nurse.sees("OKAFOR, Amarah")
    nurse.follows("Activity log")
    nurse.sees("OKAFOR, Amarah")
    expect(main).to_contain_text("Records merged")
    assert Child.objects.get(pk=child.pk).merged_into == other


@pytest.mark.parametrize(
    "scripts",
    [
        pytest.param("with", id="with JavaScript"),
        pytest.param(
            "without",
            marks=pytest.mark.browser_context_args(java_script_enabled=False),
            id="without JavaScript",
        ),
    ],
)
def test_a_nurse_archives_a_record_and_restores_it(nurse, child, scripts):
    nurse.finds("OKAFOR, Amara")
    nurse.presses("Archive child record")
    nurse.sees("Archive child record")
    nurse.page.get_by_label("Other", exact=True).check()
    nurse.page.get_by_label("Details, if other").fill("Lives abroad")
    nurse.presses("Archive child record")
    nurse.sees("OKAFOR, Amara")
    main = nurse.page.get_by_role("main")
    expect(main).to_contain_text("by Amina Yusuf. Other: Lives abroad.")

    nurse.follows("Children")
    nurse.page.get_by_text("Filters").click()
    nurse.page.get_by_label("Archived records only").check()
    nurse.presses("Search")
    nurse.sees("Children")
    nurse.follows("OKAFOR, Amara")
    nurse.presses("Restore")
    nurse.sees("OKAFOR, Amara")
    expect(main).to_contain_text("Record restored")
    nurse.follows("Activity log")
    expect(main).to_contain_text(re.compile("Record restored.*Record archived", re.S))


def test_a_nurse_finds_a_child_that_moved_away_and_sees_who_has_it(nurse, child):
    child.memberships.update(
        archived_at=child.created_at, archive_reason="moved_out_of_area"
    )
    CohortMembershipFactory(child=child, team=TeamFactory(name="Northfield SAIS team"))
    nurse.follows("Children")
    nurse.page.get_by_label("Name or NHS number").fill("Okafor")
    nurse.page.get_by_text("Filters").click()
    nurse.page.get_by_label("Archived records only").check()
    nurse.presses("Search")
    nurse.sees("Children")
    nurse.follows("OKAFOR, Amara")

    nurse.sees("OKAFOR, Amara")
    main = nurse.page.get_by_role("main")
    expect(main).to_contain_text("Northfield SAIS team")
    expect(main).not_to_contain_text("SW1A")


def test_a_nurse_reads_how_the_nhs_number_was_looked_up(nurse, child):
    trace = TraceFactory(child=child)
    TraceStepFactory(trace=trace)
    TraceStepFactory(trace=trace, step=Step.WILDCARD_POSTCODE, result=Result.TOO_MANY)
    nurse.finds("OKAFOR, Amara")
    nurse.follows("PDS history")

    nurse.sees("NHS number lookup history")
    nurse.page.get_by_text("What wildcard, history and superseded mean").click()
    nurse.checks_the_page()
    main = nurse.page.get_by_role("main")
    expect(main).to_contain_text("Too many matches")
    expect(main).to_contain_text("No NHS number found")


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_a_record_is_edited(nurse, child):
    nurse.finds("OKAFOR, Amara")
    nurse.presses("Edit child record")
    nurse.sees("Edit child record")

    changes(nurse, "Name", First_name="Zoë")

    expect(nurse.page.get_by_text("Record updated")).to_be_visible()
