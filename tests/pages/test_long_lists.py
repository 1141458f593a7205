"""One page of a long list is what the whole list has there, and it says how long it is."""

import pytest
from django.db import connection  # noqa: TID251 -- its settings are looked at

from mavis import long_lists
from mavis.long_lists import page_of
from mavis.models import School
from mavis.pages import Pagination
from tests.factories import SchoolFactory

SIZE = 3

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("schools", [0, 1, 3, 7])
@pytest.mark.parametrize("page", ["1", "2", "3", "4", "0", "-1", "999999999", "x", ""])
@pytest.mark.parametrize("length_is_known", [False, True])
@pytest.mark.parametrize("key", ["pk", "urn"])
def test_a_page_is_what_the_whole_list_has_there(schools, page, length_is_known, key):
    SchoolFactory.create_batch(schools)
    found = School.objects.select_related("team").order_by("-name", "pk")

    pagination, shown = page_of(
        found,
        page=page,
        size=SIZE,
        address="/?page=",
        total=schools if length_is_known else None,
        key=key,
    )

    expected = Pagination.of(total=schools, page=page, size=SIZE, address="/?page=")
    assert pagination == expected
    assert shown == list(found)[expected.slice]


def test_a_page_of_many_costs_as_many_queries_as_one_of_few(
    django_assert_num_queries,
):
    SchoolFactory.create_batch(7)
    found = School.objects.prefetch_related("children").order_by("pk")

    with django_assert_num_queries(3):  # ids, what is shown, and what belongs to it
        page_of(found, page="2", size=SIZE, address="/?page=")


@pytest.mark.parametrize(("long", "sorting"), [(7, "off"), (8, "on")])
def test_the_ids_of_a_page_are_not_found_by_sorting_a_long_list(
    long, sorting, monkeypatch
):
    monkeypatch.setattr(long_lists, "LONG", long)
    SchoolFactory.create_batch(7)
    allowed = []

    def look(execute, sql, *others):
        if "LIMIT" in sql:
            with connection.connection.cursor() as not_watched:
                allowed.extend(not_watched.execute("SHOW enable_sort").fetchone())
        return execute(sql, *others)

    with connection.execute_wrapper(look):
        page_of(School.objects.all(), page="1", size=SIZE, address="/", total=7)

    assert allowed == [sorting]
