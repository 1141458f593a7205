"""The audit log is only added to: PostgreSQL refuses everything else, to everybody."""

from contextlib import contextmanager

import pytest
from django.db import (
    ProgrammingError,
    connection,  # noqa: TID251 -- what PostgreSQL refuses is tried
    transaction,
)

from mavis import rights
from mavis.models import AccessEvent, ActivityEvent, EventKind
from tests.factories import NOW, ChildFactory, UserFactory

pytestmark = pytest.mark.django_db

MODELS = (ActivityEvent, AccessEvent)
# As the ORM and as SQL say it.
CHANGES = {
    "update": lambda model: model.objects.update(at=NOW),
    "update of none": lambda model: model.objects.filter(pk=0).update(at=NOW),
    "delete": lambda model: model.objects.all().delete(),
    "save": lambda model: model.objects.get().save(),
    "delete of one": lambda model: model.objects.get().delete(),
    "SQL update": lambda model: run(f"UPDATE {model._meta.db_table} SET at = now()"),
    "SQL delete": lambda model: run(f"DELETE FROM {model._meta.db_table}"),
}


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(autouse=True)
def events():
    user = UserFactory()
    known = {"by": user, "team": user.teams.get(), "at": NOW, "child": ChildFactory()}
    ActivityEvent.objects.create(kind=EventKind.EDITED, **known)
    AccessEvent.objects.create(**known)


@contextmanager
def as_the_application():
    """Be signed in to the database as the application is, in this test's transaction."""
    run(f"SET SESSION AUTHORIZATION {rights.ROLE}")
    try:
        yield
    finally:
        run("RESET SESSION AUTHORIZATION")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("change", CHANGES)
def test_an_event_cannot_be_changed_or_taken_away_by_whoever_owns_the_table(
    model, change
):
    with (
        pytest.raises(ProgrammingError, match="audit log is only added to"),
        transaction.atomic(),
    ):
        CHANGES[change](model)

    assert model.objects.count() == 1


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("statement", ["UPDATE {} SET at = now()", "DELETE FROM {}"])
def test_the_application_has_no_right_to_change_an_event(model, statement):
    with (
        as_the_application(),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        run(statement.format(model._meta.db_table))


@pytest.mark.parametrize("model", MODELS)
def test_the_application_cannot_empty_the_log_even_if_it_is_given_the_right(model):
    table = model._meta.db_table
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run(f"GRANT TRUNCATE ON {table} TO {rights.ROLE}")

    with (
        as_the_application(),
        pytest.raises(ProgrammingError, match="audit log is only added to: TRUNCATE"),
        transaction.atomic(),
    ):
        run(f"TRUNCATE {table}")


def test_the_application_may_do_all_else():
    with as_the_application():
        child = ChildFactory()
        team = child.memberships.get().team
        ActivityEvent.objects.create(
            kind=EventKind.EDITED, at=NOW, by=UserFactory(), team=team, child=child
        )
        child.first_name = "Amira"
        child.save()
        child.memberships.all().delete()

    assert ActivityEvent.objects.filter(child=child).exists()


def test_the_application_is_no_superuser_and_owns_no_table():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls"
            " FROM pg_roles WHERE rolname = %s",
            [rights.ROLE],
        )
        assert cursor.fetchone() == (False,)
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE tableowner = %s", [rights.ROLE]
        )
        assert cursor.fetchone() == (0,)
