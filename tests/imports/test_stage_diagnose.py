"""Why a file failed: files with one mistake throughout, against the simulator."""

from datetime import date, timedelta
from functools import partial

import httpx
import pytest

from imports import lease as leases
from imports.models import CohortImport, CohortRow
from imports.rules.diagnosis import ROWS_TRIED
from imports.rules.lifecycle import FailureReason, Status
from imports.stages import trace
from pds.models import Trace
from pds.simulator.app import Simulator, make_app
from pds.simulator.faults import FaultKind
from pds.simulator.journal import Journal
from pds.simulator.people import Address, Name, Person
from pds.simulator.search import Population
from pds.tracing import Tracer
from tests.factories import (
    NOW,
    CohortImportFactory,
    CohortRowFactory,
    unissued_nhs_number,
)
from tests.pds.scripted import at_once

pytestmark = pytest.mark.django_db

FIRST = ["Amara", "Bilal", "Chloe", "Dylan", "Esme", "Farah", "George", "Hana"]
LAST = ["Okafor", "Price", "Quaye", "Rossi", "Singh", "Tanaka", "Umar", "Vance"]


def known(number):
    """A person of PDS: all of them differ in each detail."""
    return (
        f"{FIRST[number % 8]}{'xyz'[number // 8 % 3]}",
        f"{LAST[number % 8]}{'xyz'[number // 8 % 3]}",
        date(2013, number % 12 + 1, (number * 5) % 12 + 1),
        f"SW{number % 20 + 1} {number % 9}AA",
    )


PEOPLE = [
    Person(
        nhs_number=unissued_nhs_number(9000 + number),
        names=(Name(last, (first,)),),
        date_of_birth=born.isoformat(),
        addresses=(Address(postcode),),
    )
    for number in range(24)
    for first, last, born, postcode in [known(number)]
]


@pytest.fixture
def simulator(monkeypatch, settings):
    settings.PDS_REQUESTS_PER_SECOND = 0
    settings.PDS_BASE_URL = "http://pds/personal-demographics/FHIR/R4"
    population = Population()
    population.add(PEOPLE)
    simulator = Simulator(population, journal=Journal())
    transport = httpx.ASGITransport(make_app(simulator))
    tracer = partial(Tracer, transport=transport, pause=at_once)
    monkeypatch.setattr(trace, "Tracer", tracer)
    return simulator


def upload(spoil):
    """Add rows about everybody PDS knows, with a mistake made in each of them."""
    cohort_import = CohortImportFactory(tracing=True, row_count=len(PEOPLE))
    rows = [known(number) for number in range(len(PEOPLE))]
    for place in range(len(rows)):
        first, last, born, postcode = spoil(rows, place)
        CohortRowFactory(
            cohort_import=cohort_import,
            untraced=True,
            row_number=place + 2,
            first_name=first,
            last_name=last,
            date_of_birth=born,
            postcode=postcode,
        )
    return cohort_import


def run(cohort_import, at=NOW):
    for _slice in range(20):
        lease = leases.take(cohort_import.pk, now=at)
        trace.run(lease=lease, clock=lambda at=at: at)
        lease.release()
        cohort_import.refresh_from_db()
        if cohort_import.status != Status.TRACING:
            return
        at += timedelta(minutes=5)


def names_swapped(rows, place):
    first, last, born, postcode = rows[place]
    return last, first, born, postcode


def day_and_month_swapped(rows, place):
    first, last, born, postcode = rows[place]
    return first, last, date(born.year, born.day, born.month), postcode


def names_too_high(rows, place):
    first, last, _, _ = rows[(place + 1) % len(rows)]
    return first, last, *rows[place][2:]


def names_too_low(rows, place):
    first, last, _, _ = rows[place - 1]
    return first, last, *rows[place][2:]


def nobody_known(rows, place):
    return f"Nobody{place}", *rows[place][1:]


@pytest.mark.parametrize(
    ("spoil", "mistake"),
    [
        (names_swapped, "names_swapped"),
        (day_and_month_swapped, "day_and_month_swapped"),
        (names_too_high, "names_too_high"),
        (names_too_low, "names_too_low"),
        (nobody_known, None),
    ],
)
def test_a_mistake_throughout_a_file_is_found_out(spoil, mistake, simulator):
    cohort_import = upload(spoil)

    run(cohort_import)

    assert cohort_import.status == Status.FAILED
    assert cohort_import.failure_reason == FailureReason.LOW_MATCH_RATE
    found = {each.mistake: each for each in cohort_import.findings.all()}
    likely = [
        name for name, each in found.items() if 2 * each.matched >= each.tried > 0
    ]
    assert likely == ([mistake] if mistake else [])
    assert all(each.tried == each.wanted for each in found.values())


def test_looking_for_the_cause_is_bounded_and_makes_no_match(simulator):
    cohort_import = upload(names_swapped)

    run(cohort_import)

    why = [
        each
        for each in simulator.journal.entries()
        if each["correlation_id"].endswith("-why")
    ]
    assert ROWS_TRIED <= len(why) <= 4 * ROWS_TRIED
    assert not CohortRow.objects.filter(nhs_number__isnull=False).exists()
    assert Trace.objects.count() == len(PEOPLE)
    assert cohort_import.pds_calls == len(simulator.journal.entries())


def test_a_worker_that_dies_while_looking_for_it_loses_nothing(simulator, monkeypatch):
    cohort_import = upload(names_swapped)

    def die(*_arguments, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(trace, "fail_with", die)
        with pytest.raises(KeyboardInterrupt):
            run(cohort_import)
    asked = len(simulator.journal.entries())
    CohortImport.objects.update(lease_token=None, lease_expires_at=None)
    run(cohort_import)

    assert cohort_import.status == Status.FAILED
    assert cohort_import.findings.get(mistake="names_swapped").matched == ROWS_TRIED
    assert len(simulator.journal.entries()) == asked, "no question is sent again"


def test_when_pds_goes_away_the_file_fails_all_the_same_and_says_so(
    simulator, monkeypatch
):
    cohort_import = upload(names_swapped)
    judge = trace.judge_or_wait

    def judge_and_lose_pds(*arguments):
        simulator.faults.set({"kind": FaultKind.SERVER_ERROR})
        return judge(*arguments)

    monkeypatch.setattr(trace, "judge_or_wait", judge_and_lose_pds)
    run(cohort_import)

    assert cohort_import.status == Status.FAILED
    assert {each.tried for each in cohort_import.findings.all()} == {0}
    assert all(each.wanted for each in cohort_import.findings.all())


def test_who_cancels_meanwhile_is_obeyed(simulator, monkeypatch):
    cohort_import = upload(names_swapped)
    diagnose = trace.diagnose

    def diagnose_while_it_is_cancelled(**arguments):
        CohortImport.objects.update(status=Status.CANCELLED)
        return diagnose(**arguments)

    monkeypatch.setattr(trace, "diagnose", diagnose_while_it_is_cancelled)
    run(cohort_import)

    assert cohort_import.status == Status.CANCELLED
    assert not cohort_import.findings.exists()
