"""One rate of requests to PDS for all workers together, even and without bursts.

The only thing shared is when the next request may go, kept in Valkey by its own clock.
Losing it loses nothing: requests then wait until Valkey is back.
"""

import asyncio
from typing import Protocol

from redis import asyncio as redis
from redis.exceptions import RedisError

KEY = "pds:next-request-at"

# Gives out the next free moment, and returns for how many microseconds to wait for it.
_RESERVE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local at = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0))
local following = at + tonumber(ARGV[1])
redis.call('SET', KEYS[1], string.format('%.0f', following),
           'PX', math.ceil((following - now) / 1000) + 1000)
return at - now
"""

# Lets nobody have a moment before some microseconds from now.
_HOLD = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local at = math.max(now + tonumber(ARGV[1]),
                    tonumber(redis.call('GET', KEYS[1]) or 0))
redis.call('SET', KEYS[1], string.format('%.0f', at),
           'PX', math.ceil((at - now) / 1000) + 1000)
return 0
"""

_MICROSECONDS = 1_000_000


class LimiterLost(Exception):
    """Valkey cannot be reached, so nobody knows when PDS may be asked."""


class Limiter(Protocol):
    async def turn(self) -> None:
        """Return when a request may go."""

    async def hold(self, seconds: float) -> None:
        """Have every worker wait: PDS says that we ask too much."""

    async def close(self) -> None:
        """Let go of what is shared."""


class Unlimited:
    """No limit: for a simulator, or a benchmark."""

    async def turn(self) -> None:
        return

    async def hold(self, seconds: float) -> None:
        return

    async def close(self) -> None:
        return


class Paced:
    """So many requests a second, of all workers that share a Valkey."""

    def __init__(self, *, requests_per_second: float, redis_url: str) -> None:
        self._interval = round(_MICROSECONDS / requests_per_second)
        self._redis = redis.Redis.from_url(
            redis_url, socket_timeout=5, socket_connect_timeout=5
        )
        self._reserve = self._redis.register_script(_RESERVE)
        self._hold = self._redis.register_script(_HOLD)

    async def reserve(self) -> float:
        """Take the next free moment, and return how many seconds away it is.

        :raises LimiterLost: Valkey does not answer
        """
        try:
            wait: int = await self._reserve(keys=[KEY], args=[self._interval])
        except RedisError as error:
            raise LimiterLost from error
        return wait / _MICROSECONDS

    async def turn(self) -> None:
        await asyncio.sleep(await self.reserve())

    async def hold(self, seconds: float) -> None:
        try:
            await self._hold(keys=[KEY], args=[round(seconds * _MICROSECONDS)])
        except RedisError as error:
            raise LimiterLost from error

    async def close(self) -> None:
        await self._redis.aclose()


def limiter(*, requests_per_second: float, redis_url: str) -> Limiter:
    """Return what keeps all workers under a rate; 0 is no limit."""
    if requests_per_second <= 0:
        return Unlimited()
    return Paced(requests_per_second=requests_per_second, redis_url=redis_url)
