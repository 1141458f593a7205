"""The rate that all workers share, in a real Valkey."""

import asyncio
import time
from itertools import pairwise

import pytest
import redis

from pds.limiter import (
    COUNTED_ONCE_SECONDS,
    HALF_RECOVERED_SECONDS,
    IMPORTS_KEY,
    KEY,
    LEAST_OF_INTERVAL,
    SLOWED_KEY,
    SLOWEST,
    ImportsFirst,
    LimiterLost,
    Paced,
    Unlimited,
    limiter,
)
from tests.pds.scripted import run


@pytest.fixture(autouse=True)
def nothing_shared_yet(settings):
    with redis.Redis.from_url(settings.REDIS_URL) as valkey:
        valkey.delete(KEY, SLOWED_KEY, IMPORTS_KEY)
        yield
        valkey.delete(KEY, SLOWED_KEY, IMPORTS_KEY)


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


def test_a_process_that_was_held_up_sends_no_burst(settings, monkeypatch):
    limiting = paced(settings, per_second=100)

    async def is_past():
        return 0.0

    async def turn():
        await limiting.turn()
        await limiting.keep_apart()
        return time.monotonic()

    async def turns():
        moments = await asyncio.gather(*(turn() for _ in range(6)))
        await limiting.close()
        return sorted(moments)

    monkeypatch.setattr(limiting, "reserve", is_past)
    gaps = [later - earlier for earlier, later in pairwise(run(turns))]

    # When it is noted is a little after it is given.
    assert all(gap > LEAST_OF_INTERVAL / 100 - 0.002 for gap in gaps)


def test_a_request_that_is_written_late_is_kept_apart_from_the_next(
    settings, monkeypatch
):
    limiting = paced(settings, per_second=100)
    now = [1000.0]

    async def sleep(seconds):
        now[0] += seconds

    async def two():
        monkeypatch.setattr(time, "monotonic", lambda: now[0])
        monkeypatch.setattr(asyncio, "sleep", sleep)
        await limiting.keep_apart()
        now[0] += 5  # the process is held up before it writes
        limiting.written()
        was_written = now[0]
        await limiting.keep_apart()
        monkeypatch.undo()
        await limiting.close()
        return now[0] - was_written

    assert run(two) == pytest.approx(LEAST_OF_INTERVAL / 100)


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
    assert waits[0] == pytest.approx(7, abs=0.05)
    assert waits[1] > waits[0]


def test_what_is_shared_goes_away_by_itself(settings):
    slots(3, paced(settings))

    with redis.Redis.from_url(settings.REDIS_URL) as valkey:
        for key in (KEY, IMPORTS_KEY):
            assert 0 < valkey.pttl(key) <= 5000


def gaps_after(limiting, count=4):
    moments = slots(count, limiting)
    return [later - earlier for earlier, later in pairwise(moments)]


def too_many(settings, *, seconds_ago):
    """Have PDS say that we ask too much, and let so much time go by since then."""

    async def hold():
        limiting = paced(settings)
        await limiting.hold(0)
        await limiting.close()

    run(hold)
    with redis.Redis.from_url(settings.REDIS_URL) as valkey:
        valkey.hincrby(SLOWED_KEY, "at", -seconds_ago * 1_000_000)


def test_too_many_requests_slows_every_worker_and_they_recover(settings):
    too_many(settings, seconds_ago=0)
    slowed = gaps_after(paced(settings))
    with redis.Redis.from_url(settings.REDIS_URL) as valkey:
        valkey.hincrby(SLOWED_KEY, "at", -HALF_RECOVERED_SECONDS * 1_000_000)
        valkey.delete(KEY)

    assert slowed == pytest.approx([0.4] * 3, abs=0.05)
    assert gaps_after(paced(settings)) == pytest.approx([0.2] * 3, abs=0.05)


def test_the_more_often_pds_says_so_the_slower_we_are_but_not_without_end(settings):
    for _time in range(6):
        too_many(settings, seconds_ago=COUNTED_ONCE_SECONDS)
    (gap,) = gaps_after(paced(settings), count=2)

    assert 0.2 * SLOWEST * 0.8 < gap <= 0.2 * SLOWEST


def test_a_storm_of_such_answers_counts_once(settings):
    for _answer in range(10):
        too_many(settings, seconds_ago=0)

    (gap,) = gaps_after(paced(settings), count=2)
    assert gap == pytest.approx(0.4, abs=0.05)


def test_what_can_wait_leaves_imports_the_way(settings):
    refreshing = Paced(requests_per_second=5, redis_url=settings.REDIS_URL, yields=True)
    importing = paced(settings)

    async def reserve():
        alone = [await refreshing.reserve() for _ in range(2)]
        await importing.reserve()
        with pytest.raises(ImportsFirst):
            await refreshing.reserve()
        wait = await importing.reserve()
        await refreshing.close()
        await importing.close()
        return alone, wait

    alone, wait = run(reserve)
    assert alone == pytest.approx([0, 0.2], abs=0.02)
    assert wait == pytest.approx(0.6, abs=0.05), "it took no moment away"


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
