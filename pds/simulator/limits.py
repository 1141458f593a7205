"""So many requests a second for each application, as the proxy in front of PDS counts.

A quota over a rolling minute, and a spike arrest that spaces requests out: a burst can
be refused while far below the quota.
"""

from collections import defaultdict, deque
from collections.abc import Callable

from pds.simulator.outcomes import Refused

MINUTE = 60.0
# In the integration environment an application has 300 requests a minute, and no two
# of them closer than 900 a minute would be.
SPIKES_PER_QUOTA = 3


class Limits:
    """The requests of the last minute, by application."""

    def __init__(self, per_second: float, *, clock: Callable[[], float]) -> None:
        """:param per_second: how many on average; 0 is no limit"""
        self._per_minute = int(per_second * MINUTE)
        self._apart = 1 / (per_second * SPIKES_PER_QUOTA) if per_second else 0.0
        self._clock = clock
        self._allowed: dict[str, deque[float]] = defaultdict(deque)

    def admit(self, application: str) -> None:
        """Count a request.

        :raises Refused: 429, for one of the two reasons
        """
        if not self._apart:
            return
        now, allowed = self._clock(), self._allowed[application]
        while allowed and allowed[0] <= now - MINUTE:
            allowed.popleft()
        if allowed and now - allowed[-1] < self._apart:
            raise _too_many(
                f"Your application, {application}, has created a spike in traffic and "
                "has exceeded its rate limit. Please space your requests out."
            )
        if len(allowed) >= self._per_minute:
            raise _too_many(
                f"Your application, {application}, has exceeded its quota of "
                f"{self._per_minute} requests every 1 minute(s)."
            )
        allowed.append(now)


def _too_many(diagnostics: str) -> Refused:
    return Refused("TOO_MANY_REQUESTS", diagnostics, by_proxy=True)
