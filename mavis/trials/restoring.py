"""A backup that is restored, beside the database that it was made of.

The database may be in use meanwhile: what is compared is the moment of the backup.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from urllib.parse import SplitResult, unquote, urlsplit

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import IsolationLevel, sql

from mavis.embedded import postgres
from mavis.management import looking
from mavis.trials import databases

# What stands in a database besides rows, each as name and definition.
_MADE = {
    # Not how it reads: PostgreSQL writes a condition anew when it has read it once.
    "constraint": "SELECT conrelid::regclass || ' ' || conname,"
    " concat(contype, ' ', convalidated) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "index": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "trigger": "SELECT tgrelid::regclass || ' ' || tgname, "
    " concat(pg_get_triggerdef(oid), ' ', tgenabled)"
    " FROM pg_trigger WHERE NOT tgisinternal",
    "function": "SELECT proname, prosrc FROM pg_proc"
    " WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'mavis%'",
    "extension": "SELECT extname, extversion FROM pg_extension",
    "sequence": "SELECT sequencename, last_value::text FROM pg_sequences",
    "table's owner and rights": "SELECT relname, relowner::regrole || ' ' ||"
    " coalesce(array_to_string(ARRAY(SELECT unnest(relacl)::text ORDER BY 1), ' '), '')"
    " FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
}
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
# In whatever order the rows are.
_ROWS = "SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {} t"


class DidNotWork(Exception):
    """A program of PostgreSQL failed, or is not there. Says which."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a database: by table its rows, and by kind and name all else."""

    rows: Mapping[str, tuple[int, int]]
    made: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it. `differences`: a sentence for each."""

    tables: int
    rows: int
    megabytes: float
    backup_seconds: float
    restore_seconds: float
    differences: tuple[str, ...]


def restore() -> Restored:
    """Back up the database, restore that into another one, and compare the two.

    :raises DidNotWork: with what a program of PostgreSQL said
    """
    name = connections[DEFAULT_DB_ALIAS].settings_dict["NAME"]
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}")
    with tempfile.TemporaryDirectory(prefix="mavis-backup-") as folder:
        backup = Path(folder) / "mavis.dump"
        began = time.monotonic()
        before = _back_up(address, backup)
        backed_up = time.monotonic()
        with databases.new_database() as copy:
            _run("pg_restore", urlsplit(copy), "--exit-on-error", backup)
            restored = time.monotonic()
            with psycopg.connect(copy) as session:
                after = contents(session)
            differences = (*differing(before, after), *_unreadable())
        return Restored(
            tables=len(before.rows),
            rows=sum(count for count, _ in before.rows.values()),
            megabytes=backup.stat().st_size / 1024 / 1024,
            backup_seconds=backed_up - began,
            restore_seconds=restored - backed_up,
            differences=differences,
        )


def _back_up(address: SplitResult, backup: Path) -> Contents:
    """Write a backup, and return what was in the database at its moment."""
    with psycopg.connect(address.geturl()) as session:
        session.isolation_level = IsolationLevel.REPEATABLE_READ
        (moment,) = session.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        _run(
            "pg_dump",
            address,
            "--format=custom",
            f"--snapshot={moment}",
            f"--file={backup}",
        )
        return contents(session)


def contents(session: psycopg.Connection) -> Contents:
    """Return what is in the database of a session."""
    tables = [name for (name,) in session.execute(_TABLES)]
    rows = {}
    for table in tables:
        query = sql.SQL(_ROWS).format(sql.Identifier(table))
        count, total = session.execute(query).fetchone() or (0, 0)
        rows[table] = count, int(total or 0)
    made = {
        f"{kind} {name}": definition
        for kind, query in _MADE.items()
        for name, definition in session.execute(sql.SQL(query))
    }
    return Contents(rows, made)


def differing(before: Contents, after: Contents) -> Iterator[str]:
    """Say what is not as it was."""
    for table, rows in before.rows.items():
        if table in after.rows and after.rows[table] != rows:
            yield f"The rows of {table} are not as they were."
    for what in sorted(before.made.keys() | after.made.keys()):
        if what not in after.made:
            yield f"The {what} is missing."
        elif before.made.get(what) != after.made[what]:
            yield f"The {what} is not as it was."


def _unreadable() -> Iterator[str]:
    """Say which files cannot be read in the copy, which has Mavis's place just now."""
    for import_id in looking.of_files()["unreadable_imports"]:
        yield f"No key in FILE_KEYS reads the file of import {import_id}."


def _run(program: str, address: SplitResult, *words: str | Path) -> None:
    found = _programs() / program
    # Not among the arguments, where everybody on this machine could read it.
    password = unquote(address.password or "")
    shown = address._replace(
        netloc=address.netloc.replace(f":{address.password}@", "@")
    )
    done = subprocess.run(  # noqa: S603 -- a program of PostgreSQL
        [found, f"--dbname={shown.geturl()}", *words],
        env={**os.environ, **({"PGPASSWORD": password} if password else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DidNotWork(f"{program} failed: {done.stderr.strip()}")


def _programs() -> Path:
    """Return where PostgreSQL's programs are: its own package's, or this machine's."""
    with_package = postgres.programs_if_installed()
    if with_package is not None:
        return with_package
    found = which("pg_dump")
    if found is None:
        raise DidNotWork("pg_dump is not there: install PostgreSQL's client programs.")
    return Path(found).parent
