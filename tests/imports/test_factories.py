"""Each factory makes a record that the database accepts."""

import pytest

from imports.rules.lifecycle import Status
from tests import factories
from tests.factories import (
    ChildFactory,
    CloseMatchFactory,
    CohortImportFactory,
    CohortRowFactory,
    ContactFactory,
    ImportFileFactory,
    RowErrorFactory,
    SchoolFactory,
    SchoolMoveFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "status", [status for status in Status if status != "uploaded"]
)
def test_an_import_of_every_status_can_be_made(status):
    assert CohortImportFactory(**{status.value: True}).status == status


@pytest.mark.parametrize(
    "trait", ["untraced", "found", "verified", "replaced", "not_held", "close_match"]
)
def test_a_row_of_every_kind_can_be_made(trait):
    assert CohortRowFactory(**{trait: True}).pk


@pytest.mark.parametrize("trait", ["waiting", "confirmed", "ignored"])
def test_a_school_move_of_every_state_can_be_made(trait):
    assert SchoolMoveFactory(**{trait: True}).state == trait


def test_a_child_is_with_its_team_unless_archived():
    with_team = ChildFactory(traced=True)
    moved_away = ChildFactory(moved_away=True)

    assert with_team.memberships.get().archived_at is None
    assert moved_away.memberships.get().archive_reason == "moved_out_of_area"


def test_a_row_and_a_child_are_the_same_person_by_default():
    row, child = CohortRowFactory(), ChildFactory()

    for name in ("first_name_key", "last_name_key", "date_of_birth", "postcode"):
        assert getattr(row, name) == getattr(child, name)


def test_the_other_factories_make_what_the_database_accepts():
    for made in (
        ContactFactory(),
        ImportFileFactory(),
        RowErrorFactory(warning=True),
        CloseMatchFactory(),
        SchoolFactory(special=True),
        UserFactory(admin=True),
        UserFactory(team=None),
    ):
        assert made.pk


def test_nhs_numbers_are_distinct():
    numbers = {factories.unissued_nhs_number(serial) for serial in range(18_000)}

    assert len(numbers) == 18_000
