"""One page of a list that may be long, and how long it is."""

import sys
from contextlib import nullcontext
from typing import TypeVar

from django.db.models import Count, Model, QuerySet, Window

from mavis.pages import Pagination
from mavis.sql import along_an_index

Item = TypeVar("Item", bound=Model)

# One page of so many is found sooner in their order than by sorting all.
LONG = 1000


def page_of(
    found: QuerySet[Item],
    *,
    page: str,
    size: int,
    address: str,
    total: int | None = None,
    key: str = "pk",
) -> tuple[Pagination, list[Item]]:
    """Return one page of a list in its order, and where in the list that is.

    Counting the list, and passing over what comes before a page, is done once and on
    keys alone: all that is shown is fetched for what is on the page.

    :param total: how long the list is, where that is known already
    :param key: the field that tells the list's items apart
    """
    if total is None:
        keys, total = _counted(found, page, size, key)
    else:
        keys = []
    pagination = Pagination.of(total=total, page=page, size=size, address=address)
    if total and not keys:
        all_keys = found.prefetch_related(None).values_list(key, flat=True)
        with along_an_index() if total >= LONG else nullcontext():
            keys = list(all_keys[pagination.slice])
    return pagination, list(found.filter(**{f"{key}__in": keys}))


def _counted(
    found: QuerySet[Item], page: str, size: int, key: str
) -> tuple[list[object], int]:
    """Return the keys of a page, if there is such a page, and how many there are."""
    asked = Pagination.of(total=sys.maxsize, page=page, size=size, address="")
    counted = found.annotate(of_all=Window(Count(key))).values_list(key, "of_all")
    rows = list(counted.prefetch_related(None)[asked.slice])
    if not rows:
        return [], found.count() if asked.offset else 0
    return [each for each, _ in rows], rows[0][1]
