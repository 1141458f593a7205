"""A person decides about an import: what is approved is committed, once.

Each decision is one transaction that changes the status on condition that it is
still the one the person saw, so of two that are made at once one is refused.
"""

from datetime import datetime

from django.db import transaction

from imports.models import CohortImport, StatusChanged
from imports.queries import rows
from imports.rules.lifecycle import PROCESSING, Status, TransitionNotAllowed
from imports.rules.outcomes import NotImported, Result
from mavis import access, audit
from mavis.audit import Event
from mavis.models import EventKind, User
from mavis.rules.permissions import Action, can_be_done


class ReviewChanged(Exception):
    """The page that a person decided by no longer shows what would be done."""


class NotAllowedToApprove(Exception):
    """The team wants a second person to approve, and this one uploaded the file."""


@transaction.atomic(durable=True)
def approve(
    *, cohort_import: CohortImport, by: User, at: datetime, seen: str | None = None
) -> None:
    """Accept what the review showed, so that the import is committed.

    :param seen: the version of what a person saw; None if nothing was shown
    :raises TransitionNotAllowed: it is not in review
    :raises ReviewChanged: someone else has chosen about an archived child since
    :raises StatusChanged: someone else has just approved or cancelled it
    :raises NotAllowedToApprove: someone other than the uploader has to
    """
    _check_status(cohort_import, Action.APPROVE)
    _check_approver(cohort_import, by)
    _check_seen(cohort_import, seen)
    cohort_import.change_status(
        Status.COMMITTING, at=at, by=by, approved_by=by, approved_at=at
    )
    _record(EventKind.UPLOAD_APPROVED, cohort_import, by, at)


@transaction.atomic(durable=True)
def cancel(*, cohort_import: CohortImport, by: User, at: datetime) -> None:
    """Give up an upload before anything of it has been imported.

    While it is being processed this takes it out of the worker's hands. What the
    worker has got to meanwhile is no reason to refuse.

    :raises TransitionNotAllowed: it is neither being processed nor in review
    :raises StatusChanged: someone else has just approved or cancelled it
    """
    _check_status(cohort_import, Action.CANCEL)
    seen = Status(cohort_import.status)
    now = CohortImport.objects.select_for_update(no_key=True).get(pk=cohort_import.pk)
    if seen != now.status and (
        seen not in PROCESSING or not can_be_done(Action.CANCEL, now.status)
    ):
        raise StatusChanged(f"{cohort_import} is no longer {seen}")
    now.change_status(
        Status.CANCELLED, at=at, by=by, lease_token=None, lease_expires_at=None
    )
    _record(EventKind.UPLOAD_CANCELLED, now, by, at)
    cohort_import.refresh_from_db()


@transaction.atomic(durable=True)
def approve_changed(
    *, cohort_import: CohortImport, by: User, at: datetime, seen: str | None = None
) -> None:
    """Accept the rows that changed since the first approval, as they now stand.

    :param seen: the version of what a person saw; None if nothing was shown
    :raises TransitionNotAllowed: it is not in further review
    :raises ReviewChanged: the rows are others, or stand otherwise, since
    :raises StatusChanged: someone else has just decided about them
    :raises NotAllowedToApprove: someone other than the uploader has to
    """
    _check_status(cohort_import, Action.APPROVE_CHANGED)
    _check_approver(cohort_import, by)
    _check_seen(cohort_import, seen)
    cohort_import.change_status(Status.COMMITTING, at=at, by=by, fault_reference="")
    cohort_import.rows.filter(held=True, committed_at=None).update(held=False)
    _record(EventKind.UPLOAD_APPROVED, cohort_import, by, at)


@transaction.atomic(durable=True)
def ignore_changed(
    *, cohort_import: CohortImport, by: User, at: datetime, seen: str | None = None
) -> None:
    """Leave out the rows that changed since the approval. The import is then over.

    :param seen: the version of what a person saw; None if nothing was shown
    :raises TransitionNotAllowed: it is not in further review
    :raises ReviewChanged: the rows are others, or stand otherwise, since
    :raises StatusChanged: someone else has just decided about them
    """
    _check_status(cohort_import, Action.IGNORE_CHANGED)
    _check_seen(cohort_import, seen)
    something_was_imported = (
        cohort_import.rows.exclude(committed_at=None)
        .exclude(result=Result.NOT_IMPORTED)
        .exists()
    )
    over = Status.PARTIALLY_COMPLETED if something_was_imported else Status.CANCELLED
    cohort_import.change_status(over, at=at, by=by)
    cohort_import.rows.filter(committed_at=None).update(
        committed_at=at,
        result=Result.NOT_IMPORTED,
        not_imported_reason=NotImported.IGNORED,
        held=False,
    )
    told = {
        Status.CANCELLED: EventKind.UPLOAD_CANCELLED,
        Status.PARTIALLY_COMPLETED: EventKind.CHANGES_IGNORED,
    }
    _record(told[over], cohort_import, by, at)


def _check_status(cohort_import: CohortImport, decision: Action) -> None:
    # The lifecycle alone would let one decision stand in for another.
    if not can_be_done(decision, cohort_import.status):
        raise TransitionNotAllowed(f"{cohort_import} is {cohort_import.status}")


def _check_approver(cohort_import: CohortImport, by: User) -> None:
    if not access.may_approve(
        user=by,
        team=cohort_import.team,
        uploaded_by_id=cohort_import.uploaded_by_id,
    ):
        raise NotAllowedToApprove(f"{by} uploaded {cohort_import}")


def _check_seen(cohort_import: CohortImport, seen: str | None) -> None:
    if seen is None:
        return
    # Whoever chooses about an archived child locks the import too.
    CohortImport.objects.select_for_update(no_key=True).get(pk=cohort_import.pk)
    if rows.version_of(cohort_import) != seen:
        raise ReviewChanged(f"{cohort_import} is not as it was seen")


def _record(
    kind: EventKind, cohort_import: CohortImport, by: User, at: datetime
) -> None:
    audit.record(
        Event(
            kind=kind,
            at=at,
            by_id=by.pk,
            team_id=cohort_import.team_id,
            import_id=cohort_import.pk,
        )
    )
