"""Databases that are made for a trial, and dropped when it ends."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg import sql


@contextmanager
def empty_database() -> Iterator[str]:
    """Put an empty database in the place of Mavis's own. Gives its address."""
    with new_database() as name:
        call_command("migrate", verbosity=0, skip_checks=True)
        yield name


@contextmanager
def new_database() -> Iterator[str]:
    """Put one without tables in the place of Mavis's own. Gives its address."""
    with _database(None) as name:
        yield name


@contextmanager
def copy_of_database(template: str) -> Iterator[str]:
    """Put a copy of a database in the place of Mavis's own. Gives its address.

    :param template: the address of a database in which nobody has a session
    """
    with _database(urlsplit(template).path[1:]) as name:
        yield name


@contextmanager
def _database(template: str | None) -> Iterator[str]:
    address = urlsplit(os.environ["DATABASE_URL"])
    before = connections[DEFAULT_DB_ALIAS].settings_dict["NAME"]
    name = f"mavis_trial_{secrets.token_hex(6)}"
    quoted = sql.Identifier(name)
    copied = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template or "template1"))
    with psycopg.connect(address.geturl(), autocommit=True) as session:
        if template == before:
            leave_database()
        session.execute(sql.SQL("CREATE DATABASE {}").format(quoted) + copied)
        try:
            _connect_to(name)
            yield address._replace(path=f"/{name}").geturl()
        finally:
            _connect_to(before)
            # A worker that was killed may still have a session there.
            session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(quoted))


def leave_database() -> None:
    """End our sessions: a database is copied only while nobody is in it."""
    connection = connections[DEFAULT_DB_ALIAS]
    assert isinstance(connection, DatabaseWrapper)
    connection.close()
    connection.close_pool()


def _connect_to(name: str) -> None:
    """Have whatever is asked of the database from now on be asked of this one."""
    leave_database()
    connections[DEFAULT_DB_ALIAS].settings_dict["NAME"] = name
