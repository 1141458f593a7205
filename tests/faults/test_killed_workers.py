"""A worker is killed in the middle of each stage, and the import still ends right."""

import random

import pytest

from tests.faults.cohort import check_every_row_once, cohort
from tests.faults.place import prepare
from tests.faults.stages import Caught

SETTINGS = {"PDS_REQUESTS_PER_SECOND": "250"}


@pytest.mark.fault(
    done="The worker was killed (kill -9) at a random moment of a stage",
    held="Another worker went on from the last batch, and every row is there once",
)
def test_killed_at_a_random_moment_of_each_stage(place, seed, did):
    moments = random.Random(seed)
    # Large enough to be caught while it is read; asked about in several rounds.
    children = cohort(2000)
    nurse = prepare(place, children, "--latency-ms", "10")
    place.start_beat()
    killed = Caught(
        place,
        children,
        place.upload(children, by=nurse),
        begin=lambda: place.start_worker(**SETTINGS),
        end=place.kill,
        moment=lambda stage: (
            moments.uniform(0, 0.7),
            moments.uniform(0, stage.unseen),
        ),
    )

    for stage in killed.in_each_stage():
        did(f"while {stage.name}")

    place.start_worker(**SETTINGS)
    place.finish(killed.cohort_import)
    check_every_row_once(children, killed.cohort_import)
