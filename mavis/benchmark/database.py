"""A database with so many invented children in it, as imports and years have left it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, count, islice

from children.models import Child, CohortMembership, Contact
from mavis.benchmark.people import (
    ACADEMIC_YEAR,
    CHILDREN_OF_A_TEAM,
    SCHOOLS_OF_A_TEAM,
    Pupil,
    pupils,
    urn,
)
from mavis.benchmark.sql import analyze, set_next_id
from mavis.models import Role, School, Team, TeamMembership, User
from mavis.rules import academic_year
from mavis.rules.names import fold
from mavis.rules.phone import normalise
from mavis.sql import copy_into
from mavis.trials.databases import copy_of_database, empty_database, leave_database

NOW = datetime(2026, 9, 21, 9, 30, tzinfo=UTC)
AT_ONCE = 50_000  # children written by one statement
PASSWORD = "a password for benchmarks"  # noqa: S105 of nobody
_CHILD = (
    "id", "nhs_number", "nhs_number_confirmed", "first_name", "last_name",
    "first_name_key", "last_name_key", "preferred_first_name", "preferred_last_name",
    "date_of_birth", "birth_academic_year", "birth_academic_year_given",
    "registration", "registration_academic_year", "gender", "address_line_1",
    "address_line_2", "town", "postcode", "school_id", "home_educated", "restricted",
    "deceased", "created_at",
)  # fmt: skip
_MEMBERSHIP = ("child_id", "team_id", "created_at", "archive_reason", "archive_details")
_CONTACT = ("child_id", "name", "relationship", "relationship_other", "phone", "email")
_RELATIONSHIPS = {"Mum": "mother", "Dad": "father"}


@dataclass(frozen=True, slots=True)
class Base:
    """A database to make copies of: nothing is written to it any more."""

    address: str
    children: int
    seed: int


@contextmanager
def base(children: int, *, seed: int) -> Iterator[Base]:
    """Make a database with so many children, a hundred thousand to each team."""
    with empty_database() as address:
        _fill(children, seed)
        leave_database()
        yield Base(address, children, seed)


@contextmanager
def copy(of: Base) -> Iterator[str]:
    """Put a copy of a database in the place of Mavis's own. Gives its address."""
    with copy_of_database(of.address) as address:
        yield address


def nurse() -> User:
    """Return the nurse of the first team."""
    return User.objects.get(memberships__team=team())


def team() -> Team:
    """Return the first team, whose children the files are about."""
    team: Team = Team.objects.order_by("pk")[0]
    return team


def _fill(children: int, seed: int) -> None:
    teams = [_team(number) for number in range(-(-children // CHILDREN_OF_A_TEAM))]
    schools = dict(School.objects.values_list("urn", "pk"))
    ids = count(1)
    remaining = pupils(children, seed=seed)
    while some := list(islice(remaining, AT_ONCE)):
        numbered = list(zip(ids, some, strict=False))
        copy_into(
            Child, _CHILD, (_child(child_id, p, schools) for child_id, p in numbered)
        )
        copy_into(
            CohortMembership,
            _MEMBERSHIP,
            (
                (child_id, teams[_team_of(child_id)].pk, NOW, "", "")
                for child_id, _ in numbered
            ),
        )
        copy_into(
            Contact,
            _CONTACT,
            chain.from_iterable(_contacts(child_id, p) for child_id, p in numbered),
        )
        # zip takes one id too many when the children run out.
        ids = count(numbered[-1][0] + 1)
    set_next_id(Child)
    analyze()


def _team(number: int) -> Team:
    team: Team = Team.objects.create(
        name=f"Team {number + 1}", ods_code=f"B{number}", workgroup=f"benchmark{number}"
    )
    user = User(email=f"nurse{number}@example.com", name="Nurse Joy")
    user.set_password(PASSWORD)
    user.save()
    TeamMembership.objects.create(user=user, team=team, role=Role.NURSE)
    School.objects.bulk_create(
        School(
            urn=urn(number, school),
            name=f"School {school + 1} of team {number + 1}",
            phase="All-through",
            type="Community school",
            low_age=4,
            high_age=16,
            team=team,
        )
        for school in range(SCHOOLS_OF_A_TEAM)
    )
    return team


def _team_of(child_id: int) -> int:
    return (child_id - 1) // CHILDREN_OF_A_TEAM


def _child(child_id: int, pupil: Pupil, schools: dict[str, int]) -> tuple[object, ...]:
    return (
        child_id, pupil.nhs_number or None, bool(pupil.nhs_number), pupil.first_name,
        pupil.last_name, fold(pupil.first_name), fold(pupil.last_name), "", "",
        pupil.date_of_birth, academic_year.containing(pupil.date_of_birth), False,
        pupil.registration, ACADEMIC_YEAR, pupil.gender, pupil.address, "", pupil.town,
        pupil.postcode, schools[urn(_team_of(child_id), pupil.school)], False, False,
        False, NOW,
    )  # fmt: skip


def _contacts(child_id: int, pupil: Pupil) -> Iterator[tuple[object, ...]]:
    for parent in pupil.parents:
        yield (
            child_id,
            parent.name,
            _RELATIONSHIPS[parent.relationship],
            "",
            normalise(parent.phone) or "",
            parent.email,
        )
