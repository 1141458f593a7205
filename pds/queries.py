"""What PDS has answered before, so that it is not asked the same again."""

from collections.abc import Collection
from datetime import datetime, timedelta

from pds.models import Answer
from pds.sql import ANSWERS_ARE_KEPT


def kept_answers(
    keys: Collection[bytes], *, now: datetime, kept_for: timedelta = ANSWERS_ARE_KEPT
) -> dict[bytes, bytes]:
    """Return the encrypted answers, not yet so old, to the questions of these keys."""
    found = Answer.objects.filter(
        key__in=list(keys), at__gt=now - kept_for
    ).values_list("key", "body")
    return {bytes(key): bytes(body) for key, body in found}
