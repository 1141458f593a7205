"""Two files name one child: the second to be imported needs another look."""

from datetime import date

import pytest
from playwright.sync_api import expect

from children.models import Child
from imports.models import CohortImport
from imports.rules.lifecycle import Status
from tests.factories import ChildFactory, SchoolFactory, TeamFactory, UserFactory
from tests.journeys.browsing import PASSWORD, Nurse

pytestmark = pytest.mark.django_db(transaction=True)

HEADERS = (
    "CHILD_SCHOOL_URN,CHILD_FIRST_NAME,CHILD_LAST_NAME,CHILD_DATE_OF_BIRTH,"
    "CHILD_POSTCODE,CHILD_GENDER,CHILD_REGISTRATION"
)


@pytest.fixture
def team():
    return TeamFactory(name="Coverwick SAIS team")


@pytest.fixture
def nurse(page, live_server, team):
    nurse = Nurse(page, live_server.url)
    nurse.signs_in(UserFactory(team=team, name="Amina Yusuf", password=PASSWORD))
    nurse.sees("Coverwick SAIS team")
    return nurse


@pytest.fixture
def urn(team):
    school = SchoolFactory(team=team, name="Hollybrook Academy")
    ChildFactory(
        team=team,
        school=school,
        first_name="Bela",
        last_name="Already",
        date_of_birth=date(2014, 3, 27),
        postcode="SW1A 1AA",
        gender="not_known",
    )
    return school.urn


def file_of(urn, *, gender, registration):
    row = f"{urn},Bela,Already,27/03/2014,SW1A 1AA,{gender},{registration}"
    return f"{HEADERS}\n{row}\n"


def reviews(nurse, content):
    """Upload a file, wait for its review, and return the import."""
    nurse.uploads(content)
    nurse.sees("Review and approve upload")
    return CohortImport.objects.latest("pk")


def opens(nurse, cohort_import):
    nurse.page.goto(f"{nurse.address}/imports/{cohort_import.pk}/")


@pytest.fixture
def changed(nurse, urn, pds_simulator, start_worker, settings):
    """An approved import whose child another import has changed since the review."""
    settings.PDS_REQUESTS_PER_SECOND = 0
    pds_simulator()
    start_worker(IMPORT_SLICE_SECONDS="1")
    first = reviews(nurse, file_of(urn, gender="female", registration="8A"))
    nurse.follows("Dashboard")
    second = reviews(nurse, file_of(urn, gender="female", registration="8B"))
    nurse.presses("Approve and import records")
    nurse.sees("Imports")
    opens(nurse, second)
    nurse.sees("Import completed")
    opens(nurse, first)
    nurse.sees("Review and approve upload")
    nurse.presses("Approve and import records")
    nurse.sees("Imports")
    opens(nurse, first)
    nurse.sees("Further review")
    return first


def test_a_changed_record_is_shown_again_and_then_imported(nurse, changed):
    expect(nurse.opens("Changed records")).to_contain_text("ALREADY, Bela")
    assert Child.objects.get().registration == "8B"

    nurse.presses("Approve and import changed records")
    nurse.sees("Imports")
    opens(nurse, changed)
    nurse.sees("Import completed")

    assert Child.objects.get().registration == "8A"


def test_changes_that_are_ignored_change_nothing(nurse, changed):
    nurse.presses("Ignore changes")
    nurse.sees("Imports")

    changed.refresh_from_db()
    assert changed.status == Status.CANCELLED
    assert Child.objects.get().registration == "8B"
