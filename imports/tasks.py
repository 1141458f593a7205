"""What workers are told. A message is a hint: losing or repeating it changes nothing."""

import time
from functools import partial

import structlog
from celery import shared_task
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from imports import pipeline, purging, refreshing
from imports.lease import TURN_SECONDS
from imports.stages import settle
from mavis import clock, heartbeat, stopping
from mavis.heartbeat import Sign

log = structlog.get_logger()


@shared_task(name="imports.tasks.advance")  # type: ignore[untyped-decorator]
def advance(*, import_id: int, **_from_a_newer_release: object) -> None:
    """Run the next stages of one import for its turn, and queue what comes then.

    A large import's turn is a slice of one stage; a small one goes all its way.
    """
    if stopping.is_asked():
        queue(import_id)  # for another worker
        return
    turn_ends = time.monotonic() + TURN_SECONDS
    while pipeline.run_next_stage(import_id=import_id, clock=clock.now):
        if stopping.is_asked() or time.monotonic() >= turn_ends:
            queue(import_id)
            return
    wait = pipeline.seconds_until_due(import_id=import_id, now=clock.now())
    # The sweep finds an import that waits for longer.
    if wait is not None and wait < settings.ADVANCE_STALLED_EVERY:
        queue(import_id, after=wait)


@shared_task(name="imports.tasks.advance_stalled")  # type: ignore[untyped-decorator]
def advance_stalled(**_from_a_newer_release: object) -> None:
    """Queue the imports whose worker died or whose message was lost.

    And end the rows that wait for a school move that has gone. Beat runs this every
    minute.
    """
    for import_id in pipeline.waiting_import_ids(now=clock.now()):
        queue(import_id)
    settle.settle_rows_without_a_move(at=clock.now())
    heartbeat.note(Sign.SWEEP)


@shared_task(name="imports.tasks.refresh_from_pds")  # type: ignore[untyped-decorator]
def refresh_from_pds(**_from_a_newer_release: object) -> None:
    """Begin a sweep over all children if one is due, and do a slice of it.

    Beat runs this every minute; while there is more to do it queues itself.
    """
    refreshing.start_if_due(now=clock.now())
    if refreshing.run_slice(clock=clock.now):
        try:
            refresh_from_pds.apply_async(retry=False)
        except OperationalError:
            log.warning("refresh.broker_unreachable")


@shared_task(name="imports.tasks.purge")  # type: ignore[untyped-decorator]
def purge(**_from_a_newer_release: object) -> None:
    """Erase what is not to be kept any longer. Beat runs this every ten minutes."""
    purging.purge(now=clock.now())


def queue(import_id: int, *, after: float = 0) -> None:
    """Have a worker take the import on, once what we wrote is committed.

    :param after: seconds to wait before that
    """
    transaction.on_commit(partial(_send, import_id, after))


def _send(import_id: int, after: float) -> None:
    try:
        advance.apply_async(
            kwargs={"import_id": import_id}, countdown=after or None, retry=False
        )
    except OperationalError:
        # The import is saved; advance_stalled finds it when the broker is back.
        log.warning("import.broker_unreachable", import_id=import_id)
