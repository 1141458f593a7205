"""School moves as a file: which, of whom, and what is left out."""

import csv
import io
from datetime import UTC, datetime

import pytest

from mavis.models import AccessEvent
from schoolmoves.models import Decision
from tests.factories import (
    ChildFactory,
    SchoolFactory,
    SchoolMoveLogEntryFactory,
    TeamFactory,
    UserFactory,
)
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db

ADDRESS = "/school-moves/download/"


@pytest.fixture
def team(client):
    nurse = UserFactory()
    client.force_login(nurse)
    return nurse.teams.get()


def downloaded(client, **days):
    answer = client.post(ADDRESS, days)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="school-moves.csv"'
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_move_within_the_team_says_from_where_to_where(client, team):
    child = ChildFactory(
        team=team, traced=True, with_address=True, first_name="Zoë", last_name="Bell"
    )
    SchoolMoveLogEntryFactory(
        to_team=team,
        child=child,
        from_school=SchoolFactory(name="Hill School", urn="123456"),
        to_school=SchoolFactory(name="Vale School", urn="123457"),
    )

    (row,) = downloaded(client)

    assert row == {
        "MOVED_ON": "24/11/2026",
        "DIRECTION": "Within",
        "CHILD_FIRST_NAME": "Zoë",
        "CHILD_LAST_NAME": "Bell",
        "CHILD_DATE_OF_BIRTH": "27/03/2014",
        "CHILD_NHS_NUMBER": child.nhs_number,
        "CHILD_GENDER": "Female",
        "CHILD_ADDRESS_LINE_1": "1 High Street",
        "CHILD_ADDRESS_LINE_2": "",
        "CHILD_TOWN": "London",
        "CHILD_POSTCODE": "SW1A 1AA",
        "FROM_TEAM": team.name,
        "FROM_SCHOOL_URN": "123456",
        "FROM_SCHOOL": "Hill School",
        "TO_TEAM": team.name,
        "TO_SCHOOL_URN": "123457",
        "TO_SCHOOL": "Vale School",
    }
    assert AccessEvent.objects.get().child == child


def test_moves_in_and_out_are_in_it_and_of_who_left_only_the_name(client, team):
    theirs = TeamFactory(name="Borders SAIS")
    SchoolMoveLogEntryFactory(
        to_team=team, from_team=theirs, child=ChildFactory(team=team)
    )
    left = ChildFactory(team=theirs, traced=True, with_address=True)
    SchoolMoveLogEntryFactory(to_team=theirs, from_team=team, child=left)

    moved_in, moved_out = downloaded(client)

    assert (moved_in["DIRECTION"], moved_in["FROM_TEAM"]) == ("In", "Borders SAIS")
    assert moved_in["CHILD_POSTCODE"] == "SW1A 1AA"
    assert (moved_out["DIRECTION"], moved_out["TO_TEAM"]) == ("Out", "Borders SAIS")
    assert moved_out["CHILD_LAST_NAME"] == "Okafor"
    for hidden in ("NHS_NUMBER", "DATE_OF_BIRTH", "GENDER", "TOWN", "POSTCODE"):
        assert moved_out[f"CHILD_{hidden}"] == ""
    assert list(AccessEvent.objects.values_list("child", flat=True)) != [left.pk]


@pytest.mark.parametrize(
    ("entry", "is_there"),
    [
        ({"decision": Decision.CONFIRMED}, True),
        ({"decision": Decision.AT_ONCE}, True),
        ({"decision": Decision.AT_ONCE, "first_placement": True}, False),
        ({"decision": Decision.IGNORED}, False),
        ({"decision": Decision.CLEARED}, False),
    ],
)
def test_only_moves_that_were_made_and_never_first_placements(
    client, team, entry, is_there
):
    SchoolMoveLogEntryFactory(to_team=team, **entry)

    assert bool(downloaded(client)) == is_there


def test_moves_of_other_teams_are_not_in_it(client, team):
    SchoolMoveLogEntryFactory()

    assert downloaded(client) == []


@pytest.mark.parametrize(
    ("days", "numbers"),
    [
        ({}, [1, 2, 3]),
        ({"from_date": "02/06/2026"}, [2, 3]),
        ({"to_date": "02/06/2026"}, [1, 2]),
        ({"from_date": "2026-06-02", "to_date": "20260602"}, [2]),
        ({"from_date": "04/06/2026"}, []),
    ],
)
def test_both_days_count_as_they_are_in_the_united_kingdom(client, team, days, numbers):
    for number, at in enumerate(
        [
            datetime(2026, 6, 1, 22, 59, tzinfo=UTC),
            # Already the second of June in summer time.
            datetime(2026, 6, 1, 23, 1, tzinfo=UTC),
            datetime(2026, 6, 3, 8, 0, tzinfo=UTC),
        ],
        start=1,
    ):
        child = ChildFactory(team=team, first_name=f"No{number}")
        SchoolMoveLogEntryFactory(to_team=team, child=child, at=at)

    rows = downloaded(client, **days)

    assert [row["CHILD_FIRST_NAME"] for row in rows] == [f"No{n}" for n in numbers]


def test_the_address_of_a_restricted_child_is_left_out(client, team):
    child = ChildFactory(team=team, is_restricted=True, with_address=True)
    SchoolMoveLogEntryFactory(to_team=team, child=child)

    (row,) = downloaded(client)

    for hidden in ("ADDRESS_LINE_1", "ADDRESS_LINE_2", "TOWN", "POSTCODE"):
        assert row[f"CHILD_{hidden}"] == "Hidden"
    assert row["CHILD_FIRST_NAME"] == "Amara"


def test_home_and_unknown_have_the_numbers_that_files_have(client, team):
    SchoolMoveLogEntryFactory(
        to_team=team, from_school=None, to_school=None, to_home_educated=True
    )

    (row,) = downloaded(client)

    assert (row["FROM_SCHOOL_URN"], row["FROM_SCHOOL"]) == (
        "888888",
        "School not known",
    )
    assert (row["TO_SCHOOL_URN"], row["TO_SCHOOL"]) == ("999999", "Home-educated")


def test_a_merged_childs_move_is_of_the_record_that_remains(client, team):
    remains = ChildFactory(team=team, first_name="Zoë")
    merged = ChildFactory(team=None, merged_into=remains)
    SchoolMoveLogEntryFactory(to_team=team, child=merged)

    (row,) = downloaded(client)

    assert row["CHILD_FIRST_NAME"] == "Zoë"
    assert row["CHILD_POSTCODE"] == "SW1A 1AA"


def test_no_cell_is_a_formula(client, team):
    child = ChildFactory(team=team, with_address=True)
    child.address_line_1 = "=HYPERLINK(1)"
    child.save()
    SchoolMoveLogEntryFactory(to_team=team, child=child)

    (row,) = downloaded(client)

    assert row["CHILD_ADDRESS_LINE_1"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("days", "error"),
    [
        (
            {"from_date": "1 June"},
            "Enter a date like 01/09/2026, or leave it out",
        ),
        ({"to_date": "31/02/2026"}, "Enter a day that exists"),
        (
            {"from_date": "02/06/2026", "to_date": "01/06/2026"},
            "Enter a to date that is not before the from date",
        ),
    ],
)
def test_days_that_are_none_are_errors(client, team, days, error):
    page = Shown.at(client, "/school-moves/").follow("Download school moves")

    refused = page.press("Download CSV", **days)

    assert (refused.status, refused.errors) == (422, [error])


@pytest.mark.parametrize("moves", [1, 30])
def test_the_file_costs_the_same_queries_for_any_number_of_moves(
    client, team, moves, django_assert_max_num_queries
):
    SchoolMoveLogEntryFactory.create_batch(moves, to_team=team)

    with django_assert_max_num_queries(9):
        client.post(ADDRESS)
