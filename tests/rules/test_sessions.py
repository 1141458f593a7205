"""When sessions end, how often something may be done, and who asks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mavis.rules.allowances import Allowance, free_again_at
from mavis.rules.client_address import client_address
from mavis.rules.sessions import Ended, Left, left_of


@pytest.mark.parametrize(
    ("used_at", "now", "left"),
    [
        (0, 0, Left(30, may_be_longer=True)),
        (0, 20, Left(10, may_be_longer=True)),
        (0, 29.9, Left(1, may_be_longer=True)),
        (0, 30, Left(0, may_be_longer=False, ended=Ended.UNUSED)),
        # Its longest comes first, and use makes it no longer.
        (85, 90, Left(10, may_be_longer=False)),
        (99, 100, Left(0, may_be_longer=False, ended=Ended.TOO_LONG)),
    ],
)
def test_a_session_ends_unused_or_after_its_longest(used_at, now, left):
    assert left_of(began_at=0, used_at=used_at, now=now, unused=30, longest=100) == left


NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
THREE_A_MINUTE = Allowance(3, timedelta(minutes=1))


def at(*seconds):
    return [NOON + timedelta(seconds=each) for each in seconds]


@pytest.mark.parametrize(
    ("done", "now", "free"),
    [
        ([], 0, None),
        ([0, 1], 2, None),
        ([0, 1, 2], 3, 60),
        ([2, 0, 1], 59, 60),
        ([0, 1, 2], 60, None),
    ],
)
def test_what_was_done_too_often_is_free_when_enough_of_it_is_old(done, now, free):
    (moment,) = at(now)

    found = free_again_at(at(*done), THREE_A_MINUTE, moment)

    assert found == (at(free)[0] if free is not None else None)


@given(st.lists(st.integers(0, 300), max_size=60).map(sorted))
def test_never_more_is_done_in_any_minute_than_is_allowed(tries):
    done: list[datetime] = []
    for moment in at(*tries):
        if free_again_at(done, THREE_A_MINUTE, moment) is None:
            done.append(moment)

    for moment in done:
        within = [
            each for each in done if moment <= each < moment + timedelta(minutes=1)
        ]
        assert len(within) <= 3


def test_nothing_is_too_often_where_there_is_no_limit():
    assert free_again_at(at(0, 0, 0), Allowance(0, timedelta(minutes=1)), NOON) is None


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "trusted", "address"),
    [
        ("192.0.2.1", "", 0, "192.0.2.1"),
        # Whoever is asked directly believes nothing.
        ("192.0.2.1", "198.51.100.7", 0, "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", 1, "198.51.100.7"),
        # The client wrote the first itself.
        ("192.0.2.1", "203.0.113.9, 198.51.100.7", 1, "198.51.100.7"),
        ("192.0.2.1", "203.0.113.9, 198.51.100.7, 192.0.2.2", 2, "198.51.100.7"),
        # Fewer than our proxies would have added.
        ("192.0.2.1", "198.51.100.7", 2, "192.0.2.1"),
        ("192.0.2.1", "rubbish", 1, "192.0.2.1"),
        ("192.0.2.1", "", 1, "192.0.2.1"),
        # One client has many addresses of IPv6, and may have one of IPv4 in it.
        ("2001:db8:1:2:3:4:5:6", "", 0, "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "", 0, "192.0.2.1"),
        ("", "", 0, ""),
    ],
)
def test_a_client_is_who_our_own_proxies_saw(peer, forwarded_for, trusted, address):
    found = client_address(
        peer=peer, forwarded_for=forwarded_for, trusted_proxies=trusted
    )

    assert found == address
