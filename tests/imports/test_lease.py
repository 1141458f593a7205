"""The lease: one worker at a time, and nothing written by one that has lost it."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from imports import lease as leases
from imports.lease import LeaseLost
from imports.models import CohortImport
from imports.rules.lifecycle import WORKING, Status
from tests.factories import NOW, CohortImportFactory

pytestmark = pytest.mark.django_db


def run_out(cohort_import):
    CohortImport.objects.filter(pk=cohort_import.pk).update(
        lease_expires_at=timezone.now() - timedelta(seconds=1)
    )


def test_an_import_that_a_worker_holds_is_not_given_to_another():
    cohort_import = CohortImportFactory(status=Status.UPLOADED)
    assert leases.take(cohort_import.pk, now=NOW)

    assert leases.take(cohort_import.pk, now=NOW) is None


def test_a_lease_that_has_run_out_is_given_to_another_and_lost_by_the_first():
    cohort_import = CohortImportFactory(status=Status.UPLOADED)
    first = leases.take(cohort_import.pk, now=NOW)
    run_out(cohort_import)

    second = leases.take(cohort_import.pk, now=NOW)

    assert second.lock() == cohort_import
    with pytest.raises(LeaseLost):
        first.lock()
    assert not first.renew()


def test_only_its_owner_releases_a_lease():
    cohort_import = CohortImportFactory(status=Status.UPLOADED)
    first = leases.take(cohort_import.pk, now=NOW)
    run_out(cohort_import)
    second = leases.take(cohort_import.pk, now=NOW)

    first.release()
    assert second.lock() == cohort_import

    second.release()
    assert leases.take(cohort_import.pk, now=NOW)


def test_a_lease_that_ran_out_but_was_not_taken_is_still_ours():
    cohort_import = CohortImportFactory(status=Status.UPLOADED)
    lease = leases.take(cohort_import.pk, now=NOW)
    run_out(cohort_import)

    assert lease.renew()
    assert leases.take(cohort_import.pk, now=NOW) is None


@pytest.mark.parametrize("status", [one for one in Status if one not in WORKING])
def test_an_import_that_waits_for_a_person_or_is_over_cannot_be_taken(status):
    reason = "fault" if status == Status.FAILED else ""
    cohort_import = CohortImportFactory(status=status, failure_reason=reason)

    assert leases.take(cohort_import.pk, now=NOW) is None


def test_an_import_is_not_taken_before_its_time():
    cohort_import = CohortImportFactory(
        status=Status.TRACING, not_before=NOW + timedelta(seconds=30)
    )

    assert leases.take(cohort_import.pk, now=NOW) is None
    assert leases.take(cohort_import.pk, now=NOW + timedelta(seconds=30))


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_renewed_while_a_stage_runs(settings):
    settings.IMPORT_LEASE_SECONDS = 0.2
    cohort_import = CohortImportFactory(status=Status.UPLOADED)
    lease = leases.take(cohort_import.pk, now=NOW)
    cohort_import.refresh_from_db()
    first_end = cohort_import.lease_expires_at

    with lease.kept():
        give_up_at = timezone.now() + timedelta(seconds=20)
        while cohort_import.lease_expires_at == first_end:
            assert timezone.now() < give_up_at, "the lease was never renewed"
            cohort_import.refresh_from_db()

    assert cohort_import.lease_expires_at > first_end


def test_a_lease_is_renewed_again_when_postgresql_was_away_for_a_moment(
    settings, monkeypatch
):
    settings.IMPORT_LEASE_SECONDS = 0.2
    lease = leases.take(CohortImportFactory(status=Status.UPLOADED).pk, now=NOW)
    tried_again = threading.Event()
    answers = iter([OperationalError, tried_again.set])

    def renew(_lease):
        if (answer := next(answers)) is OperationalError:
            raise answer
        answer()

    monkeypatch.setattr(leases.Lease, "renew", renew)
    with lease.kept():
        assert tried_again.wait(20)


@pytest.mark.django_db(transaction=True)
def test_a_stage_without_a_transaction_cannot_lock():
    cohort_import = CohortImportFactory(status=Status.UPLOADED)
    lease = leases.take(cohort_import.pk, now=NOW)

    with pytest.raises(TransactionManagementError):
        lease.lock()


def test_after_its_turn_a_slice_is_over_as_soon_as_another_import_waits():
    cohort_import = CohortImportFactory(status=Status.UPLOADED)
    lease = leases.take(cohort_import.pk, now=NOW)
    after_its_turn = replace(lease, turn_ends=0)
    assert not after_its_turn.slice_is_over()

    another = CohortImportFactory(status=Status.UPLOADED)
    assert after_its_turn.slice_is_over()
    assert not replace(lease, turn_ends=lease.slice_ends).slice_is_over()

    leases.take(another.pk, now=NOW)
    assert not after_its_turn.slice_is_over()


def test_an_import_that_waits_for_pds_or_for_a_person_ends_no_slice():
    cohort_import = CohortImportFactory(status=Status.UPLOADED)
    after_its_turn = replace(leases.take(cohort_import.pk, now=NOW), turn_ends=0)

    CohortImportFactory(
        status=Status.TRACING, not_before=timezone.now() + timedelta(hours=1)
    )
    CohortImportFactory(status=Status.IN_REVIEW)

    assert not after_its_turn.slice_is_over()
