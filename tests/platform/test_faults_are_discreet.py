"""What PostgreSQL says of a fault quotes a child; no log and no terminal repeats it.

Each fault here is a real one of the database, where it can happen: on a page, in a
worker, in a command, in a thread.
"""

import logging
import threading

import pytest
from django.db import connection  # noqa: TID251 -- the database is made to fail

from children.models import Child
from imports.tasks import purge
from mavis import logs
from mavis.embedded import postgres, processes
from tests.factories import ChildFactory, UserFactory, unissued_nhs_number

NUMBER = unissued_nhs_number(4711)
QUOTING = f"Key (nhs_number)=({NUMBER}) already exists"

FAILS = f"""
CREATE FUNCTION quotes_a_child() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'duplicate key: {NUMBER}' USING DETAIL = '{QUOTING}';
END
$$;
CREATE TRIGGER quotes_a_child BEFORE DELETE ON pds_answer
FOR EACH STATEMENT EXECUTE FUNCTION quotes_a_child();
"""


@pytest.fixture
def purging_fails(transactional_db):
    """Have PostgreSQL refuse what each purge begins with, and quote a child in it."""
    with connection.cursor() as cursor:
        cursor.execute(FAILS)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION quotes_a_child CASCADE")


def two_with_one_number(*_anything):
    """Store a second child with the NHS number of another."""
    ChildFactory(nhs_number=NUMBER)
    Child.objects.create(nhs_number=NUMBER, date_of_birth="2014-03-27")


@pytest.mark.django_db
def test_a_page_that_fails_says_and_logs_nothing_of_the_child(
    client, monkeypatch, caplog, capfd
):
    client.force_login(UserFactory())
    client.raise_request_exception = False
    monkeypatch.setattr("mavis.navigation.waiting", two_with_one_number)

    answer = client.get("/")

    told = capfd.readouterr()
    formatted = [logging.Formatter("%(message)s").format(r) for r in caplog.records]
    assert answer.status_code == 500
    assert any("IntegrityError" in line for line in [told.err, *formatted])
    assert NUMBER not in "".join([answer.content.decode(), *told, *formatted])


def test_a_worker_and_a_command_that_fail_say_nothing_of_the_child(
    purging_fails, start_worker, run_command
):
    worker = start_worker()

    purge.delay()
    ended = run_command("purge")

    processes.wait_until(
        lambda: "task_failed" in worker.log.read_text(),
        child=worker.child,
        name="The worker",
        log=worker.log,
    )
    log = worker.log.read_text()
    assert "task_failed" in log
    assert "ProgrammingError" in log
    assert NUMBER not in log
    assert ended.returncode == 1
    assert "ProgrammingError" in ended.stderr
    assert "delete_old_answers" in ended.stderr
    assert NUMBER not in ended.stdout + ended.stderr


@pytest.fixture
def hooks(monkeypatch):
    """Take back afterwards what Python prints by; pytest has hooks of its own."""
    monkeypatch.setattr("sys.excepthook", None)
    monkeypatch.setattr("sys.unraisablehook", None)
    monkeypatch.setattr("threading.excepthook", None)
    logs.keep_words_of_exceptions_out()


def fails():
    raise ValueError(QUOTING)


class Unwilling:
    def __del__(self):
        fails()


def test_what_nobody_catches_is_printed_without_what_it_says(hooks, capfd):
    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    Unwilling()

    printed = capfd.readouterr().err
    assert printed.count("ValueError: what it says may quote a child") == 2
    assert printed.count("in fails") == 2
    assert NUMBER not in printed


def test_an_exception_in_a_sentence_is_named(caplog):
    logging.getLogger("a.library").warning("It failed: %s, %d", ValueError(QUOTING), 7)

    assert "It failed: ValueError, 7" in caplog.text


@pytest.mark.django_db
def test_postgresql_itself_logs_no_statement_and_no_error():
    with connection.cursor() as cursor:
        for setting in postgres.DISCREET:
            name, value = setting.split("=")
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone() == (value,)
