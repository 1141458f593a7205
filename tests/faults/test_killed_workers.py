"""A worker is killed in the middle of each stage, and the import still ends right.

A kill counts only if the test saw, just before it, the status of that stage, a live
lease, and rows still to do.
"""

import random
import threading
from dataclasses import dataclass

import pytest
from django.db.models import Q

from imports.models import CohortImport
from imports.rules.lifecycle import Status
from imports.stages import review
from tests.factories import NOW
from tests.faults.cohort import Cohort, check_every_row_once, cohort
from tests.faults.place import Place, is_at_work, prepare, stands

ROWS = 800


@dataclass(frozen=True)
class Stage:
    """How far a stage has come, and how long it may go on unseen, in seconds."""

    status: Status
    name: str
    done: Q
    unseen: float


STAGES = (
    # All of its rows come at once.
    Stage(Status.UPLOADED, "reading", Q(), 0.2),
    # They come a round at a time.
    Stage(Status.TRACING, "tracing", ~Q(trace_outcome=""), 0.7),
    Stage(Status.MATCHING, "matching", ~Q(outcome=""), 0.02),
    Stage(Status.COMMITTING, "committing", ~Q(committed_at=None), 0.02),
)
# A stage may be over before the moment that was chosen: then another is tried.
MOMENTS_TRIED = 10


@pytest.mark.fault(
    done="The worker was killed (kill -9) at a random moment of a stage",
    held="Another worker went on from the last batch, and every row is there once",
)
def test_killed_at_a_random_moment_of_each_stage(place, seed, did):
    moments = random.Random(seed)
    children = cohort(ROWS)
    nurse = prepare(place, children, "--latency-ms", "10")
    place.start_beat()
    cohort_import = place.upload(children, by=nurse)

    for stage in STAGES:
        for _moment in range(MOMENTS_TRIED):
            if killed_in(stage, cohort_import, place, moments):
                did(f"while {stage.name}")
                break
            cohort_import = begun_again(cohort_import, place, children)
        else:
            pytest.fail(f"No moment was one of {stage.name}.")

    place.start_worker()
    place.finish(cohort_import)
    check_every_row_once(children, cohort_import)


def killed_in(
    stage: Stage, cohort_import: CohortImport, place: Place, moments: random.Random
) -> bool:
    """Kill a worker in the middle of a stage. Test if it was the middle."""
    share, unseen = moments.uniform(0, 0.7), moments.uniform(0, stage.unseen)
    place.start_worker()
    if stage.status == Status.COMMITTING:
        place.wait_for(cohort_import, Status.IN_REVIEW)
        place.approve(cohort_import)
    enough = share * ROWS if stage.done else 0
    place.wait_until(
        lambda: (
            (
                rows_done(cohort_import, stage) >= enough
                and is_at_work(cohort_import, stage.status)
            )
            or is_beyond(cohort_import, stage)
        ),
        f"a worker is seen {stage.name}",
    )
    threading.Event().wait(unseen)
    seen = is_at_work(cohort_import, stage.status) and has_rows_to_do(
        cohort_import, stage
    )
    place.kill("worker")
    return (
        seen
        and stands(cohort_import, stage.status)
        and has_rows_to_do(cohort_import, stage)
    )


def rows_done(cohort_import: CohortImport, stage: Stage) -> int:
    return cohort_import.rows.filter(stage.done).count()


def has_rows_to_do(cohort_import: CohortImport, stage: Stage) -> bool:
    return rows_done(cohort_import, stage) < ROWS


def is_beyond(cohort_import: CohortImport, stage: Stage) -> bool:
    following = STAGES[STAGES.index(stage) + 1 :]
    return stands(
        cohort_import,
        *(each.status for each in following),
        *(Status.IN_REVIEW, Status.COMPLETED),
    )


def begun_again(
    cohort_import: CohortImport, place: Place, children: Cohort
) -> CohortImport:
    """Give an upload up whose moment was missed, and upload the same file again."""
    cohort_import.refresh_from_db()
    review.cancel(cohort_import=cohort_import, by=cohort_import.uploaded_by, at=NOW)
    return place.upload(children, by=cohort_import.uploaded_by)
