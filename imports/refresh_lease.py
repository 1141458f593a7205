"""Which worker holds a sweep that refreshes children from PDS.

As with an import, the token makes it safe: a worker whose lease has run out writes
nothing more. A slice is so much shorter than the lease that it is never renewed.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from imports.models import RefreshRun
from mavis import stopping

# A slice may end so long after its time: its last requests are waited for.
OVERTIME = timedelta(seconds=90)


class SweepLost(Exception):
    """The sweep is in another worker's hands: what this one was doing is void."""


@dataclass(frozen=True)
class SweepLease:
    """One worker's hold on the sweep, for about one slice of work."""

    run_id: int
    token: UUID
    slice_ends: float  # by time.monotonic()

    def lock(self) -> RefreshRun:
        """Return the sweep, locked until the transaction ends.

        :raises SweepLost: another worker has taken it
        """
        held = (
            RefreshRun.objects.select_for_update(no_key=True)
            .filter(pk=self.run_id, lease_token=self.token)
            .first()
        )
        if held is None:
            raise SweepLost(f"refresh run {self.run_id} was taken from us")
        return held

    def slice_is_over(self) -> bool:
        """Test if the rest should be left for another slice."""
        return stopping.is_asked() or time.monotonic() >= self.slice_ends

    def release(self) -> None:
        """Let other workers take it. Nothing happens if it is not ours."""
        RefreshRun.objects.filter(pk=self.run_id, lease_token=self.token).update(
            lease_token=None, lease_expires_at=None
        )


def take(*, now: datetime) -> SweepLease | None:
    """Take the sweep that is not finished, unless another worker holds it."""
    run = free_to_take(now).first()
    if run is None:
        return None
    seconds = float(settings.IMPORT_SLICE_SECONDS)
    lease = SweepLease(run.pk, uuid4(), time.monotonic() + seconds)
    taken = (
        free_to_take(now)
        .filter(pk=run.pk)
        .update(
            lease_token=lease.token,
            lease_expires_at=Now() + timedelta(seconds=seconds) + OVERTIME,
        )
    )
    return lease if taken == 1 else None


def free_to_take(now: datetime) -> QuerySet[RefreshRun]:
    """Return the sweep that waits for a worker, if one does."""
    return RefreshRun.objects.filter(
        Q(lease_token=None) | Q(lease_expires_at__lt=Now()),
        Q(not_before=None) | Q(not_before__lte=now),
        finished_at=None,
    )
