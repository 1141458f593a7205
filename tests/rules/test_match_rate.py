"""The 70% rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.rules.match_rate import RETRIED_AFTER, Counts, Judgement, judge

PASSES, AGAIN = Judgement.PASSES, Judgement.TRY_ERRORS_AGAIN
TOO_LOW, NOTHING = Judgement.TOO_LOW, Judgement.NOTHING_ATTEMPTED


@pytest.mark.parametrize(
    ("found", "not_found", "conflict", "errors", "permanent", "rounds", "judgement"),
    [
        pytest.param(7, 3, 0, 0, 0, 0, PASSES, id="7 of 10: exactly 70%"),
        pytest.param(6, 4, 0, 0, 0, 0, TOO_LOW, id="6 of 10"),
        pytest.param(0, 9, 0, 0, 0, 0, PASSES, id="0 of 9: too few rows to fail"),
        pytest.param(0, 0, 0, 9, 0, 0, PASSES, id="9 errors: too few rows to fail"),
        pytest.param(0, 10, 0, 0, 0, 0, TOO_LOW, id="0 of 10"),
        pytest.param(10, 0, 0, 0, 0, 0, PASSES, id="10 of 10"),
        pytest.param(7, 0, 3, 0, 0, 0, PASSES, id="conflicts are attempts: 7 of 10"),
        pytest.param(6, 0, 4, 0, 0, 0, TOO_LOW, id="conflicts are attempts: 6 of 10"),
        pytest.param(7, 2, 0, 1, 0, 0, PASSES, id="7 of 9 attempted"),
        pytest.param(7, 3, 0, 90, 0, 0, PASSES, id="errors do not count at all"),
        pytest.param(699, 301, 0, 0, 0, 0, TOO_LOW, id="69.9%"),
        pytest.param(700, 300, 0, 0, 0, 0, PASSES, id="70.0%"),
        pytest.param(69_999, 30_001, 0, 0, 0, 0, TOO_LOW, id="69.999%"),
        pytest.param(6, 3, 0, 1, 0, 0, AGAIN, id="6 + 1 of 10 could be 70%"),
        pytest.param(6, 3, 0, 1, 0, 1, AGAIN, id="a second time"),
        pytest.param(6, 3, 0, 1, 0, 2, TOO_LOW, id="not a third time"),
        pytest.param(5, 4, 0, 1, 0, 0, TOO_LOW, id="5 + 1 of 10 could not"),
        pytest.param(6, 3, 0, 1, 1, 0, TOO_LOW, id="a permanent error is not retried"),
        pytest.param(4, 2, 0, 4, 3, 0, AGAIN, id="one of the errors can be retried"),
        pytest.param(0, 0, 0, 10, 0, 0, AGAIN, id="nothing attempted: again"),
        pytest.param(0, 0, 0, 10, 0, 2, NOTHING, id="nothing attempted to the end"),
        pytest.param(0, 0, 0, 10, 10, 0, NOTHING, id="nothing, and all permanent"),
    ],
)
def test_judgements(found, not_found, conflict, errors, permanent, rounds, judgement):
    counts = Counts(found, not_found, conflict, errors, permanent)

    assert judge(counts, rounds=rounds) is judgement


def test_each_round_comes_later():
    assert len(RETRIED_AFTER) == 2
    assert list(RETRIED_AFTER) == sorted(set(RETRIED_AFTER))


numbers = st.integers(min_value=0, max_value=200)


@given(numbers, numbers, numbers, numbers)
def test_one_more_found_never_fails_a_file_that_passed(
    found, not_found, conflict, errors
):
    counts = Counts(found, not_found, conflict, errors)
    if judge(counts, rounds=2) is PASSES and counts.rows >= 10:
        better = Counts(found + 1, not_found, conflict, errors)

        assert judge(better, rounds=2) is PASSES
