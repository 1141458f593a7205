"""How often something may be done: at most so many times in any so many seconds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many times within so long; zero times means without limit."""

    times: int
    within: timedelta

    @property
    def is_unlimited(self) -> bool:
        return self.times <= 0


def free_again_at(
    done_at: Iterable[datetime], allowance: Allowance, now: datetime
) -> datetime | None:
    """Return when it may be done again, or None if it may be done now.

    :param done_at: when it was done before, in any order
    """
    if allowance.is_unlimited:
        return None
    counted = sorted(at for at in done_at if at > now - allowance.within)
    if len(counted) < allowance.times:
        return None
    return counted[-allowance.times] + allowance.within
