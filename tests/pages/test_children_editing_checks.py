"""Editing a record: what follows from a change, and what another has or changes."""

import datetime

import pytest

from children.models import Child, Gender
from mavis.rules import academic_year
from tests.factories import (
    ChildFactory,
    CohortMembershipFactory,
    ContactFactory,
    SchoolFactory,
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


def test_the_changes_of_one_edit_are_told_in_the_order_of_the_record(
    client, nurse, child
):
    entered = {"first_name": "Zoë", "last_name": "Lee", "preferred_last_name": "Ley"}

    form(client, child, "name").press("Save", **{**NAMES, **entered})

    log = Shown.at(client, f"/children/{child.pk}/activity/")
    told = [item.text.partition(":")[0] for item in log.document.one("main").all("li")]
    assert told[-3:] == ["First name", "Last name", "Preferred last name"]


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
