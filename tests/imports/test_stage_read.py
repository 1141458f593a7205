import datetime
import io
from uuid import uuid4

import pytest
from django.db import transaction

from imports import files
from imports import lease as leases
from imports.lease import Lease, LeaseLost
from imports.models import CohortImport, CohortRow, RowError
from imports.rules import file_workbook
from imports.rules.lifecycle import Status
from imports.sql.reading import LoadedRows
from imports.stages import read, upload
from mavis import stopping
from tests.factories import NOW, ChildFactory, SchoolFactory, TeamFactory, UserFactory
from tests.files.cohorts import (
    AMARA,
    HEADERS,
    REQUIRED,
    child,
    csv_file,
    csv_text,
    table,
    xlsx_file,
)

pytestmark = pytest.mark.django_db


def uploaded(content: bytes, team=None, name: str = "cohort.csv") -> CohortImport:
    """Return the import of a file that a nurse of the team has just uploaded."""
    team = team or TeamFactory()
    checked = upload.check(name=name, content=io.BytesIO(content))
    return upload.upload(
        checked=checked, team=team, by=UserFactory(team=team), at=NOW, today=NOW.date()
    )


def read_file(cohort_import: CohortImport) -> CohortImport:
    """Return the import after a worker has read its file."""
    lease = leases.take(cohort_import.pk, now=NOW)
    assert lease is not None
    read.run(lease=lease, clock=lambda: NOW)
    lease.release()
    cohort_import.refresh_from_db()
    return cohort_import


def errors_of(cohort_import: CohortImport) -> list[tuple[int | None, str]]:
    return list(
        RowError.objects.filter(cohort_import=cohort_import, is_warning=False)
        .order_by("row_number", "pk")
        .values_list("row_number", "code")
    )


def test_the_rows_of_a_good_file_wait_for_pds():
    cohort_import = read_file(uploaded(csv_file(child(), child(CHILD_FIRST_NAME="Bo"))))

    assert cohort_import.status == Status.TRACING
    assert cohort_import.seconds_reading > 0
    rows = CohortRow.objects.filter(cohort_import=cohort_import).order_by("row_number")
    assert [(row.row_number, row.first_name) for row in rows] == [
        (2, "Amara"),
        (3, "Bo"),
    ]


def test_a_row_is_loaded_as_django_would_have_saved_it():
    """COPY names every column that has no default in the database."""
    cohort_import = read_file(uploaded(csv_file(child())))

    row = CohortRow.objects.get(cohort_import=cohort_import)
    untouched = CohortRow(
        pk=row.pk,
        cohort_import=cohort_import,
        row_number=2,
        first_name="Amara",
        last_name="Okafor",
        first_name_key="amara",
        last_name_key="okafor",
        date_of_birth=datetime.date(2014, 3, 27),
        birth_academic_year=2013,
        postcode="SW1A 1AA",
    )
    assert {field.name: getattr(row, field.attname) for field in row._meta.fields} == {
        field.name: getattr(untouched, field.attname) for field in row._meta.fields
    }


def test_one_bad_row_makes_the_file_invalid_and_nothing_is_staged():
    cohort_import = read_file(
        uploaded(
            csv_file(child(), child(CHILD_FIRST_NAME=""), child(CHILD_TOWN="York"))
        )
    )

    assert cohort_import.status == Status.INVALID
    assert cohort_import.row_count == 3
    assert not CohortRow.objects.filter(cohort_import=cohort_import).exists()
    assert errors_of(cohort_import)[0] == (2, "same_child")
    assert (3, "blank") in errors_of(cohort_import)


def test_rows_that_were_loaded_before_an_error_are_taken_back(monkeypatch):
    monkeypatch.setattr(LoadedRows, "_AT_ONCE", 2)
    names = [*"ABCDEFG", "", *"HIJ"]

    cohort_import = read_file(
        uploaded(csv_file(*[child(CHILD_LAST_NAME=name) for name in names]))
    )

    assert not CohortRow.objects.exists()
    assert errors_of(cohort_import) == [(9, "blank")]
    assert cohort_import.row_count == 11


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_file_is_read_in_pieces_wherever_they_end(monkeypatch, size):
    monkeypatch.setattr(files, "CHUNK_BYTES", size)
    monkeypatch.setattr(LoadedRows, "_AT_ONCE", 2)
    names = ["Zoë", "Łukasz", "Bo", "Cy", "Di"]

    cohort_import = read_file(
        uploaded(csv_file(*[child(CHILD_FIRST_NAME=name) for name in names]))
    )

    rows = CohortRow.objects.filter(cohort_import=cohort_import).order_by("row_number")
    assert [row.first_name for row in rows] == names


def test_a_workbook_is_read_in_pieces_too(monkeypatch):
    monkeypatch.setattr(files, "CHUNK_BYTES", 1000)

    cohort_import = read_file(
        uploaded(xlsx_file(*table([child()], HEADERS)), name="cohort.xlsx")
    )

    assert cohort_import.status == Status.TRACING
    assert CohortRow.objects.get(cohort_import=cohort_import).first_name == "Amara"


@pytest.mark.django_db(transaction=True)
def test_a_workbook_is_unpacked_before_the_transaction(monkeypatch):
    """It may take minutes, and a session is ended that says nothing for so long."""
    cohort_import = uploaded(xlsx_file(*table([child()], HEADERS)), name="cohort.xlsx")
    in_transaction = []

    class Sheet(file_workbook._Sheet):
        def readinto(self, buffer):
            # What is read first is there when the workbook has been unpacked.
            in_transaction.append(transaction.get_connection().in_atomic_block)
            return super().readinto(buffer)

    monkeypatch.setattr(file_workbook, "_Sheet", Sheet)

    assert read_file(cohort_import).status == Status.TRACING
    assert in_transaction[0] is False


def test_a_worker_that_is_to_end_takes_back_what_it_has_loaded(monkeypatch):
    monkeypatch.setattr(LoadedRows, "_AT_ONCE", 1)
    cohort_import = uploaded(csv_file(*[child(CHILD_LAST_NAME=n) for n in "ABCD"]))
    lease = leases.take(cohort_import.pk, now=NOW)
    looks = iter([False, False, False, True])
    monkeypatch.setattr(stopping, "is_asked", lambda: next(looks))

    with pytest.raises(stopping.Stopping):
        read.run(lease=lease, clock=lambda: NOW)

    assert not CohortRow.objects.exists()


def test_every_error_of_every_cell_is_kept():
    bad = dict.fromkeys(HEADERS, "😀" * 301)

    cohort_import = read_file(uploaded(csv_file(*[bad] * 30)))

    errors = errors_of(cohort_import)
    assert len(errors) == 30 * len(HEADERS)
    assert {row for row, _ in errors} == set(range(2, 32))


def test_of_a_huge_cell_the_beginning_is_kept():
    cohort_import = read_file(uploaded(csv_file(child(CHILD_TOWN="x" * 1_000_000))))

    error = RowError.objects.get(cohort_import=cohort_import)
    assert (error.code, len(error.value)) == ("too_long", 500)


def test_text_that_copy_would_take_for_its_own_is_stored_as_it_is():
    cohort_import = read_file(
        uploaded(csv_file(child(CHILD_TOWN="\\N a\\tb\t c", CHILD_REGISTRATION="\\.")))
    )

    row = CohortRow.objects.get(cohort_import=cohort_import)
    assert (row.town, row.registration) == ("\\N a\\tb c", "\\.")


def test_a_value_that_was_seen_is_stored_as_it_is_too():
    cohort_import = read_file(uploaded(csv_file(child(CHILD_GENDER="\\N\\t"))))

    assert RowError.objects.get(cohort_import=cohort_import).value == "\\N\\t"


def test_digits_in_a_name_are_a_warning():
    cohort_import = read_file(uploaded(csv_file(child(CHILD_LAST_NAME="Okafor 2"))))

    assert cohort_import.status == Status.TRACING
    warning = RowError.objects.get(cohort_import=cohort_import)
    assert (warning.is_warning, warning.row_number, warning.code) == (
        True,
        2,
        "digits_in_name",
    )


def test_cells_below_no_header_are_a_warning():
    content = csv_text(
        [[*REQUIRED, "", ""], [*AMARA.values(), "", "a note"], [*AMARA.values()]]
    ).replace("Amara", "Bo", 1)

    cohort_import = read_file(uploaded(content.encode()))

    warning = RowError.objects.get(cohort_import=cohort_import)
    assert warning.is_warning
    assert (warning.row_number, warning.code) == (None, "column_not_used")
    assert warning.message == "Column G has no header and is not used"


def test_schools_are_those_of_the_team():
    team = TeamFactory()
    ours = SchoolFactory(team=team)
    closed = SchoolFactory(team=team, is_closed=True)
    theirs, nobodys = SchoolFactory(), SchoolFactory(team=None)
    urns = [ours.urn, closed.urn, theirs.urn, nobodys.urn]

    cohort_import = read_file(
        uploaded(
            csv_file(
                *[
                    child(CHILD_SCHOOL_URN=urn, CHILD_FIRST_NAME=name)
                    for urn, name in zip(urns, ("Al", "Bo", "Cy", "Di"), strict=True)
                ]
            ),
            team,
        )
    )

    assert errors_of(cohort_import) == [
        (4, "school_not_in_team"),
        (5, "school_not_in_team"),
    ]


def test_a_team_that_vaccinates_nursery_children_may_upload_them():
    rows = csv_file(child(CHILD_DATE_OF_BIRTH="01/09/2023"))

    with_nursery = read_file(uploaded(rows, TeamFactory(with_nursery=True)))
    without = read_file(uploaded(rows))

    assert (with_nursery.status, without.status) == (Status.TRACING, Status.INVALID)


TOO_OLD = "31/08/2010"


@pytest.mark.parametrize(
    ("known", "status"),
    [
        ({}, Status.TRACING),
        ({"first_name": "AMÁRA", "last_name": "O'Kafor"}, Status.TRACING),
        ({"birth_academic_year_given": False}, Status.INVALID),
        ({"first_name": "Amy"}, Status.INVALID),
        ({"date_of_birth": datetime.date(2010, 8, 30)}, Status.INVALID),
    ],
)
def test_a_child_whose_year_group_was_given_before_needs_none_now(known, status):
    ChildFactory(
        **{
            "date_of_birth": datetime.date(2010, 8, 31),
            "birth_academic_year": 2010,
            "birth_academic_year_given": True,
            **known,
        }
    )

    cohort_import = read_file(uploaded(csv_file(child(CHILD_DATE_OF_BIRTH=TOO_OLD))))

    assert cohort_import.status == status
    if status == Status.TRACING:
        row = CohortRow.objects.get(cohort_import=cohort_import)
        assert (row.birth_academic_year, row.birth_academic_year_given) == (2009, False)


@pytest.mark.parametrize("rows", [1, 50])
def test_reading_costs_the_same_queries_for_any_number_of_rows(
    rows, django_assert_num_queries
):
    content = csv_file(
        *[
            child(CHILD_LAST_NAME="X" * n, CHILD_DATE_OF_BIRTH=TOO_OLD)
            for n in range(1, rows + 1)
        ]
    )
    cohort_import = uploaded(content)
    lease = leases.take(cohort_import.pk, now=NOW)

    # Import, the file twice, two savepoints, schools, back to one, known children; lock,
    # COPY, status, transition, the import again, savepoint.
    with django_assert_num_queries(14):
        read.run(lease=lease, clock=lambda: NOW)


# Reports are transactions of their own.
@pytest.mark.django_db(transaction=True)
def test_an_upload_that_is_cancelled_meanwhile_is_left_alone(monkeypatch):
    cohort_import = uploaded(csv_file(child()))
    lease = leases.take(cohort_import.pk, now=NOW)
    cohort_import.change_status(Status.CANCELLED, at=NOW, by=cohort_import.uploaded_by)
    monkeypatch.setattr(read, "_REPORT_EVERY", 0)

    read.run(lease=lease, clock=lambda: NOW)

    cohort_import.refresh_from_db()
    assert cohort_import.status == Status.CANCELLED
    assert not CohortRow.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_how_far_it_has_come_is_said_while_a_file_is_read(monkeypatch):
    seen = []
    monkeypatch.setattr(read, "_REPORT_EVERY", 0)
    still_waiting = read._locked

    def locked(lease: Lease) -> CohortImport:
        cohort_import = still_waiting(lease)
        seen.append(cohort_import.rows_done)
        return cohort_import

    monkeypatch.setattr(read, "_locked", locked)

    read_file(uploaded(csv_file(*[child(CHILD_LAST_NAME="X" * n) for n in (1, 2, 3)])))

    assert seen == [0, 0, 1, 2]


def test_a_worker_that_has_lost_the_import_writes_nothing():
    cohort_import = uploaded(csv_file(child()))
    lost = Lease(cohort_import.pk, uuid4(), slice_ends=0)

    with pytest.raises(LeaseLost):
        read.run(lease=lost, clock=lambda: NOW)

    assert not CohortRow.objects.exists()


def test_rows_that_cannot_be_loaded_leave_the_upload_as_it_was(monkeypatch):
    cohort_import = uploaded(csv_file(child()))
    monkeypatch.setattr(
        "imports.sql.reading.COPY_ROWS", "COPY no_such_table FROM STDIN"
    )

    with pytest.raises(Exception, match="no_such_table"):
        read_file(cohort_import)

    cohort_import.refresh_from_db()
    assert cohort_import.status == Status.UPLOADED
    assert not RowError.objects.exists()
