"""The order in which a request is judged, and who answers (PDS API, 1.2, 1.3)."""

import pytest

from pds.simulator import named
from tests.pds.simulator.conftest import code, diagnostics

UUID = "60E0B220-8136-4CA5-AE46-1D97EF59D068"
BY_PROXY, BY_PDS = "application/json", "application/fhir+json"


@pytest.mark.parametrize(
    ("authorization", "because"),
    [
        ("", "Empty Authorization header"),
        ("Bearer", "Missing access token"),
        ("Basic abc", "Invalid token type 'Basic', must be 'Bearer'"),
    ],
)
def test_a_malformed_authorization_is_refused_before_anything_else(
    pds, authorization, because
):
    response = pds.get("/Nothing", headers={"Authorization": authorization})

    assert (response.status_code, code(response)) == (401, "ACCESS_DENIED")
    assert diagnostics(response) == because


def test_an_unknown_path_is_refused_before_the_request_id_is_looked_at(pds):
    response = pds.get("/Nothing", headers={"X-Request-ID": "wrong"})

    assert (response.status_code, code(response)) == (400, "UNSUPPORTED_REQUEST")
    assert diagnostics(response) == "Unsupported path - '/Nothing'"
    assert response.headers["Content-Type"] == BY_PROXY


def test_a_request_id_that_is_no_uuid_is_refused_by_the_proxy(pds):
    response = pds.get("/Patient?_max-results=2", headers={"X-Request-ID": "wrong"})

    assert (response.status_code, code(response)) == (400, "INVALID_VALUE")
    assert response.headers["Content-Type"] == BY_PROXY


@pytest.mark.parametrize("value", ["2", "50", "51", "", "01"])
def test_more_than_one_result_is_refused_before_a_missing_request_id(pds, value):
    response = pds.get(f"/Patient?_max-results={value}", headers={})

    assert (response.status_code, code(response)) == (403, "INVALID_VALUE")
    [issue] = response.json()["issue"]
    assert issue["code"] == "token"
    assert "Cannot retrieve more than one" in issue["details"]["coding"][0]["display"]
    assert "insufficient permissions" in issue["diagnostics"]


def test_a_missing_request_id_is_found_by_pds_before_the_search_is_read(pds):
    response = pds.get("/Patient?surname=x", headers={})

    assert (response.status_code, code(response)) == (400, "MISSING_VALUE")
    assert response.headers["Content-Type"] == BY_PDS


@pytest.mark.parametrize(
    ("method", "path", "refused_as"),
    [
        ("POST", "/Patient", "INVALID_METHOD"),
        ("PATCH", f"/Patient/{named.ORDINARY.nhs_number}", "INVALID_METHOD"),
        ("GET", "/Coverage?subscriber=x", "ACCESS_DENIED"),
    ],
)
def test_an_application_may_only_read(pds, method, path, refused_as):
    response = pds.send(method, path)

    assert (response.status_code, code(response)) == (403, refused_as)


def test_options_are_an_unknown_error(pds):
    response = pds.send("OPTIONS", "/Patient")

    assert (response.status_code, code(response)) == (502, "UNKNOWN_ERROR")


@pytest.mark.parametrize(
    "path", ["/Patient/9999900003", "/Patient?surname=x", "/Nothing"]
)
def test_request_and_correlation_ids_are_mirrored(pds, path):
    headers = {"X-Request-ID": UUID, "X-Correlation-ID": "row 7"}

    response = pds.get(path, headers=headers)

    assert response.headers["X-Request-ID"] == UUID
    assert response.headers["X-Correlation-ID"] == "row 7"


@pytest.mark.parametrize(
    "path", ["/Patient/9999900003", "/Patient?surname=x", "/Nothing"]
)
def test_every_answer_says_that_this_is_not_an_nhs_service(pds, path):
    assert "Not an NHS service" in pds.get(path).headers["X-Simulator"]


def test_the_index_page_says_what_this_is(pds):
    response = pds.client.get("/")

    assert "This is not an NHS service" in response.text
    assert "fuzzy search is approximate" in response.text
    assert "Not an NHS service" in response.headers["X-Simulator"]


def test_the_api_answers_below_the_root_too(pds):
    response = pds.client.request(
        "GET", "/Patient/9999900003", headers={"X-Request-ID": UUID}
    )

    assert response.json()["id"] == "9999900003"
