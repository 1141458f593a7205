"""Editing a child's record: every detail, and its contacts."""

import datetime

import pytest

from children.models import Child, Contact, Gender
from mavis.models import ActivityEvent, EventKind
from mavis.rules import academic_year
from mavis.rules.names import fold
from schoolmoves.models import Decision, MoveState, SchoolMove, SchoolMoveLogEntry
from tests.factories import (
    ChildFactory,
    CohortMembershipFactory,
    ContactFactory,
    SchoolFactory,
    SchoolMoveFactory,
    UserFactory,
    another_nhs_number,
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


# --- The year group --------------------------------------------------------------


def test_the_year_group_follows_the_date_of_birth(client, nurse, child):
    form(client, child, "date-of-birth").press("Save", date_of_birth="01/09/2014")

    assert Child.objects.get(pk=child.pk).birth_academic_year == 2014


def test_a_given_year_group_stays_when_the_date_of_birth_changes(client, nurse):
    child = ChildFactory(
        team=nurse.team, birth_academic_year=2012, birth_academic_year_given=True
    )

    form(client, child, "date-of-birth").press("Save", date_of_birth="01/09/2014")

    assert Child.objects.get(pk=child.pk).birth_academic_year == 2012


def test_a_given_year_group_can_follow_the_date_of_birth_again(client, nurse):
    child = ChildFactory(
        team=nurse.team, birth_academic_year=2012, birth_academic_year_given=True
    )

    form(client, child, "year-group").press("Save", year_group="", registration="")

    child.refresh_from_db()
    assert child.birth_academic_year == academic_year.containing(child.date_of_birth)
    assert not child.birth_academic_year_given


@pytest.mark.parametrize(
    ("type_", "nursery", "year_group", "status"),
    [
        ("Community special school", False, "14", 200),
        ("Community school", False, "12", 422),
        ("Community school", True, "-2", 200),
        ("Community school", False, "-1", 422),
    ],
)
def test_year_groups_are_those_of_the_school_and_the_team(
    client, nurse, child, type_, nursery, year_group, status
):
    child.school.type = type_
    child.school.save()
    nurse.team.vaccinates_nursery = nursery
    nurse.team.save()

    page = form(client, child, "year-group").press(
        "Save", year_group=year_group, registration=""
    )

    assert page.status == status


def test_a_lapsed_registration_is_not_shown_and_not_lost(client, nurse):
    child = ChildFactory(
        team=nurse.team, registration="7A", registration_academic_year=2025
    )

    page = form(client, child, "year-group")
    page.press("Save", year_group="9", registration="")

    child.refresh_from_db()
    assert "7A" not in page.text
    assert (child.registration, child.registration_academic_year) == ("7A", 2025)


# --- The NHS number --------------------------------------------------------------


def test_a_number_entered_by_hand_is_not_confirmed_by_pds(client, nurse):
    child = ChildFactory(team=nurse.team, traced=True)

    form(client, child, "nhs-number").press("Save", nhs_number=another_nhs_number())

    assert not Child.objects.get(pk=child.pk).nhs_number_confirmed


def test_a_number_that_is_entered_again_stays_confirmed(client, nurse):
    child = ChildFactory(team=nurse.team, traced=True)

    form(client, child, "nhs-number").press("Save", nhs_number=child.nhs_number)

    assert Child.objects.get(pk=child.pk).nhs_number_confirmed


def test_a_number_can_be_taken_away(client, nurse):
    child = ChildFactory(team=nurse.team, traced=True)

    form(client, child, "nhs-number").press("Save", nhs_number="")

    child.refresh_from_db()
    assert (child.nhs_number, child.nhs_number_confirmed) == (None, False)


def test_for_a_number_of_another_child_of_the_team_a_merge_is_offered(
    client, nurse, child
):
    other = ChildFactory(team=nurse.team, traced=True)

    page = form(client, child, "nhs-number").press("Save", nhs_number=other.nhs_number)

    assert page.title == "Merge records – OKAFOR, Amara"
    assert page.response.redirect_chain == [
        (f"/children/{child.pk}/merge/{other.pk}/", 302)
    ]
    assert Child.objects.get(pk=child.pk).nhs_number is None


@pytest.mark.parametrize("whose", ["another team's", "nobody's", "left behind"])
def test_of_a_number_of_any_other_child_nothing_is_revealed(
    client, nurse, child, whose
):
    teams = {"nobody's": None, "left behind": nurse.team}
    more = {"team": teams[whose]} if whose in teams else {}
    other = ChildFactory(
        traced=True, first_name="Secret", moved_away=whose == "left behind", **more
    )
    if whose == "left behind":
        CohortMembershipFactory(child=other)

    page = form(client, child, "nhs-number").press("Save", nhs_number=other.nhs_number)

    assert page.status == 422
    assert page.errors == [
        "This NHS number cannot be used for this child. Check that it is the right one"
    ]
    assert "Secret" not in page.text
    assert Child.objects.get(pk=child.pk).nhs_number is None


# --- Two people at once ------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "meanwhile", "entered"),
    [
        ("name", {"last_name": "Lee"}, {**NAMES, "first_name": "Zoë"}),
        ("gender", {"gender": Gender.MALE}, {"gender": "not_specified"}),
        ("address", {"town": "Leeds"}, {**ADDRESS, "postcode": "LS1 4AP"}),
        ("nhs-number", {"nhs_number": "9990000018"}, {"nhs_number": "9990000026"}),
        ("year-group", {"registration": "8X"}, {**YEAR_GROUP, "registration": "8A"}),
    ],
)
def test_a_form_that_is_out_of_date_says_so_and_changes_nothing(
    client, nurse, child, part, meanwhile, entered
):
    page = form(client, child, part)
    Child.objects.filter(pk=child.pk).update(**meanwhile)

    answer = page.press("Save", **entered)

    assert answer.status == 409
    assert "Someone has changed this part of the record" in answer.text
    changed = Child.objects.values(*meanwhile).get(pk=child.pk)
    assert changed == meanwhile
    assert answer.press("Save", **entered).banner == "Record updated"


def test_a_change_of_another_part_is_no_hindrance(client, nurse, child):
    page = form(client, child, "gender")
    Child.objects.filter(pk=child.pk).update(town="Leeds")

    assert page.press("Save", gender="male").banner == "Record updated"


# --- A restricted child ------------------------------------------------------------


def test_of_a_restricted_child_nothing_hidden_can_be_changed(client, nurse):
    child = ChildFactory(team=nurse.team, is_restricted=True, with_address=True)
    contact = ContactFactory(child=child)

    page = Shown.at(client, f"/children/{child.pk}/edit/")

    assert page.details["Address"] == page.details["Postcode"] == "Hidden"
    for hidden in ("SW1A", "London", "Ngozi", "Change Address", "Add a contact"):
        assert hidden not in page.text
    for address in (
        "edit/address/",
        "contacts/add/",
        f"contacts/{contact.pk}/",
        f"contacts/{contact.pk}/remove/",
    ):
        where = f"/children/{child.pk}/{address}"
        assert client.get(where).status_code == 404
        assert client.post(where, {"town": "Leeds"}).status_code == 404


# --- The school ----------------------------------------------------------------------


def test_the_school_is_changed_at_once_as_a_confirmed_move(client, nurse, child):
    other = SchoolFactory(team=nurse.team, name="Elm School")
    SchoolFactory(name="Another team’s school")

    page = Shown.at(client, f"/children/{child.pk}/school/")
    assert "Another team’s school" not in page.text
    done = page.press("Change school", school=str(other.pk))

    assert done.banner == "School changed"
    assert done.details["School"] == "Elm School"
    entry = SchoolMoveLogEntry.objects.get()
    assert entry.decision == Decision.CONFIRMED
    assert (entry.from_school, entry.to_school) == (child.school, other)
    assert (entry.from_team, entry.to_team) == (nurse.team, nurse.team)
    assert (entry.by, entry.first_placement) == (nurse, False)
    event = ActivityEvent.objects.get()
    assert event.kind == EventKind.SCHOOL_CHANGED
    assert event.changes == {"school": ["Hill School", "Elm School"]}


@pytest.mark.parametrize(
    ("value", "shown"), [("home", "Home-educated"), ("unknown", "Not known")]
)
def test_a_child_can_leave_school(client, nurse, child, value, shown):
    page = Shown.at(client, f"/children/{child.pk}/school/")

    assert page.press("Change school", school=value).details["School"] == shown


def test_another_teams_school_cannot_be_chosen(client, nurse, child):
    page = Shown.at(client, f"/children/{child.pk}/school/")

    answer = page.press("Change school", school=str(SchoolFactory().pk))

    assert answer.errors == ["Select one of your team’s schools"]


def test_a_move_that_waits_is_cleared_by_changing_the_school(client, nurse, child):
    move = SchoolMoveFactory(child=child, team=nurse.team)
    other = SchoolFactory(team=nurse.team)

    page = Shown.at(client, f"/children/{child.pk}/school/")
    assert "A school move of this child is waiting for a decision." in page.text
    page.press("Change school", school=str(other.pk))

    move.refresh_from_db()
    assert move.state == MoveState.CLEARED
    assert not SchoolMove.objects.filter(state=MoveState.OPEN).exists()


def test_a_school_that_was_changed_meanwhile_is_not_changed_back(client, nurse, child):
    one, two = SchoolFactory.create_batch(2, team=nurse.team)
    page = Shown.at(client, f"/children/{child.pk}/school/")
    Child.objects.filter(pk=child.pk).update(school=one)

    answer = page.press("Change school", school=str(two.pk))

    assert answer.status == 409
    assert "Someone has changed this child’s school" in answer.text
    assert Child.objects.get(pk=child.pk).school == one


def test_the_school_of_an_archived_or_deceased_child_is_not_offered(client, nurse):
    archived = ChildFactory(team=nurse.team, archived="other")
    deceased = ChildFactory(team=nurse.team, is_deceased=True)

    for child, why in (
        (archived, "To change the school, restore the record first."),
        (deceased, "The school of a child who has died cannot be changed."),
    ):
        page = Shown.at(client, f"/children/{child.pk}/edit/")
        assert why in page.text
        assert "Change School" not in page.links
        assert client.get(f"/children/{child.pk}/school/").status_code == 404


# --- Contacts ----------------------------------------------------------------------

NGOZI = {
    "name": "Ngozi Okafor",
    "relationship": "mother",
    "relationship_other": "",
    "phone": "07700 900123",
    "email": "ngozi@example.com",
}


def test_a_contact_is_added(client, nurse, child):
    page = Shown.at(client, f"/children/{child.pk}/contacts/add/")

    done = page.press("Save", **{**NGOZI, "email": "NGOZI@example.com"})

    assert done.banner == "Contact added"
    assert "Ngozi Okafor, Mum, 07700 900123, ngozi@example.com" in done.text
    assert Contact.objects.get().phone == "+447700900123"
    log = Shown.at(client, f"/children/{child.pk}/activity/")
    assert (
        "Contact: Ngozi Okafor, Mum, 07700 900123, ngozi@example.com added" in log.text
    )


def test_a_contact_is_changed(client, nurse, child):
    contact = ContactFactory(child=child)
    page = Shown.at(client, f"/children/{child.pk}/contacts/{contact.pk}/")

    done = page.press(
        "Save",
        **{**NGOZI, "relationship": "other", "relationship_other": "Aunt", "phone": ""},
    )

    assert done.banner == "Contact updated"
    assert "Ngozi Okafor, Aunt, ngozi@example.com" in done.text


def test_a_contact_is_removed_once_that_is_confirmed(client, nurse, child):
    contact = ContactFactory(child=child)
    page = Shown.at(client, f"/children/{child.pk}/edit/").follow("Remove contact 1")
    assert Contact.objects.exists()

    done = page.press("Remove contact")

    assert done.banner == "Contact removed"
    assert not Contact.objects.filter(pk=contact.pk).exists()
    log = Shown.at(client, f"/children/{child.pk}/activity/")
    assert "ngozi@example.com removed" in log.text


@pytest.mark.parametrize(
    ("entered", "error"),
    [
        (
            {"name": "", "phone": "", "email": ""},
            "Enter a name, a phone number or an email address",
        ),
        ({"relationship": ""}, "Select a relationship, or Unknown"),
        ({"relationship": "other"}, "Enter the relationship to the child"),
        ({"email": "ngozi"}, "Enter one email address like name@example.com"),
        (
            {"phone": "12"},
            (
                "Enter one phone number like 01632 960 001 or 07700 900 982, or an "
                "international one that begins with + and the country code"
            ),
        ),
    ],
)
def test_a_contact_that_cannot_be_stored_is_refused(
    client, nurse, child, entered, error
):
    page = Shown.at(client, f"/children/{child.pk}/contacts/add/")

    answer = page.press("Save", **{**NGOZI, **entered})

    assert answer.status == 422
    assert answer.errors == [error]
    assert not Contact.objects.exists()


def test_a_contact_that_was_changed_meanwhile_is_not_overwritten(client, nurse, child):
    contact = ContactFactory(child=child)
    page = Shown.at(client, f"/children/{child.pk}/contacts/{contact.pk}/")
    removing = Shown.at(client, f"/children/{child.pk}/contacts/{contact.pk}/remove/")
    Contact.objects.update(phone="+447700900456")

    answer = page.press("Save", **{**NGOZI, "name": "Someone"})
    removed = removing.press("Remove contact")

    assert answer.status == 409
    assert "Someone has changed this contact" in answer.text
    assert "Someone has changed or removed this contact" in removed.banner
    assert Contact.objects.get().phone == "+447700900456"


def test_a_contact_that_was_removed_meanwhile_is_told_of(client, nurse, child):
    contact = ContactFactory(child=child)
    page = Shown.at(client, f"/children/{child.pk}/contacts/{contact.pk}/")
    contact.delete()

    answer = page.press("Save", **NGOZI)

    assert "Someone has changed or removed this contact" in answer.banner
    assert not Contact.objects.exists()


def test_another_childs_contact_is_not_found(client, nurse, child):
    contact = ContactFactory(child=ChildFactory(team=nurse.team))

    address = f"/children/{child.pk}/contacts/{contact.pk}/"
    assert client.get(address).status_code == 404
    assert client.get(f"{address}remove/").status_code == 404
