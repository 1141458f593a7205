"""When a session ends: after some time without use, and after so long in any case."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil


class Ended(StrEnum):
    """Why somebody is no longer signed in."""

    UNUSED = "unused"
    TOO_LONG = "too_long"
    # They signed out, here or on another device, or their provider says they did.
    ELSEWHERE = "elsewhere"
    SIGNED_OUT = "signed_out"


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a session.

    - `seconds`: until it ends
    - `may_be_longer`: using it makes it last longer
    - `ended`: why it is over, if it is
    """

    seconds: int
    may_be_longer: bool
    ended: Ended | None = None


def left_of(
    *, began_at: float, used_at: float, now: float, unused: int, longest: int
) -> Left:
    """Return what is left of a session that began, and was last used, at these times.

    :param unused: seconds after which an unused session ends
    :param longest: seconds after which every session ends
    """
    if now >= began_at + longest:
        return Left(0, may_be_longer=False, ended=Ended.TOO_LONG)
    if now >= used_at + unused:
        return Left(0, may_be_longer=False, ended=Ended.UNUSED)
    ends_at = min(used_at + unused, began_at + longest)
    # Rounded up: at 0 it is over, and a page that goes on then is no use of it.
    return Left(ceil(ends_at - now), may_be_longer=ends_at < began_at + longest)
