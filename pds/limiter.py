"""One rate of requests to PDS for all workers together, even and without bursts.

What is shared is when the next request may go, and whether we have been asked to go
slower, kept in Valkey by its own clock. Losing it loses nothing: requests then wait
until Valkey is back.
"""

import asyncio
import time
from typing import Protocol

from redis import asyncio as redis
from redis.exceptions import RedisError

from mavis.counting import KEY as COUNTS_KEY
from mavis.counting import LIMITER_TURNS_FIELD, LIMITER_WAIT_FIELD

KEY = "pds:next-request-at"
# Of the time between two requests, what one process leaves at least between its own. A
# process that was held up finds several of its moments past at once.
LEAST_OF_INTERVAL = 0.85
# How much slower than the rate we ask, after PDS has said that it is too much.
SLOWED_KEY = "pds:slowed"
# There while an import asks; what can wait leaves it the way.
IMPORTS_KEY = "pds:imports-ask"

# Each "too many requests" halves the rate, at most to an eighth.
SLOWEST = 8
# A storm of such answers to requests already on their way counts once.
COUNTED_ONCE_SECONDS = 1
# Without another, half of the slowness is gone after so many seconds.
HALF_RECOVERED_SECONDS = 10
# For so long after its last request an import still counts as asking.
IMPORT_ASKS_SECONDS = 3

# Returns how slow we are, and `now` in microseconds.
_SLOWNESS = f"""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local slowed = redis.call('HMGET', KEYS[2], 'factor', 'at')
local factor, since = 1, 1e15
if slowed[1] then
    since = now - tonumber(slowed[2])
    factor = math.max(1, tonumber(slowed[1])
                         * 0.5 ^ (since / ({HALF_RECOVERED_SECONDS} * 1e6)))
end
"""

# Gives out the next free moment, and returns for how many microseconds to wait for
# it; -1 to whoever can wait, while an import asks.
_RESERVE = (
    _SLOWNESS
    + f"""
if ARGV[2] == 'yields' then
    if redis.call('EXISTS', KEYS[3]) == 1 then return -1 end
end
local at = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0))
if ARGV[2] ~= 'yields' then
    redis.call('SET', KEYS[3], '1',
               'PX', math.ceil((at - now) / 1000) + {IMPORT_ASKS_SECONDS * 1000})
end
local following = at + tonumber(ARGV[1]) * factor
redis.call('SET', KEYS[1], string.format('%.0f', following),
           'PX', math.ceil((following - now) / 1000) + 1000)
-- pcall: what cannot be counted is asked all the same.
redis.pcall('HINCRBY', KEYS[4], '{LIMITER_TURNS_FIELD}', 1)
redis.pcall('HINCRBYFLOAT', KEYS[4], '{LIMITER_WAIT_FIELD}', (at - now) / 1e6)
return math.floor(at - now)
"""
)

# Lets nobody have a moment before some microseconds from now, and slows all down.
_HOLD = (
    _SLOWNESS
    + f"""
if since >= {COUNTED_ONCE_SECONDS} * 1e6 then
    redis.call('HSET', KEYS[2], 'factor', math.min({SLOWEST}, factor * 2),
               'at', string.format('%.0f', now))
    redis.call('PEXPIRE', KEYS[2], {SLOWEST * HALF_RECOVERED_SECONDS} * 1000)
end
local at = math.max(now + tonumber(ARGV[1]),
                    tonumber(redis.call('GET', KEYS[1]) or 0))
redis.call('SET', KEYS[1], string.format('%.0f', at),
           'PX', math.ceil((at - now) / 1000) + 1000)
return 0
"""
)

_MICROSECONDS = 1_000_000


class LimiterLost(Exception):
    """Valkey cannot be reached, so nobody knows when PDS may be asked."""


class ImportsFirst(Exception):
    """An import asks PDS, and this can wait."""


class Limiter(Protocol):
    # Whether `keep_apart` and `written` are to be called at all.
    keeps_apart: bool

    async def turn(self) -> None:
        """Return when a request may go.

        :raises LimiterLost: nobody knows when that is
        :raises ImportsFirst: not now
        """

    async def keep_apart(self) -> None:
        """Return when a request that has had its turn may be written.

        A turn may be long ago by then: a connection had to be opened first.
        """

    def written(self) -> None:
        """Note that a request has just been written, maybe later than it should be."""

    async def hold(self, seconds: float) -> None:
        """Have every worker wait: PDS says that we ask too much."""

    async def close(self) -> None:
        """Let go of what is shared."""


class Unlimited:
    """No limit: for a simulator, or a benchmark."""

    keeps_apart = False

    async def turn(self) -> None:
        return

    async def keep_apart(self) -> None:
        return

    def written(self) -> None:
        return

    async def hold(self, seconds: float) -> None:
        return

    async def close(self) -> None:
        return


class Paced:
    """So many requests a second, of all workers that share a Valkey.

    :param yields: there is no hurry: imports go first
    """

    keeps_apart = True

    def __init__(
        self, *, requests_per_second: float, redis_url: str, yields: bool = False
    ) -> None:
        self._interval = round(_MICROSECONDS / requests_per_second)
        self._who = "yields" if yields else "import"
        self._may_go_at = 0.0  # by time.monotonic()
        self._redis = redis.Redis.from_url(
            redis_url, socket_timeout=5, socket_connect_timeout=5
        )
        self._reserve = self._redis.register_script(_RESERVE)
        self._hold = self._redis.register_script(_HOLD)

    async def reserve(self) -> float:
        """Take the next free moment, and return how many seconds away it is.

        :raises LimiterLost: Valkey does not answer
        :raises ImportsFirst: an import asks, and this can wait
        """
        try:
            wait: int = await self._reserve(
                keys=[KEY, SLOWED_KEY, IMPORTS_KEY, COUNTS_KEY],
                args=[self._interval, self._who],
            )
        except RedisError as error:
            raise LimiterLost from error
        if wait < 0:
            raise ImportsFirst
        return wait / _MICROSECONDS

    async def turn(self) -> None:
        await asyncio.sleep(await self.reserve())

    async def keep_apart(self) -> None:
        while (early := self._may_go_at - time.monotonic()) > 0:
            await asyncio.sleep(early)
        self.written()

    def written(self) -> None:
        least = LEAST_OF_INTERVAL * self._interval / _MICROSECONDS
        self._may_go_at = time.monotonic() + least

    async def hold(self, seconds: float) -> None:
        try:
            await self._hold(
                keys=[KEY, SLOWED_KEY], args=[round(seconds * _MICROSECONDS)]
            )
        except RedisError as error:
            raise LimiterLost from error

    async def close(self) -> None:
        await self._redis.aclose()


def limiter(
    *, requests_per_second: float, redis_url: str, yields: bool = False
) -> Limiter:
    """Return what keeps all workers under a rate; 0 is no limit."""
    if requests_per_second <= 0:
        return Unlimited()
    return Paced(
        requests_per_second=requests_per_second, redis_url=redis_url, yields=yields
    )
