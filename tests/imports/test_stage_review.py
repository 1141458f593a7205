"""Review: what a person decides happens once, whoever else presses a button."""

import threading

import pytest
from django.db import connections, transaction

from imports.lease import LeaseLost
from imports.models import CohortImport, StatusChanged
from imports.rules.lifecycle import PROCESSING, Status, TransitionNotAllowed
from imports.rules.outcomes import NotImported, Result
from imports.stages import review
from imports.stages.review import NotAllowedToApprove
from mavis.models import ActivityEvent, EventKind
from tests.factories import (
    NOW,
    CohortImportFactory,
    CohortRowFactory,
    TeamFactory,
    UserFactory,
)
from tests.imports.committing import lease_of

pytestmark = pytest.mark.django_db

DECISIONS = [
    review.approve,
    review.cancel,
    review.approve_changed,
    review.ignore_changed,
]
MAY_BE_MADE_IN = {
    review.approve: {Status.IN_REVIEW},
    review.cancel: {*PROCESSING, Status.IN_REVIEW},
    review.approve_changed: {Status.IN_FURTHER_REVIEW},
    review.ignore_changed: {Status.IN_FURTHER_REVIEW},
}


def decide(decision, cohort_import, *, by=None):
    decision(cohort_import=cohort_import, by=by or cohort_import.uploaded_by, at=NOW)


def as_someone_else_sees_it(cohort_import):
    return CohortImport.objects.get(pk=cohort_import.pk)


# --- Once and only once ------------------------------------------------------------


def test_approving_starts_the_commit_and_says_who_and_when():
    cohort_import = CohortImportFactory(in_review=True)
    nurse = UserFactory(team=cohort_import.team)

    decide(review.approve, cohort_import, by=nurse)

    cohort_import.refresh_from_db()
    assert cohort_import.status == Status.COMMITTING
    assert (cohort_import.approved_by, cohort_import.approved_at) == (nurse, NOW)
    event = ActivityEvent.objects.get()
    assert (event.kind, event.by) == (EventKind.UPLOAD_APPROVED, nurse)


@pytest.mark.parametrize(
    ("status", "first", "second"),
    [
        (Status.IN_REVIEW, review.approve, review.approve),
        (Status.IN_REVIEW, review.approve, review.cancel),
        (Status.IN_REVIEW, review.cancel, review.approve),
        (Status.IN_REVIEW, review.cancel, review.cancel),
        (Status.TRACING, review.cancel, review.cancel),
        (Status.IN_FURTHER_REVIEW, review.approve_changed, review.approve_changed),
        (Status.IN_FURTHER_REVIEW, review.approve_changed, review.ignore_changed),
        (Status.IN_FURTHER_REVIEW, review.ignore_changed, review.approve_changed),
        (Status.IN_FURTHER_REVIEW, review.ignore_changed, review.ignore_changed),
    ],
)
def test_the_second_of_two_people_to_decide_is_told_so(status, first, second):
    cohort_import = CohortImportFactory(status=status)
    CohortRowFactory(cohort_import=cohort_import, held=True)
    stale = as_someone_else_sees_it(cohort_import)
    decide(first, cohort_import)

    with pytest.raises(StatusChanged):
        decide(second, stale)

    assert cohort_import.transitions.count() == 1
    assert ActivityEvent.objects.count() <= 1


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("decision", DECISIONS)
def test_a_decision_is_made_only_where_it_is_asked_for(decision, status):
    options = {"failure_reason": "fault"} if status == Status.FAILED else {}
    cohort_import = CohortImportFactory(status=status, **options)

    if status in MAY_BE_MADE_IN[decision]:
        decide(decision, cohort_import)

        assert cohort_import.transitions.count() == 1
    else:
        with pytest.raises(TransitionNotAllowed):
            decide(decision, cohort_import)

        assert not cohort_import.transitions.exists()


# --- A second person ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "decision"),
    [
        (Status.IN_REVIEW, review.approve),
        (Status.IN_FURTHER_REVIEW, review.approve_changed),
    ],
)
def test_a_team_may_want_someone_other_than_the_uploader_to_approve(status, decision):
    team = TeamFactory(with_second_approver=True)
    cohort_import = CohortImportFactory(team=team, status=status)

    with pytest.raises(NotAllowedToApprove):
        decide(decision, cohort_import)

    assert as_someone_else_sees_it(cohort_import).status == status
    decide(decision, cohort_import, by=UserFactory(team=team))
    assert cohort_import.status == Status.COMMITTING


def test_the_uploader_may_still_cancel_where_a_second_person_approves():
    team = TeamFactory(with_second_approver=True)
    cohort_import = CohortImportFactory(team=team, in_review=True)

    decide(review.cancel, cohort_import)

    assert cohort_import.status == Status.CANCELLED


# --- Cancelling while a worker is at it -------------------------------------------------


def test_cancelling_takes_the_import_out_of_the_workers_hands():
    cohort_import = CohortImportFactory(tracing=True)
    lease = lease_of(cohort_import)

    decide(review.cancel, cohort_import)

    with transaction.atomic(), pytest.raises(LeaseLost):
        lease.lock()


@pytest.mark.parametrize("now", [Status.MATCHING, Status.IN_REVIEW])
def test_what_the_worker_gets_to_meanwhile_does_not_stop_a_cancellation(now):
    cohort_import = CohortImportFactory(tracing=True)
    CohortImport.objects.filter(pk=cohort_import.pk).update(status=now)

    decide(review.cancel, cohort_import)

    assert cohort_import.status == Status.CANCELLED
    assert cohort_import.transitions.get().was == now


@pytest.mark.parametrize("now", [Status.COMMITTING, Status.INVALID])
def test_an_import_that_has_come_further_is_not_cancelled(now):
    cohort_import = CohortImportFactory(tracing=True)
    CohortImport.objects.filter(pk=cohort_import.pk).update(status=now)

    with pytest.raises(StatusChanged):
        decide(review.cancel, cohort_import)


# --- Further review ---------------------------------------------------------------------


def test_approving_the_changes_lets_the_held_rows_be_committed():
    cohort_import = CohortImportFactory(in_further_review=True, fault_reference="A1")
    held = CohortRowFactory(cohort_import=cohort_import, held=True)

    decide(review.approve_changed, cohort_import)

    held.refresh_from_db()
    assert (cohort_import.status, held.held) == (Status.COMMITTING, False)
    assert cohort_import.fault_reference == ""


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (Result.NEW, Status.PARTIALLY_COMPLETED),
        (Result.UP_TO_DATE, Status.PARTIALLY_COMPLETED),
        (Result.CLOSE_MATCH, Status.PARTIALLY_COMPLETED),
        (Result.HELD_WITH_MOVE, Status.PARTIALLY_COMPLETED),
        (Result.NOT_IMPORTED, Status.CANCELLED),
        (None, Status.CANCELLED),
    ],
)
def test_ignoring_the_changes_ends_the_import(result, status):
    cohort_import = CohortImportFactory(in_further_review=True)
    if result:
        CohortRowFactory(cohort_import=cohort_import, result=result, committed_at=NOW)
    held = CohortRowFactory(cohort_import=cohort_import, held=True)

    decide(review.ignore_changed, cohort_import)

    held.refresh_from_db()
    assert cohort_import.status == status
    assert (held.result, held.committed_at) == (Result.NOT_IMPORTED, NOW)
    assert held.not_imported_reason == NotImported.IGNORED
    assert not held.held


# --- At the same time -----------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_many_who_press_approve_at_once_one_does():
    cohort_import = CohortImportFactory(in_review=True)
    together = threading.Barrier(4)
    outcomes = []

    def press():
        seen = as_someone_else_sees_it(cohort_import)
        together.wait(timeout=10)
        try:
            decide(review.approve, seen)
        except StatusChanged:
            outcomes.append("refused")
        else:
            outcomes.append("approved")
        finally:
            connections.close_all()

    people = [threading.Thread(target=press) for _ in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()

    assert sorted(outcomes) == ["approved", "refused", "refused", "refused"]
    assert cohort_import.transitions.count() == 1
    assert ActivityEvent.objects.count() == 1
