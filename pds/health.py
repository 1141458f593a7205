"""How PDS has been of late: for whoever looks after the service.

Counted by the minute in Valkey, for two hours. Losing it loses nothing but that.
"""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from redis import Redis
from redis.exceptions import RedisError

from mavis import counting
from mavis.pds_access import Access
from pds.token import key_of

log = structlog.get_logger()

MINUTES = 60
KEPT_SECONDS = 2 * 60 * 60
LAST_KEY = "pds:last"
_FAULT = "fault:"


@dataclass(frozen=True, slots=True)
class Health:
    """What is known without asking.

    - `calls_in_last_minute`, `calls`, `answers` and `faults` (by kind): the last two
      of the last hour
    - `last_answer_at`, `last_fault_at`, `last_fault`: None and "" if there was none
      in two hours
    - `token_fetched_at`, `token_ends_at`: None if there is no token
    """

    calls_in_last_minute: int = 0
    calls: int = 0
    answers: int = 0
    faults: Mapping[str, int] = field(default_factory=dict)
    last_answer_at: datetime | None = None
    last_fault_at: datetime | None = None
    last_fault: str = ""
    token_fetched_at: datetime | None = None
    token_ends_at: datetime | None = None

    @property
    def answers_now(self) -> bool | None:
        """Test if the last request was answered; None if there was none of late."""
        if self.last_answer_at is None:
            return None if self.last_fault_at is None else False
        return self.last_fault_at is None or self.last_answer_at >= self.last_fault_at


def note(
    *,
    redis_url: str,
    calls: int,
    answers: int,
    faults: Mapping[str, int],
    is_out: bool,
) -> None:
    """Count what came of some requests just made."""
    if not calls and not faults:
        return
    now = time.time()
    minute = _key(int(now) // 60)
    last: dict[str, str | float] = {}
    if answers:
        last["answer_at"] = now - 1 if is_out else now
    if faults:
        # One of them came first: the answers, if PDS has gone since.
        last |= {"fault_at": now if is_out else now - 1, "fault": max(faults)}
    try:
        with _valkey(redis_url) as valkey, valkey.pipeline(transaction=False) as pipe:
            pipe.hincrby(minute, "calls", calls)
            pipe.hincrby(minute, "answers", answers)
            for kind, count in faults.items():
                pipe.hincrby(minute, f"{_FAULT}{kind}", count)
            pipe.expire(minute, KEPT_SECONDS)
            if last:
                pipe.hset(LAST_KEY, mapping=last)
                pipe.expire(LAST_KEY, KEPT_SECONDS)
            pipe.execute()
    except RedisError:
        log.warning("pds.health_not_noted")
    counting.add_each("mavis_pds_calls_total", {"answered": answers, **faults})


def read(*, redis_url: str, access: Access | None) -> Health | None:
    """Return how PDS has been, or None if Valkey does not answer."""
    now = time.time()
    this_minute = int(now) // 60
    try:
        with _valkey(redis_url) as valkey, valkey.pipeline(transaction=False) as pipe:
            for minute in range(this_minute - MINUTES, this_minute + 1):
                pipe.hgetall(_key(minute))
            pipe.hgetall(LAST_KEY)
            pipe.hmget(key_of(access) if access else "-", "fetched_at", "ends_at")
            *minutes, last, token = pipe.execute()
    except RedisError:
        return None
    total: Counter[str] = Counter()
    for counts in minutes:
        total.update({name: int(count) for name, count in counts.items()})
    before, begun = (int(counts.get("calls", 0)) for counts in minutes[-2:])
    return Health(
        # As if those of the minute before had come evenly.
        calls_in_last_minute=round(begun + before * (1 - now % 60 / 60)),
        calls=total["calls"],
        answers=total["answers"],
        faults={
            name.removeprefix(_FAULT): count
            for name, count in sorted(total.items())
            if name.startswith(_FAULT)
        },
        last_answer_at=_moment(last.get("answer_at")),
        last_fault_at=_moment(last.get("fault_at")),
        last_fault=last.get("fault", ""),
        token_fetched_at=_moment(token[0]),
        token_ends_at=_moment(token[1]),
    )


def _valkey(redis_url: str) -> "Redis":
    return Redis.from_url(
        redis_url, socket_timeout=2, socket_connect_timeout=2, decode_responses=True
    )


def _key(minute: int) -> str:
    return f"pds:minute:{minute}"


def _moment(seconds: str | None) -> datetime | None:
    return datetime.fromtimestamp(float(seconds), UTC) if seconds else None
