"""The NHS number: nine digits and a tenth that checks them (modulus 11)."""

import re

from nhs_number.constants import REGION_ENGLAND_WALES_IOM, REGION_SYNTHETIC, Region
from nhs_number.validate import calculate_checksum

# What users write between the groups of digits.
_SEPARATORS = str.maketrans("", "", " -")
_TEN_DIGITS = re.compile(r"[0-9]{10}")
# Numbers of people in England, Wales and the Isle of Man, and invented ones,
# which begin with 9. Scotland, Northern Ireland and Ireland have their own.
_REGIONS: tuple[Region, ...] = (REGION_ENGLAND_WALES_IOM, REGION_SYNTHETIC)


def without_separators(text: str) -> str:
    """Return a number without the spaces and hyphens that group its digits.

    >>> without_separators("999 000-0018")
    '9990000018'
    """
    return text.translate(_SEPARATORS)


def is_ten_digits(number: str) -> bool:
    """Test if this is ten digits and nothing else."""
    # [0-9], not \d: \d also takes the digits of other scripts.
    return _TEN_DIGITS.fullmatch(number) is not None


def check_digit_agrees(number: str) -> bool:
    """Test if the tenth digit is the one that follows from the other nine.

    >>> check_digit_agrees("9990000018"), check_digit_agrees("9990000019")
    (True, False)
    """
    return calculate_checksum(number[:9]) == int(number[9])


def is_of_our_regions(number: str) -> bool:
    """Test if ten digits are in a range that Mavis takes (spec section 4)."""
    # The package says nothing of its types.
    return any(region.contains_number(number) for region in _REGIONS)  # type: ignore[no-untyped-call]


def is_valid(number: str) -> bool:
    """Test if this is ten digits, in range, and the check digit agrees."""
    return (
        is_ten_digits(number)
        and is_of_our_regions(number)
        and check_digit_agrees(number)
    )
