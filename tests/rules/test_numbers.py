"""Long lists of numbers, looked at a part at a time."""

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from imports.rules import numbers as rules

NUMBERS = st.lists(st.integers(min_value=-9, max_value=9))


@given(NUMBERS, st.integers(min_value=1, max_value=9))
def test_repeated_is_what_is_there_more_than_once(numbers, at_once):
    with patch.object(rules, "AT_ONCE", at_once):
        found = rules.repeated(numbers)

    assert found == {number for number in numbers if numbers.count(number) > 1}
