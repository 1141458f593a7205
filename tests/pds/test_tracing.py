"""Tracing many people at once: what is asked, kept, given up and left."""

import time

import httpx
import pytest

from pds.asking import FAILURES_OF_AN_OUTAGE
from pds.client import ATTEMPTS
from pds.lookups import Wanted
from pds.models import Answer, Trace
from pds.rules.outcomes import TraceOutcome, UploadedNumber
from pds.rules.questions import PROBE_READ
from pds.tracing import Tracer, store_traces
from tests.pds.cast import ANOTHERS, AT, HERS, TOO_MANY, outcome, patient, sought
from tests.pds.scripted import ScriptedPDS, at_once

pytestmark = pytest.mark.django_db

BROKEN = (500, b"")


@pytest.fixture(autouse=True)
def unlimited(settings):
    settings.PDS_REQUESTS_PER_SECOND = 0


def people(*first_names, **details):
    return [
        Wanted(key, sought(first_name=name, **details), f"row-{key}")
        for key, name in enumerate(first_names, start=1)
    ]


def trace(pds, wanted, *, seconds=10.0, at=AT):
    with Tracer(
        ods_code="R0001", clock=lambda: at, transport=pds.transport, pause=at_once
    ) as tracer:
        return tracer.trace(wanted, until=time.monotonic() + seconds)


def outcomes(tracings):
    return {traced.key: traced.verdict.outcome.value for traced in tracings.finished}


def test_each_person_has_an_outcome():
    pds = ScriptedPDS(
        {"Amara": patient(), "Leo": TOO_MANY, "Ada": (400, outcome("INVALID_VALUE"))}
    )

    tracings = trace(pds, people("Amara", "Leo", "Ada", "Nobody"))

    assert outcomes(tracings) == {
        1: "found", 2: "not_found", 3: "error", 4: "not_found"
    }  # fmt: skip
    assert tracings.calls == len(pds.requests) == 1 + 2 + 1 + 5
    assert (tracings.failed, tracings.is_out) == ([], False)


def test_the_same_question_is_not_sent_again_within_a_day():
    pds = ScriptedPDS({"Amara": patient()})
    wanted = people("Amara", "Nobody", "Amara")

    first = trace(pds, wanted)
    again = trace(pds, wanted, at=AT.replace(day=25, hour=8, minute=59))
    a_day_later = trace(pds, wanted, at=AT.replace(day=25, hour=9))

    assert outcomes(first) == outcomes(again) == outcomes(a_day_later)
    assert [one.verdict.person for one in again.finished if one.key == 1] == [
        one.verdict.person for one in first.finished if one.key == 3
    ]
    assert (first.calls, again.calls, a_day_later.calls) == (6, 0, 6)
    assert max(pds.asked.values()) == 2


def test_answers_of_another_pds_are_not_its_own(settings):
    pds = ScriptedPDS({"Amara": patient()})
    trace(pds, people("Amara"))
    settings.PDS_BASE_URL = "http://another"

    assert trace(pds, people("Amara")).calls == 1


def test_what_is_kept_can_be_read_by_nobody_else(settings):
    trace(ScriptedPDS({"Amara": patient()}), people("Amara"))

    answer = Answer.objects.get()
    assert len(bytes(answer.key)) == 32
    assert HERS.encode() not in bytes(answer.body)

    settings.FILE_KEYS = ["MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="]
    pds = ScriptedPDS({"Amara": patient()})
    assert outcomes(trace(pds, people("Amara"))) == {1: "found"}
    assert len(pds.requests) == 1, "an answer that cannot be read is asked for again"


def test_a_fault_is_never_kept():
    pds = ScriptedPDS({"Amara": patient()})
    pds.next = [BROKEN] * ATTEMPTS

    trace(pds, people("Amara"))

    assert not Answer.objects.exists()
    assert outcomes(trace(pds, people("Amara"))) == {1: "found"}


def test_a_person_whose_record_pds_cannot_give_fails_alone():
    pds = ScriptedPDS({"Amara": patient(), "Leo": BROKEN})

    tracings = trace(pds, people("Amara", "Leo", "Nobody"))

    assert outcomes(tracings) == {1: "found", 3: "not_found"}
    (failed,) = tracings.failed
    assert (failed.key, failed.verdict.outcome) == (2, TraceOutcome.ERROR)
    assert [step.result for step in failed.steps] == ["error"]
    assert not tracings.is_out


def test_the_last_person_to_fail_is_told_from_an_outage_by_a_probe():
    pds = ScriptedPDS({ANOTHERS: BROKEN})

    tracings = trace(pds, people("Amara", nhs_number=ANOTHERS))

    assert [failed.key for failed in tracings.failed] == [1]
    assert not tracings.is_out
    assert pds.requests[-1].url.path.endswith(PROBE_READ.nhs_number)
    assert tracings.calls == len(pds.requests) == ATTEMPTS + 1


@pytest.mark.parametrize(
    "fault", [httpx.ConnectError("refused"), httpx.ReadTimeout("late"), BROKEN]
)
def test_when_nothing_is_answered_pds_is_out_and_nobody_is_to_blame(fault):
    pds = ScriptedPDS()
    pds.next = [fault] * 1000

    tracings = trace(pds, people(*(f"Child {n}" for n in range(200))))

    assert tracings.is_out
    assert (tracings.finished, tracings.failed) == ([], [])
    assert len(pds.requests) < 200, "it is left alone soon after it has gone"


def test_when_pds_goes_away_what_was_answered_stays():
    unlucky = [f"Child {n}" for n in range(100)]
    pds = ScriptedPDS({"Amara": patient(), **dict.fromkeys(unlucky, BROKEN)})
    pds.people["Nobody"] = BROKEN  # whom the probe asks for

    tracings = trace(pds, people("Amara", *unlucky))

    assert outcomes(tracings) == {1: "found"}
    assert tracings.is_out
    assert tracings.failed == []
    assert Answer.objects.count() == 1, "what was heard is not asked again"


@pytest.mark.parametrize("status", [401, 403])
def test_when_pds_refuses_us_it_is_asked_nothing_more(status):
    pds = ScriptedPDS()
    pds.next = [(status, outcome("ACCESS_DENIED"))] * 1000

    tracings = trace(pds, people(*(f"Child {n}" for n in range(200))))

    assert tracings.is_out
    assert tracings.failed == []
    assert len(pds.requests) <= 32


def test_pds_may_say_when_to_come_back():
    pds = ScriptedPDS()
    pds.next = [httpx.Response(503, headers={"Retry-After": "30"})] * 5

    assert trace(pds, people("Amara")).retry_after == 30


def test_one_odd_failure_among_answers_is_no_outage():
    pds = ScriptedPDS({"Amara": patient()})
    pds.next = [BROKEN] * (FAILURES_OF_AN_OUTAGE - 1)

    assert not trace(pds, people(*["Amara"] * 2, "Nobody")).is_out


def test_nothing_new_is_begun_when_time_is_up():
    pds = ScriptedPDS({"Amara": patient()})

    tracings = trace(pds, people("Amara"), seconds=0)

    assert (tracings.finished, tracings.failed, pds.requests) == ([], [], [])
    assert not tracings.is_out


def test_without_valkey_pds_is_not_asked(settings):
    settings.PDS_REQUESTS_PER_SECOND = 5
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    pds = ScriptedPDS({"Amara": patient()})

    tracings = trace(pds, people("Amara"))

    assert tracings.is_out
    assert (tracings.finished, tracings.failed, pds.requests) == ([], [], [])


def test_a_lookup_leaves_its_steps_behind():
    pds = ScriptedPDS({HERS: patient(ANOTHERS, name=[]), "Amara": TOO_MANY})
    tracings = trace(pds, people("Amara", nhs_number=HERS))

    (trace_id,) = store_traces(tracings.finished, at=AT)

    stored = Trace.objects.get()
    assert stored.pk == trace_id
    assert (stored.outcome, stored.nhs_number) == ("not_found", None)
    assert stored.nhs_number_uploaded == HERS
    assert stored.uploaded_number == UploadedNumber.SOMEONE_ELSE
    steps = stored.steps.order_by("position")
    assert [(one.step, one.result, one.nhs_number, one.at) for one in steps] == [
        ("verify", "did_not_agree", ANOTHERS, AT),
        ("exact", "too_many", None, AT),
        ("exact_without_history", "too_many", None, AT),
    ]


@pytest.mark.parametrize("count", [1, 50])
def test_tracing_costs_the_same_queries_for_any_number_of_people(
    count, django_assert_num_queries
):
    wanted = people(*(f"Child {n}" for n in range(count)))

    with django_assert_num_queries(2):
        tracings = trace(ScriptedPDS(), wanted)
    with django_assert_num_queries(3):  # ids, and a COPY of each table
        store_traces(tracings.finished, at=AT)
    assert Trace.objects.count() == count


def test_what_was_heard_is_kept_with_the_news():
    pds = ScriptedPDS({"Amara": patient(), "Leo": patient()})
    done = []

    with (
        Tracer(
            ods_code="R0001", clock=lambda: AT, transport=pds.transport, pause=at_once
        ) as tracer,
        tracer.underway(until=time.monotonic() + 60) as lookups,
    ):
        for first_name in ("Amara", "Leo"):
            lookups.add(people(first_name))
            assert lookups.wants_more(seconds=60)
            lookups.add(people(first_name))
        lookups.add_no_more()
        while not lookups.is_over:
            lookups.wants_more(seconds=60)
            done += lookups.news().finished
        done += lookups.rest().finished

    assert len(done) == 4
    assert Answer.objects.count() == len(pds.requests) == 2


def test_what_goes_wrong_while_others_are_asked_about_ends_the_asking():
    pds = ScriptedPDS({"Amara": patient()})

    def add_and_fail(lookups):
        lookups.add(people("Amara"))
        raise LookupError

    with (
        Tracer(
            ods_code="R0001", clock=lambda: AT, transport=pds.transport, pause=at_once
        ) as tracer,
        pytest.raises(LookupError),
        tracer.underway(until=time.monotonic() + 3600) as lookups,
    ):
        add_and_fail(lookups)

    assert lookups.is_over


def test_what_goes_wrong_in_the_asking_is_not_lost(monkeypatch):
    pds = ScriptedPDS({"Amara": patient()})
    monkeypatch.setattr("pds.asking.next_step", lambda *_: 1 / 0)

    with pytest.raises(BaseExceptionGroup) as raised:
        trace(pds, people("Amara"))

    assert raised.group_contains(ZeroDivisionError)
