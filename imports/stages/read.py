"""Lines of the file become rows, or errors to mend.

A file is read, checked and loaded in one transaction: all rows, or all errors and no
row. So a worker that dies in between leaves nothing behind. The import is not locked
meanwhile: a person can cancel while a large file is read. A file is one slice: the
largest takes about as long as one. A worker that is to end stops reading.

Of the file, a piece is in memory at a time, and of its rows a thousand.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Self

from django.db import connections, transaction
from django.utils import timezone

from imports import files
from imports.lease import Clock, Lease
from imports.models import CohortImport, ImportFile
from imports.rules import file as file_rules
from imports.rules import file_headers
from imports.rules.file_headers import Headers, MissingColumns
from imports.rules.file_kinds import NotUsable
from imports.rules.lifecycle import Status
from imports.rules.problems import Problem
from imports.rules.reading import Expected, KnownSchool, RowRead, RowReader
from imports.rules.whole_file import SameChildren
from imports.sql import reading as sql
from imports.sql.reading import CopyText, LoadedRows, Person
from mavis import stopping
from mavis.models import School

# Seconds between two reports of how far the reading has come.
_REPORT_EVERY = 1.0


_Contents = tuple[Headers, Iterator[file_rules.Row]]


class NoLongerToBeRead(Exception):
    """Somebody has cancelled the upload."""


@dataclass
class _Found:
    """What a file holds, loaded or to be loaded."""

    import_id: int
    rows: LoadedRows = field(default_factory=LoadedRows)
    problems: CopyText = field(default_factory=CopyText)
    row_count: int = 0
    errors: int = 0

    def add_row(self, row: RowRead, school_id: int | None) -> None:
        if self.errors == 0:
            self.rows.add(sql.row_line(self.import_id, row, school_id))

    def add_errors(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            # One error, and no row of the file is loaded.
            if self.errors == 0:
                self.rows.take_back()
            self.errors += 1
            line = sql.problem_line(self.import_id, problem, is_warning=False)
            self.problems.add(line)

    def add_warnings(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            line = sql.problem_line(self.import_id, problem, is_warning=True)
            self.problems.add(line)


def run(*, lease: Lease, clock: Clock) -> None:
    """Read the file: either its rows wait for PDS, or it is invalid."""
    started = time.monotonic()
    cohort_import = CohortImport.objects.select_related("team", "file").get(
        pk=lease.import_id
    )
    # Before the transaction: it may take a while to unpack a workbook, and PostgreSQL
    # ends a session that says nothing for so long.
    contents, refused = _open(cohort_import.file)
    try:
        with transaction.atomic(), _Reports(lease) as reports:
            found = _Found(cohort_import.pk)
            found.add_errors(refused)
            if contents:
                _read(contents, cohort_import, found, reports)
            locked = _locked(lease)
            sql.copy_problems(found.problems)
            spent = time.monotonic() - started
            locked.change_status(
                Status.INVALID if found.errors else Status.TRACING,
                at=clock(),
                by=None,
                row_count=found.row_count,
                seconds_reading=locked.seconds_reading + spent,
            )
    except NoLongerToBeRead:
        return


def _open(file: ImportFile) -> tuple[_Contents | None, Sequence[Problem]]:
    """Return the headers and rows of a file, or why it cannot be used.

    It could be when it was uploaded, so a release has come in between.
    """
    try:
        return file_rules.read(partial(files.opened, file), file.format), ()
    except NotUsable as reason:
        return None, (_of_the_whole(reason),)
    except MissingColumns as missing:
        return None, missing.problems


def _of_the_whole(reason: NotUsable) -> Problem:
    return Problem(None, None, reason.code, reason.message)


def _read(
    contents: _Contents,
    cohort_import: CohortImport,
    found: _Found,
    reports: "_Reports",
) -> None:
    """Load the rows, and add what the file holds and everything wrong with it."""
    headers, rows = contents
    try:
        _read_rows(reports.passing_on(rows), headers, _expected(cohort_import), found)
    except NotUsable as reason:
        found.add_errors([_of_the_whole(reason)])
    found.rows.load_rest()


def _read_rows(
    rows: Iterable[file_rules.Row], headers: Headers, expected: Expected, found: _Found
) -> None:
    reader = RowReader(headers, expected)
    same_children = SameChildren()
    unusual: list[tuple[Person, Problem]] = []
    for row in rows:
        read = reader.read(row)
        found.row_count += 1
        found.add_errors(read.errors)
        found.add_warnings(read.warnings)
        same_children.add(
            read.number,
            nhs_number=read.values.get("nhs_number_uploaded", ""),
            child=read.child,
        )
        if read.year_group_error:
            unusual.append((read.person, read.year_group_error))
        if not found.errors:
            school = expected.schools.get(read.values["school_urn"])
            found.add_row(read, school.id if school else None)
    found.add_warnings(map(file_headers.unnamed, sorted(reader.unnamed_used)))
    known = sql.with_given_year_group({person for person, _ in unusual})
    found.add_errors(problem for person, problem in unusual if person not in known)
    found.add_errors(same_children.problems())


def _expected(cohort_import: CohortImport) -> Expected:
    team = cohort_import.team
    return Expected(
        today=timezone.localtime(cohort_import.uploaded_at).date(),
        academic_year=cohort_import.academic_year,
        schools={
            school.urn: KnownSchool(school.pk, special=school.is_special)
            for school in School.objects.filter(team=team).only("urn", "type")
        },
        nursery=team.vaccinates_nursery,
    )


class _Reports:
    """Says how far reading has come, and learns whether it is still wanted.

    In transactions of their own, and so from a thread that has a connection of its own:
    what reading itself writes nobody sees before it ends.
    """

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._thread = ThreadPoolExecutor(max_workers=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._thread.submit(connections.close_all)
        self._thread.shutdown()

    def passing_on(self, rows: Iterator[file_rules.Row]) -> Iterator[file_rules.Row]:
        """Pass the rows on, saying now and then how many there have been.

        :raises NoLongerToBeRead: somebody has cancelled the upload
        :raises LeaseLost: another worker has taken the import
        :raises Stopping: another worker is to read the file from its beginning
        """
        reported_at = time.monotonic()
        for count, row in enumerate(rows):
            stopping.check()
            if time.monotonic() - reported_at >= _REPORT_EVERY:
                reported_at = time.monotonic()
                self._thread.submit(_report, self._lease, count).result()
            yield row


@transaction.atomic(durable=True)
def _report(lease: Lease, count: int) -> None:
    _locked(lease)
    CohortImport.objects.filter(pk=lease.import_id).update(rows_done=count)


def _locked(lease: Lease) -> CohortImport:
    """Return the import, locked, if it still waits to be read."""
    cohort_import = lease.lock()
    if cohort_import.status != Status.UPLOADED:
        raise NoLongerToBeRead
    return cohort_import
