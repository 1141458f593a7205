"""What tests of close matches share: getting to one, and deciding about it."""

from imports.models import CloseMatch
from imports.rules.resolutions import Resolution
from imports.stages import resolve, weigh
from imports.stages.resolve import Decision
from mavis.models import ActivityEvent, EventKind
from pds.models import Trace
from pds.rules.outcomes import TraceOutcome, UploadedNumber
from tests.factories import NOW, CohortImportFactory, CohortRowFactory, UserFactory
from tests.imports.committing import LATER, imported


def trace_of(number=None):
    """Return what PDS was asked about a row."""
    return Trace.objects.create(
        at=NOW,
        uploaded_number=UploadedNumber.NONE,
        outcome=TraceOutcome.FOUND if number else TraceOutcome.NOT_FOUND,
        nhs_number=number,
    )


def close_match(team, **row):
    """Upload one row for a team, and return the close match that it comes to."""
    cohort_import = CohortImportFactory(team=team, matching=True)
    row.setdefault("trace", trace_of(row.get("nhs_number")))
    CohortRowFactory(cohort_import=cohort_import, **row)
    imported(cohort_import)
    return CloseMatch.objects.get(row__cohort_import=cohort_import)


def decide(match, resolution, child=None, *, taken=None, by=None, seen=None):
    """Settle a close match as somebody who has just seen its page."""
    decision = Decision(
        resolution=resolution,
        child_id=child.pk if child else None,
        taken=taken or {},
        seen=seen or weigh.weigh(match).version,
    )
    by = by or UserFactory(team=match.team)
    resolve.resolve(match=match, decision=decision, by=by, at=LATER)
    match.refresh_from_db()


def use_uploaded(match, child, **options):
    decide(match, Resolution.USE_UPLOADED, child, **options)


def keep_existing(match, child, **options):
    decide(match, Resolution.KEEP_EXISTING, child, **options)


def keep_both(match, **options):
    decide(match, Resolution.KEEP_BOTH, **options)


def choose(match, child, **taken):
    decide(match, Resolution.CHOOSE_FIELDS, child, taken=taken)


def resolution_told(child):
    """Return what the activity log says of the decision."""
    event = ActivityEvent.objects.get(child=child, kind=EventKind.CLOSE_MATCH_RESOLVED)
    return event.changes
