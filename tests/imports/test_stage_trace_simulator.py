"""The trace stage against the simulator: a process of its own, over HTTP."""

import json
from datetime import date
from itertools import pairwise
from urllib.parse import urljoin

import httpx
import pytest
from django.core.management import call_command

from imports import lease as leases
from imports.rules.lifecycle import Status
from imports.stages import trace
from mavis import clock
from tests.factories import (
    CohortImportFactory,
    CohortRowFactory,
    TeamFactory,
    unissued_nhs_number,
)

pytestmark = pytest.mark.django_db(transaction=True)

BORN = "2014-03-27"


def known(serial, given, **details):
    """A person of the simulator, as its people file has them."""
    return {
        "NHS_NUMBER": unissued_nhs_number(7000 + serial),
        "FAMILY_NAME": "Okafor",
        "GIVEN_NAME": given,
        "DATE_OF_BIRTH": BORN,
        "POSTCODE": "SW1A 1AA",
        **details,
    }


PEOPLE = [
    known(1, "Amara"),
    known(2, "Leo", POSTCODE="SW9 9ZZ"),
    known(3, "Samuel"),
    known(4, "Ada", FAMILY_NAME="Bello"),
    known(5, "Grace", RESTRICTED="yes"),
    known(6, "Ivy", FORMER_FAMILY_NAME="Marsh"),
    known(7, "Noor", SUPERSEDED_BY=unissued_nhs_number(7008)),
    known(8, "Noor"),
    known(9, "Rosa", INVALIDATED="yes"),
    known(10, "Tariq", DATE_OF_DEATH="2026-01-02"),
]


@pytest.fixture
def cohort_import(settings, pds_simulator):
    settings.PDS_REQUESTS_PER_SECOND = 0
    pds_simulator(*PEOPLE, options=("--admin",))
    return CohortImportFactory(tracing=True)


def traced(cohort_import, first_name, **columns):
    row = CohortRowFactory(
        cohort_import=cohort_import,
        untraced=True,
        first_name=first_name,
        **{"last_name": "Okafor", "date_of_birth": date.fromisoformat(BORN), **columns},
    )
    trace.run(lease=leases.take(cohort_import.pk, now=clock.now()), clock=clock.now)
    row.refresh_from_db()
    return row


def path(row):
    steps = row.trace.steps.order_by("position")
    return [f"{step.step} {step.result}" for step in steps]


@pytest.mark.parametrize(
    ("first_name", "columns", "number", "last_steps"),
    [
        pytest.param("Amara", {}, 1, ["exact one_match"], id="as PDS has her"),
        pytest.param("AMARA", {}, 1, ["exact one_match"], id="in capitals"),
        pytest.param(
            "Leo",
            {},
            2,
            ["wildcard_postcode one_match", "without_postcode one_match"],
            id="moved nearby",
        ),
        pytest.param(
            "Sam", {}, 3, ["wildcard_first_name one_match"], id="a short form"
        ),
        pytest.param(
            "Ada",
            {"last_name": "Belloni"},
            4,
            ["wildcard_last_name one_match"],
            id="another last name",
        ),
        pytest.param("Grace", {}, 5, ["without_postcode one_match"], id="restricted"),
        pytest.param(
            "Ivy", {"last_name": "Marsh"}, 6, ["exact one_match"], id="a former name"
        ),
        pytest.param("Nobody", {}, None, ["without_postcode no_matches"], id="unknown"),
    ],
)
def test_a_child_without_a_number(
    first_name, columns, number, last_steps, cohort_import
):
    row = traced(cohort_import, first_name, **columns)

    assert row.nhs_number == (unissued_nhs_number(7000 + number) if number else None)
    assert path(row)[-len(last_steps) :] == last_steps
    cohort_import.refresh_from_db()
    assert cohort_import.status == Status.MATCHING


@pytest.mark.parametrize(
    ("first_name", "given", "number", "uploaded_number"),
    [
        ("Amara", 1, 1, "verified"),
        ("Noor", 7, 8, "replaced"),
        ("Rosa", 9, None, "void"),
        ("Amara", 3, 1, "replaced"),
        ("Nobody", 3, None, "someone_else"),
        ("Nobody", 500, 500, "not_held"),
        ("Grace", 5, 5, "verified"),
    ],
)
def test_a_child_with_a_number(
    first_name, given, number, uploaded_number, cohort_import
):
    row = traced(
        cohort_import,
        first_name,
        nhs_number_uploaded=unissued_nhs_number(7000 + given),
    )

    assert row.uploaded_number == uploaded_number
    assert row.nhs_number == (unissued_nhs_number(7000 + number) if number else None)
    assert row.restricted is (first_name == "Grace")


def test_a_death_is_learnt(cohort_import):
    row = traced(cohort_import, "Tariq")

    assert (row.deceased, row.date_of_death) == (True, date(2026, 1, 2))


def test_requests_are_paced_over_all_connections(cohort_import, settings):
    settings.PDS_REQUESTS_PER_SECOND = 40
    for serial in range(6):
        CohortRowFactory(
            cohort_import=cohort_import, untraced=True, first_name=f"Child {serial}"
        )

    traced(cohort_import, "Nobody")

    journal = httpx.get(
        urljoin(settings.PDS_BASE_URL, "/admin/journal"), trust_env=False
    )
    moments = [entry["at"] for entry in journal.json()]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    # Five searches each, but "Chi*" is asked once for all six.
    assert len(moments) == 7 * 5 - 5
    assert sum(gaps) / len(gaps) == pytest.approx(1 / 40, rel=0.2)


def test_pds_lookup_prints_one_lookup_with_its_steps(pds_simulator, settings, capsys):
    TeamFactory()
    settings.PDS_REQUESTS_PER_SECOND = 0
    pds_simulator(*PEOPLE)
    child = ("--last", "Okafor", "--dob", BORN, "--postcode", "SW1A 1AA")

    call_command("pds_lookup", "--first", "Sam", *child, "--json")

    told = json.loads(capsys.readouterr().out)
    assert (told["outcome"], told["nhs_number"]) == ("found", unissued_nhs_number(7003))
    assert [step["step"] for step in told["steps"]] == [
        "exact",
        "wildcard_postcode",
        "wildcard_first_name",
    ]

    call_command("pds_lookup", "--first", "Nobody", *child)

    assert capsys.readouterr().out.startswith("not found: no number\n  exact (")


def test_pds_lookup_says_so_when_pds_does_not_answer(settings, capsys):
    TeamFactory()
    settings.PDS_REQUESTS_PER_SECOND = 0

    with pytest.raises(SystemExit) as ended:
        call_command(
            *("pds_lookup", "--first", "Sam", "--last", "Okafor", "--dob", BORN),
            *("--postcode", "SW1A 1AA"),
        )

    assert ended.value.code == 1
    assert "PDS does not answer" in capsys.readouterr().err
