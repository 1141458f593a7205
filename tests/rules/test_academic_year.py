"""Academic years and year groups (spec section 2)."""

from datetime import date

import pytest

from mavis.rules import academic_year
from mavis.rules.academic_year import allowed_year_groups


@pytest.mark.parametrize(
    ("born", "birth_academic_year", "in_2025", "in_2026"),
    [
        (date(2010, 8, 31), 2009, 11, 12),
        (date(2010, 9, 1), 2010, 10, 11),
        (date(2022, 8, 31), 2021, -1, 0),
    ],
)
def test_a_year_group_follows_from_the_date_of_birth(
    born, birth_academic_year, in_2025, in_2026
):
    born_in = academic_year.containing(born)

    assert born_in == birth_academic_year
    assert academic_year.year_group(born_in, 2025) == in_2025
    assert academic_year.year_group(born_in, 2026) == in_2026


@pytest.mark.parametrize("year_group", range(-2, 15))
def test_a_year_group_that_is_given_rolls_forward_each_september(year_group):
    born_in = academic_year.birth_academic_year(year_group, 2025)

    assert academic_year.year_group(born_in, 2025) == year_group
    assert academic_year.year_group(born_in, 2026) == year_group + 1


@pytest.mark.parametrize(
    ("today", "import_year"),
    [
        (date(2026, 7, 31), 2025),
        (date(2026, 8, 1), 2026),
        (date(2026, 8, 31), 2026),
        (date(2026, 9, 1), 2026),
        (date(2026, 12, 31), 2026),
        (date(2027, 1, 1), 2026),
    ],
)
def test_from_the_first_of_august_uploads_are_for_the_coming_year(today, import_year):
    assert academic_year.of_imports(today, preparation_days=31) == import_year


@pytest.mark.parametrize(
    ("special_school", "nursery", "lowest", "highest"),
    [
        (False, False, 0, 11),
        (True, False, 0, 14),
        (False, True, -2, 11),
        (True, True, -2, 14),
    ],
)
def test_the_allowed_year_groups_depend_on_the_school_and_the_team(
    special_school, nursery, lowest, highest
):
    allowed = allowed_year_groups(special_school=special_school, nursery=nursery)

    assert list(allowed) == list(range(lowest, highest + 1))


@pytest.mark.parametrize(
    ("year_group", "words"), [(0, "Reception"), (1, "Year 1"), (14, "Year 14")]
)
def test_a_year_group_is_shown_in_words(year_group, words):
    assert academic_year.describe_year_group(year_group) == words


def test_an_academic_year_is_shown_with_both_its_years():
    assert academic_year.describe(2026) == "2026 to 2027"
