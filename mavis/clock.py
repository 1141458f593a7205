"""What time it is: asked at the edge (views, tasks, commands), passed on below."""

import datetime

from django.conf import settings
from django.utils import timezone


def now() -> datetime.datetime:
    """Return the moment, on the day of MAVIS_TODAY where that is set."""
    moment = timezone.now()
    if settings.MAVIS_TODAY is None:
        return moment
    local = timezone.localtime(moment)
    return local.replace(
        year=settings.MAVIS_TODAY.year,
        month=settings.MAVIS_TODAY.month,
        day=settings.MAVIS_TODAY.day,
    )


def today() -> datetime.date:
    """Return the day in the United Kingdom."""
    return timezone.localtime(now()).date()
