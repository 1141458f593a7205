"""How long we wait for PDS while it is down, or does not accept us."""

from datetime import datetime, timedelta

from imports.models import CohortImport, RefreshRun
from pds.lookups import Tracings

# While PDS is down it is tried again after as long as it has been down already.
SHORTEST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=1)
LONGEST_WAIT_ASKED_FOR = timedelta(minutes=10)


def wait_for_pds(
    waiting: CohortImport | RefreshRun, tracings: Tracings, at: datetime
) -> None:
    """Have an import, or a refresh, try again later: PDS is out. Save it yourself."""
    since = waiting.waiting_for_pds_since or at
    wait = min(max(SHORTEST_WAIT, at - since), LONGEST_WAIT)
    asked_for = min(timedelta(seconds=tracings.retry_after), LONGEST_WAIT_ASKED_FOR)
    waiting.waiting_for_pds_since = since
    waiting.refused_by_pds = tracings.refused_status is not None
    waiting.not_before = at + max(wait, asked_for)


def goes_on(waiting: CohortImport | RefreshRun) -> None:
    """Have it wait no more: PDS has answered. Save it yourself."""
    waiting.waiting_for_pds_since = None
    waiting.refused_by_pds = False
    waiting.not_before = None
