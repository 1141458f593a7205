"""What is done about children's schools, any number of children at a time."""

from datetime import date

import pytest

from children.models import ArchiveReason, CohortMembership
from schoolmoves import actions
from schoolmoves.actions import Deciding, Placement, Proposal
from schoolmoves.models import (
    Decision,
    MoveSource,
    MoveState,
    Notice,
    SchoolMove,
    SchoolMoveLogEntry,
)
from schoolmoves.rules.moving import Place
from tests.factories import (
    ACADEMIC_YEAR,
    NOW,
    ChildFactory,
    SchoolFactory,
    SchoolMoveFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

HOME = Place(home_educated=True)


@pytest.fixture
def nurse():
    return UserFactory()


@pytest.fixture
def team(nurse):
    return nurse.teams.get()


@pytest.fixture
def deciding(nurse, team):
    return Deciding(
        team_id=team.pk, academic_year=ACADEMIC_YEAR, at=NOW, by_id=nurse.pk
    )


def propose(deciding, *proposals):
    return actions.propose(proposals, source=MoveSource.COHORT, deciding=deciding)


def test_moves_are_opened_and_rewritten_side_by_side(team, deciding):
    children = [ChildFactory(team=team) for _ in range(3)]
    ours = SchoolMoveFactory(team=team, child=children[1])
    theirs = SchoolMoveFactory(team=TeamFactory(), child=children[2])

    moves = propose(deciding, *(Proposal(child.pk, HOME, None) for child in children))

    assert list(moves) != []
    assert moves[children[1].pk] == ours.pk
    states = {
        child.pk: SchoolMove.objects.get(pk=moves[child.pk]).state for child in children
    }
    assert list(states.values()) == [
        MoveState.OPEN,
        MoveState.OPEN,
        MoveState.WAITING,
    ]
    theirs.refresh_from_db()
    assert (theirs.state, theirs.home_educated) == (MoveState.OPEN, False)
    assert all(
        SchoolMove.objects.filter(pk__in=moves.values()).values_list(
            "home_educated", flat=True
        )
    )


def test_a_move_that_waited_is_rewritten_and_not_doubled(team, deciding):
    child = ChildFactory(team=TeamFactory())
    SchoolMoveFactory(team=TeamFactory(), child=child)
    first = propose(
        deciding, Proposal(child.pk, Place(), child.memberships.get().team_id)
    )

    again = propose(deciding, Proposal(child.pk, HOME, child.memberships.get().team_id))

    assert again == first
    assert SchoolMove.objects.get(pk=again[child.pk]).home_educated


def test_a_move_that_was_decided_is_history(team, deciding):
    child = ChildFactory(team=team)
    ignored = SchoolMoveFactory(team=team, child=child, ignored=True)

    moves = propose(deciding, Proposal(child.pk, HOME, None))

    assert moves[child.pk] != ignored.pk
    ignored.refresh_from_db()
    assert ignored.state == MoveState.IGNORED


def test_a_place_taken_at_once_is_logged_with_where_the_child_was(
    team, nurse, deciding
):
    school = SchoolFactory(team=team)
    child = ChildFactory(team=team, home_educated=True)

    actions.place_at_once(
        [Placement(child.pk, HOME, Place(school.pk))], deciding=deciding
    )

    child.refresh_from_db()
    assert (child.school, child.home_educated) == (school, False)
    entry = SchoolMoveLogEntry.objects.get()
    assert (entry.from_home_educated, entry.to_school) == (True, school)
    assert (entry.from_team, entry.to_team) == (team, team)
    assert (entry.at, entry.by, entry.first_placement) == (NOW, nurse, False)


def test_staying_clears_the_teams_own_moves_alone(team, deciding):
    child = ChildFactory(team=team)
    ours = SchoolMoveFactory(team=team, child=child, waiting=True)
    theirs = SchoolMoveFactory(team=TeamFactory(), child=child)

    actions.place_at_once([Placement(child.pk, Place(), Place())], deciding=deciding)

    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.state, theirs.state) == (MoveState.CLEARED, MoveState.OPEN)
    assert SchoolMoveLogEntry.objects.get().decision == Decision.CLEARED


def test_a_death_archives_the_child_wherever_it_is_and_tells_that_team(team):
    with_us = ChildFactory(team=team)
    with_them = ChildFactory(team=TeamFactory())
    left_us = ChildFactory(team=team, moved_away=True)
    move = SchoolMoveFactory(team=team, child=with_them)

    archived = actions.record_deaths(
        {with_us.pk: date(2026, 10, 1), with_them.pk: None, left_us.pk: None}, at=NOW
    )

    assert {child_id for child_id, _ in archived} == {with_us.pk, with_them.pk}
    assert not CohortMembership.objects.filter(archived_at=None).exists()
    assert left_us.memberships.get().archive_reason == ArchiveReason.MOVED_OUT_OF_AREA
    assert set(Notice.objects.values_list("child", "team")) == set(archived)
    with_us.refresh_from_db()
    left_us.refresh_from_db()
    assert (with_us.deceased, with_us.date_of_death) == (True, date(2026, 10, 1))
    assert (left_us.deceased, left_us.date_of_death) == (True, None)
    move.refresh_from_db()
    assert move.state == MoveState.CLEARED
