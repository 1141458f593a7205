"""Who may be a twin of whom, asked of PostgreSQL before each round of questions to PDS."""

import pytest

from imports.sql import tracing as sql
from tests.factories import CohortImportFactory, CohortRowFactory

pytestmark = pytest.mark.django_db


def a_row(cohort_import, name, **details):
    return CohortRowFactory(
        cohort_import=cohort_import,
        first_name=name,
        **{"last_name": "Okafor", "postcode": "M1 1AE", **details},
    )


def test_twins_are_rows_of_one_file_with_that_birthday_last_name_and_postcode():
    cohort_import = CohortImportFactory(tracing=True)
    amara, bo, cy = (a_row(cohort_import, name) for name in ("Amara", "Bo", "Cy"))
    alone = a_row(cohort_import, "Di", postcode="M1 1AF")
    a_row(CohortImportFactory(tracing=True), "Eve")

    twins = sql.twins_in_the_file([amara.pk, cy.pk, alone.pk])

    assert twins == {amara.pk: {"bo", "cy"}, cy.pk: {"amara", "bo"}}
    assert bo.pk not in twins  # it was not asked about
