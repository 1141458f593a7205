"""A message to a worker comes twice, out of order, or never: nothing changes."""

import random

import pytest

from imports.models import CohortImport
from imports.rules.lifecycle import Status
from tests.faults.cohort import check_every_row_once, cohort
from tests.faults.place import prepare, stands


@pytest.mark.fault(
    done="Each message came five times, mixed with those of another import and of "
    "imports that are over or are not there, to two workers",
    held="One worker at a time held an import, and every row is there once",
)
def test_messages_come_twice_and_out_of_order(place):
    children = cohort(300)
    nurse = prepare(place, children)
    place.start_worker("worker")
    place.start_worker("another")
    cohort_import = place.upload(children, by=nurse)
    over = place.upload(cohort(20, first=5000), by=nurse)
    order = random.Random(6)

    def mixed_messages():
        ids = [cohort_import.pk, over.pk, 999_999] * 5
        order.shuffle(ids)
        place.tell(*ids)

    place.wait_until(
        lambda: stands(cohort_import, Status.IN_REVIEW),
        "it is in review",
        meanwhile=mixed_messages,
    )
    place.approve(cohort_import)
    place.wait_until(
        lambda: stands(cohort_import, Status.COMPLETED),
        "it is completed",
        meanwhile=mixed_messages,
    )
    place.finish(cohort_import)
    check_every_row_once(children, cohort_import)
    assert over.rows.exclude(committed_at=None).count() == 0


@pytest.mark.fault(
    done="No message came at all: not of the upload, not of its approval",
    held="The scheduler found what waited, and every row is there once",
)
def test_messages_never_come(place, monkeypatch):
    monkeypatch.setattr(type(place), "tell", lambda *_anything: None)
    children = cohort(300)
    nurse = prepare(place, children)
    place.start_worker()
    cohort_import = place.upload(children, by=nurse)
    assert CohortImport.objects.get().status == Status.UPLOADED
    place.start_beat()

    place.finish(cohort_import)
    check_every_row_once(children, cohort_import)
