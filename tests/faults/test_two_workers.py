"""Two workers with one import: the first was taken for dead, and lives."""

import os
import signal
import threading

import pytest

from imports.models import CohortImport
from imports.rules.lifecycle import Status
from tests.faults.cohort import check_every_row_once, cohort
from tests.faults.place import descendants, prepare
from tests.faults.stages import STAGES, Caught

# A worker may stand still in the middle of a transaction, and lock the import by it.
SETTINGS = {"IDLE_TRANSACTION_SECONDS": "3"}
# What the log says of one that finds its import, or its session, gone.
FOUND_OUT = ("import.lease_lost", "OperationalError", "task_failed")


@pytest.mark.fault(
    done="A worker stood still while it traced (SIGSTOP), lost its import to "
    "another, and then went on (SIGCONT)",
    held="What it still wanted to write was refused, and every row is there once",
)
def test_a_worker_that_lost_its_lease_writes_nothing_more(place, did):
    children = cohort(800)
    nurse = prepare(place, children, "--latency-ms", "20")
    place.start_beat()
    workers = ["first", "second"]
    lost = []

    def stand_still():
        signal_all(place.children[workers[0]], signal.SIGSTOP)
        while not is_kept_by_one_who_stands_still(stolen.cohort_import):
            signal_all(place.children[workers[0]], signal.SIGCONT)
            place.wait_until(
                lambda: token(stolen.cohort_import), "a worker has the import"
            )
            signal_all(place.children[workers[0]], signal.SIGSTOP)
        lost.append(token(stolen.cohort_import))

    stolen = Caught(
        place,
        children,
        place.upload(children, by=nurse),
        begin=lambda: None,
        end=stand_still,
        moment=lambda stage: (0, stage.unseen),
        stages=[stage for stage in STAGES if stage.status == Status.TRACING],
    )
    place.start_worker(workers[0], **SETTINGS)
    for _stage in stolen.in_each_stage():
        first = workers.pop(0)
        place.start_worker(workers[0], **SETTINGS)
        place.wait_until(
            lambda: token(stolen.cohort_import) not in {None, lost[-1]},
            "another worker has taken the import",
        )
        signal_all(place.children[first], signal.SIGCONT)
        place.wait_until(
            lambda first=first: any(word in place.log(first) for word in FOUND_OUT),
            "the first has found out that it lost the import",
        )
        place.kill(first)
        did("")

    place.finish(stolen.cohort_import)
    check_every_row_once(children, stolen.cohort_import)


def is_kept_by_one_who_stands_still(cohort_import):
    """Test if the import has not just been let go, between two slices."""
    threading.Event().wait(0.2)  # what was said to PostgreSQL by then is done
    return token(cohort_import) is not None


def token(cohort_import):
    found = CohortImport.objects.values_list("lease_token", flat=True)
    return found.get(pk=cohort_import.pk)


def signal_all(child, number):
    for pid in descendants(child.pid):
        os.kill(pid, number)
