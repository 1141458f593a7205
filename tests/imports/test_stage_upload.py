import datetime
import io

import pytest
from cryptography.fernet import Fernet

from imports import files
from imports.models import CohortImport, ImportFileChunk, RowError
from imports.rules.lifecycle import Status
from imports.stages import upload
from mavis.models import ActivityEvent, EventKind
from tests.factories import (
    NOW,
    CohortImportFactory,
    ImportFileFactory,
    TeamFactory,
    UserFactory,
)
from tests.files.cohorts import HEADERS, child, csv_file

pytestmark = pytest.mark.django_db


def check(content: bytes, name: str = "cohort.csv") -> upload.CheckedFile:
    return upload.check(name=name, content=io.BytesIO(content))


TODAY = datetime.date(2026, 11, 24)


def upload_file(content: bytes, today: datetime.date = TODAY) -> CohortImport:
    by = UserFactory()
    return upload.upload(
        checked=check(content), team=by.teams.get(), by=by, at=NOW, today=today
    )


def test_an_uploaded_file_waits_to_be_read():
    cohort_import = upload_file(csv_file(child(), child(CHILD_FIRST_NAME="Bo")))

    cohort_import.refresh_from_db()
    assert cohort_import.status == Status.UPLOADED
    assert cohort_import.row_count == 2
    assert cohort_import.file.name == "cohort.csv"


@pytest.mark.parametrize(
    ("today", "academic_year"),
    [(datetime.date(2026, 7, 31), 2025), (datetime.date(2026, 8, 1), 2026)],
)
def test_an_upload_belongs_to_the_import_year(today, academic_year):
    assert upload_file(csv_file(child()), today).academic_year == academic_year


def test_who_uploaded_is_in_the_activity_log():
    cohort_import = upload_file(csv_file(child()))

    event = ActivityEvent.objects.get(cohort_import=cohort_import)
    assert (event.kind, event.by, event.at, event.team) == (
        EventKind.UPLOADED,
        cohort_import.uploaded_by,
        NOW,
        cohort_import.team,
    )


def test_a_file_is_stored_encrypted_and_comes_back_as_it_was():
    content = csv_file(child(CHILD_TOWN="x" * 3_000_000))

    cohort_import = upload_file(content)

    assert files.content_of(cohort_import.file) == content
    with files.opened(cohort_import.file) as opened:
        assert opened.read() == content
    chunks = [bytes(chunk.data) for chunk in ImportFileChunk.objects.all()]
    assert len(chunks) == -(-len(content) // files.CHUNK_BYTES) > 2
    assert not any(b"Amara" in chunk for chunk in chunks)


def test_a_file_of_which_a_piece_is_missing_is_not_taken_for_whole(monkeypatch):
    monkeypatch.setattr(files, "CHUNK_BYTES", 100)
    cohort_import = upload_file(csv_file(child()))
    ImportFileChunk.objects.filter(position=1).delete()

    with pytest.raises(ImportFileChunk.DoesNotExist):
        files.content_of(cohort_import.file)


def test_a_file_can_be_read_after_a_new_key_is_put_before_the_old_one(settings):
    cohort_import = upload_file(csv_file(child()))

    settings.FILE_KEYS = [Fernet.generate_key().decode(), *settings.FILE_KEYS]

    assert files.content_of(cohort_import.file) == csv_file(child())


def test_warnings_about_columns_stay_with_the_upload():
    content = csv_file(child(SHOE_SIZE="33"), headers=[*HEADERS, "SHOE_SIZE"])

    cohort_import = upload_file(content)

    warning = RowError.objects.get(cohort_import=cohort_import)
    assert (warning.is_warning, warning.row_number, warning.column, warning.code) == (
        True,
        None,
        "SHOE_SIZE",
        "column_not_used",
    )


@pytest.mark.parametrize(
    ("megabytes", "code"), [(1, "file_too_large"), (4, None)]
)  # fmt: skip
def test_the_limits_of_a_file_are_settings(settings, megabytes, code):
    settings.IMPORT_MAX_MEGABYTES = megabytes
    content = csv_file(child(CHILD_TOWN="x" * 2_000_000))

    if code is None:
        assert check(content).size == len(content)
    else:
        with pytest.raises(upload.Refused) as refused:
            check(content)
        assert [problem.code for problem in refused.value.problems] == [code]


def test_nothing_is_saved_of_a_file_that_is_refused():
    with pytest.raises(upload.Refused):
        upload_file(b"%PDF-1.7")

    assert not CohortImport.objects.exists()
    assert not ActivityEvent.objects.exists()


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("Year 7.csv", "Year 7.csv"),
        ("C:\\Users\\joy\\cohort.csv", "cohort.csv"),
        ("../../etc/passwd", "passwd"),
        ("a\nb\0.csv", "ab.csv"),
        ("", "cohort file"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_file_keeps_its_name_without_folders(name, stored):
    assert check(csv_file(child()), name).name == stored


@pytest.mark.parametrize(
    ("traits", "counts"),
    [
        ({}, True),
        ({"tracing": True}, True),
        ({"in_review": True}, True),
        ({"committing": True}, True),
        ({"in_further_review": True}, True),
        ({"invalid": True}, False),
        ({"failed": True}, False),
        ({"cancelled": True}, False),
        ({"completed": True}, False),
        ({"partially_completed": True}, False),
    ],
)
def test_the_same_file_is_in_progress_until_its_import_is_over(traits, counts):
    cohort_import = CohortImportFactory(**traits)
    file = ImportFileFactory(cohort_import=cohort_import)

    same = upload.same_file_in_progress(team=cohort_import.team, sha256=file.sha256)

    assert same == ([cohort_import] if counts else [])


def test_another_team_may_upload_the_same_file():
    file = ImportFileFactory()

    assert not upload.same_file_in_progress(team=TeamFactory(), sha256=file.sha256)


def test_a_file_is_looked_at_without_asking_the_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        check(csv_file(*[child()] * 50))
