"""What workers do with large imports: the memory they take, and who waits for whom.

The workers are those of production. When they have read a file we answer for PDS, and
the time for that is in no figure; a small file's rows they ask a simulator about.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from imports.models import CohortImport
from imports.rules.lifecycle import Status
from imports.stages import upload
from imports.tasks import advance
from mavis.benchmark import database, importing, sql
from mavis.benchmark.database import NOW, Base, nurse, team
from mavis.benchmark.figures import Figure, ratio
from mavis.benchmark.people import Row
from mavis.benchmark.servers import Memory, Servers, servers
from mavis.benchmark.size import Size
from mavis.trials.cohorts import Cohort, cohort
from mavis.trials.place import simulator

MOST_MEGABYTES = 100
MOST_TIMES_THE_MEMORY = 1.5
MOST_TIMES_ONE_ALONE = 1.8
SMALL_FILE, LONGEST_OF_SMALL_FILE = 50, 10
_LOOK_EVERY = 0.05  # seconds
_PATIENCE = 3600.0
_OVER = {Status.INVALID, Status.FAILED, Status.CANCELLED}


def measure_memory(of: Size) -> list[Figure]:
    """Have a worker import a file, and one of ten times the rows.

    What the rows add is told by a worker of one process. Of several, each that takes
    part holds a batch, and which does is chance.
    """
    with database.base(of.children, seed=of.seed) as base:
        small = _memory(base, of, of.rows, processes=1)
        large = _memory(base, of, of.many_rows, processes=1)
        by_two = _memory(base, of, of.many_rows, processes=2)
    name = "worker memory, MB more than idle"
    of_small = Figure(f"{name}: {of.rows:,} rows", small)
    of_large = Figure(f"{name}: {of.many_rows:,} rows", large)
    return [
        of_small,
        of_large,
        ratio(
            f"{name}: {of.many_rows:,} rows / {of.rows:,} rows",
            of_large,
            of_small,
            at_most=MOST_TIMES_THE_MEMORY,
        ),
        Figure(
            f"{name}: {of.many_rows:,} rows, two processes",
            by_two,
            at_most=MOST_MEGABYTES,
        ),
    ]


def _memory(base: Base, of: Size, rows: int, *, processes: int) -> list[float]:
    added = []
    for _ in range(of.runs):
        with _crew(base, of, processes=processes) as crew:
            crew.warm_up()
            with Memory(crew.worker) as memory:
                crew.seconds_for([of.file(rows)])
            added.append(memory.added)
    return added


def measure_side_by_side(of: Size) -> list[Figure]:
    """Import one file alone, and then two at once, with small ones in between."""
    rows = of.many_rows // 2
    files = of.two_files(rows)
    alone, together, waits = [], [], []
    with database.base(of.children, seed=of.seed) as base:
        for _ in range(of.runs):
            with _crew(base, of) as crew:
                alone.append(crew.seconds_for(files[:1]))
            with _crew(base, of) as crew:
                together.append(crew.seconds_for(files, small_ones=True))
                waits.append(max(crew.waits))
    one = Figure(f"{rows:,} rows by two workers: alone", alone)
    two = Figure(f"{rows:,} rows by two workers: two at once", together)
    return [
        one,
        two,
        ratio("two at once / alone", two, one, at_most=MOST_TIMES_ONE_ALONE),
        Figure(
            f"{SMALL_FILE} rows meanwhile, seconds to review",
            waits,
            at_most=LONGEST_OF_SMALL_FILE,
        ),
    ]


class _Crew:
    """A worker, and who hands files to it."""

    def __init__(self, started: Servers, small: Cohort, processes: int) -> None:
        self.worker = started.worker(of_processes=processes).pid
        # Seconds that each small file took to come to review.
        self.waits: list[float] = []
        self._broker = started.environment["REDIS_URL"]
        self._small = small

    def seconds_for(
        self, files: Sequence[Sequence[Row]], *, small_ones: bool = False
    ) -> float:
        """Import files at once, and return the seconds from first to last.

        :param small_ones: hand over a small file too, each time they all work
        """
        imports = [importing.uploaded(rows) for rows in files]
        seconds = self._until(Status.TRACING, imports, small_ones=small_ones)
        for cohort_import, rows in zip(imports, files, strict=True):
            importing.answer_for_pds(cohort_import, rows)
        sql.analyze()
        seconds += self._until(Status.IN_REVIEW, imports, small_ones=small_ones)
        for cohort_import in imports:
            importing.approve(cohort_import)
        return seconds + self._until(Status.COMPLETED, imports, small_ones=small_ones)

    def warm_up(self) -> None:
        """Have each process do some imports: the first loads what it needs."""
        for _ in range(2):
            # At once, or one process would do them all.
            small = [self._hand_over_small() for _ in range(4)]
            _wait(small, Status.IN_REVIEW)

    def wait_for_small(self) -> float:
        """Hand over a small file, and return the seconds until it is in review."""
        began = time.monotonic()
        _wait([self._hand_over_small()], Status.IN_REVIEW)
        return time.monotonic() - began

    def _hand_over_small(self) -> CohortImport:
        checked = upload.check(name="small.csv", content=self._small.file())
        small = upload.upload(
            checked=checked, team=team(), by=nurse(), at=NOW, today=NOW.date()
        )
        self._queue(small)
        return small

    def _until(
        self, status: Status, imports: Sequence[CohortImport], *, small_ones: bool
    ) -> float:
        """Have the worker go on until all have come so far, and return the seconds."""
        began = time.monotonic()
        for cohort_import in imports:
            CohortImport.objects.filter(pk=cohort_import.pk).update(not_before=None)
            self._queue(cohort_import)
        if small_ones:
            _until(lambda: all(map(_is_held, imports)))
            self.waits.append(self.wait_for_small())
        _wait(imports, status)
        return time.monotonic() - began

    def _queue(self, cohort_import: CohortImport) -> None:
        with advance.app.connection_for_write(self._broker) as connection:
            advance.apply_async(
                kwargs={"import_id": cohort_import.pk}, connection=connection
            )


@contextmanager
def _crew(base: Base, of: Size, *, processes: int = 2) -> Iterator[_Crew]:
    small = cohort(
        people=500,
        rows=min(SMALL_FILE, of.rows),
        seed=of.seed,
        academic_year=NOW.year,
        with_number=0.5,
        shares={},
    )
    with (
        database.copy(base) as address,
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        simulator(small.people, small.seed, Path(folder)) as pds,
        servers(address, PDS_BASE_URL=pds, PDS_REQUESTS_PER_SECOND="0") as started,
    ):
        sql.have_large_imports_wait_for_pds(len(small.rows))
        yield _Crew(started, small, processes)


def _wait(imports: Sequence[CohortImport], status: Status) -> None:
    """Wait until all have that status, and none is at work."""
    _until(lambda: all(_has_come_to(each, status) for each in imports))


def _has_come_to(cohort_import: CohortImport, status: Status) -> bool:
    cohort_import.refresh_from_db()
    if cohort_import.status in _OVER or cohort_import.faults_in_a_row:
        raise importing.EndedOtherwise(f"It became {cohort_import.status}.")
    # Two new children may be alike, and then a row has changed since it was reviewed.
    has_come = cohort_import.status == status or (
        status == Status.COMPLETED and cohort_import.status == Status.IN_FURTHER_REVIEW
    )
    return has_come and cohort_import.lease_token is None


def _is_held(cohort_import: CohortImport) -> bool:
    """Test if a worker is at it, or has already done what was to do."""
    was = cohort_import.status
    cohort_import.refresh_from_db()
    return cohort_import.lease_token is not None or cohort_import.status != was


def _until(done: Callable[[], bool]) -> None:
    ends = time.monotonic() + _PATIENCE
    while not done():
        if time.monotonic() > ends:
            raise importing.EndedOtherwise("It did not end within an hour.")
        time.sleep(_LOOK_EVERY)
