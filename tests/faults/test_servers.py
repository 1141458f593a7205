"""PostgreSQL and Valkey die, or forget, in the middle of an import.

Whoever uses them goes on without being started again.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from imports.rules.lifecycle import Status
from tests.faults import nurse
from tests.faults.cohort import Cohort, check_every_row_once, cohort
from tests.faults.place import Place, prepare
from tests.faults.stages import Caught


@dataclass
class Importing:
    """An import of which a server is broken in every stage."""

    cohort: Cohort
    caught: Caught
    nurse: nurse.Nurse


@pytest.fixture
def begin(place: Place) -> Iterator[Callable[..., Importing]]:
    """Start everything and upload a file: begin(what breaks a server)."""
    with ExitStack() as stack:

        def start(
            break_it: Callable[[], None], mend: Callable[[], None] = lambda: None
        ) -> Importing:
            # Large enough to be caught while it is read.
            children = cohort(2000)
            user = prepare(place, children, "--latency-ms", "20")
            at_browser = stack.enter_context(nurse.at(place.start_web(), user))
            # Web has many sessions in PostgreSQL from now on.
            assert at_browser.opens_many() == {200}
            place.start_beat()
            place.start_worker(PDS_REQUESTS_PER_SECOND="250")
            caught = Caught(
                place,
                children,
                place.upload(children, by=user),
                begin=lambda: None,
                end=break_it,
                moment=lambda _stage: (0.2, 0),
                mend=mend,
            )
            return Importing(children, caught, at_browser)

        yield start


@pytest.mark.fault(
    done="PostgreSQL was killed (kill -9) in the middle of a stage and started again",
    held="Web and worker went on without being started again, no page failed once it "
    "was back, and every row is there once",
)
def test_postgresql_is_killed_in_each_stage(place, begin, did):
    def kill_and_start():
        place.kill_postgres()
        assert importing.nurse.opens() == 500
        place.start_postgres()

    importing = begin(kill_and_start)
    for stage in importing.caught.in_each_stage():
        place.wait_until(lambda: importing.nurse.opens() == 200, "a page opens")
        assert importing.nurse.opens_many() == {200}
        did(f"while {stage.name}")

    place.finish(importing.caught.cohort_import)
    check_every_row_once(importing.cohort, importing.caught.cohort_import)


@pytest.mark.fault(
    done="Valkey was killed (kill -9) in the middle of a stage and started again",
    held="A file that was uploaded meanwhile was taken, worker and scheduler went on "
    "without being started again, and every row is there once",
)
def test_valkey_is_killed_in_each_stage(place, begin, did):
    importing = begin(place.kill_valkey, mend=place.start_valkey)
    meanwhile = []
    for stage in importing.caught.in_each_stage():
        did(f"while {stage.name}")
        assert importing.nurse.opens_many() == {200}
        if not meanwhile:
            few = cohort(9, first=5000)
            meanwhile.append(nurse.import_shown(importing.nurse.uploads(few.file())))
        place.start_valkey()

    place.finish(importing.caught.cohort_import)
    check_every_row_once(importing.cohort, importing.caught.cohort_import)
    for uploaded in meanwhile:
        place.wait_for(uploaded, Status.IN_REVIEW)


@pytest.mark.fault(
    done="Valkey was emptied in the middle of a stage",
    held="The scheduler found what waited, and every row is there once",
)
def test_valkey_is_emptied_in_each_stage(place, begin, did):
    importing = begin(place.empty_valkey)
    for stage in importing.caught.in_each_stage():
        did(f"while {stage.name}")

    place.finish(importing.caught.cohort_import)
    check_every_row_once(importing.cohort, importing.caught.cohort_import)
