"""Which worker holds an import.

A worker takes an import for a minute at a time, under a random token, and renews
that from a thread of its own while a stage runs. A worker that dies stops renewing,
and another takes the import once the lease has run out. What makes this safe is not
the time but the token: every transaction of a stage begins with `Lease.lock`, or ends
with it, so a worker that has lost its lease cannot write anything more.

Time here is the database's, which all machines share.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import OperationalError, close_old_connections, connections
from django.db.models import Q
from django.db.models.functions import Now

from imports.models import CohortImport
from imports.rules.lifecycle import WORKING
from mavis import counting, stopping

log = structlog.get_logger()

Clock = Callable[[], datetime]

# So long a stage works at least before it makes way for an import that waits.
TURN_SECONDS = 2.0


class LeaseLost(Exception):
    """The import is in another worker's hands: what this one was doing is void."""


@dataclass(frozen=True)
class Lease:
    """One worker's hold on one import, for about one slice of work."""

    import_id: int
    token: UUID
    # Both by time.monotonic(); the second is when others who wait may have a turn.
    slice_ends: float
    turn_ends: float = math.inf

    def lock(self) -> CohortImport:
        """Return the import, locked until the transaction ends.

        Call it first in every transaction of a stage, or last in a long one during
        which a person may cancel.

        :raises LeaseLost: another worker has taken the import
        """
        held = (
            CohortImport.objects.select_for_update(no_key=True)
            .filter(pk=self.import_id, lease_token=self.token)
            .first()
        )
        if held is None:
            raise LeaseLost(f"cohort import {self.import_id} was taken from us")
        return held

    def slice_is_over(self) -> bool:
        """Test if the stage should stop here and leave the rest for another slice.

        Sooner when this worker is to end, or another import waits for one, so that a
        small file does not wait for large ones.
        """
        now = time.monotonic()
        return (
            stopping.is_asked()
            or now >= self.slice_ends
            or (now >= self.turn_ends and self._another_waits())
        )

    def _another_waits(self) -> bool:
        others = CohortImport.objects.exclude(pk=self.import_id)
        return others.filter(free_to_take(Now())).exists()

    def renew(self) -> bool:
        """Hold the import for another while. Test if it was still ours."""
        renewed = CohortImport.objects.filter(
            pk=self.import_id, lease_token=self.token
        ).update(lease_expires_at=Now() + _lease_length())
        return renewed == 1

    def release(self) -> None:
        """Let other workers take the import. Nothing happens if it is not ours."""
        CohortImport.objects.filter(pk=self.import_id, lease_token=self.token).update(
            lease_token=None, lease_expires_at=None
        )

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renew the lease from another thread until the block ends."""
        done = threading.Event()

        def renew_until_done() -> None:
            try:
                while not done.wait(settings.IMPORT_LEASE_SECONDS / 4):
                    try:
                        close_old_connections()
                        if not self.renew():
                            return
                    except OperationalError:
                        # PostgreSQL may be back before the lease has run out.
                        log.warning("import.lease_not_renewed")
            finally:
                connections.close_all()

        keeper = threading.Thread(target=renew_until_done, daemon=True)
        keeper.start()
        try:
            yield
        finally:
            done.set()
            keeper.join()


def take(import_id: int, *, now: datetime) -> Lease | None:
    """Take an import that waits for a worker, unless another worker holds it."""
    began = time.monotonic()
    lease = Lease(
        import_id,
        uuid4(),
        slice_ends=began + float(settings.IMPORT_SLICE_SECONDS),
        turn_ends=began + TURN_SECONDS,
    )
    free = CohortImport.objects.filter(free_to_take(now), pk=import_id)
    ours = {"lease_token": lease.token, "lease_expires_at": Now() + _lease_length()}
    if free.filter(lease_token=None).update(**ours):
        return lease
    if free.update(**ours):
        counting.add("mavis_import_lease_steals_total")
        return lease
    return None


def free_to_take(now: datetime | Now) -> Q:
    """Return the condition that an import waits for a worker and none holds it."""
    return (
        Q(status__in=list(WORKING))
        & (Q(lease_token=None) | Q(lease_expires_at__lt=Now()))
        & (Q(not_before=None) | Q(not_before__lte=now))
    )


def _lease_length() -> timedelta:
    return timedelta(seconds=settings.IMPORT_LEASE_SECONDS)
