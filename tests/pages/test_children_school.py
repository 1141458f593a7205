"""Changing a child’s school by hand."""

import datetime

import pytest

from children.models import Child
from mavis.models import ActivityEvent, EventKind
from schoolmoves.models import Decision, MoveState, SchoolMove, SchoolMoveLogEntry
from tests.factories import (
    ChildFactory,
    SchoolFactory,
    SchoolMoveFactory,
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
