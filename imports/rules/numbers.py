"""Long lists of numbers, which are kept in arrays.

As objects they take five times the memory.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

# So many are made objects of at once.
AT_ONCE = 20_000


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
