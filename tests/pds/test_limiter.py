"""The rate that all workers share, in a real Valkey."""

import asyncio
import time
from itertools import pairwise

import pytest
import redis

from pds.limiter import KEY, LimiterLost, Paced, Unlimited, limiter
from tests.pds.scripted import run


@pytest.fixture(autouse=True)
def nothing_shared_yet(settings):
    with redis.Redis.from_url(settings.REDIS_URL) as valkey:
        valkey.delete(KEY)
        yield
        valkey.delete(KEY)


def paced(settings, per_second=5):
    return Paced(requests_per_second=per_second, redis_url=settings.REDIS_URL)


def slots(count, *limiters):
    """Reserve moments in turn, and return when each is, in seconds from the first."""

    async def reserve():
        moments = []
        for place in range(count):
            wait = await limiters[place % len(limiters)].reserve()
            moments.append(time.monotonic() + wait)
        for used in limiters:
            await used.close()
        return [moment - moments[0] for moment in moments]

    return run(reserve)


def test_workers_share_one_even_rate(settings):
    moments = slots(20, paced(settings), paced(settings))

    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert gaps == pytest.approx([0.2] * 19, abs=0.05)


def test_the_first_request_goes_at_once_and_idle_time_is_not_saved_up(settings):
    limiting = paced(settings, per_second=20)

    async def reserve():
        first = await limiting.reserve()
        await asyncio.sleep(0.3)  # six moments pass unused
        later = [await limiting.reserve() for _ in range(3)]
        await limiting.close()
        return first, later

    first, later = run(reserve)
    assert first == 0
    assert later == pytest.approx([0, 0.05, 0.1], abs=0.02)


def test_all_wait_while_pds_asks_for_it(settings):
    limiting, another = paced(settings), paced(settings)

    async def hold():
        await limiting.hold(7)
        wait = await another.reserve()
        await another.hold(1)  # never moves what was asked for forward
        waits = wait, await limiting.reserve()
        await limiting.close()
        await another.close()
        return waits

    waits = run(hold)
    assert waits == pytest.approx((7, 7.2), abs=0.05)


def test_what_is_shared_goes_away_by_itself(settings):
    slots(3, paced(settings))

    with redis.Redis.from_url(settings.REDIS_URL) as valkey:
        assert 0 < valkey.pttl(KEY) <= 2000


def test_without_valkey_nobody_may_ask():
    lost = Paced(requests_per_second=5, redis_url="redis://127.0.0.1:1/0")

    async def reserve():
        with pytest.raises(LimiterLost):
            await lost.turn()
        with pytest.raises(LimiterLost):
            await lost.hold(1)
        await lost.close()

    run(reserve)


def test_a_rate_of_0_is_no_limit(settings):
    unlimited = limiter(requests_per_second=0, redis_url="redis://127.0.0.1:1/0")

    assert isinstance(unlimited, Unlimited)
    run(unlimited.turn)
    assert isinstance(
        limiter(requests_per_second=5, redis_url=settings.REDIS_URL), Paced
    )
