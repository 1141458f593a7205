"""A bug of ours in a stage: the import ends, with a reference, and others go on."""

import pytest

from imports.rules.lifecycle import FailureReason, Status
from mavis.embedded import services
from tests.faults.cohort import check_every_row_once, cohort
from tests.faults.place import nothing_is_working, prepare

BROKEN = (Status.UPLOADED, Status.TRACING, Status.MATCHING, Status.COMMITTING)


@pytest.mark.fault(
    done="A bug was raised in a stage, each time that one import came to it",
    held="After five times the import was Failed (while committing: in further review, "
    "its rows held) with a reference, and others went on beside it",
)
def test_a_bug_ends_the_import_that_meets_it_and_no_other(place, monkeypatch, did):
    children = cohort(60)
    nurse = prepare(place, children)
    place.start_beat()
    broken = {status: place.upload(children, by=nurse) for status in BROKEN}
    sound = place.upload(children, by=nurse)
    monkeypatch.setattr(
        services, "WORKER", ("celery", "-A", "tests.faults.broken", *WORKER_OPTIONS)
    )
    place.start_worker(
        FAULTS_BROKEN=",".join(f"{status}:{one.pk}" for status, one in broken.items())
    )

    committing = broken.pop(Status.COMMITTING)
    place.wait_for(committing, Status.IN_REVIEW)
    place.approve(committing)
    for status, cohort_import in broken.items():
        place.wait_for(cohort_import, Status.FAILED)
        cohort_import.refresh_from_db()
        assert cohort_import.failure_reason == FailureReason.FAULT
        assert len(cohort_import.fault_reference) == 8
        did(f"while {NAMES[status]}")
    place.wait_for(committing, Status.IN_FURTHER_REVIEW)
    committing.refresh_from_db()
    assert len(committing.fault_reference) == 8
    assert committing.rows.filter(held=True).count() == len(children.people)
    did("while committing")

    place.finish(sound)
    check_every_row_once(children, sound)
    assert nothing_is_working()


NAMES = {
    Status.UPLOADED: "reading",
    Status.TRACING: "tracing",
    Status.MATCHING: "matching",
}
WORKER_OPTIONS = services.WORKER[services.WORKER.index("worker") :]
