"""Erasing what is not to be kept: files, what rows held, answers of PDS (section 14)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction

from imports.models import CohortImport
from imports.rules.lifecycle import TRANSITIONS
from imports.sql import purging as sql
from imports.sql.changes import forget_old_changes
from mavis import attempts, audit
from mavis.models import EventKind
from pds import sql as pds

log = structlog.get_logger()

VALUES_ARE_KEPT = timedelta(days=30)
# A team is told of what is kept for a decision some days before.
TOLD_AFTER = timedelta(days=25)
# Nothing becomes of these any more.
OVER = [status for status, following in TRANSITIONS.items() if not following]


@dataclass(frozen=True, slots=True)
class Purged:
    """What has been erased. `imports_kept_in_part`: a person has still to decide."""

    answers: int = 0
    imports: int = 0
    imports_kept_in_part: int = 0


def purge(*, now: datetime) -> Purged:
    """Erase all that is too old. Safe to repeat, and to interrupt."""
    answers = pds.delete_old_answers(now=now)
    attempts.forget_old(now=now)
    forget_old_changes()
    SessionStore.clear_expired()
    # They hold what was searched for, and whose record was said to be updated.
    Session.objects.filter(expire_date__lt=now).delete()
    old = (
        CohortImport.objects.filter(
            status__in=OVER,
            uploaded_at__lt=now - VALUES_ARE_KEPT,
            file__erased_at=None,
        )
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    erased = [_erase(import_id, now) for import_id in old]
    purged = Purged(answers, erased.count(True), erased.count(False))
    log.info(
        "purged",
        answers=purged.answers,
        imports=purged.imports,
        imports_kept_in_part=purged.imports_kept_in_part,
    )
    return purged


@transaction.atomic
def _erase(import_id: int, at: datetime) -> bool:
    cohort_import = CohortImport.objects.select_for_update(no_key=True).get(
        pk=import_id
    )
    erased = sql.erase_values(import_id=import_id, at=at)
    if erased.something:
        audit.record(
            audit.Event(
                kind=EventKind.DETAILS_ERASED,
                at=at,
                by_id=None,
                team_id=cohort_import.team_id,
                import_id=import_id,
            )
        )
    return erased.all_of_it


def kept_for_a_decision(*, team_id: int, now: datetime) -> int:
    """Return how many old rows of a team are kept because a person has to decide."""
    return sql.rows_kept_for_a_decision(team_id=team_id, before=now - TOLD_AFTER)
