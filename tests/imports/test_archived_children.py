"""Children who are archived and in a file: restored, or kept as they are (section 11)."""

import pytest

from children.models import ArchiveReason, CohortMembership
from imports.rules.differences import Field
from imports.rules.lifecycle import Status
from imports.rules.outcomes import Archived, Move, NotImported, Outcome, Result
from mavis.models import ActivityEvent, EventKind
from schoolmoves.models import SchoolMove
from tests.factories import (
    ChildFactory,
    CohortImportFactory,
    CohortMembershipFactory,
    CohortRowFactory,
    SchoolFactory,
)
from tests.imports.committing import (
    approve,
    commit_rows,
    imported,
    match_rows,
    rows_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort_import():
    return CohortImportFactory(matching=True)


@pytest.fixture
def team(cohort_import):
    return cohort_import.team


def matched(cohort_import, **row):
    """Bring an import of one row to its review, and return the row."""
    CohortRowFactory(cohort_import=cohort_import, **row)
    match_rows(cohort_import)
    return cohort_import.rows.get()


# --- What the review shows ---------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "archived", "outcome"),
    [
        (ArchiveReason.OTHER, Archived.RESTORED, Outcome.ALREADY_IN_MAVIS),
        (ArchiveReason.MOVED_OUT_OF_AREA, Archived.RESTORED, Outcome.ALREADY_IN_MAVIS),
        (ArchiveReason.IMPORTED_IN_ERROR, Archived.KEPT, Outcome.NOT_IMPORTED),
    ],
)
def test_a_certain_match_to_an_archived_child_restores_it_unless_it_was_an_error(
    cohort_import, team, reason, archived, outcome
):
    ChildFactory(team=team, archived=reason)

    row = matched(cohort_import)

    assert (row.archived, row.outcome) == (archived, outcome)
    assert (row.not_imported_reason == NotImported.ARCHIVED) == (
        archived == Archived.KEPT
    )


def test_why_our_team_archived_a_child_counts_before_why_another_did(
    cohort_import, team
):
    child = ChildFactory(team=team, archived=ArchiveReason.IMPORTED_IN_ERROR)
    CohortMembershipFactory(child=child, reason=ArchiveReason.OTHER)

    assert matched(cohort_import).archived == Archived.KEPT


def test_a_child_only_another_team_archived_is_restored_to_ours(cohort_import):
    ChildFactory(archived=ArchiveReason.MOVED_OUT_OF_AREA)

    assert matched(cohort_import).archived == Archived.RESTORED


def test_a_child_who_has_died_is_never_restored(cohort_import, team):
    ChildFactory(team=team, is_deceased=True)

    row = matched(cohort_import)

    assert (row.archived, row.outcome) == (Archived.STAYS, Outcome.NOT_IMPORTED)


# --- What the import does ----------------------------------------------------------


def test_a_restored_child_is_active_with_the_team_and_updated(cohort_import, team):
    child = ChildFactory(team=team, archived=ArchiveReason.OTHER)
    CohortRowFactory(cohort_import=cohort_import, preferred_first_name="Ama")

    (row,) = imported(cohort_import)

    membership = CohortMembership.objects.get(child=child)
    child.refresh_from_db()
    assert (membership.archived_at, membership.archive_reason) == (None, "")
    assert child.preferred_first_name == "Ama"
    assert (row.result, row.child) == (Result.UPDATED, child)
    event = ActivityEvent.objects.get(child=child, kind=EventKind.RESTORED)
    assert (event.by, event.cohort_import) == (cohort_import.uploaded_by, cohort_import)


def test_a_child_that_only_another_team_had_is_restored_to_ours(cohort_import, team):
    child = ChildFactory(archived=ArchiveReason.MOVED_OUT_OF_AREA)
    CohortRowFactory(cohort_import=cohort_import)

    imported(cohort_import)

    active = CohortMembership.objects.get(child=child, archived_at=None)
    assert active.team == team
    assert CohortMembership.objects.filter(child=child).count() == 2


def test_another_school_of_a_restored_child_waits_for_a_person(cohort_import, team):
    here, there = SchoolFactory.create_batch(2, team=team)
    child = ChildFactory(team=team, school=here, archived=ArchiveReason.OTHER)
    CohortRowFactory(cohort_import=cohort_import, school=there)

    (row,) = imported(cohort_import)

    child.refresh_from_db()
    move = SchoolMove.objects.get(child=child)
    assert child.school == here
    assert (move.school, move.from_team, row.school_move) == (there, None, move)
    assert CohortMembership.objects.filter(child=child, archived_at=None).exists()


def test_a_child_known_by_its_number_is_restored_and_its_differences_wait(
    cohort_import, team
):
    child = ChildFactory(team=team, traced=True, archived=ArchiveReason.OTHER)
    CohortRowFactory(
        cohort_import=cohort_import,
        nhs_number=child.nhs_number,
        nhs_number_confirmed=True,
        postcode="M1 1AE",
    )

    (row,) = imported(cohort_import)

    child.refresh_from_db()
    assert row.result == Result.CLOSE_MATCH
    assert row.differences == [Field.POSTCODE]
    assert child.postcode == "SW1A 1AA"
    assert CohortMembership.objects.filter(child=child, archived_at=None).exists()


def test_a_close_match_leaves_an_archived_child_archived(cohort_import, team):
    child = ChildFactory(team=team, archived=ArchiveReason.OTHER)
    CohortRowFactory(cohort_import=cohort_import, postcode="M1 1AE")

    (row,) = imported(cohort_import)

    assert (row.result, row.archived) == (Result.CLOSE_MATCH, "")
    assert not CohortMembership.objects.filter(child=child, archived_at=None).exists()


def test_a_child_that_stays_archived_keeps_everything_as_it_was(cohort_import, team):
    child = ChildFactory(team=team, archived=ArchiveReason.IMPORTED_IN_ERROR)
    CohortRowFactory(cohort_import=cohort_import, preferred_first_name="Ama")

    (row,) = imported(cohort_import)

    child.refresh_from_db()
    assert (row.result, row.not_imported_reason) == (
        Result.NOT_IMPORTED,
        NotImported.ARCHIVED,
    )
    assert child.preferred_first_name == ""
    assert not CohortMembership.objects.filter(child=child, archived_at=None).exists()
    assert not ActivityEvent.objects.filter(child=child).exists()
    assert cohort_import.status == Status.COMPLETED


def test_a_child_restored_by_hand_since_the_review_waits_for_another_look(
    cohort_import, team
):
    child = ChildFactory(team=team, archived=ArchiveReason.OTHER)
    CohortRowFactory(cohort_import=cohort_import)
    match_rows(cohort_import)
    approve(cohort_import)
    CohortMembership.objects.filter(child=child).update(
        archived_at=None, archive_reason=""
    )

    commit_rows(cohort_import)

    (row,) = rows_of(cohort_import)
    assert cohort_import.status == Status.IN_FURTHER_REVIEW
    assert (row.held, row.archived, row.move) == (True, "", Move.NONE)
