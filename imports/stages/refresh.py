"""Refreshing: PDS is asked about children who are in Mavis already (spec section 14).

In rounds of a few seconds, each written in one transaction. Imports go first: as soon
as one asks PDS, the slice ends.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from children import actions as children
from children.models import Child
from imports.lease import Clock
from imports.models import RefreshRun
from imports.refresh_lease import SweepLease
from imports.rules.refreshing import FRESH_FOR, Known, effect_of
from imports.sql import committing
from imports.sql import refreshing as sql
from imports.stages.refreshed import Refreshed, apply
from imports.stages.waiting import goes_on, wait_for_pds
from mavis.models import Team
from pds.lookups import Single, Traced, Tracings, Wanted
from pds.rules.answers import Answer, Fault, Nobody, Rejected
from pds.rules.cascade import read_alone
from pds.rules.questions import Read
from pds.rules.sought import Sought
from pds.tracing import Tracer

ROUND_SECONDS = 5.0
MOST_IN_A_ROUND = 500
# While imports ask PDS, this often is looked whether they still do.
MAKES_WAY_FOR = timedelta(seconds=30)


def run(*, lease: SweepLease, clock: Clock) -> None:
    """Refresh children of one team until the slice is over, or end the sweep.

    The team is that of whoever has waited longest: PDS wants to know for whom we ask.

    :raises SweepLost: another worker has taken the sweep
    """
    sweep = RefreshRun.objects.get(pk=lease.run_id)
    team = _team_of_oldest(sweep)
    if team is None:
        _finish(lease, clock())
        return
    was_out = sweep.waiting_for_pds_since is not None
    with Tracer(ods_code=team.ods_code, clock=clock, yields=True) as tracer:
        while due := _due(sweep, team):
            if not _round(due, tracer, lease, clock, was_out=was_out):
                return
            was_out = False
            if lease.slice_is_over():
                return


def _team_of_oldest(sweep: RefreshRun) -> Team | None:
    team_id = sql.team_of_oldest(
        before=sweep.started_at - FRESH_FOR, started_at=sweep.started_at
    )
    return None if team_id is None else Team.objects.get(pk=team_id)


def _due(sweep: RefreshRun, team: Team) -> dict[int, Child]:
    rate = settings.PDS_REQUESTS_PER_SECOND
    most = round(rate * ROUND_SECONDS) + 1 if rate else MOST_IN_A_ROUND
    due = sql.oldest(
        before=sweep.started_at - FRESH_FOR,
        started_at=sweep.started_at,
        team_id=team.pk,
        most=min(most, MOST_IN_A_ROUND),
    )
    found = Child.objects.in_bulk(due)
    return {child_id: found[child_id] for child_id in due}


def _round(
    due: Mapping[int, Child],
    tracer: Tracer,
    lease: SweepLease,
    clock: Clock,
    *,
    was_out: bool,
) -> bool:
    """Refresh some children, and store what came of it. Test if there is any use
    going on."""
    began = time.monotonic()
    until = began + ROUND_SECONDS
    sought = _sought(due)
    tracings = tracer.ask(
        [
            Single(child_id, Read(child.nhs_number), f"refresh-{child_id}")
            for child_id, child in due.items()
            if child.nhs_number
        ],
        until=until,
        kept_for=FRESH_FOR,
        probe_first=was_out,
    )
    searched = _search_for_the_void(due, sought, tracings, tracer, until)
    with transaction.atomic():
        sweep = lease.lock()
        at = clock()
        _store(due, sought, [tracings, searched], sweep, at)
        if tracings.is_out or searched.is_out:
            wait_for_pds(sweep, tracings if tracings.is_out else searched, at)
        elif tracings.makes_way or searched.makes_way:
            sweep.not_before = at + MAKES_WAY_FOR
        elif tracings.answers:
            goes_on(sweep)
        sweep.save()
    return sweep.not_before is None


def _sought(due: Mapping[int, Child]) -> dict[int, Sought]:
    twins = sql.twins_of(list(due))
    return {
        child_id: Sought(
            first_name=child.first_name,
            last_name=child.last_name,
            date_of_birth=child.date_of_birth,
            postcode=child.postcode,
            nhs_number=child.nhs_number,
            may_be_twin=child_id in twins,
            twins=twins.get(child_id, frozenset()),
            gender=child.gender,
        )
        for child_id, child in due.items()
    }


def _search_for_the_void(
    due: Mapping[int, Child],
    sought: Mapping[int, Sought],
    tracings: Tracings,
    tracer: Tracer,
    until: float,
) -> Tracings:
    """Search for the children whose confirmed number PDS has invalidated."""
    void = [
        Wanted(child_id, sought[child_id], f"refresh-{child_id}")
        for child_id, reply in tracings.replies.items()
        if reply is Nobody.VOID and due[child_id].nhs_number_confirmed
    ]
    # Their numbers are not read again: that answer is kept.
    return tracer.trace(void, until=until + ROUND_SECONDS) if void else Tracings()


def _store(
    due: Mapping[int, Child],
    sought: Mapping[int, Sought],
    asked: Sequence[Tracings],
    sweep: RefreshRun,
    at: datetime,
) -> None:
    """Store what PDS said, but about children who have changed since it was asked."""
    read, searched = asked
    committing.lock_out_other_commits()
    locked = children.lock(list(due))
    same = {
        child_id
        for child_id, child in locked.items()
        if child.nhs_number == due[child_id].nhs_number and not child.merged_into_id
    }
    found = {traced.key: traced for traced in searched.finished}
    refreshed = [
        _refreshed(locked[child_id], sought[child_id], reply, found.get(child_id), at)
        for child_id, reply in read.replies.items()
        if child_id in same
        and not isinstance(reply, Fault | Rejected)
        and (child_id in found or not _is_searched_for(locked[child_id], reply))
    ]
    changed = apply(refreshed, at=at)
    failed = [*_faults(read.replies), *(each.key for each in searched.failed)]
    done = [each.child.pk for each in refreshed]
    sql.note_refreshed(done, at=at)
    sql.note_failed(failed, at=at)
    sweep.refreshed += len(done)
    sweep.changed += changed
    sweep.failed += len(failed)
    sweep.pds_calls += read.calls + searched.calls


def _faults(replies: Mapping[int, Answer | Rejected | Fault]) -> Iterable[int]:
    return (
        child_id
        for child_id, reply in replies.items()
        if isinstance(reply, Fault | Rejected)
    )


def _is_searched_for(child: Child, answer: Answer) -> bool:
    return answer is Nobody.VOID and child.nhs_number_confirmed


def _refreshed(
    child: Child,
    sought: Sought,
    answer: Answer,
    found: Traced | None,
    at: datetime,
) -> Refreshed:
    steps, verdict = read_alone(
        sought, answer, at, is_certain=child.nhs_number_confirmed
    )
    known = Known(
        nhs_number=child.nhs_number or "",
        is_confirmed=child.nhs_number_confirmed,
        is_restricted=child.restricted,
    )
    effect = effect_of(answer, known, agrees=verdict.person is not None)
    return Refreshed(
        child=child,
        effect=effect,
        lookup=found or Traced(child.pk, sought, verdict, steps),
        number_found=found.verdict.nhs_number if found else None,
    )


@transaction.atomic
def _finish(lease: SweepLease, at: datetime) -> None:
    sweep = lease.lock()
    sweep.finished_at = at
    goes_on(sweep)
    sweep.save()
