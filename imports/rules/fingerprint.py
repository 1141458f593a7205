"""A fingerprint of what a reviewer saw, so that a commit can tell a change."""

import hashlib
import json
from collections.abc import Mapping


def fingerprint(outcome: Mapping[str, object]) -> str:
    """Return 64 hexadecimal digits that are the same for the same outcome only.

    :param outcome: strings, numbers, dates, None, and lists and mappings of them

    Keys may come in any order. Blank values do not count, so that a later release
    can add a key without every upload in review needing a second look.
    """
    said = {key: value for key, value in outcome.items() if value}
    text = json.dumps(said, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
