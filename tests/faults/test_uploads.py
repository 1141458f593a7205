"""The web is killed while a file is being uploaded."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from imports.models import CohortImport, ImportFile
from imports.rules.lifecycle import Status
from tests.faults import nurse
from tests.faults.cohort import check_no_orphans, cohort
from tests.faults.place import prepare

ROWS = 9
UPLOADS = 6


@pytest.mark.fault(
    done="The web was killed (kill -9) while a file was being uploaded",
    held="The upload was there whole, or not at all; the web started again, and the "
    "same file could be uploaded",
)
def test_the_web_is_killed_during_an_upload(place, did):
    children = cohort(ROWS)
    user = prepare(place, children)
    file = padded(children.file().read())
    moments = random.Random(1)
    cut_off = 0
    for _upload in range(UPLOADS):
        with (
            nurse.at(place.start_web(), user) as someone,
            ThreadPoolExecutor(1) as browser,
        ):
            sent = browser.submit(someone.uploads, file)
            threading.Event().wait(moments.uniform(0.02, 0.25))
            was_answered = sent.done()
            place.kill("web")
            if not was_answered and isinstance(sent.exception(), httpx.HTTPError):
                did("")
                cut_off += 1
        check_no_orphans()
        for whole in ImportFile.objects.all():
            assert whole.size == len(file)
            assert whole.cohort_import.status == Status.UPLOADED

    assert cut_off
    with nurse.at(place.start_web(), user) as someone:
        answer = someone.uploads(file)
        assert answer.status_code == 200
    place.start_beat()
    place.start_worker()
    for cohort_import in CohortImport.objects.all():
        place.wait_for(cohort_import, Status.IN_REVIEW)


def padded(content: bytes) -> bytes:
    """Return a file of some megabytes: what is too long in a cell is in no column."""
    header, *rows = content.decode().splitlines()
    notes = "x" * 500_000
    return "\n".join([f"{header},NOTES", *(f"{row},{notes}" for row in rows)]).encode()
