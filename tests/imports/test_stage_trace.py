"""The trace stage: each row's outcome, waiting, trying again, and the file's fate."""

from datetime import date, timedelta
from functools import partial

import pytest

from imports import lease as leases
from imports.lease import LeaseLost
from imports.models import CohortImport, RowError
from imports.rules.lifecycle import FailureReason, Status
from imports.rules.match_rate import RETRIED_AFTER
from imports.stages import trace
from pds.models import Trace
from pds.rules.outcomes import TraceOutcome, UploadedNumber
from pds.tracing import Tracer
from tests.factories import (
    NOW,
    ChildFactory,
    CohortImportFactory,
    CohortRowFactory,
    unissued_nhs_number,
)
from tests.pds.cast import ANOTHERS, HERS, SUCCESSOR, outcome, patient
from tests.pds.scripted import ScriptedPDS, at_once

pytestmark = pytest.mark.django_db

BROKEN = (500, b"")
REJECTED = (400, outcome("INVALID_SEARCH_DATA"))
VOID = (404, outcome("INVALIDATED_RESOURCE", issue="processing"))


class Clock:
    """A clock that a test puts forward."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pds(monkeypatch, settings):
    settings.PDS_REQUESTS_PER_SECOND = 0
    scripted = ScriptedPDS()
    tracer = partial(Tracer, transport=scripted.transport, pause=at_once)
    monkeypatch.setattr(trace, "Tracer", tracer)
    return scripted


@pytest.fixture
def cohort_import():
    return CohortImportFactory(tracing=True, row_count=1)


def row(cohort_import, first_name="Amara", **columns):
    return CohortRowFactory(
        cohort_import=cohort_import, untraced=True, first_name=first_name, **columns
    )


def rows(cohort_import, **outcomes):
    """Add rows that have been traced already: rows(…, found=7, not_found=3)."""
    CohortImport.objects.filter(pk=cohort_import.pk).update(
        row_count=sum(outcomes.values()), rows_done=sum(outcomes.values())
    )
    for name, count in outcomes.items():
        for _row in range(count):
            CohortRowFactory(
                cohort_import=cohort_import,
                **({"found": True} if name == "found" else {"trace_outcome": name}),
            )


def run(cohort_import, clock):
    """Run slices, each as soon as it may be, until tracing is over or PDS is out."""
    lease = leases.take(cohort_import.pk, now=clock())
    trace.run(lease=lease, clock=clock)
    lease.release()
    cohort_import.refresh_from_db()


def run_until_judged(cohort_import, clock):
    for _slice in range(50):
        run(cohort_import, clock)
        if cohort_import.status != Status.TRACING:
            return
        clock.now = max(cohort_import.not_before or clock(), clock())
    raise AssertionError("tracing never ends")


# --- What becomes of a row ----------------------------------------------------


def test_a_row_that_pds_finds_gets_its_number(pds, cohort_import, clock):
    pds.people["Amara"] = patient()
    traced = row(cohort_import)

    run(cohort_import, clock)

    traced.refresh_from_db()
    assert traced.trace_outcome == TraceOutcome.FOUND
    assert (traced.nhs_number, traced.nhs_number_confirmed) == (HERS, True)
    assert traced.uploaded_number == UploadedNumber.NONE
    assert traced.trace.nhs_number == HERS
    assert [step.step for step in traced.trace.steps.all()] == ["exact"]
    assert cohort_import.status == Status.MATCHING
    assert cohort_import.pds_calls == 1
    assert cohort_import.seconds_tracing > 0


@pytest.mark.parametrize(
    ("read", "uploaded_number", "number", "confirmed"),
    [
        (patient(HERS), UploadedNumber.VERIFIED, HERS, True),
        (patient(SUCCESSOR), UploadedNumber.REPLACED, SUCCESSOR, True),
        (None, UploadedNumber.NOT_HELD, HERS, False),
        (VOID, UploadedNumber.VOID, None, False),
        (patient(name=[]), UploadedNumber.SOMEONE_ELSE, None, False),
    ],
)
def test_what_becomes_of_a_number_in_the_file(
    read, uploaded_number, number, confirmed, pds, cohort_import, clock
):
    if read:
        pds.people[HERS] = read
    traced = row(cohort_import, nhs_number_uploaded=HERS)

    run(cohort_import, clock)

    traced.refresh_from_db()
    assert traced.uploaded_number == uploaded_number
    assert (traced.nhs_number, traced.nhs_number_confirmed) == (number, confirmed)


def test_deaths_and_restrictions_come_with_the_answer(pds, cohort_import, clock):
    pds.people["Amara"] = patient(
        meta={"security": [{"code": "R"}]}, deceasedDateTime="2026-01-02"
    )
    traced = row(cohort_import)

    run(cohort_import, clock)

    traced.refresh_from_db()
    assert traced.restricted
    assert (traced.deceased, traced.date_of_death) == (True, date(2026, 1, 2))


@pytest.mark.parametrize(
    ("holds", "verified"),
    [
        pytest.param({}, True, id="no other child"),
        pytest.param({"first_name": "Muhammad"}, False, id="another child"),
        pytest.param({"first_name": "Mohammed"}, True, id="this child"),
        pytest.param(
            {"first_name": "Muhammad", "nhs_number": HERS}, True, id="its number"
        ),
        pytest.param(
            {"first_name": "Leo", "postcode": "M1 1AE"}, True, id="living elsewhere"
        ),
    ],
)
def test_alike_first_names_verify_unless_mavis_may_hold_a_twin(
    holds, verified, pds, cohort_import, clock
):
    pds.people[HERS] = patient(name=[{"given": ["Muhammad"], "family": "Okafor"}])
    if holds:
        ChildFactory(**holds)
    traced = row(cohort_import, "Mohammed", nhs_number_uploaded=HERS)

    run(cohort_import, clock)

    traced.refresh_from_db()
    assert traced.nhs_number_confirmed is verified


def test_alike_first_names_do_not_verify_when_the_file_may_hold_a_twin(
    pds, cohort_import, clock
):
    pds.people[HERS] = patient(name=[{"given": ["Muhammad"], "family": "Okafor"}])
    traced = row(cohort_import, "Mohammed", nhs_number_uploaded=HERS)
    row(cohort_import, "Leo")

    run(cohort_import, clock)

    traced.refresh_from_db()
    assert traced.uploaded_number == UploadedNumber.SOMEONE_ELSE


@pytest.mark.parametrize(
    ("details", "found"),
    [
        pytest.param({}, True, id="nobody like a twin"),
        pytest.param({"gender": "female"}, True, id="a girl as in PDS"),
        pytest.param({"gender": "male"}, False, id="a boy, and so the twin"),
    ],
)
def test_a_short_form_finds_a_child_but_not_its_twin(
    details, found, pds, cohort_import, clock
):
    charlotte = [{"given": ["Charlotte"], "family": "Okafor"}]
    pds.people["Cha*"] = patient(name=charlotte, gender="female")
    traced = row(cohort_import, "Charlie", **details)

    run(cohort_import, clock)

    traced.refresh_from_db()
    assert (traced.trace_outcome == TraceOutcome.FOUND) is found
    assert traced.trace.steps.filter(step="wildcard_first_name").exists()


def test_a_short_form_does_not_find_a_twin_who_is_in_the_file(
    pds, cohort_import, clock
):
    charlotte = patient(name=[{"given": ["Charlotte"], "family": "Okafor"}])
    pds.people |= {"Cha*": charlotte, "Charlotte": charlotte}
    charlie, twin = row(cohort_import, "Charlie"), row(cohort_import, "Charlotte")

    run(cohort_import, clock)

    charlie.refresh_from_db()
    twin.refresh_from_db()
    assert (twin.trace_outcome, twin.nhs_number) == (TraceOutcome.FOUND, HERS)
    assert (charlie.trace_outcome, charlie.nhs_number) == (TraceOutcome.NOT_FOUND, None)


# --- Faults -------------------------------------------------------------------


def test_a_row_that_pds_cannot_answer_is_tried_five_times(pds, cohort_import, clock):
    pds.people |= {"Leo": BROKEN, "Amara": patient()}
    unlucky, lucky = row(cohort_import, "Leo"), row(cohort_import)
    waits = []

    for tries in range(1, trace.TRIES_ALLOWED):
        run(cohort_import, clock)
        unlucky.refresh_from_db()
        assert (unlucky.trace_outcome, unlucky.trace_tries) == ("", tries)
        assert cohort_import.not_before == unlucky.trace_not_before
        waits.append(unlucky.trace_not_before - clock())
        clock.now = unlucky.trace_not_before
    run(cohort_import, clock)

    unlucky.refresh_from_db()
    assert unlucky.trace_outcome == TraceOutcome.ERROR
    assert not unlucky.trace_error_is_permanent
    assert waits == sorted(set(waits)), "later each time"
    lucky.refresh_from_db()
    assert lucky.trace_outcome == TraceOutcome.FOUND
    assert cohort_import.waiting_for_pds_since is None
    assert cohort_import.status == Status.MATCHING


def test_a_rejected_row_is_in_error_at_once(pds, cohort_import, clock):
    pds.people["Leo"] = REJECTED
    traced = row(cohort_import, "Leo", nhs_number_uploaded=HERS)

    run(cohort_import, clock)

    traced.refresh_from_db()
    assert traced.trace_outcome == TraceOutcome.ERROR
    assert traced.trace_error_is_permanent
    assert traced.nhs_number == HERS, "it serves to find the child"
    assert not traced.nhs_number_confirmed


def test_while_pds_is_down_the_import_waits_and_no_row_is_to_blame(
    pds, cohort_import, clock
):
    pds.people["Amara"] = patient()
    pds.is_down = True
    traced = row(cohort_import)
    waits = []

    for _slice in range(12):
        run(cohort_import, clock)
        traced.refresh_from_db()
        assert (traced.trace_outcome, traced.trace_tries) == ("", 0)
        assert cohort_import.status == Status.TRACING
        assert cohort_import.waiting_for_pds_since == NOW
        waits.append((cohort_import.not_before - clock()).total_seconds())
        clock.now = cohort_import.not_before

    assert waits == [1, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]

    pds.is_down = False
    run(cohort_import, clock)
    traced.refresh_from_db()
    assert traced.trace_outcome == TraceOutcome.FOUND
    assert cohort_import.status == Status.MATCHING
    assert cohort_import.waiting_for_pds_since is None
    assert cohort_import.pds_calls == len(pds.requests)


@pytest.mark.parametrize("status", [401, 403])
def test_while_pds_refuses_us_the_import_waits(status, pds, cohort_import, clock):
    pds.people["Amara"] = (status, outcome("ACCESS_DENIED", issue="forbidden"))
    row(cohort_import)

    run(cohort_import, clock)

    assert cohort_import.status == Status.TRACING
    assert cohort_import.waiting_for_pds_since == NOW


def test_an_import_that_is_cancelled_meanwhile_is_left_as_it_is(
    pds, cohort_import, clock
):
    pds.people["Amara"] = patient()
    traced = row(cohort_import)
    lease = leases.take(cohort_import.pk, now=clock())
    CohortImport.objects.filter(pk=cohort_import.pk).update(status=Status.CANCELLED)

    trace.run(lease=lease, clock=clock)

    traced.refresh_from_db()
    assert traced.trace_outcome == ""
    cohort_import.refresh_from_db()
    assert cohort_import.status == Status.CANCELLED


def test_a_worker_that_has_lost_its_lease_writes_nothing(pds, cohort_import, clock):
    traced = row(cohort_import)
    lease = leases.take(cohort_import.pk, now=clock())
    lease.release()

    with pytest.raises(LeaseLost):
        trace.run(lease=lease, clock=clock)

    traced.refresh_from_db()
    assert traced.trace_outcome == ""
    assert not Trace.objects.exists()


# --- The file as a whole ------------------------------------------------------


@pytest.mark.parametrize(
    ("outcomes", "status", "reason"),
    [
        ({"found": 7, "not_found": 3}, Status.MATCHING, ""),
        ({"found": 7, "conflict": 3}, Status.MATCHING, ""),
        ({"found": 6, "not_found": 4}, Status.FAILED, FailureReason.LOW_MATCH_RATE),
        ({"not_found": 9}, Status.MATCHING, ""),
        ({"found": 7, "not_found": 2, "error": 1}, Status.MATCHING, ""),
    ],
)
def test_the_match_rate(outcomes, status, reason, pds, cohort_import, clock):
    rows(cohort_import, **outcomes)

    run(cohort_import, clock)

    assert (cohort_import.status, cohort_import.failure_reason) == (status, reason)
    # No row is asked about again, but a failed file for the reason.
    assert bool(pds.requests) == (status == Status.FAILED)


def test_a_number_in_the_file_counts_only_if_pds_confirmed_it(
    pds, cohort_import, clock
):
    rows(cohort_import, found=6, not_found=3)
    row(cohort_import, nhs_number_uploaded=HERS)

    run(cohort_import, clock)

    assert cohort_import.failure_reason == FailureReason.LOW_MATCH_RATE


def test_rows_in_error_are_tried_again_twice_and_then_the_file_fails(
    pds, cohort_import, clock
):
    rows(cohort_import, found=6, not_found=3)
    pds.people["Leo"] = BROKEN
    pds.people["Amara"] = patient()
    unlucky = row(cohort_import, "Leo")
    began = []

    while cohort_import.status == Status.TRACING:
        tries_so_far = Trace.objects.filter(outcome="error").count()
        run(cohort_import, clock)
        if cohort_import.trace_rounds > len(began):
            began.append(cohort_import.not_before - clock())
            unlucky.refresh_from_db()
            assert (unlucky.trace_outcome, unlucky.trace_tries) == ("", 0)
            assert unlucky.trace is None
            assert cohort_import.rows_done == 9
            assert tries_so_far <= 1
        clock.now = max(cohort_import.not_before or clock(), clock())

    assert tuple(began) == RETRIED_AFTER
    assert cohort_import.failure_reason == FailureReason.LOW_MATCH_RATE
    assert Trace.objects.filter(outcome="error").count() == 1


def test_rows_in_error_that_are_found_later_save_the_file(pds, cohort_import, clock):
    rows(cohort_import, found=6, not_found=3)
    pds.people["Leo"] = BROKEN
    row(cohort_import, "Leo")
    while not cohort_import.trace_rounds:
        run(cohort_import, clock)
        clock.now = max(cohort_import.not_before or clock(), clock())

    pds.people["Leo"] = patient()
    run_until_judged(cohort_import, clock)

    assert cohort_import.status == Status.MATCHING


def test_a_file_of_which_nothing_could_be_asked_fails_with_a_reference(
    pds, cohort_import, clock
):
    for name in "ABCDEFGHIJ":
        pds.people[name] = REJECTED
        row(cohort_import, name)

    run_until_judged(cohort_import, clock)

    assert cohort_import.failure_reason == FailureReason.FAULT
    assert cohort_import.fault_reference


def test_rows_with_the_same_number_fail_the_file_and_name_each_other(
    pds, cohort_import, clock
):
    pds.people |= {name: patient() for name in ("Amara", "Ama", HERS)}
    pds.people[HERS] = patient(name=[{"given": ["Given"], "family": "Okafor"}])
    pds.people[ANOTHERS] = patient(name=[{"given": ["Old"], "family": "Okafor"}])
    row(cohort_import, "Amara", row_number=2)
    row(cohort_import, "Given", row_number=3, nhs_number_uploaded=HERS)
    row(cohort_import, "Old", row_number=5, nhs_number_uploaded=ANOTHERS)

    run(cohort_import, clock)

    assert cohort_import.status == Status.FAILED
    assert cohort_import.failure_reason == FailureReason.SAME_NHS_NUMBER
    added, given, replaced = RowError.objects.order_by("row_number")
    assert [error.row_number for error in (added, given, replaced)] == [2, 3, 5]
    assert added.message.startswith(
        "PDS added the NHS number 999 000 0018 to this row. It is also the number of "
        "row 3 (given in the file) and row 5 (replaced by PDS)."
    )
    assert "row 2 (added by PDS)" in given.message
    assert replaced.message.startswith("PDS replaced the NHS number of this row")
    # What the file says, which is not what PDS has made of it.
    assert [error.value for error in (added, given, replaced)] == ["", HERS, ANOTHERS]


def test_a_number_of_the_file_that_pds_confirmed_for_another_row_is_not_used(
    pds, cohort_import, clock
):
    pds.people["Amara"] = patient()
    confirmed = row(cohort_import, "Amara")
    mistaken = row(cohort_import, "Leo", nhs_number_uploaded=HERS)

    run(cohort_import, clock)

    confirmed.refresh_from_db()
    mistaken.refresh_from_db()
    assert (confirmed.nhs_number, mistaken.nhs_number) == (HERS, None)
    assert mistaken.uploaded_number == UploadedNumber.SOMEONE_ELSE
    assert cohort_import.status == Status.MATCHING


# --- How much it costs --------------------------------------------------------


@pytest.mark.parametrize("count", [2, 50])
def test_tracing_costs_the_same_queries_for_any_number_of_rows(
    count, pds, cohort_import, clock, django_assert_num_queries
):
    for serial in range(count):
        pds.people[f"Child {serial}"] = patient(unissued_nhs_number(serial))
        row(
            cohort_import,
            f"Child {serial}",
            nhs_number_uploaded=unissued_nhs_number(serial + 5000),
        )
    lease = leases.take(cohort_import.pk, now=clock())

    with django_assert_num_queries(27):
        trace.run(lease=lease, clock=clock)

    cohort_import.refresh_from_db()
    assert cohort_import.status == Status.MATCHING


def test_a_slice_that_is_over_still_gets_something_done(pds, cohort_import, clock):
    pds.people["Amara"] = patient()
    traced = row(cohort_import)
    lease = leases.Lease(
        cohort_import.pk, leases.take(cohort_import.pk, now=clock()).token, 0
    )

    trace.run(lease=lease, clock=clock)

    traced.refresh_from_db()
    assert traced.trace_outcome == TraceOutcome.FOUND
    cohort_import.refresh_from_db()
    assert cohort_import.status == Status.TRACING, "the next slice judges"
    assert cohort_import.rows_done == 1


def test_a_row_is_not_come_to_before_it_is_due(pds, cohort_import, clock):
    later = clock() + timedelta(minutes=1)
    row(cohort_import, trace_not_before=later)

    run(cohort_import, clock)

    assert pds.requests == []
    assert cohort_import.not_before == later
