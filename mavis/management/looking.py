"""Looking at the installation that we are part of. Nothing of a person is asked."""

from collections.abc import Sequence
from typing import Any, TypeVar

from celery import current_app
from cryptography.fernet import Fernet
from django.conf import settings
from django.core import checks
from django.db.models import Model, QuerySet
from django.utils import timezone

from imports import pds_status, rotating
from imports.models import ImportFileChunk
from imports.pages.pds_status import FAULTS
from mavis import clock, counting, health, heartbeat
from mavis import sql as database
from mavis.heartbeat import Sign
from mavis.models import School, Team, User
from mavis.rules.installation import Installation, Server
from pds.models import Answer
from pds.rules.answers import is_refusal

# Of files and of answers as many are read, the oldest and the newest.
READ_OF_EACH = 10
# Seconds for which workers are waited for.
WORKERS_ANSWER_IN = 2

_DATABASE = {
    "ok": Server.WORKS,
    "unreachable": Server.UNREACHABLE,
    "not migrated": Server.NOT_MIGRATED,
}

Row = TypeVar("Row", bound=Model)


def look() -> Installation:
    """Return how this installation is."""
    found = _of_settings()
    found["database"] = _DATABASE[health.database()]
    found["valkey"] = Server.WORKS if health.broker() == "ok" else Server.UNREACHABLE
    has_database, has_valkey, has_keys = (
        found["database"] is Server.WORKS,
        found["valkey"] is Server.WORKS,
        found["file_keys_are_keys"],
    )
    if has_database:
        found |= _of_database()
    if has_valkey:
        found |= _of_valkey()
    if has_database and has_keys:
        found |= of_files()
    if has_database and has_valkey and has_keys:
        found |= _of_pds()
    return Installation(**found)


def what_django_finds() -> tuple[str, ...]:
    """Return in sentences what Django finds wrong with code and settings."""
    messages = checks.run_checks(include_deployment_checks=not settings.DEVELOPMENT)
    return tuple(
        " ".join(f"{told.msg} {told.hint or ''} ({told.id})".split())
        for told in messages
        if told.level >= checks.INFO and not told.is_silenced()
    )


def _of_settings() -> dict[str, Any]:
    return {
        "is_production": not settings.DEVELOPMENT,
        "served_at": tuple(settings.ALLOWED_HOSTS),
        "has_cis2": settings.CIS2 is not None,
        "has_local_accounts": settings.LOCAL_ACCOUNTS,
        "file_keys_are_keys": all(map(_is_key, settings.FILE_KEYS)),
    }


def _is_key(text: str) -> bool:
    try:
        Fernet(text)
    except ValueError:
        return False
    return True


def _of_database() -> dict[str, Any]:
    rights = database.our_rights()
    without_schools = Team.objects.filter(schools=None).order_by("workgroup")
    return {
        "postgresql": rights.postgresql,
        "owns_tables": rights.owns_tables,
        "may_change_audit_log": rights.may_change_audit_log,
        "seconds_apart": (timezone.now() - database.time_there()).total_seconds(),
        "schools": School.objects.count(),
        "teams": Team.objects.count(),
        "teams_without_schools": tuple(
            without_schools.values_list("workgroup", flat=True)
        ),
        "accounts": User.objects.filter(is_active=True, issuer="").count(),
    }


def of_files() -> dict[str, Any]:
    """Return what of the oldest and the newest kept cannot be read with our keys."""
    chunks = ImportFileChunk.objects.select_related("file").filter(position=0)
    imports = {
        chunk.file.cohort_import_id
        for chunk in _oldest_and_newest(chunks)
        if not rotating.reads(settings.FILE_KEYS, bytes(chunk.data))
    }
    answers = _oldest_and_newest(Answer.objects.all())
    return {
        "unreadable_imports": tuple(sorted(imports)),
        "unreadable_answers": not all(
            rotating.reads(settings.FILE_KEYS, bytes(answer.body)) for answer in answers
        ),
    }


def _oldest_and_newest(rows: QuerySet[Row]) -> Sequence[Row]:
    return [
        *rows.order_by("pk")[:READ_OF_EACH],
        *rows.order_by("-pk")[:READ_OF_EACH],
    ]


def _of_valkey() -> dict[str, Any]:
    with counting.valkey() as server:
        memory = server.info("memory")
    policy = memory.get("maxmemory_policy", "noeviction")
    return {
        "evicts": "" if policy == "noeviction" or not memory["maxmemory"] else policy,
        "workers": len(current_app.control.ping(timeout=WORKERS_ANSWER_IN)),
        "beat_silent": heartbeat.silent_seconds(Sign.BEAT),
        "sweep_silent": heartbeat.silent_seconds(Sign.SWEEP),
        "sweep_every": settings.ADVANCE_STALLED_EVERY,
        "messages": counting.waiting_messages(settings.CELERY_TASK_DEFAULT_QUEUE),
    }


def _of_pds() -> dict[str, Any]:
    if pds_status.ask(clock=clock.now):
        return {"pds": Server.WORKS}
    known = pds_status.read(now=clock.now()).health
    fault = known.last_fault if known else ""
    refused = is_refusal(fault) or fault == "no_token"
    return {
        "pds": Server.REFUSES if refused else Server.UNREACHABLE,
        "pds_fault": FAULTS.get(fault, fault) or "no answer in time",
    }
