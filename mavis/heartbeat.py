"""When beat last gave out work, and when a worker last did a part of it.

Kept in Valkey, as how long each note still stands: so no clock is compared with that of
another machine. Emptied, Valkey knows neither until the next minute.
"""

from enum import StrEnum

import structlog
from redis.exceptions import RedisError

from mavis.counting import valkey

log = structlog.get_logger()

# A note stands for a week; one that is older is as good as none.
STANDS_SECONDS = 7 * 24 * 60 * 60


class Sign(StrEnum):
    BEAT = "beat"  # beat has sent a task
    SWEEP = "sweep"  # a worker has looked for imports that were forgotten


def note(sign: Sign) -> None:
    """Note that this has just happened; what cannot be noted is not."""
    try:
        with valkey() as server:
            server.set(_key(sign), "1", ex=STANDS_SECONDS)
    except RedisError:
        log.warning("heartbeat.not_noted", sign=sign)


def silent_seconds(sign: Sign) -> float:
    """Return how long ago this was; a week if it was longer ago, or never.

    :raises RedisError: Valkey does not answer
    """
    with valkey() as server:
        stands: float = max(0, server.pttl(_key(sign))) / 1000
    return STANDS_SECONDS - stands


def _key(sign: Sign) -> str:
    return f"mavis:heartbeat:{sign}"
