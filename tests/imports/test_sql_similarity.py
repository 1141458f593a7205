"""Rule 5 in the database: it finds what comparing every row with every child finds."""

import random
from datetime import date

import pytest
from django.db import connections

from children.models import Child
from imports.models import ChildBeforeImport
from imports.rules import matching, similarity
from imports.rules.matching import NOBODY, Match
from imports.rules.outcomes import Outcome
from imports.rules.similarity import Person, SimilarPair
from imports.sql import matching as matching_sql
from imports.sql import similarity as sql
from imports.stages import work_out as stage
from imports.stages.work_out import work_out
from mavis.rules.names import fold
from tests.factories import (
    NOW,
    ChildFactory,
    CohortImportFactory,
    CohortRowFactory,
    unissued_nhs_number,
)
from tests.imports.test_sql_matching import (
    SEED_CHILDREN,
    SEED_CHILDREN_BEFORE,
    resemble,
    slow_and_obvious,
)
from tests.imports.working_out import all_worked_out

pytestmark = pytest.mark.django_db

FIRST_NAMES = ["Jon", "John", "JHON", "Jonathan", "Okafor", "Anne-Marie", "Anne", "Zoë"]
LAST_NAMES = ["Okafor", "Okafro", "O'Kafor", "John", "Smith-Jones", "Jones", "Li"]
BIRTHS = [
    date(2014, 3, 7), date(2014, 7, 3), date(2014, 3, 8), date(2014, 3, 17),
    date(2015, 12, 30),
]  # fmt: skip
POSTCODES = ["SW1A 1AB", "SW1A 1BA", "SW1A 1AA", "M1 1AE", "ZZ99 3VZ", ""]
NUMBERS = [unissued_nhs_number(17_500 + n) for n in range(10)]


def anybody(rng):
    return {
        "first_name": rng.choice(FIRST_NAMES),
        "last_name": rng.choice(LAST_NAMES),
        "date_of_birth": rng.choice(BIRTHS),
        "postcode": rng.choice(POSTCODES),
    }


def random_children(rng, cohort_import):
    """Return children as the import may know them: itself has changed some."""
    numbers = rng.sample(NUMBERS, len(NUMBERS))
    known = []
    for _ in range(30):
        number = numbers.pop() if numbers and rng.random() < 0.3 else None
        child = ChildFactory(
            **anybody(rng),
            team=None,
            nhs_number=number,
            nhs_number_confirmed=bool(number) and rng.random() < 0.7,
            created_by_import=cohort_import if rng.random() < 0.1 else None,
        )
        if child.created_by_import:
            continue
        if known and rng.random() < 0.1:
            Child.objects.filter(pk=child.pk).update(merged_into=known[0])
            continue
        if rng.random() < 0.4:
            matching_sql.keep_children_before(cohort_import.pk, [child.pk])
            # All that an import can have done to what is compared.
            changed = {"nhs_number": None, "nhs_number_confirmed": False}
            if not child.postcode:
                changed["postcode"] = rng.choice(POSTCODES)
            if child.first_name.isupper():
                changed["first_name"] = child.first_name.capitalize()
            Child.objects.filter(pk=child.pk).update(**changed)
        known.append(child)
    return known


def random_rows(rng, cohort_import):
    rows = []
    for row_number in range(2, 32):
        number = rng.choice([*NUMBERS, *[None] * 20])
        rows.append(
            CohortRowFactory(
                cohort_import=cohort_import,
                row_number=row_number,
                **anybody(rng),
                nhs_number=number,
                nhs_number_confirmed=bool(number) and rng.random() < 0.7,
            )
        )
    return rows


def person(record):
    says_something = not record.postcode.startswith("ZZ99")
    return Person(
        record.first_name,
        record.last_name,
        fold(record.first_name),
        fold(record.last_name),
        record.date_of_birth,
        record.postcode if says_something else "",
    )


def pair_of(row, child):
    different = bool(row.nhs_number and child.nhs_number) and (
        row.nhs_number != child.nhs_number
    )
    return SimilarPair(
        row_id=row.pk,
        row_number=row.row_number,
        child_id=child.pk,
        row=person(row),
        child=person(child),
        is_someone_else=different
        and row.nhs_number_confirmed
        and child.nhs_number_confirmed,
    )


def match_of(row, children):
    """Decide about one row by looking at every child, as section 7 says it."""
    pairs = [slow_and_obvious(row, child) for child in children]
    exact = matching.decide([pair for pair in pairs if resemble(pair)])
    if exact is not NOBODY:
        return exact
    similar = [pair_of(row, child) for child in children]
    return similarity.decide(similar, pool_size=len(children))


@pytest.mark.parametrize("seed", range(12))
def test_the_fast_path_decides_as_the_slow_and_obvious_one(seed, monkeypatch):
    rng = random.Random(seed)
    cohort_import = CohortImportFactory(matching=True)
    children = random_children(rng, cohort_import)
    rows = random_rows(rng, cohort_import)
    monkeypatch.setattr(stage, "ROWS_AT_ONCE", rng.choice([1, 7, 5_000]))

    found = stage.find_matches(
        cohort_import.pk, [row.pk for row in rows], pool_size=len(children)
    )

    expected = {row.pk: match_of(row, children) for row in rows}
    expected = {pk: match for pk, match in expected.items() if match is not NOBODY}
    assert found.matches == expected
    assert any(match.reasons for match in expected.values())


@pytest.mark.parametrize("seed", range(4))
def test_what_is_proposed_is_what_shares_enough(seed):
    rng = random.Random(100 + seed)
    cohort_import = CohortImportFactory(matching=True)
    children = random_children(rng, cohort_import)
    rows = random_rows(rng, cohort_import)

    found = [
        pair
        for pair in sql.similar_pairs(
            import_id=cohort_import.pk, row_ids=[row.pk for row in rows]
        )
        # A postcode that the import itself has given finds more: the rule decides.
        if similarity.shares_enough(pair.row, pair.child)
    ]

    every_pair = [pair_of(row, child) for row in rows for child in children]
    assert found == sorted(
        (pair for pair in every_pair if similarity.shares_enough(pair.row, pair.child)),
        key=lambda pair: (pair.row_id, pair.child_id),
    )


@pytest.mark.parametrize("seed", range(4))
def test_chunks_and_order_make_no_difference(seed, monkeypatch):
    rng = random.Random(200 + seed)
    cohort_import = CohortImportFactory(matching=True, pool_size=30)
    random_children(rng, cohort_import)
    random_rows(rng, cohort_import)
    together = all_worked_out(cohort_import)
    assert any(one.candidates and one.candidates[0].reasons for one in together)

    monkeypatch.setattr(stage, "ROWS_AT_ONCE", 2)
    matching_sql.store_worked_out(cohort_import.pk, together)
    row_ids = [one.row_id for one in together]
    rng.shuffle(row_ids)
    one_by_one = [
        one for row_id in row_ids for one in work_out(cohort_import, [row_id])
    ]

    assert list(work_out(cohort_import, row_ids)) == together
    assert sorted(one_by_one, key=lambda one: one.row_id) == together


def test_a_postcode_that_the_import_itself_has_added_is_not_seen():
    cohort_import = CohortImportFactory(matching=True, pool_size=1)
    child = ChildFactory(postcode="", last_name="Adeyemi")
    CohortRowFactory(
        cohort_import=cohort_import,
        first_name="Amarra",
        last_name="Adeyem",
        date_of_birth=child.date_of_birth,
    )
    (before,) = all_worked_out(cohort_import)
    matching_sql.keep_children_before(cohort_import.pk, [child.pk])
    Child.objects.update(postcode="SW1A 1AA")

    (after,) = all_worked_out(cohort_import)

    assert before.outcome is Outcome.NEW
    assert after == before
    ChildBeforeImport.objects.all().delete()
    (seen,) = all_worked_out(cohort_import)
    assert seen.outcome is Outcome.CLOSE_MATCH


def test_the_size_of_the_pool_is_counted_once_and_without_merged_children():
    ChildFactory(merged_into=ChildFactory())

    assert sql.pool_size() == 1


def test_each_lookup_of_similar_children_is_served_by_an_index():
    cohort_import = CohortImportFactory(matching=True)
    rows = CohortRowFactory.create_batch(5, cohort_import=cohort_import)
    with connections["default"].cursor() as cursor:
        cursor.execute(SEED_CHILDREN, [NOW])
        cursor.execute("UPDATE children_child SET postcode = 'AB' || id % 5000")
        cursor.execute(SEED_CHILDREN_BEFORE, [cohort_import.pk])
        for table in ("children_child", "imports_cohortrow"):
            cursor.execute(f"ANALYZE {table}")
        cursor.execute(
            "EXPLAIN " + sql.SIMILAR_PAIRS,
            {"import_id": cohort_import.pk, "row_ids": [row.pk for row in rows]},
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "child_by_birth_and_first_name" in plan
    assert "child_by_last_name_and_birth" in plan
    assert plan.count("child_by_postcode_and_last") == 2
    assert "Seq Scan on children_child" not in plan


def test_nothing_is_said_of_a_match_by_the_exact_rules():
    assert Match((4,)).reasons_for(4) == ()
