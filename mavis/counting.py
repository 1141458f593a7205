"""Counts of what happened, of all processes together, for whoever watches Mavis.

Kept in one hash of Valkey, so that they are right whichever process is asked. Losing
them loses only them: they then begin at nought, as after a restart, which Prometheus
expects of a counter. Nothing waits for them, and nothing fails because of them. Their
names and labels are ours; nothing of a child is in them.
"""

from collections.abc import Mapping

import structlog
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

log = structlog.get_logger()

KEY = "mavis:counts"
LIMITER_WAIT_FIELD = "mavis_pds_limiter_wait_seconds_total"
LIMITER_TURNS_FIELD = "mavis_pds_limiter_turns_total"
# Seconds for which Valkey is waited for.
PATIENCE = 2


def add(name: str, label: str = "", amount: float = 1) -> None:
    """Add to a count; what cannot be counted is not."""
    add_each(name, {label: amount})


def add_each(name: str, amounts: Mapping[str, float]) -> None:
    """Add to a count of each label; what cannot be counted is not."""
    try:
        with valkey() as server, server.pipeline(transaction=False) as pipe:
            for label, amount in amounts.items():
                field = f"{name}:{label}" if label else name
                if amount:
                    pipe.hincrbyfloat(KEY, field, amount)
            pipe.execute()
    except RedisError:
        log.warning("count.not_kept", count=name)


def read() -> Mapping[tuple[str, str], float]:
    """Return the counts by name and label.

    :raises RedisError: Valkey does not answer, or has something else there
    """
    with valkey() as server:
        kept = server.hgetall(KEY)
    return {
        (name.partition(":")[0], name.partition(":")[2]): float(count)
        for name, count in kept.items()
    }


def waiting_messages(queue: str) -> int:
    """Return how many messages wait for a worker.

    :raises RedisError: Valkey does not answer
    """
    with valkey() as server:
        return int(server.llen(queue))


def valkey() -> "Redis":
    """Return a connection that is not waited for long."""
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        decode_responses=True,
    )
