"""How evenly the simulator was asked, from its journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

# PDS's proxy refuses two requests that are closer than three times the rate is.
SPIKES_PER_QUOTA = 3


@dataclass(frozen=True, slots=True)
class Pacing:
    """Requests, their rate, and how often the limits of PDS would have refused one.

    - `busiest_second`, `busiest_minute`: the most requests in any of them.
    - `usual_gap`: seconds between two requests, the median.
    - `too_close`: requests that came sooner after another than PDS's spike arrest
      lets them.
    """

    requests: int
    seconds: float
    busiest_second: int
    busiest_minute: int
    usual_gap: float
    too_close: int


def pacing(moments: Sequence[float], *, requests_per_second: float) -> Pacing:
    """Return how requests were paced that came at these seconds, in order."""
    gaps = _gaps(moments)
    shortest = (
        1 / (requests_per_second * SPIKES_PER_QUOTA) if requests_per_second else 0
    )
    return Pacing(
        requests=len(moments),
        seconds=moments[-1] - moments[0] if moments else 0,
        busiest_second=_most_within(1, moments),
        busiest_minute=_most_within(60, moments),
        usual_gap=median(gaps) if gaps else 0,
        too_close=closer_than(shortest, moments),
    )


def closer_than(seconds: float, moments: Sequence[float]) -> int:
    """Return how many came sooner than so many seconds after the one before."""
    return sum(1 for gap in _gaps(moments) if gap < seconds)


def _gaps(moments: Sequence[float]) -> list[float]:
    return [later - sooner for sooner, later in pairwise(moments)]


def _most_within(seconds: float, moments: Sequence[float]) -> int:
    """Return the most moments that any window of so many seconds holds."""
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most
