"""The sample files, uploaded: every row comes to what its part says it shows."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest

from imports import lease
from imports.models import CohortImport, CohortRow
from imports.rules.lifecycle import Status
from imports.stages import match, read, trace, upload
from mavis.demo import parts
from mavis.demo.cast import Expected, people_of
from mavis.demo.load import load
from mavis.demo.samples import samples
from mavis.models import User

TODAY = date(2026, 11, 24)
YEAR = 2026
AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
STAGES = {
    Status.UPLOADED: read.run,
    Status.TRACING: trace.run,
    Status.MATCHING: match.run,
}


def upload_and_wait(folder, sample) -> CohortImport:
    """Upload a sample file, and go on until a person has to look at it."""
    nurse = User.objects.get(email="nurse@example.com")
    content = BytesIO((folder / sample.file.name).read_bytes())
    cohort_import = upload.upload(
        checked=upload.check(name=sample.file.name, content=content),
        team=nurse.memberships.get().team,
        by=nurse,
        at=AT,
        today=TODAY,
    )
    while stage := STAGES.get(Status(cohort_import.status)):
        held = lease.take(cohort_import.pk, now=AT)
        assert held is not None
        stage(lease=held, clock=lambda: AT)
        held.release()
        cohort_import.refresh_from_db()
    return cohort_import


def what_became_of(row: CohortRow) -> Expected:
    return Expected(
        outcome=row.outcome,
        reason=row.not_imported_reason or None,
        move=row.move,
        traced=row.trace_outcome,
        uploaded_number=row.uploaded_number,
        differences=tuple(row.differences),
        additions=tuple(row.additions),
        candidates=row.candidates.count(),
        from_other_team=row.other_team_id is not None,
    )


@pytest.fixture
def folder(tmp_path, pds_simulator, transactional_db, settings):
    settings.PDS_REQUESTS_PER_SECOND = 0
    load(folder=tmp_path, at=AT, today=TODAY, preparation_days=31)
    pds_simulator(*(line for part in parts.ALL for line in people_of(part, YEAR)))
    return tmp_path


@pytest.mark.parametrize(
    "sample", samples(YEAR), ids=lambda sample: str(sample.file.name)
)
def test_every_row_comes_to_what_is_expected_of_it(folder, sample):
    cohort_import = upload_and_wait(folder, sample)

    assert (cohort_import.status, cohort_import.failure_reason) == (
        sample.status,
        sample.failure_reason or "",
    )
    if sample.expected:
        rows = cohort_import.rows.all()
        assert {r.row_number: what_became_of(r) for r in rows} == sample.expected
    if sample.wrong_columns:
        errors = cohort_import.row_errors.filter(is_warning=False)
        assert {(e.row_number, e.column) for e in errors} == set(
            sample.wrong_columns.items()
        )
