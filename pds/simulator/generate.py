"""Any number of invented people, from a seed: same seed, same people."""

import random
from datetime import date, timedelta

from pds.simulator import invented
from pds.simulator.people import (
    Address,
    BadPeople,
    Death,
    Name,
    Person,
    invented_numbers,
)

# Their numbers begin here in the 999 range. Those below are for people who are
# written down by name (a demonstration's, for instance), those above for `named`.
FIRST_NUMBER, LAST_NUMBER = 200_000, 970_000
# Born in sixteen academic years, so that every school year has its children whatever
# the year is.
FIRST_BIRTHDAY, LAST_BIRTHDAY = date(2008, 9, 1), date(2024, 8, 31)

# Fewer than there are numbers.
MOST_PEOPLE = 600_000

# How often, in people.
SIBLING, TWIN, NAMESAKE = 0.3, 0.03, 0.001
FORMER_FAMILY_NAME, FORMER_ADDRESS = 0.04, 0.12
SECOND_GIVEN_NAME, DOUBLE_BARRELLED = 0.5, 0.04
RESTRICTED, DIED, SUPERSEDED, INVALIDATED = 0.002, 0.0005, 0.002, 0.0005


def generate(count: int, *, seed: int) -> list[Person]:
    """Return so many records of invented people, in families.

    :raises BadPeople: there are not so many numbers in the range
    """
    if count > MOST_PEOPLE:
        raise BadPeople(f"There are numbers for {MOST_PEOPLE:,} people at most.")
    chance = random.Random(seed)  # noqa: S311 it must be repeatable
    numbers = invented_numbers(FIRST_NUMBER, LAST_NUMBER)
    people: list[Person] = []
    while len(people) < count:
        last = people[-1] if people else None
        if last and chance.random() < NAMESAKE:
            people.append(_namesake(chance, next(numbers), last))
            continue
        relative = last if last and chance.random() < SIBLING else None
        person = _person(chance, next(numbers), relative)
        people.append(person)
        if len(people) < count and chance.random() < SUPERSEDED:
            people.append(_older_record(person, next(numbers)))
    return people


def _person(chance: random.Random, number: str, relative: Person | None) -> Person:
    gender = chance.choice(("female", "male"))
    first_names = invented.GIRLS if gender == "female" else invented.BOYS
    if relative:
        family, addresses = relative.names[0].family, relative.addresses
    else:
        family, addresses = _family_name(chance), _addresses(chance)
    taken = relative.names[0].given[0] if relative else ""
    given = [chance.choice([name for name in first_names if name != taken])]
    if chance.random() < SECOND_GIVEN_NAME:
        given.append(chance.choice(first_names))
    names = [Name(family, tuple(given))]
    if chance.random() < FORMER_FAMILY_NAME:
        names.append(Name(_family_name(chance), tuple(given), use="old"))
    is_twin = relative is not None and chance.random() < TWIN / SIBLING
    birthday = (
        relative.date_of_birth
        if relative and is_twin
        else _birthday(chance).isoformat()
    )
    return Person(
        nhs_number=number,
        names=tuple(names),
        date_of_birth=birthday,
        gender=gender,
        addresses=addresses,
        gp_ods_code=f"Y9{chance.randrange(300):04}",
        restricted=chance.random() < RESTRICTED,
        invalidated=chance.random() < INVALIDATED,
        death=Death("2024-11-01") if chance.random() < DIED else None,
        version=chance.randint(1, 9),
    )


def _namesake(chance: random.Random, number: str, other: Person) -> Person:
    """Return somebody else of the same name, born on the same day."""
    return Person(
        nhs_number=number,
        names=(Name(other.names[0].family, other.names[0].given[:1]),),
        date_of_birth=other.date_of_birth,
        gender=other.gender,
        addresses=_addresses(chance),
    )


def _older_record(person: Person, number: str) -> Person:
    """Return the second record that somebody once had by mistake."""
    return Person(
        nhs_number=number,
        names=person.names[:1],
        date_of_birth=person.date_of_birth,
        gender=person.gender,
        addresses=person.addresses,
        superseded_by=person.nhs_number,
    )


def _family_name(chance: random.Random) -> str:
    if chance.random() < DOUBLE_BARRELLED:
        return "-".join(chance.sample(invented.FAMILIES, 2))
    return chance.choice(invented.FAMILIES)


def _birthday(chance: random.Random) -> date:
    days = (LAST_BIRTHDAY - FIRST_BIRTHDAY).days
    return FIRST_BIRTHDAY + timedelta(days=chance.randint(0, days))


def _addresses(chance: random.Random) -> tuple[Address, ...]:
    here = invented_address(chance)
    if chance.random() < FORMER_ADDRESS:
        return here, invented_address(chance, use="old")
    return (here,)


def invented_address(chance: random.Random, *, use: str = "home") -> Address:
    """Return an address that nobody has."""
    town, district = chance.choice(invented.TOWNS)
    street = (
        f"{chance.choice(invented.STREETS)} {chance.choice(invented.KINDS_OF_STREET)}"
    )
    inward = "".join(chance.choices(invented.INWARD, k=2))
    postcode = f"{district} {chance.randint(1, 9)}{inward}"
    return Address(postcode, (f"{chance.randint(1, 180)} {street}", town), use=use)
