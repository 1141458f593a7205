"""So many requests a second, and no bursts (PDS API, 1.10)."""

import pytest

from pds.simulator import named
from tests.pds.simulator.conftest import code, diagnostics

OLIVE = named.ORDINARY.nhs_number


def test_there_is_no_limit_unless_one_is_asked_for(pds):
    assert {pds.read(OLIVE).status_code for _ in range(50)} == {200}


def test_a_burst_is_refused_although_it_is_far_below_the_quota(asking):
    pds = asking(requests_per_second=5)
    pds.read(OLIVE)
    pds.clock.seconds += 0.066

    response = pds.read(OLIVE)

    assert (response.status_code, code(response)) == (429, "TOO_MANY_REQUESTS")
    assert "spike in traffic" in diagnostics(response)
    assert response.json()["issue"][0]["code"] == "value"
    assert response.headers["Content-Type"] == "application/json"
    pds.clock.seconds += 0.001
    assert pds.read(OLIVE).status_code == 200


def test_the_quota_is_of_a_rolling_minute(asking):
    pds = asking(requests_per_second=1)
    for _ in range(60):
        assert pds.read(OLIVE).status_code == 200
        pds.clock.seconds += 0.5

    response = pds.read(OLIVE)

    assert response.status_code == 429
    assert "exceeded its quota of 60 requests" in diagnostics(response)
    # The first of the sixty was thirty seconds ago.
    pds.clock.seconds += 30
    assert pds.read(OLIVE).status_code == 200


def test_a_pace_within_the_limit_is_never_refused(asking):
    pds = asking(requests_per_second=5)

    for _ in range(700):
        assert pds.read(OLIVE).status_code == 200
        pds.clock.seconds += 0.2001


@pytest.mark.parametrize("path", ["/Nothing", "/Patient?_max-results=2"])
def test_the_limit_comes_before_all_that_is_wrong_with_a_request(asking, path):
    pds = asking(requests_per_second=5)
    pds.get(path)

    assert pds.get(path).status_code == 429


def test_each_application_has_a_limit_of_its_own(asking):
    pds = asking(requests_per_second=5)
    headers = {"X-Request-ID": "60E0B220-8136-4CA5-AE46-1D97EF59D068"}

    def read(token: str) -> int:
        with_token = {**headers, "Authorization": f"Bearer {token}"}
        return pds.get(f"/Patient/{OLIVE}", headers=with_token).status_code

    assert [read("a"), read("b"), read("a")] == [200, 200, 429]
