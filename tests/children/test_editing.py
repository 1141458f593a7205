"""Two people who edit one record at the same moment."""

import threading

import pytest
from django.db import connections

from children import editing
from children.editing import NumberIsTaken, Part, RecordChanged
from children.models import Child
from mavis.models import ActivityEvent
from tests.factories import NOW, ChildFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def nurse():
    nurse = UserFactory()
    nurse.team = nurse.teams.get()
    return nurse


def edit(nurse, child, part, **values):
    editing.edit(
        child_id=child.pk,
        team=nurse.team,
        part=part,
        values=values,
        seen=editing.version_of(child, part),
        by=nurse,
        at=NOW,
    )


def at_the_same_moment(*actions):
    """Run each action in a thread and connection of its own; return what they raise."""
    barrier = threading.Barrier(len(actions))
    raised = []

    def run(action):
        try:
            barrier.wait()
            action()
        except (RecordChanged, NumberIsTaken) as error:
            raised.append(type(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_one_of_two_edits_of_the_same_part_wins_and_the_other_is_told(nurse):
    child = ChildFactory(team=nurse.team)

    raised = at_the_same_moment(
        lambda: edit(nurse, child, Part.GENDER, gender="male"),
        lambda: edit(nurse, child, Part.GENDER, gender="female"),
    )

    assert raised == [RecordChanged]
    assert ActivityEvent.objects.count() == 1


def test_edits_of_different_parts_are_both_made(nurse):
    child = ChildFactory(team=nurse.team)

    raised = at_the_same_moment(
        lambda: edit(nurse, child, Part.GENDER, gender="male"),
        lambda: edit(nurse, child, Part.ADDRESS, town="Leeds"),
    )

    assert raised == []
    child.refresh_from_db()
    assert (child.gender, child.town) == ("male", "Leeds")


def test_a_number_given_to_two_children_at_once_is_taken_by_one(nurse):
    one, two = ChildFactory.create_batch(2, team=nurse.team)

    raised = at_the_same_moment(
        *(
            lambda child=child: edit(
                nurse, child, Part.NHS_NUMBER, nhs_number="9990000018"
            )
            for child in (one, two)
        )
    )

    assert raised == [NumberIsTaken]
    assert Child.objects.filter(nhs_number="9990000018").count() == 1
    assert ActivityEvent.objects.count() == 1
