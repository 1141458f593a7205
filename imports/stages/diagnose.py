"""Asking PDS why it knows too few children of a file, before the file fails."""

import time
from collections import Counter

from imports.models import CohortRow
from imports.rules import diagnosis
from imports.rules.diagnosis import Finding, Mistake
from pds.lookups import Single
from pds.rules.answers import Fault, OnePerson
from pds.rules.cascade import Step
from pds.rules.outcomes import TraceOutcome
from pds.rules.questions import question
from pds.rules.sought import Sought
from pds.tracing import Tracer

# What is not answered by then is not waited for: the file fails either way.
SECONDS = 20.0


def diagnose(*, import_id: int, tracer: Tracer) -> tuple[list[Finding], int]:
    """Return what undoing each mistake would do, and how many requests that took.

    Nothing is stored. Call it outside a transaction.
    """
    asked: dict[int, Mistake] = {}
    singles: list[Single] = []
    for row_number, mistake, sought in _tried(import_id):
        single = question(Step.EXACT, sought)
        if single is None:
            continue
        key = len(singles)
        asked[key] = mistake
        reference = f"import-{import_id}-row-{row_number}-why"
        singles.append(Single(key, single, reference))
    tracings = tracer.ask(singles, until=time.monotonic() + SECONDS)
    wanted = Counter(asked.values())
    answered = Counter(
        asked[key]
        for key, reply in tracings.replies.items()
        if not isinstance(reply, Fault)
    )
    matched = Counter(
        asked[key]
        for key, reply in tracings.replies.items()
        if isinstance(reply, OnePerson)
    )
    findings = [
        Finding(mistake, answered[mistake], matched[mistake], wanted[mistake])
        for mistake in Mistake
    ]
    return findings, tracings.calls


def _tried(import_id: int) -> list[tuple[int, Mistake, Sought]]:
    rows = CohortRow.objects.filter(cohort_import=import_id)
    unmatched = rows.filter(trace_outcome=TraceOutcome.NOT_FOUND).order_by("row_number")
    numbers = diagnosis.sample(list(unmatched.values_list("row_number", flat=True)))
    near = {number + step for number in numbers for step in (-1, 0, 1)}
    file = {
        row_number: Sought(first_name, last_name, born, postcode)
        for row_number, first_name, last_name, born, postcode in rows.filter(
            row_number__in=near
        ).values_list(
            "row_number", "first_name", "last_name", "date_of_birth", "postcode"
        )
        if born  # blank only once the row has been erased
    }
    return [
        (number, mistake, sought)
        for number in numbers
        if number in file
        for mistake, sought in diagnosis.undone(
            number,
            {
                place: file[place]
                for place in range(number - 1, number + 2)
                if place in file
            },
        )
    ]
