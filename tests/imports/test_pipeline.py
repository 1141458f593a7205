"""The pipeline: what is run next, what a fault does, and what a sweep finds."""

import logging
from datetime import timedelta

import pytest
from kombu.exceptions import OperationalError

from imports import pipeline, tasks
from imports.models import CohortImport
from imports.pipeline import FAULTS_ALLOWED, run_next_stage
from imports.rules.lifecycle import FailureReason, Status
from tests.factories import NOW, CohortImportFactory, CohortRowFactory

pytestmark = pytest.mark.django_db(transaction=True)


class Clock:
    """A clock that a test puts forward."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now

    def forward(self, **time):
        self.now += timedelta(**time)


@pytest.fixture
def clock():
    return Clock()


def run_by(monkeypatch, status, stage):
    monkeypatch.setattr(pipeline, "STAGES", {**pipeline.STAGES, status: stage})


WHO = "Amara Okafor"


def broken(*, lease, clock):
    raise ZeroDivisionError(WHO)


def test_the_status_says_which_stage_runs(clock, monkeypatch):
    ran = []
    run_by(monkeypatch, Status.MATCHING, lambda *, lease, clock: ran.append(lease))
    cohort_import = CohortImportFactory(status=Status.MATCHING)

    can_go_on = run_next_stage(import_id=cohort_import.pk, clock=clock)

    assert [lease.import_id for lease in ran] == [cohort_import.pk]
    assert can_go_on, "the stage left the status as it was: there is more to do"
    cohort_import.refresh_from_db()
    assert cohort_import.lease_token is None


@pytest.mark.parametrize("status", [Status.IN_REVIEW, Status.COMPLETED])
def test_nothing_runs_while_an_import_waits_for_a_person_or_is_over(status, clock):
    cohort_import = CohortImportFactory(status=status)

    assert not run_next_stage(import_id=cohort_import.pk, clock=clock)

    cohort_import.refresh_from_db()
    assert cohort_import.status == status


def test_a_fault_is_tried_again_a_little_later_each_time(clock, monkeypatch):
    run_by(monkeypatch, Status.MATCHING, broken)
    cohort_import = CohortImportFactory(status=Status.MATCHING)
    waits = []

    for _fault in range(FAULTS_ALLOWED - 1):
        assert not run_next_stage(import_id=cohort_import.pk, clock=clock)
        cohort_import.refresh_from_db()
        waits.append((cohort_import.not_before - clock()).total_seconds())
        clock.now = cohort_import.not_before

    assert cohort_import.status == Status.MATCHING
    assert waits == [1, 2, 4, 8]


def test_five_faults_in_a_row_end_an_import_as_failed_with_a_reference(
    clock, monkeypatch
):
    run_by(monkeypatch, Status.MATCHING, broken)
    cohort_import = CohortImportFactory(status=Status.MATCHING)

    for _fault in range(FAULTS_ALLOWED):
        run_next_stage(import_id=cohort_import.pk, clock=clock)
        clock.forward(minutes=1)

    cohort_import.refresh_from_db()
    assert cohort_import.status == Status.FAILED
    assert cohort_import.failure_reason == FailureReason.FAULT
    assert len(cohort_import.fault_reference) == 8


def test_five_faults_while_committing_hold_what_was_not_committed(clock, monkeypatch):
    run_by(monkeypatch, Status.COMMITTING, broken)
    cohort_import = CohortImportFactory(committing=True)
    row = CohortRowFactory(cohort_import=cohort_import, row_number=2, outcome="new")

    for _fault in range(FAULTS_ALLOWED):
        run_next_stage(import_id=cohort_import.pk, clock=clock)
        clock.forward(minutes=1)

    cohort_import.refresh_from_db()
    row.refresh_from_db()
    assert cohort_import.status == Status.IN_FURTHER_REVIEW
    assert len(cohort_import.fault_reference) == 8
    assert row.held


def test_a_slice_that_succeeds_forgets_the_faults_before_it(clock, monkeypatch):
    cohort_import = CohortImportFactory(status=Status.MATCHING, faults_in_a_row=4)
    run_by(monkeypatch, Status.MATCHING, lambda *, lease, clock: None)

    run_next_stage(import_id=cohort_import.pk, clock=clock)

    cohort_import.refresh_from_db()
    assert cohort_import.faults_in_a_row == 0


def test_what_is_logged_of_a_fault_quotes_nothing_of_a_child(
    clock, monkeypatch, caplog, capsys
):
    run_by(monkeypatch, Status.MATCHING, broken)
    cohort_import = CohortImportFactory(status=Status.MATCHING)

    with caplog.at_level(logging.DEBUG):
        run_next_stage(import_id=cohort_import.pk, clock=clock)

    written = caplog.text + "".join(capsys.readouterr())
    assert "ZeroDivisionError" in written
    assert WHO not in written


def test_a_worker_that_lost_its_lease_counts_no_fault(clock, monkeypatch):
    def steal(*, lease, clock):
        CohortImport.objects.update(lease_token=None, lease_expires_at=None)
        lease.renew()
        pipeline.leases.take(lease.import_id, now=clock())
        raise ZeroDivisionError

    run_by(monkeypatch, Status.MATCHING, steal)
    cohort_import = CohortImportFactory(status=Status.MATCHING)

    assert not run_next_stage(import_id=cohort_import.pk, clock=clock)

    cohort_import.refresh_from_db()
    assert cohort_import.faults_in_a_row == 0
    assert cohort_import.lease_token is not None, "the thief still holds it"


def test_the_sweep_queues_what_waits_and_nothing_else(monkeypatch):
    queued = []
    monkeypatch.setattr(tasks, "queue", queued.append)
    forgotten = CohortImportFactory(status=Status.UPLOADED)
    CohortImportFactory(in_review=True)
    held = CohortImportFactory(status=Status.TRACING)
    pipeline.leases.take(held.pk, now=NOW)

    tasks.advance_stalled()

    assert queued == [forgotten.pk]


def test_an_upload_survives_a_broker_that_cannot_be_reached(monkeypatch):
    def unreachable(**_message):
        raise OperationalError

    monkeypatch.setattr(tasks.advance, "apply_async", unreachable)
    cohort_import = CohortImportFactory(status=Status.UPLOADED)

    tasks.queue(cohort_import.pk)

    assert pipeline.waiting_import_ids(now=NOW) == [cohort_import.pk]


def test_a_worker_comes_back_as_soon_as_the_wait_is_over(monkeypatch):
    queued = []
    monkeypatch.setattr(
        tasks, "queue", lambda import_id, after=0: queued.append((import_id, after))
    )
    monkeypatch.setattr(tasks.clock, "now", lambda: NOW)
    soon = CohortImportFactory(
        status=Status.TRACING, not_before=NOW + timedelta(seconds=8)
    )
    late = CohortImportFactory(
        status=Status.TRACING, not_before=NOW + timedelta(minutes=2)
    )

    tasks.advance(import_id=soon.pk)
    tasks.advance(import_id=late.pk)

    assert queued == [(soon.pk, 8)]


def test_a_small_import_goes_all_its_way_in_one_turn_and_a_large_one_is_queued_anew(
    monkeypatch,
):
    def becomes(status):
        def stage(*, lease, clock):
            CohortImport.objects.filter(pk=lease.import_id).update(status=status)

        return stage

    queued = []
    monkeypatch.setattr(tasks, "queue", queued.append)
    run_by(monkeypatch, Status.UPLOADED, becomes(Status.MATCHING))
    run_by(monkeypatch, Status.MATCHING, becomes(Status.IN_REVIEW))
    small, large = CohortImportFactory.create_batch(2, status=Status.UPLOADED)

    tasks.advance(import_id=small.pk)
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0)
    tasks.advance(import_id=large.pk)

    assert queued == [large.pk]
    assert [CohortImport.objects.get(pk=each.pk).status for each in (small, large)] == [
        Status.IN_REVIEW,
        Status.MATCHING,
    ]
