"""Editing a child's record: every detail, and its contacts."""

import datetime

import pytest

from children.models import Child
from mavis.models import ActivityEvent
from mavis.rules.names import fold
from tests.factories import (
    ChildFactory,
    ContactFactory,
    SchoolFactory,
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


@pytest.fixture
def child(nurse):
    return ChildFactory(
        team=nurse.team,
        with_address=True,
        registration="8T5",
        school=SchoolFactory(team=nurse.team, name="Hill School"),
    )


def form(client, child, part):
    return Shown.at(client, f"/children/{child.pk}/edit/{part}/")


NAMES = {
    "first_name": "Amara",
    "last_name": "Okafor",
    "preferred_first_name": "",
    "preferred_last_name": "",
}
ADDRESS = {
    "address_line_1": "1 High Street",
    "address_line_2": "",
    "town": "London",
    "postcode": "SW1A 1AA",
}
YEAR_GROUP = {"year_group": "", "registration": "8T5"}


# --- The page, and the way to it -----------------------------------------------


def test_from_the_record_every_detail_can_be_reached(client, nurse, child):
    ContactFactory(child=child)

    page = Shown.at(client, f"/children/{child.pk}/").follow("Edit child record")

    assert page.title == "Edit child record – OKAFOR, Amara"
    assert page.details["School"] == "Hill School"
    for words in (
        "NHS number", "Name", "Known as", "Date of birth", "Gender", "Address",
        "Postcode", "School", "Year group", "Registration", "contact 1",
    ):  # fmt: skip
        assert page.follow(f"Change {words}").status == 200
    assert page.follow("Remove contact 1").status == 200
    assert page.follow("Add a contact").status == 200


def test_a_part_that_does_not_exist_is_not_found(client, nurse, child):
    assert form(client, child, "shoe-size").status == 404


# --- Each detail ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "entered", "label", "shown", "told"),
    [
        (
            "name",
            {**NAMES, "first_name": " Zoë ", "last_name": "O’Brien"},
            "Full name",
            "O'BRIEN, Zoë",
            "First name: Amara changed to Zoë",
        ),
        (
            "name",
            {**NAMES, "preferred_first_name": "Mara"},
            "Known as",
            "OKAFOR, Mara",
            "Preferred first name: Mara added",
        ),
        (
            "date-of-birth",
            {"date_of_birth": "01/09/2014"},
            "Date of birth",
            "1 September 2014 (aged 12)",
            "Date of birth: 27 March 2014 changed to 1 September 2014",
        ),
        (
            "gender",
            {"gender": "not_specified"},
            "Gender",
            "Not specified",
            "Gender: Female changed to Not specified",
        ),
        (
            "address",
            {**ADDRESS, "address_line_1": "2 Low Road", "town": ""},
            "Address",
            "2 Low Road",
            "Town: London removed",
        ),
        (
            "address",
            {**ADDRESS, "postcode": "ls1 4ap"},
            "Postcode",
            "LS1 4AP",
            "Postcode: SW1A 1AA changed to LS1 4AP",
        ),
        (
            "year-group",
            {**YEAR_GROUP, "year_group": "9"},
            "Year group",
            "Year 9",
            "Year group: Year 8, by date of birth changed to Year 9, given",
        ),
        (
            "year-group",
            {**YEAR_GROUP, "registration": "8A"},
            "Registration",
            "8A",
            "Registration: 8T5 changed to 8A",
        ),
        (
            "nhs-number",
            {"nhs_number": "999 000 0018"},
            "NHS number",
            "999 000 0018 (not confirmed by PDS)",
            "NHS number: 999 000 0018 added",
        ),
    ],
)
def test_a_detail_is_changed_and_the_activity_log_tells_of_it(
    client, nurse, child, part, entered, label, shown, told
):
    page = form(client, child, part).press("Save", **entered)

    assert page.banner == "Record updated"
    assert page.title == "Edit child record – OKAFOR, Amara" or part == "name"
    record = page.follow("Child record")
    assert record.details[label] == shown
    log = record.follow("Activity log")
    assert "Record edited" in log.headings
    assert told in log.text
    assert nurse.name in log.text


@pytest.mark.parametrize(
    ("part", "entered", "field", "error"),
    [
        ("name", {**NAMES, "first_name": " "}, "first_name", "Enter a first name"),
        ("name", {**NAMES, "last_name": ""}, "last_name", "Enter a last name"),
        (
            "name",
            {**NAMES, "preferred_last_name": "@"},
            "preferred_last_name",
            (
                "Use only letters (accents are fine), spaces, hyphens, apostrophes and "
                "full stops in a name: remove @"
            ),
        ),
        (
            "date-of-birth",
            {"date_of_birth": "31/02/2014"},
            "date_of_birth",
            "Enter a day that exists, with the day before the month, like 27/03/2014",
        ),
        (
            "date-of-birth",
            {"date_of_birth": "25/11/2026"},
            "date_of_birth",
            "Enter a date of birth that is not in the future",
        ),
        (
            "date-of-birth",
            {"date_of_birth": ""},
            "date_of_birth",
            "Enter a date of birth like 27/03/2014",
        ),
        (
            "gender",
            {"gender": "x"},
            "gender",
            "Select one of the genders in the list",
        ),
        (
            "address",
            {**ADDRESS, "postcode": "SW1A"},
            "postcode",
            (
                "Enter a full UK postcode like SW1A 1AA, or ZZ99 3VZ for no fixed abode, "
                "ZZ99 3WZ for not known or ZZ99 3CZ for abroad"
            ),
        ),
        (
            "address",
            {**ADDRESS, "town": "x" * 301},
            "town",
            "Shorten this to 300 characters or fewer",
        ),
        (
            "year-group",
            {**YEAR_GROUP, "year_group": "13"},
            "year_group",
            "Select a year group in the list",
        ),
        (
            "nhs-number",
            {"nhs_number": "12345"},
            "nhs_number",
            "Enter an NHS number with 10 digits, or leave it blank",
        ),
        (
            "nhs-number",
            {"nhs_number": "999 000 0019"},
            "nhs_number",
            (
                "Check the NHS number: a digit is wrong or two are swapped. Enter the "
                "right one, or leave it blank"
            ),
        ),
        (
            "nhs-number",
            {"nhs_number": "010 100 0006"},
            "nhs_number",
            (
                "Enter an NHS number of England, Wales or the Isle of Man, or leave it "
                "blank"
            ),
        ),
    ],
)
def test_what_cannot_be_stored_is_refused_as_in_a_file(
    client, nurse, child, part, entered, field, error
):
    page = form(client, child, part).press("Save", **entered)

    assert page.status == 422
    assert page.errors == [error]
    assert page.href(error) == f"#id_{field}"
    assert not ActivityEvent.objects.exists()


def test_saving_what_is_there_already_changes_and_logs_nothing(client, nurse, child):
    page = form(client, child, "name").press("Save", **NAMES)

    assert page.banner == ""
    assert not ActivityEvent.objects.exists()


def test_names_are_folded_for_searching(client, nurse, child):
    form(client, child, "name").press("Save", **{**NAMES, "first_name": "Zoë-Łucja"})

    assert Child.objects.get(pk=child.pk).first_name_key == fold("Zoë-Łucja")
