"""The page of a child."""

import datetime

import pytest
from django.urls import reverse

from children.models import ArchiveReason
from mavis.models import AccessEvent, ActivityEvent, EventKind
from tests.factories import (
    NOW,
    ChildFactory,
    CohortImportFactory,
    CohortMembershipFactory,
    ContactFactory,
    ImportFileFactory,
    SchoolFactory,
    TeamFactory,
    UserFactory,
)
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_day_in_november(settings):
    settings.MAVIS_TODAY = datetime.date(2026, 11, 24)


@pytest.fixture
def nurse(client):
    nurse = UserFactory()
    client.force_login(nurse)
    nurse.team = nurse.teams.get()
    return nurse


def search(client, **asked):
    return Shown.at(client, "/children/").press("Search", **asked)


def names(page):
    return [row["Name"] for row in page.table()]


# --- Who sees whom ------------------------------------------------------------


@pytest.mark.parametrize("name", ["children:show", "children:activity"])
def test_another_teams_child_is_not_found(client, nurse, name):
    child = ChildFactory(team=TeamFactory())

    answer = client.get(reverse(name, args=[child.pk]))

    assert answer.status_code == 404
    assert not AccessEvent.objects.exists()


@pytest.mark.parametrize("name", ["children:show", "children:activity"])
def test_a_child_that_left_for_another_team_is_not_found(client, nurse, name):
    child = ChildFactory(team=nurse.team, archived=ArchiveReason.MOVED_OUT_OF_AREA)
    CohortMembershipFactory(child=child, team=TeamFactory())

    assert client.get(reverse(name, args=[child.pk])).status_code == 404


@pytest.mark.parametrize("name", ["children:show", "children:activity"])
def test_a_merged_record_is_not_found(client, nurse, name):
    child = ChildFactory(team=nurse.team, merged_into=ChildFactory(team=nurse.team))

    assert client.get(reverse(name, args=[child.pk])).status_code == 404


@pytest.mark.parametrize("child_id", [0, 987_654_321, 10**30])
def test_an_id_that_does_not_exist_is_not_found(client, nurse, child_id):
    assert client.get(f"/children/{child_id}/").status_code == 404


@pytest.mark.parametrize(
    "address", ["/children/", "/children/{}/", "/children/{}/activity/"]
)
def test_nobody_gets_in_signed_out_or_without_a_team(client, address):
    address = address.format(ChildFactory().pk)

    assert Shown.at(client, address).title == "Log in"
    client.force_login(UserFactory(team=None))
    assert Shown.at(client, address).status == 403


# --- The page of a child ------------------------------------------------------


def test_the_page_shows_every_detail(client, nurse):
    child = ChildFactory(
        team=nurse.team,
        traced=True,
        with_address=True,
        preferred_first_name="Mara",
        registration="8T5",
        school=SchoolFactory(team=nurse.team, name="Hill School"),
    )
    ContactFactory(child=child)
    number = child.nhs_number

    page = Shown.at(client, f"/children/{child.pk}/")

    assert page.title == "OKAFOR, Amara"
    assert page.details == {
        "NHS number": f"{number[:3]} {number[3:6]} {number[6:]}",
        "Full name": "OKAFOR, Amara",
        "Known as": "OKAFOR, Mara",
        "Date of birth": "27 March 2014 (aged 12)",
        "Gender": "Female",
        "Address": "1 High Street, London",
        "Postcode": "SW1A 1AA",
        "School": "Hill School",
        "Year group": "Year 8",
        "Registration": "8T5",
        "Name": "Ngozi Okafor",
        "Relationship": "Mum",
        "Phone number": "07700 900123",
        "Email address": "ngozi@example.com",
    }


@pytest.mark.parametrize(
    ("columns", "label", "value"),
    [
        ({}, "School", "Not known"),
        ({"home_educated": True}, "School", "Home-educated"),
        ({}, "NHS number", "Not provided"),
        (
            {"nhs_number": "9990000018"},
            "NHS number",
            "999 000 0018 (not confirmed by PDS)",
        ),
        (
            {"registration": "7A", "registration_academic_year": 2025},
            "Registration",
            "Not provided",
        ),
        ({"birth_academic_year": 2008}, "Year group", "Year 13"),
        ({"is_deceased": True}, "Date of death", "1 October 2026"),
        (
            {"is_deceased": True, "date_of_death": None},
            "Date of death",
            "Date not known",
        ),
    ],
)
def test_a_detail_says_what_is_known(client, nurse, columns, label, value):
    child = ChildFactory(team=nurse.team, **columns)

    assert Shown.at(client, f"/children/{child.pk}/").details[label] == value


def test_of_a_restricted_child_address_postcode_and_contacts_are_hidden(client, nurse):
    child = ChildFactory(team=nurse.team, is_restricted=True, with_address=True)
    ContactFactory(child=child)
    ActivityEvent.objects.create(
        kind=EventKind.UPDATED_BY_IMPORT,
        at=NOW,
        team=nurse.team,
        child=child,
        changes={"postcode": ["SW1A 2AA", "SW1A 1AA"], "town": ["", "London"]},
    )

    record = Shown.at(client, f"/children/{child.pk}/")
    log = record.follow("Activity log")
    listed = search(client, q="Okafor")

    assert record.details["Address"] == record.details["Postcode"] == "Hidden"
    for page in (record, log, listed):
        for hidden in ("SW1A", "London", "Ngozi", "07700"):
            assert hidden not in page.text
    assert listed.table()[0]["Postcode"] == "Hidden"


def test_an_archived_child_says_when_why_and_by_whom(client, nurse):
    child = ChildFactory(team=nurse.team, archived=ArchiveReason.OTHER)
    child.memberships.update(archived_by=nurse, archive_details="moved abroad")

    page = Shown.at(client, f"/children/{child.pk}/")

    assert (
        f"Archived on 24 November 2026 at 9:00am by {nurse.name}. Other: moved abroad."
    ) in page.text


@pytest.mark.parametrize("name", ["children:show", "children:activity"])
def test_each_look_at_a_child_is_noted(client, nurse, name):
    child = ChildFactory(team=nurse.team)

    client.get(reverse(name, args=[child.pk]))

    noted = AccessEvent.objects.get()
    assert (noted.child, noted.by, noted.team) == (child, nurse, nurse.team)


def test_the_activity_log_says_what_who_when_and_from_which_row(client, nurse):
    child = ChildFactory(team=nurse.team)
    cohort_import = CohortImportFactory(team=nurse.team)
    ImportFileFactory(cohort_import=cohort_import, name="autumn.csv")
    ActivityEvent.objects.create(
        kind=EventKind.UPDATED_BY_IMPORT,
        at=NOW,
        by=nurse,
        team=nurse.team,
        child=child,
        cohort_import=cohort_import,
        row_number=12,
        changes={"nhs_number": [None, "9990000018"], "postcode": ["A1 1AA", "B1 1BB"]},
    )

    page = Shown.at(client, f"/children/{child.pk}/activity/")

    assert "Updated by an import" in page.headings
    assert f"24 November 2026 at 9:00am, {nurse.name}" in page.text
    assert "row 12" in page.text
    assert page.href("autumn.csv") == reverse("imports:show", args=[cohort_import.pk])
    assert "NHS number: 999 000 0018 added" in page.text
    assert "Postcode: A1 1AA changed to B1 1BB" in page.text


def test_what_another_team_did_is_not_in_the_log(client, nurse):
    child = ChildFactory(team=nurse.team)
    ActivityEvent.objects.create(
        kind=EventKind.IMPORTED, at=NOW, team=TeamFactory(), child=child
    )

    page = Shown.at(client, f"/children/{child.pk}/activity/")

    assert "Nothing has been recorded for this child yet." in page.text


def test_the_child_page_offers_nothing_to_press(client, nurse):
    child = ChildFactory(team=nurse.team)

    assert Shown.at(client, f"/children/{child.pk}/").buttons == []
