"""Archiving a child's record with a reason, and restoring it."""

import datetime

import pytest

from children.models import ArchiveReason, Child, CohortMembership
from mavis.models import ActivityEvent, EventKind
from schoolmoves.models import MoveState, SchoolMoveLogEntry
from tests.factories import (
    ChildFactory,
    CohortMembershipFactory,
    SchoolMoveFactory,
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


def record(client, child):
    return Shown.at(client, f"/children/{child.pk}/")


def archive(client, child, **entered):
    page = record(client, child).follow("Archive child record")
    return page.press("Archive child record", **{"details": "", **entered})


@pytest.mark.parametrize(
    ("reason", "details", "said"),
    [
        ("imported_in_error", "", "Imported in error."),
        ("moved_out_of_area", "", "Moved out of area."),
        ("deceased", "", "Deceased."),
        ("other", "Lives abroad", "Other: Lives abroad."),
    ],
)
def test_a_record_is_archived_with_a_reason(client, nurse, reason, details, said):
    child = ChildFactory(team=nurse.team)

    page = archive(client, child, reason=reason, details=details)

    assert page.banner == "Record archived"
    assert f"by {nurse.name}. {said}" in page.text
    assert "Archive child record" not in page.links
    membership = CohortMembership.objects.get()
    assert (membership.archive_reason, membership.archived_by) == (reason, nurse)
    log = page.follow("Activity log")
    assert "Record archived" in log.headings
    assert f"Reason: {said.rstrip('.')}" in log.text
    assert "added" not in log.text


def test_the_reasons_are_the_four_of_the_spec(client, nurse):
    page = record(client, ChildFactory(team=nurse.team)).follow("Archive child record")

    for reason in ("Imported in error", "Moved out of area", "Deceased", "Other"):
        assert reason in page.text


@pytest.mark.parametrize(
    ("entered", "error"),
    [
        ({}, "Select a reason"),
        ({"reason": "bored"}, "Select one of the reasons in the list"),
        ({"reason": "other"}, "Enter why the record is archived"),
        (
            {"reason": "other", "details": "x" * 301},
            "Shorten this to 300 characters or fewer",
        ),
    ],
)
def test_without_a_reason_nothing_is_archived(client, nurse, entered, error):
    child = ChildFactory(team=nurse.team)

    page = archive(client, child, **entered)

    assert (page.status, page.errors) == (422, [error])
    assert not ActivityEvent.objects.exists()


def test_details_of_another_reason_are_not_kept(client, nurse):
    child = ChildFactory(team=nurse.team)

    archive(client, child, reason="imported_in_error", details="typed before")

    assert CohortMembership.objects.get().archive_details == ""


def test_the_second_of_two_people_to_archive_a_record_is_told_so(client, nurse):
    child = ChildFactory(team=nurse.team)
    page = record(client, child).follow("Archive child record")
    archive(client, child, reason="imported_in_error")

    answer = page.press("Archive child record", reason="other", details="Twice")

    assert answer.banner == "Someone else has archived this record already"
    assert CohortMembership.objects.get().archive_reason == "imported_in_error"
    assert ActivityEvent.objects.count() == 1


def test_a_child_archived_as_deceased_is_deceased_and_has_no_move(client, nurse):
    child = ChildFactory(team=nurse.team)
    moves = [
        SchoolMoveFactory(child=child, team=nurse.team),
        SchoolMoveFactory(child=child, team=TeamFactory(), school=None, waiting=True),
    ]

    archive(client, child, reason="deceased")

    assert Child.objects.get().deceased
    for move in moves:
        move.refresh_from_db()
        assert move.state == MoveState.CLEARED
    assert SchoolMoveLogEntry.objects.count() == 2


def test_archiving_clears_the_teams_own_move_and_opens_the_one_behind_it(client, nurse):
    child = ChildFactory(team=nurse.team)
    ours = SchoolMoveFactory(child=child, team=nurse.team)
    theirs = SchoolMoveFactory(
        child=child, team=TeamFactory(), school=None, waiting=True
    )

    archive(client, child, reason="moved_out_of_area")

    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.state, theirs.state) == (MoveState.CLEARED, MoveState.OPEN)


# --- Restoring -------------------------------------------------------------------


@pytest.mark.parametrize("reason", sorted(set(ArchiveReason) - {"deceased"}))
def test_an_archived_record_is_restored(client, nurse, reason):
    child = ChildFactory(team=nurse.team, archived=reason)

    page = record(client, child).press("Restore")

    assert page.banner == "Record restored"
    assert "Archived on" not in page.text
    assert "Archive child record" in page.links
    membership = CohortMembership.objects.get()
    assert (membership.archived_at, membership.archive_reason) == (None, "")
    assert ActivityEvent.objects.get().kind == EventKind.RESTORED


@pytest.mark.parametrize(
    "details",
    [{"is_deceased": True}, {"archived": "other", "deceased": True}],
)
def test_after_deceased_a_record_is_never_restored(client, nurse, details):
    child = ChildFactory(team=nurse.team, **details)

    assert "Restore" not in record(client, child).buttons
    answer = Shown(
        client, client.post(f"/children/{child.pk}/restore/", {}, follow=True)
    )

    assert "cannot be restored" in answer.banner
    assert CohortMembership.objects.get().archived_at is not None


def test_a_record_restored_meanwhile_is_told_of(client, nurse):
    child = ChildFactory(team=nurse.team, archived=ArchiveReason.OTHER)
    page = record(client, child)
    page.press("Restore")

    answer = page.press("Restore")

    assert "has been already" in answer.banner
    assert ActivityEvent.objects.count() == 1


def test_a_child_that_another_team_took_meanwhile_is_not_restored(client, nurse):
    child = ChildFactory(team=nurse.team, moved_away=True)
    page = record(client, child)
    CohortMembershipFactory(child=child, team=TeamFactory())

    assert page.press("Restore").status == 404
    assert CohortMembership.objects.filter(archived_at=None).count() == 1


def test_an_active_record_offers_no_restore(client, nurse):
    assert "Restore" not in record(client, ChildFactory(team=nurse.team)).buttons
