"""A backup holds all there is: what is restored from it is compared, and can be read."""

import psycopg
import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command

from imports import files
from mavis.trials import restoring
from tests.conftest import database_url_of_tests
from tests.factories import ChildFactory, CohortImportFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def stored():
    ChildFactory()
    files.store(
        CohortImportFactory(),
        name="a.csv", file_format="csv", sha256="0" * 64, content=b"A",
    )  # fmt: skip


def test_what_is_restored_is_what_was_backed_up(capsys):
    call_command("restore_drill")

    rows, same = capsys.readouterr().out.splitlines()
    assert " rows of 3" in rows
    assert same == "What was restored is what was backed up."


def test_a_backup_without_its_keys_is_no_backup_of_the_files(settings, capsys):
    settings.FILE_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(SystemExit):
        call_command("restore_drill")

    assert "No key in FILE_KEYS reads the file of import" in capsys.readouterr().out


def test_a_program_of_postgresql_that_fails_is_told(monkeypatch, tmp_path, capsys):
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho no room left >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(restoring, "_programs", lambda: tmp_path)

    with pytest.raises(SystemExit):
        call_command("restore_drill")

    assert capsys.readouterr().err.strip() == "pg_dump failed: no room left"


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (
            # What no upload is compared with: that of anything else is noted too.
            "UPDATE children_child SET restricted = NOT restricted",
            "The rows of children_child are not as they were.",
        ),
        (
            "ALTER TABLE mavis_accessevent DISABLE TRIGGER {trigger}",
            "The trigger mavis_accessevent {trigger} is not as it was.",
        ),
        (
            "DROP TRIGGER {trigger} ON mavis_accessevent",
            "The trigger mavis_accessevent {trigger} is missing.",
        ),
        (
            "GRANT UPDATE ON mavis_accessevent TO mavis_app",
            "The table's owner and rights mavis_accessevent is not as it was.",
        ),
        (
            "ALTER SEQUENCE children_child_id_seq RESTART",
            "The sequence children_child_id_seq is not as it was.",
        ),
        (
            "ALTER TABLE children_child DROP CONSTRAINT child_gender_is_known",
            "The constraint children_child child_gender_is_known is missing.",
        ),
    ],
)
def test_what_is_not_as_it_was_is_told(statement, says):
    with psycopg.connect(database_url_of_tests()) as session:
        before = restoring.contents(session)
        trigger = next(
            name.rpartition(" ")[2]
            for name in before.made
            if name.startswith("trigger mavis_accessevent")
        )
        session.execute(statement.format(trigger=trigger))
        after = restoring.contents(session)
        session.rollback()

    assert list(restoring.differing(before, after)) == [says.format(trigger=trigger)]
