"""Long lists of numbers, which are kept in arrays.

As objects they take five times the memory.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise

# So many are made objects of at once.
AT_ONCE = 20_000


def place_of(number: int, numbers: Sequence[int]) -> int | None:
    """Return where a number is among numbers that are in order, if it is there.

    >>> place_of(5, [2, 5, 7]), place_of(6, [2, 5, 7])
    (1, None)
    """
    place = bisect_left(numbers, number)
    return place if place < len(numbers) and numbers[place] == number else None


def repeated(numbers: Sequence[int]) -> set[int]:
    """Return what is there more than once.

    >>> repeated([3, 1, 3, 2, 1, 3]) == {1, 3}
    True
    """
    parts = 1 + len(numbers) // AT_ONCE
    if parts == 1:
        return _repeated(numbers)
    return set().union(
        *(
            _repeated(number for number in numbers if number % parts == part)
            for part in range(parts)
        )
    )


def _repeated(numbers: Iterable[int]) -> set[int]:
    return {one for one, other in pairwise(sorted(numbers)) if one == other}
