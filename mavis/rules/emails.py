"""Email addresses: valid ones, in the form in which they are stored."""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

# The commonest kind of address, which needs no second look: RFC 5322's dot-atom
# without the rarer characters, before a domain that the package has accepted.
_PLAIN = re.compile(
    r"([A-Za-z0-9_+\-]+(?:\.[A-Za-z0-9_+\-]+)*)@([A-Za-z0-9.\-]{3,100})", re.ASCII
)
_LONGEST_LOCAL_PART = 64


def normalise(text: str) -> str | None:
    """Return one address in lower case, or nothing if it is not one valid address.

    Nothing is asked of the network.

    >>> normalise("Ngozi@Example.com"), normalise("ngozi at example.com")
    ('ngozi@example.com', None)
    """
    plain = _PLAIN.fullmatch(text)
    if plain and len(plain[1]) <= _LONGEST_LOCAL_PART:
        domain = _domain(plain[2])
        return f"{plain[1]}@{domain}".lower() if domain else None
    return normalise_by_package(text)


def normalise_by_package(text: str) -> str | None:
    """Return what `normalise` does, by the package alone."""
    try:
        # Strict: with the length of the part before the @ checked too.
        address = validate_email(text, check_deliverability=False, strict=True)
    except EmailNotValidError:
        return None
    return address.normalized.lower()


@lru_cache(maxsize=10_000)
def _domain(domain: str) -> str | None:
    """Return a domain as the package writes it. There are few: no person is kept."""
    address = normalise_by_package(f"a@{domain}")
    return address.partition("@")[2] if address else None
