"""A fingerprint of what a reviewer saw, so that a commit can tell a change."""

import hashlib
import json
from collections.abc import Mapping

_in_order = json.JSONEncoder(sort_keys=True, default=str, separators=(",", ":"))


def fingerprint(outcome: Mapping[str, object]) -> str:
    """Return 64 hexadecimal digits that are the same for the same outcome only.

    :param outcome: strings, numbers, dates, None, and lists and mappings of them

    Keys may come in any order. Blank values do not count, so that a later release
    can add a key without every upload in review needing a second look.
    """
    said = {key: value for key, value in outcome.items() if value}
    return hashlib.sha256(_in_order.encode(said).encode()).hexdigest()
