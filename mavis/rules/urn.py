"""A school's unique reference number (URN), and the two that stand for no school."""

import re

UNKNOWN = "888888"
HOME_EDUCATED = "999999"

_SIX_DIGITS = re.compile(r"[0-9]{6}")


def is_valid(text: str) -> bool:
    """Test if this is six digits; whether there is such a school is not asked."""
    return _SIX_DIGITS.fullmatch(text) is not None


def is_school(urn: str) -> bool:
    """Test if a URN stands for a school, and not for unknown or home-educated."""
    return urn not in (UNKNOWN, HOME_EDUCATED)
