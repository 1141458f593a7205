"""A release: every worker is asked to end, and others take over."""

import signal

import pytest

from tests.faults.cohort import check_every_row_once, cohort
from tests.faults.place import is_let_go, prepare
from tests.faults.stages import Caught

# What is waited for here never comes by itself: nobody looks for stalled imports, and
# a lease that is not let go outlasts the test.
SETTINGS = {
    "IMPORT_LEASE_SECONDS": "3600",
    "IMPORT_SLICE_SECONDS": "3600",
    # A round of questions is five seconds: there are two.
    "PDS_REQUESTS_PER_SECOND": "300",
}
SECONDS_TO_END = 30


@pytest.mark.fault(
    done="The worker was asked to end (SIGTERM) in the middle of an hour's slice",
    held="It ended by itself within 30 seconds and let the import go; "
    "the next worker went on at once",
)
def test_a_worker_that_is_asked_to_end_hands_back_what_it_does(place, did):
    children = cohort(3000)
    nurse = prepare(place, children, "--latency-ms", "20")

    def end():
        worker = place.children.pop("worker")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(SECONDS_TO_END) == 0
        assert is_let_go(ended.cohort_import)

    ended = Caught(
        place,
        children,
        place.upload(children, by=nurse),
        begin=lambda: place.start_worker(**SETTINGS),
        end=end,
        moment=lambda _stage: (0.3, 0),
    )

    for stage in ended.in_each_stage():
        did(f"while {stage.name}")

    place.start_worker(**SETTINGS)
    place.finish(ended.cohort_import)
    check_every_row_once(children, ended.cohort_import)
