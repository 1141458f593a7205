"""Finding children, and the page of one."""

import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connections
from django.urls import reverse

from children import queries
from children.models import ArchiveReason, Child
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


def test_a_search_finds_the_teams_own_children_only(client, nurse):
    ChildFactory(team=nurse.team, first_name="Ours")
    ChildFactory(team=TeamFactory(), first_name="Theirs")
    left = ChildFactory(
        team=nurse.team, first_name="Left", archived="moved_out_of_area"
    )
    CohortMembershipFactory(child=left, team=TeamFactory())

    page = search(client, q="Okafor")

    assert names(page) == ["OKAFOR, Ours"]


# --- Searching ----------------------------------------------------------------


def test_nothing_is_listed_until_something_is_asked(client, nurse):
    ChildFactory(team=nurse.team)

    page = Shown.at(client, "/children/")

    assert "OKAFOR" not in page.document.one("main").text.replace(
        "OKAFOR, Amara or", ""
    )
    assert page.document.all("table") == []


def test_asking_for_nothing_is_an_error(client, nurse):
    page = search(client)

    assert page.status == 422
    assert page.errors == [
        "Enter a name or an NHS number, or choose one of the filters"
    ]


@pytest.mark.parametrize("asked", ["999 000 001", "1", "99900000188", "999-000-001"])
def test_a_number_that_has_not_ten_digits_is_an_error(client, nurse, asked):
    assert search(client, q=asked).errors == ["Enter all 10 digits of the NHS number"]


@pytest.mark.parametrize("asked", ["...", ",", "£$%", "'; --", "%"])
def test_what_can_be_no_name_is_an_error(client, nurse, asked):
    assert search(client, q=asked).errors == ["Enter a name or an NHS number"]


@pytest.mark.parametrize(
    "asked",
    [
        "okafor",
        "OKAFOR, Amara",
        "Okafor,Amara",
        "okafor,",
        "Amara Okafor",
        "okafor amara",
        "Amara",
        "Oka",
        "Okafer",
        "Okaofr",
        "Amarra Okafor",
        "Okafur, Amarah",
    ],
)
def test_a_name_is_found_in_spite_of_slips(client, nurse, asked):
    ChildFactory(team=nurse.team)
    ChildFactory(team=nurse.team, first_name="William", last_name="Bell")

    assert names(search(client, q=asked)) == ["OKAFOR, Amara"]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("o'brien lukasz", "Zoë", "O’Brien-Łukasz"),
        ("zoe obrien", "Zoë", "O’Brien"),
        ("anna van der berg", "Anna", "van der Berg"),
        ("mary jane watson", "Mary Jane", "Watson"),
        ("jhon", "John", "Li"),
    ],
)
def test_accents_spaces_and_hyphens_do_not_matter(client, nurse, asked, first, last):
    ChildFactory(team=nurse.team, first_name=first, last_name=last)

    assert names(search(client, q=asked)) == [f"{last.upper()}, {first}"]


def test_both_names_have_to_be_alike(client, nurse):
    ChildFactory(team=nurse.team)
    ChildFactory(team=nurse.team, first_name="William")
    ChildFactory(team=nurse.team, last_name="Bell")

    assert names(search(client, q="Amara Okafor")) == ["OKAFOR, Amara"]


def test_the_most_alike_come_first(client, nurse):
    for last in ("Smyth", "Smithson", "Smith"):
        ChildFactory(team=nurse.team, last_name=last)

    assert names(search(client, q="Smith"))[0] == "SMITH, Amara"


def test_a_child_is_found_by_nhs_number_however_it_is_grouped(client, nurse):
    child = ChildFactory(team=nurse.team, traced=True)
    ChildFactory(team=nurse.team, traced=True)
    number = child.nhs_number
    grouped = f"{number[:3]} {number[3:6]} {number[6:]}"

    for asked in (number, grouped, grouped.replace(" ", "-")):
        (row,) = search(client, q=asked).table("1 child")
        assert row["NHS number"] == grouped


def test_filters_narrow_by_school_year_group_archive_and_missing_number(client, nurse):
    school = SchoolFactory(team=nurse.team, name="Hill School")
    ChildFactory(team=nurse.team, first_name="At Hill", school=school, traced=True)
    ChildFactory(
        team=nurse.team,
        first_name="In Reception",
        date_of_birth=datetime.date(2022, 8, 31),
        traced=True,
    )
    ChildFactory(team=nurse.team, first_name="Gone", archived="other", traced=True)
    ChildFactory(team=nurse.team, first_name="Unknown")

    for asked, found in [
        ({"school": school.pk}, ["OKAFOR, At Hill"]),
        ({"year_group": "0"}, ["OKAFOR, In Reception"]),
        ({"archived": "on"}, ["OKAFOR, Gone Archived"]),
        ({"missing_nhs_number": "on"}, ["OKAFOR, Unknown"]),
    ]:
        assert names(search(client, **asked)) == found


def test_another_teams_school_cannot_be_asked_for(client, nurse):
    page = search(client, school=SchoolFactory(team=TeamFactory()).pk)

    assert page.status == 422


def test_no_name_and_no_number_stands_in_an_address(client, nurse):
    for n in range(51):
        ChildFactory(team=nurse.team, first_name=f"Amara {'x' * (n % 5)}")

    answer = client.post("/children/", {"q": "Okafor"})
    first = Shown.at(client, answer.headers["Location"])
    second = first.follow("2")

    assert "okafor" not in answer.headers["Location"].lower()
    assert len(first.table("51 children")) == 50
    assert len(second.table("51 children")) == 1
    assert "okafor" not in first.href("2").lower()
    assert not any("okafor" in first.href(link).lower() for link in ("2", "Next page"))


def test_a_search_that_is_no_longer_kept_says_so(client, nurse):
    page = Shown.at(client, "/children/?search=long-ago")

    assert "This search is no longer kept. Search again." in page.text


def test_a_search_belongs_to_the_session_that_made_it(client, nurse):
    ChildFactory(team=nurse.team)
    address = client.post("/children/", {"q": "Okafor"}).headers["Location"]
    client.force_login(UserFactory(team=nurse.team))
    client.session.flush()
    client.force_login(UserFactory(team=nurse.team))

    assert Shown.at(client, address).document.all("table") == []


def test_the_last_twenty_searches_are_kept(client, nurse):
    keys = []
    for _ in range(22):
        address = client.post("/children/", {"q": "Okafor"}).headers["Location"]
        keys += parse_qs(urlsplit(address).query)["search"]

    assert list(client.session["child_searches"]) == keys[-20:]


@pytest.mark.parametrize("page", ["0", "-1", "99", "two", "²", "1" * 40])
def test_a_page_that_does_not_exist_becomes_one_that_does(client, nurse, page):
    ChildFactory(team=nurse.team)
    address = client.post("/children/", {"q": "Okafor"}).headers["Location"]

    assert names(Shown.at(client, f"{address}&page={page}")) == ["OKAFOR, Amara"]


def test_a_name_is_looked_up_by_the_indexes():
    children = queries.named(Child.objects.all(), "Amara Okafor")

    with connections["default"].cursor() as cursor:
        # The table is too small for an index to pay.
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = children.explain()

    assert "child_like_first_name" in plan
    assert "child_like_last_name" in plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize("number", [1, 30])
def test_a_search_costs_the_same_queries_for_any_number_of_children(
    client, nurse, number, django_assert_max_num_queries
):
    for _ in range(number):
        ChildFactory(team=nurse.team, school=SchoolFactory(team=nurse.team))
    address = client.post("/children/", {"q": "Okafor"}).headers["Location"]

    with django_assert_max_num_queries(11):
        client.get(address)


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
