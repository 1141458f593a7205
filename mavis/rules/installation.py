"""What is wrong with an installation, in sentences that say what to do.

Of what Django finds by itself, such as a weak SECRET_KEY, nothing is said here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

# How far the clocks of this machine and of the database may be apart. PDS refuses
# tokens that were made at the wrong time.
SECONDS_APART = 5
OLDEST_POSTGRESQL = 15


class Server(StrEnum):
    WORKS = "works"
    UNREACHABLE = "unreachable"
    NOT_MIGRATED = "not migrated"
    REFUSES = "refuses"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What was found. Each default is how it should be.

    - `database`, `valkey`: of what hangs on one that does not work, the defaults stand
    - `evicts`: by which policy Valkey throws away what it was told to keep; "" if not
    - `pds_fault`: how PDS failed, in words
    - `accounts`: of people who may log in by email address and password
    - `unreadable_imports`: of which imports the file cannot be read
    - `beat_silent`, `sweep_silent`: seconds since each last showed itself
    - `sweep_every`: seconds between two sweeps
    """

    is_production: bool = True
    served_at: tuple[str, ...] = ("mavis.example.com",)
    has_cis2: bool = True
    has_local_accounts: bool = False
    accounts: int = 0
    file_keys_are_keys: bool = True

    database: Server = Server.WORKS
    postgresql: int = OLDEST_POSTGRESQL
    owns_tables: bool = False
    may_change_audit_log: bool = False
    seconds_apart: float = 0
    schools: int = 1
    teams: int = 1
    teams_without_schools: tuple[str, ...] = ()
    unreadable_imports: tuple[int, ...] = ()
    unreadable_answers: bool = False

    valkey: Server = Server.WORKS
    evicts: str = ""
    workers: int = 1
    beat_silent: float = 0
    sweep_silent: float = 0
    sweep_every: float = 60
    messages: int = 0

    pds: Server = Server.NOT_ASKED
    pds_fault: str = ""


def problems(found: Installation) -> tuple[str, ...]:
    """Return a sentence for each thing that is wrong."""
    return (
        *_of_settings(found),
        *_of_database(found),
        *_of_what_is_loaded(found),
        *_of_what_is_kept(found),
        *_of_valkey(found),
        *_of_workers(found),
        *_of_pds(found),
    )


def _of_settings(found: Installation) -> Iterator[str]:
    if found.is_production:
        if set(found.served_at) <= {"localhost", "127.0.0.1", "[::1]"}:
            yield (
                "Mavis answers at no address but this machine's own: set ALLOWED_HOSTS "
                "to the name that people open."
            )
        if "*" in found.served_at:
            yield (
                "Mavis answers whatever name it is called by: set ALLOWED_HOSTS to the "
                "name that people open."
            )
    if not found.file_keys_are_keys:
        yield (
            "FILE_KEYS has something that is no Fernet key, so no file can be uploaded: "
            "set it to 32 random bytes in URL-safe base64, commas between several."
        )
    if not found.has_cis2 and not found.has_local_accounts:
        yield (
            "Nobody can log in: set the CIS2 settings, or LOCAL_ACCOUNTS to let people "
            "log in by email address and password."
        )
    elif not found.has_cis2 and not found.accounts and found.database is Server.WORKS:
        yield "Nobody can log in: there is no account. Make one with create_user."


def _of_database(found: Installation) -> Iterator[str]:
    if found.database is Server.UNREACHABLE:
        yield (
            "The database does not answer: check DATABASE_URL, and that PostgreSQL runs "
            "and can be reached from here."
        )
    if found.database is Server.NOT_MIGRATED:
        yield (
            "The database lacks a migration of this release: run migrate as the owner "
            "of the tables."
        )
    if found.postgresql < OLDEST_POSTGRESQL:
        yield (
            f"PostgreSQL is release {found.postgresql}, and Mavis needs "
            f"{OLDEST_POSTGRESQL} or newer: upgrade it."
        )
    if found.owns_tables:
        yield (
            "Mavis signs in to the database as the owner of its tables, who can change "
            "the audit log: set DATABASE_URL to the role mavis_app."
        )
    elif found.may_change_audit_log:
        yield (
            "The role that Mavis has in the database may change the audit log: run "
            "migrate as the owner of the tables, which sets its rights."
        )
    if abs(found.seconds_apart) > SECONDS_APART:
        yield (
            f"The clocks of this machine and of the database are "
            f"{abs(found.seconds_apart):.0f} seconds apart: have both set by NTP."
        )


def _of_what_is_loaded(found: Installation) -> Iterator[str]:
    if not found.schools:
        yield "No school is known, so every file is refused: run load_schools."
    if not found.teams:
        yield "There is no team: make one with create_team."
    for workgroup in found.teams_without_schools:
        yield (
            f"Team {workgroup} has no school, so its files are refused: give it some "
            "with create_team --school."
        )


def _of_what_is_kept(found: Installation) -> Iterator[str]:
    if found.unreadable_imports:
        which = ", ".join(str(number) for number in found.unreadable_imports)
        yield (
            f"No key in FILE_KEYS reads the files of these imports: {which}. Add the "
            "key that they were stored with."
        )
    if found.unreadable_answers:
        yield (
            "No key in FILE_KEYS reads the kept answers of PDS: add the key that they "
            "were stored with, or wait a day until they are gone."
        )


def _of_valkey(found: Installation) -> Iterator[str]:
    if found.valkey is Server.UNREACHABLE:
        yield (
            "Valkey does not answer, so nothing is imported and PDS is not asked: check "
            "REDIS_URL, and that it runs and can be reached from here."
        )
    if found.evicts:
        yield (
            f"Valkey throws away what it was given when its memory is full "
            f"({found.evicts}), messages to workers among it: set maxmemory-policy to "
            "noeviction."
        )


def _of_workers(found: Installation) -> Iterator[str]:
    too_long = 3 * found.sweep_every + 60
    if not found.workers:
        yield "No worker answers, so no import goes on: start one."
    if found.beat_silent > too_long:
        yield (
            f"Beat has sent nothing for {_long(found.beat_silent)}, so nothing is "
            "refreshed or erased, and imports whose worker dies stand still: start it."
        )
    elif found.workers and found.sweep_silent > too_long:
        yield (
            f"The schedule has stalled: what beat sends each {found.sweep_every:.0f} "
            f"seconds was last done {_long(found.sweep_silent)} ago, and "
            f"{found.messages} messages wait. Start more workers, or start anew those "
            "that hang."
        )


def _of_pds(found: Installation) -> Iterator[str]:
    if found.pds is Server.REFUSES:
        yield (
            f"PDS does not accept us ({found.pds_fault}): check PDS_API_KEY, PDS_KEY_ID, "
            "PDS_PRIVATE_KEY and PDS_TOKEN_URL, and that the public key is registered."
        )
    if found.pds is Server.UNREACHABLE:
        yield (
            f"PDS does not answer ({found.pds_fault}): check PDS_BASE_URL, and that it "
            "can be reached from here. Imports wait until it does."
        )


def _long(seconds: float) -> str:
    """Return a duration as somebody would say it.

    >>> _long(420), _long(604800)
    ('7 minutes', '7 days')
    """
    length = timedelta(seconds=seconds)
    if length >= timedelta(days=2):
        return f"{length.days} days"
    if length >= timedelta(hours=2):
        return f"{length // timedelta(hours=1)} hours"
    return f"{length // timedelta(minutes=1)} minutes"
