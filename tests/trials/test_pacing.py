"""How evenly requests came."""

import pytest

from mavis.trials.pacing import pacing


def test_even_requests_are_said_to_be_even():
    moments = [100 + n / 5 for n in range(600)]

    paced = pacing(moments, requests_per_second=5)

    assert paced.requests == 600
    assert paced.busiest_second in {5, 6}  # the last of them is on the edge
    assert paced.busiest_minute in {300, 301}
    assert paced.usual_gap == pytest.approx(0.2)
    assert paced.too_close == 0


def test_a_burst_shows():
    moments = [0, 1, 1.01, 1.02, 1.03, 1.5, 2.5]

    paced = pacing(moments, requests_per_second=5)

    assert paced.busiest_second == 5
    assert paced.too_close == 3


@pytest.mark.parametrize("moments", [[], [7.0]])
def test_too_few_requests_are_no_fault(moments):
    paced = pacing(moments, requests_per_second=5)

    assert (paced.requests, paced.usual_gap) == (len(moments), 0)
