"""What tracing keeps and finds again, many rows at a time."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from pds.rules.cascade import Asked
from pds.rules.outcomes import TraceOutcome, TraceSource, UploadedNumber

_NEXT_TRACE_IDS = """
SELECT nextval(pg_get_serial_sequence('pds_trace', 'id'))
FROM generate_series(1, %(count)s)
"""
_COPY_TRACES = """
COPY pds_trace
     (id, at, source, nhs_number_uploaded, uploaded_number, outcome, nhs_number)
FROM STDIN
"""
_COPY_STEPS = """
COPY pds_tracestep (trace_id, position, step, result, nhs_number, at) FROM STDIN
"""
# How long PDS is not asked the same again.
ANSWERS_ARE_KEPT = timedelta(hours=24)
# Another worker may have kept an answer to the same question: the later one stays.
# In the order of their keys, so that two workers never wait for each other.
_STORE_ANSWERS = """
INSERT INTO pds_answer (key, body, at)
SELECT key, body, %(at)s
FROM unnest(%(keys)s::bytea[], %(bodies)s::bytea[]) AS given (key, body)
ORDER BY key
ON CONFLICT (key) DO UPDATE SET body = excluded.body, at = excluded.at
"""

# The keys are one parameter: a round has thousands.
_KEPT_ANSWERS = """
SELECT key, body FROM pds_answer
WHERE key = ANY(%(keys)s::bytea[]) AND at > %(after)s
"""
_DELETE_OLD_ANSWERS = "DELETE FROM pds_answer WHERE at <= %(before)s"


@dataclass(frozen=True, slots=True)
class TraceRecord:
    """A lookup that is over, as it is kept."""

    at: datetime
    source: TraceSource
    nhs_number_uploaded: str | None
    uploaded_number: UploadedNumber
    outcome: TraceOutcome
    nhs_number: str | None
    steps: Sequence[Asked]


def copy_traces(traces: Sequence[TraceRecord]) -> list[int]:
    """Store lookups with their steps, and return the id of each, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_TRACE_IDS, {"count": len(traces)})
        ids = [row[0] for row in cursor.fetchall()]
        with cursor.copy(_COPY_TRACES) as copy:
            for trace_id, trace in zip(ids, traces, strict=True):
                copy.write_row(
                    (
                        trace_id,
                        trace.at,
                        trace.source,
                        trace.nhs_number_uploaded,
                        trace.uploaded_number,
                        trace.outcome,
                        trace.nhs_number,
                    )
                )
        with cursor.copy(_COPY_STEPS) as copy:
            for trace_id, trace in zip(ids, traces, strict=True):
                for position, asked in enumerate(trace.steps, start=1):
                    copy.write_row(
                        (
                            trace_id,
                            position,
                            asked.step,
                            asked.result,
                            asked.nhs_number,
                            asked.at,
                        )
                    )
    return ids


def store_answers(answers: Iterable[tuple[bytes, bytes]], *, at: datetime) -> None:
    """Keep encrypted answers by the keys of their questions."""
    kept = dict(answers)
    if not kept:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE_ANSWERS,
            {"keys": list(kept), "bodies": list(kept.values()), "at": at},
        )


def kept_answers(
    keys: Collection[bytes], *, now: datetime, kept_for: timedelta = ANSWERS_ARE_KEPT
) -> dict[bytes, bytes]:
    """Return the encrypted answers, not yet so old, to the questions of these keys."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT_ANSWERS, {"keys": list(keys), "after": now - kept_for})
        return dict(cursor.fetchall())


def delete_old_answers(*, now: datetime) -> int:
    """Delete the answers that are not used any more, and return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_DELETE_OLD_ANSWERS, {"before": now - ANSWERS_ARE_KEPT})
        return int(cursor.rowcount)
