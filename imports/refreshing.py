"""What takes a sweep over all children on, slice by slice (spec section 14).

When a sweep is due is looked up in the database, so beat keeps no file of what it
has started; a sweep that was begun is finished by whichever worker is there.
"""

import traceback
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.utils import timezone

from imports import refresh_lease
from imports.lease import Clock
from imports.models import RefreshRun
from imports.refresh_lease import SweepLease, SweepLost
from imports.rules.refreshing import latest_start
from imports.sql import refreshing as sql
from imports.stages import refresh

log = structlog.get_logger()

# After a fault of ours, not at once again.
AFTER_A_FAULT = timedelta(minutes=5)


def start_if_due(*, now: datetime) -> None:
    """Begin a sweep if the last one began before the last moment at which one should."""
    last = RefreshRun.objects.order_by("-started_at").first()
    due = latest_start(timezone.localtime(now))
    if last is None or (last.finished_at is not None and last.started_at < due):
        start(now=now)


def start(*, now: datetime) -> None:
    """Begin a sweep, unless one is still to be finished."""
    RefreshRun.objects.bulk_create([RefreshRun(started_at=now)], ignore_conflicts=True)
    sql.ensure_all_are_known()


def is_due(*, now: datetime) -> bool:
    """Test if a worker could take a sweep on now."""
    return refresh_lease.free_to_take(now).exists()


def run_slice(*, clock: Clock) -> bool:
    """Do a slice of the sweep, if there is one to do. Test if a worker can go on now."""
    lease = refresh_lease.take(now=clock())
    if lease is None:
        return False
    try:
        refresh.run(lease=lease, clock=clock)
    except SweepLost:
        log.warning("refresh.lease_lost", run_id=lease.run_id)
    except Exception as fault:  # noqa: BLE001 -- noted, and tried again later
        _note_fault(lease, fault, clock())
    finally:
        lease.release()
    return is_due(now=clock())


def _note_fault(lease: SweepLease, fault: Exception, at: datetime) -> None:
    # The message of an exception may quote a child's data; where it arose does not.
    log.error(
        "refresh.fault",
        run_id=lease.run_id,
        fault=type(fault).__qualname__,
        where=traceback.format_tb(fault.__traceback__)[-6:],
    )
    RefreshRun.objects.filter(pk=lease.run_id, lease_token=lease.token).update(
        not_before=at + AFTER_A_FAULT
    )


def run_to_the_end(*, clock: Clock, pause: Callable[[], None]) -> RefreshRun:
    """Begin a sweep, or take up the one that is begun, and return it when it is over.

    It is not over, and returned as it stands, when PDS is out.

    :param pause: called each time there is nothing to do but wait: for another worker
        that holds the sweep, or for imports
    """
    start(now=clock())
    run = RefreshRun.objects.get(finished_at=None)
    while run.finished_at is None and run.waiting_for_pds_since is None:
        if not run_slice(clock=clock):
            run.refresh_from_db()
            if run.finished_at is None and run.waiting_for_pds_since is None:
                pause()
        run.refresh_from_db()
    return run
