"""The addresses for tests: journal, faults, people (PDS simulator, 4)."""

import json
from email.utils import parsedate_to_datetime

import pytest

from pds.simulator import named
from pds.simulator.app import Simulator, make_app
from pds.simulator.search import Population
from tests.pds.simulator.conftest import NOW, Client, code

OLIVE = named.ORDINARY.nhs_number
UUID = "60E0B220-8136-4CA5-AE46-1D97EF59D068"


def test_they_are_not_there_unless_asked_for(portal):
    client = Client(make_app(Simulator(Population())), portal)

    assert client.get("/admin/journal").status_code == 404
    assert client.post("/admin/faults", json={"kind": "500"}).status_code == 404


def test_the_journal_holds_every_request_in_order(pds):
    headers = {
        "X-Request-ID": UUID,
        "X-Correlation-ID": "row 2",
        "NHSD-End-User-Organisation-ODS": "RX1",
    }
    pds.get(f"/Patient/{OLIVE}", headers=headers)
    pds.clock.seconds += 2
    pds.search(family="Oakapple", birthdate="2014-05-01")
    pds.search(family="Nobody", birthdate="2014-05-01")
    pds.search(family="O*")

    read, found, nobody, refused = pds.client.get("/admin/journal").json()

    assert (read["path"], read["status"], read["outcome"]) == (
        f"/Patient/{OLIVE}",
        200,
        "read",
    )
    assert (read["request_id"], read["correlation_id"], read["organisation"]) == (
        UUID,
        "row 2",
        "RX1",
    )
    assert found["query"] == [["birthdate", "2014-05-01"], ["family", "Oakapple"]]
    assert found["at"] - read["at"] == 2
    assert [found["outcome"], nobody["outcome"]] == ["one_match", "no_match"]
    assert (refused["status"], refused["outcome"]) == (400, "MISSING_VALUE")


def test_the_journal_can_be_cleared(pds):
    pds.read(OLIVE)

    pds.client.delete("/admin/journal")

    assert pds.client.get("/admin/journal").json() == []


def test_people_can_be_added_while_it_runs(pds):
    amara = {
        "NHS_NUMBER": "9990000018",
        "FAMILY_NAME": "Okafor",
        "GIVEN_NAME": "Amara",
        "DATE_OF_BIRTH": "2014-03-27",
        "POSTCODE": "SW1A 1AA",
    }

    assert pds.client.post("/admin/people", json=[amara]).status_code == 204

    assert pds.found(family="Okafor", birthdate="2014-03-27") == "9990000018"


@pytest.mark.parametrize("people", [[{"NHS_NUMBER": "1"}], ["Amara"], 7])
def test_people_that_cannot_be_read_are_refused(pds, people):
    assert pds.client.post("/admin/people", json=people).status_code == 400


def set_fault(pds, **fault):
    response = pds.client.post("/admin/faults", json=fault)
    assert response.status_code == 204, response.text


@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [
        ("401", 401, "application/json"),
        ("408", 408, "application/json"),
        ("429", 429, "application/json"),
        ("500", 500, "application/json"),
        ("502_html", 502, "text/html; charset=utf-8"),
        ("503_seconds", 503, "application/json"),
        ("504", 504, "application/json"),
        ("unknown_answer", 200, "application/fhir+json"),
    ],
)
def test_a_fault_answers_instead_of_pds(pds, kind, status, content_type):
    set_fault(pds, kind=kind, calls=1)

    response = pds.read(OLIVE)

    assert response.status_code == status
    assert response.headers["Content-Type"] == content_type
    assert "Okapple" not in response.text
    assert response.json().get("id") is None if "json" in content_type else True
    assert pds.read(OLIVE).json()["id"] == OLIVE


def test_retry_after_is_sent_only_by_the_kinds_that_say_so(pds):
    def retry_after(kind: str) -> str | None:
        set_fault(pds, kind=kind, calls=1, retry_after=7)
        return pds.read(OLIVE).headers.get("Retry-After")

    assert retry_after("429") is None
    assert retry_after("429_retry_after") == "7"
    assert retry_after("503_seconds") == "7"
    when = parsedate_to_datetime(retry_after("503_date"))
    assert (when - NOW).total_seconds() == 7


def test_a_fault_can_spoil_an_answer(pds):
    set_fault(pds, kind="truncated", calls=1)
    with pytest.raises(json.JSONDecodeError):
        pds.read(OLIVE).json()

    set_fault(pds, kind="wrong_content_type", calls=1)
    response = pds.read(OLIVE)
    assert response.headers["Content-Type"].startswith("text/plain")
    assert response.json()["id"] == OLIVE

    set_fault(pds, kind="unknown_fields", calls=1)
    patient = pds.read(OLIVE).json()
    assert patient["id"] == OLIVE
    assert "futureField" in patient


def test_a_fault_strikes_so_many_calls_and_no_more(pds):
    set_fault(pds, kind="500", calls=2)

    assert [pds.read(OLIVE).status_code for _ in range(4)] == [500, 500, 200, 200]


def test_a_fault_strikes_in_a_window_of_time(pds):
    set_fault(pds, kind="504", window=[10, 5])

    def status_after(seconds: float) -> int:
        pds.clock.seconds += seconds
        return pds.read(OLIVE).status_code

    assert [status_after(s) for s in (0, 9.9, 0.1, 4.8, 0.2)] == [
        200, 200, 504, 504, 200,
    ]  # fmt: skip


def test_a_share_of_calls_is_the_same_share_each_time(asking):
    def struck(seed: int) -> list[int]:
        pds = asking()
        set_fault(pds, kind="500", probability=0.3, seed=seed)
        return [pds.read(OLIVE).status_code for _ in range(200)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
    assert 30 < struck(1).count(500) < 90


def test_faults_can_be_cleared(pds):
    set_fault(pds, kind="500")
    pds.client.delete("/admin/faults")

    assert pds.read(OLIVE).status_code == 200


def test_the_journal_says_which_fault_struck(pds):
    set_fault(pds, kind="408", calls=1)
    response = pds.read(OLIVE)

    [entry] = pds.client.get("/admin/journal").json()

    assert code(response) == "UNABLE_TO_CALL_SERVICE"
    assert (entry["status"], entry["fault"]) == (408, "408")


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "meteor"},
        {},
        {"kind": "500", "patient": OLIVE},
        {"kind": "500", "calls": "many"},
        {"kind": "500", "window": 5},
        "500",
    ],
)
def test_a_fault_that_cannot_be_set_is_refused(pds, fault):
    response = pds.client.post("/admin/faults", json=fault)

    assert response.status_code == 400
    assert response.json()["error"]
