"""Finding children by name, NHS number and filters."""

import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.postgres.search import TrigramSimilarity
from django.db import connections

from children import queries
from children.models import Child
from mavis.rules.names import fold
from tests.factories import (
    ChildFactory,
    CohortMembershipFactory,
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


def test_a_search_finds_the_teams_own_children_only(client, nurse):
    ChildFactory(team=nurse.team, first_name="Ours")
    ChildFactory(team=TeamFactory(), first_name="Theirs")
    left = ChildFactory(
        team=nurse.team, first_name="Left", archived="moved_out_of_area"
    )
    CohortMembershipFactory(child=left, team=TeamFactory())

    page = search(client, q="Okafor")

    assert names(page) == ["OKAFOR, Ours"]


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


@pytest.mark.parametrize("asked", ["Anna Jo", "Mary (Kate", "Okafor Okafor", "Al Ma"])
def test_a_whole_name_is_found_where_it_is_like_enough(asked):
    for first in (
        "Annajo", "Anna (Jo)", "Annajolene", "Anna", "(Jo) Anna", "Mary (Kate)",
        "Mary", "(Mary", "Katemary", "Okaforokafor", "Okafor", "Alma", "Al",
    ):  # fmt: skip
        ChildFactory(first_name=first, last_name="Xyz")
    whole = fold(asked)
    like_enough = Child.objects.annotate(
        likeness=TrigramSimilarity("first_name_key", whole)
    ).filter(likeness__gte=queries.LEAST_OF_A_WHOLE)

    found = queries.named(Child.objects.all(), asked)

    assert like_enough.exists()
    assert {child.pk for child in like_enough} <= {child.pk for child in found}


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

    with django_assert_max_num_queries(12):
        client.get(address)
