"""The list of school moves."""

import pytest

from children.models import Child
from schoolmoves.models import MoveState
from tests.factories import (
    NOW,
    ChildFactory,
    SchoolFactory,
    SchoolMoveFactory,
    TeamFactory,
    UserFactory,
)
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(client):
    nurse = UserFactory()
    client.force_login(nurse)
    return nurse.teams.get()


def test_a_move_shows_who_and_from_where_to_where(client, team):
    child = ChildFactory(team=team, school=SchoolFactory(name="Hill School", team=team))
    SchoolMoveFactory(
        child=child, team=team, school=SchoolFactory(name="Vale School", team=team)
    )

    page = Shown.at(client, "/school-moves/")

    (row,) = page.table("1 school move")
    assert row["Child"] == "OKAFOR, Amara"
    assert row["Source"] == "Cohort updated"
    assert (row["From"], row["To"]) == ("Hill School", "Vale School")
    assert page.follow("OKAFOR, Amara").title == "OKAFOR, Amara"
    assert "The schools of these children have not been changed" in page.text
    assert page.links.count("Review OKAFOR, Amara") == 1


@pytest.mark.parametrize(
    ("proposed", "shown"),
    [({"home_educated": True}, "Home-educated"), ({}, "School not known")],
)
def test_a_move_to_no_school_says_what_it_is_to(client, team, proposed, shown):
    child = ChildFactory(team=team, home_educated=not proposed)
    SchoolMoveFactory(child=child, team=team, **{"school": None, **proposed})

    (row,) = Shown.at(client, "/school-moves/").table()

    assert row["To"] == shown


def test_of_another_teams_child_only_name_team_and_move_are_shown(client, team):
    theirs = TeamFactory(name="Borders SAIS")
    child = ChildFactory(
        team=theirs, school=SchoolFactory(name="Their School", team=theirs)
    )
    SchoolMoveFactory(
        child=child,
        team=team,
        from_team=theirs,
        school=SchoolFactory(name="Vale School", team=team),
    )

    page = Shown.at(client, "/school-moves/")

    (row,) = page.table()
    assert row["Child"] == "OKAFOR, Amara"
    assert row["From"] == "Borders SAIS"
    assert row["To"] == "Vale School moving in from another team’s area"
    assert "OKAFOR, Amara" not in page.links
    assert "Their School" not in page.text
    assert child.postcode not in page.text


def test_moves_of_other_teams_and_decided_moves_are_not_listed(client, team):
    other = TeamFactory()
    # The team that has the child does not see who asked for it.
    SchoolMoveFactory(child=ChildFactory(team=team), team=other, from_team=team)
    SchoolMoveFactory(
        child=ChildFactory(team=team),
        team=team,
        state=MoveState.IGNORED,
        decided_at=NOW,
    )

    page = Shown.at(client, "/school-moves/")

    assert "No school moves are waiting." in page.text
    assert "School moves" in page.links


@pytest.mark.parametrize("moves", [1, 30])
def test_the_list_costs_the_same_queries_for_any_number_of_moves(
    client, team, moves, django_assert_max_num_queries
):
    for _ in range(moves):
        SchoolMoveFactory(child=ChildFactory(team=team), team=team)
    assert Child.objects.count() == moves

    # Session, user, memberships; four for the list; three for the header; and three
    # that put off the end of the session.
    with django_assert_max_num_queries(13):
        client.get("/school-moves/")


def test_nobody_sees_the_list_without_a_team_or_signed_out(client):
    assert Shown.at(client, "/school-moves/").title == "Log in"
    client.force_login(UserFactory(team=None))
    assert Shown.at(client, "/school-moves/").status == 403
