"""The statement that proposes pairs: it finds them all, and by its indexes."""

import random
from dataclasses import replace
from datetime import date

import pytest
from django.db import connections

from children.models import Child, CohortMembership
from imports.models import ChildBeforeImport, CohortRow
from imports.rules.matching import CandidatePair
from imports.sql import matching as sql
from tests.factories import (
    NOW,
    ChildFactory,
    CohortImportFactory,
    CohortRowFactory,
    unissued_nhs_number,
)
from tests.imports.working_out import all_worked_out

pytestmark = pytest.mark.django_db

FIRST_NAMES = ["Amara", "Chidi", "Zoë"]
LAST_NAMES = ["Okafor", "O'Brien"]
BIRTHS = [date(2014, 3, 27), date(2014, 3, 28)]
POSTCODES = ["SW1A 1AA", "M1 1AE", "ZZ99 3VZ", ""]
NUMBERS = [None, None, *(unissued_nhs_number(17_100 + n) for n in range(8))]


def person(rng):
    return {
        "first_name": rng.choice(FIRST_NAMES),
        "last_name": rng.choice(LAST_NAMES),
        "date_of_birth": rng.choice(BIRTHS),
        "postcode": rng.choice(POSTCODES),
    }


def random_children(rng, cohort_import):
    """Return children as the import may know them: itself has changed some."""
    numbers = rng.sample([n for n in NUMBERS if n], 6)
    known = []
    for _ in range(25):
        number = numbers.pop() if numbers and rng.random() < 0.4 else None
        confirmed = bool(number) and rng.random() < 0.5
        child = ChildFactory(
            **person(rng),
            team=None,
            nhs_number=number,
            nhs_number_confirmed=confirmed,
            created_by_import=cohort_import if rng.random() < 0.1 else None,
        )
        if child.created_by_import:
            continue
        if known and rng.random() < 0.1:
            Child.objects.filter(pk=child.pk).update(merged_into=known[0])
            continue
        if rng.random() < 0.3:
            sql.keep_children_before(cohort_import.pk, [child.pk])
            Child.objects.filter(pk=child.pk).update(
                nhs_number=None, nhs_number_confirmed=False
            )
        known.append(child)
    return known


def random_rows(rng, cohort_import):
    rows = []
    for row_number in range(2, 27):
        number = rng.choice(NUMBERS)
        uploaded = rng.choice(NUMBERS)
        rows.append(
            CohortRowFactory(
                cohort_import=cohort_import,
                row_number=row_number,
                **person(rng),
                nhs_number=number,
                nhs_number_confirmed=bool(number) and rng.random() < 0.5,
                nhs_number_uploaded=uploaded,
                uploaded_number=rng.choice(["replaced", "someone_else", "void"])
                if uploaded
                else "none",
            )
        )
    return rows


def same(one, other):
    return None if one is None or other is None else one == other


def slow_and_obvious(row, child):
    """Compare one row with one child, as section 7 of the spec says it."""
    replaced = row.uploaded_number == "replaced" and row.nhs_number_uploaded
    return CandidatePair(
        row_id=row.pk,
        row_number=row.row_number,
        child_id=child.pk,
        same_number=same(row.nhs_number, child.nhs_number),
        holds_replaced_number=same(replaced or None, child.nhs_number),
        row_is_confirmed=row.nhs_number_confirmed,
        child_is_confirmed=child.nhs_number_confirmed,
        first_name=row.first_name_key == child.first_name_key,
        last_name=row.last_name_key == child.last_name_key,
        date_of_birth=row.date_of_birth == child.date_of_birth,
        postcode=row.postcode == child.postcode
        and row.postcode != ""
        and not row.postcode.startswith("ZZ99"),
    )


def resemble(pair):
    return pair.same_number or pair.holds_replaced_number or pair.details_agreeing >= 3


@pytest.mark.parametrize("seed", range(8))
def test_the_statement_finds_what_comparing_every_row_with_every_child_finds(seed):
    rng = random.Random(seed)
    cohort_import = CohortImportFactory(matching=True)
    children = random_children(rng, cohort_import)
    rows = random_rows(rng, cohort_import)

    found = list(
        sql.candidate_pairs(
            import_id=cohort_import.pk, row_ids=[row.pk for row in rows]
        )
    )

    every_pair = [slow_and_obvious(row, child) for row in rows for child in children]
    expected = [pair for pair in every_pair if resemble(pair)]
    assert expected
    assert found == sorted(expected, key=lambda p: (p.row_id, p.child_id))


SEED_CHILDREN = """
INSERT INTO children_child (
    first_name, last_name, first_name_key, last_name_key, preferred_first_name,
    preferred_last_name, date_of_birth, birth_academic_year,
    birth_academic_year_given, registration, gender, address_line_1, address_line_2,
    town, postcode, nhs_number, nhs_number_confirmed, home_educated, restricted,
    deceased, created_at
)
SELECT 'N' || n %% 500, 'L' || n %% 700, 'n' || n %% 500, 'l' || n %% 700, '', '',
       date '2010-01-01' + n %% 3000, 2014, false, '', 'not_known', '', '', '',
       'AB' || n %% 90 || ' ' || n %% 9 || 'CD', '999' || lpad(n::text, 7, '0'), false,
       false, false, false, %s
FROM generate_series(1, 20000) n
"""
BEFORE = "imports_childbeforeimport"
SEED_CHILDREN_BEFORE = f"""
INSERT INTO {BEFORE} (cohort_import_id, child_id, state)
SELECT %s, id, jsonb_build_object('nhs_number', nhs_number) FROM children_child
"""


def test_each_join_is_served_by_an_index():
    cohort_import = CohortImportFactory(matching=True)
    rows = CohortRowFactory.create_batch(20, cohort_import=cohort_import)
    with connections["default"].cursor() as cursor:
        cursor.execute(SEED_CHILDREN, [NOW])
        cursor.execute(SEED_CHILDREN_BEFORE, [cohort_import.pk])
        for table in ("children_child", "imports_cohortrow", BEFORE):
            cursor.execute(f"ANALYZE {table}")
        cursor.execute(
            "EXPLAIN " + sql.CANDIDATE_PAIRS,
            {"import_id": cohort_import.pk, "row_ids": [row.pk for row in rows]},
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())

    for index in ("child_by_birth_and_first_name", "child_by_postcode_and_last"):
        assert index in plan
    assert plan.count("children_child_nhs_number") == 2
    assert plan.count("child_before_by_number") == 2
    assert "Seq Scan on children_child" not in plan
    assert f"Seq Scan on {BEFORE}" not in plan


def test_what_was_kept_is_what_was_known_before():
    child = ChildFactory(traced=True, registration="8T5")
    cohort_import = CohortImportFactory(matching=True)

    sql.keep_children_before(cohort_import.pk, [child.pk])
    Child.objects.filter(pk=child.pk).update(first_name="Changed")
    CohortMembership.objects.update(archived_at=NOW, archive_reason="other")
    sql.keep_children_before(cohort_import.pk, [child.pk])

    state = ChildBeforeImport.objects.get().state
    assert state["first_name"] == "Amara"
    assert state["team_id"] is not None


def test_storing_again_replaces_the_candidates_and_touches_no_other_row():
    cohort_import = CohortImportFactory(matching=True)
    ChildFactory(postcode="M1 1AE")
    row = CohortRowFactory(cohort_import=cohort_import)
    other = CohortRowFactory()
    worked_out = all_worked_out(cohort_import)
    sql.store_worked_out(cohort_import.pk, worked_out)
    assert row.candidates.count() == 1

    without = [replace(one, candidates=()) for one in worked_out]
    stray = [replace(one, row_id=other.pk) for one in without]
    sql.store_worked_out(cohort_import.pk, without + stray)

    assert not row.candidates.exists()
    assert CohortRow.objects.get(pk=other.pk).outcome == ""
