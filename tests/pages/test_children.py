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


def test_the_address_of_a_merged_record_leads_to_the_one_that_remains(client, nurse):
    remains = ChildFactory(team=nurse.team)
    merged = ChildFactory(team=nurse.team, merged_into=remains)

    for name in ("children:show", "children:activity", "children:pds_history"):
        answer = client.get(reverse(name, args=[merged.pk]))

        assert answer.status_code == 302
        assert answer.url == reverse(name, args=[remains.pk])


def test_a_record_merged_into_another_teams_child_is_not_found(client, nurse):
    merged = ChildFactory(team=nurse.team, merged_into=ChildFactory())

    assert client.get(f"/children/{merged.pk}/").status_code == 404


# --- A child that moved away ----------------------------------------------------


@pytest.fixture
def left_behind(nurse):
    child = ChildFactory(
        team=nurse.team,
        traced=True,
        with_address=True,
        moved_away=True,
        preferred_first_name="Mara",
        school=SchoolFactory(name="Northfield Academy"),
    )
    ContactFactory(child=child)
    CohortMembershipFactory(child=child, team=TeamFactory(name="Northfield SAIS team"))
    return child


def test_of_a_child_that_moved_away_the_page_tells_who_has_it_and_no_more(
    client, nurse, left_behind
):
    page = Shown.at(client, f"/children/{left_behind.pk}/")

    assert page.title == "OKAFOR, Amara"
    assert page.details == {
        "Archived": "24 November 2026 at 9:00am",
        "Reason": "Moved out of area",
        "Team that has the child now": "Northfield SAIS team",
    }
    assert page.buttons == []
    for hidden in ("2014", "SW1A", "High Street", "Mara", "Academy", "Ngozi", "999"):
        assert hidden not in page.text
    assert AccessEvent.objects.get().child == left_behind


@pytest.mark.parametrize("reason", sorted(set(ArchiveReason) - {"moved_out_of_area"}))
def test_a_child_archived_for_another_reason_that_a_team_has_is_not_found(
    client, nurse, reason
):
    child = ChildFactory(team=nurse.team, archived=reason)
    CohortMembershipFactory(child=child, team=TeamFactory())

    assert client.get(f"/children/{child.pk}/").status_code == 404


def test_a_child_that_moved_away_is_found_by_name_among_the_archived(
    client, nurse, left_behind
):
    page = search(client, q="Okafor", archived="on")

    assert page.table() == [
        {
            "Name": "OKAFOR, Amara Archived",
            "NHS number": "Not shown",
            "Date of birth": "Not shown",
            "Postcode": "Not shown",
            "School": "Not shown",
            "Year group": "Not shown",
        }
    ]
    assert page.follow("OKAFOR, Amara").title == "OKAFOR, Amara"


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "Okafor"},
        {"archived": "on"},
        {"q": "Okafor", "archived": "on", "year_group": "8"},
        {"q": "Okafor", "archived": "on", "missing_nhs_number": "on"},
    ],
)
def test_a_child_that_moved_away_is_found_in_no_other_way(
    client, nurse, left_behind, asked
):
    assert "No children found" in search(client, **asked).text


def test_a_child_that_moved_away_is_not_found_by_its_number(client, nurse, left_behind):
    page = search(client, q=left_behind.nhs_number, archived="on")

    assert "No children found" in page.text


@pytest.mark.parametrize("child_id", [0, 987_654_321, 10**30])
def test_an_id_that_does_not_exist_is_not_found(client, nurse, child_id):
    assert client.get(f"/children/{child_id}/").status_code == 404


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
