"""Invented children, and the files that schools might send of them.

From a seed: same seed, same children, and the first of many are the same as few.
"""

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice

import openpyxl

from imports.rules.columns import BY_HEADER
from mavis.rules.names import fold
from pds.simulator.invented import BOYS, FAMILIES, GIRLS
from pds.simulator.people import invented_numbers

# Reception to Year 11 of the academic year that the files are for.
ACADEMIC_YEAR = 2026
FIRST_BIRTH, LAST_BIRTH = date(2010, 9, 1), date(2022, 8, 31)
STARTERS = date(2021, 9, 1)  # the youngest of them are born since then
# Parts of the 999 range, which is never issued: children's, and newcomers'.
CHILDREN_NUMBERS, NEWCOMERS_NUMBERS = (0, 940_000), (940_000, 1_000_000)
HALVES_OF_NEWCOMERS = ((940_000, 970_000), (970_000, 1_000_000))
CHILDREN_OF_A_TEAM = 100_000
SCHOOLS_OF_A_TEAM = 300
POSTCODE_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
STREETS = ("High Street", "Church Lane", "Mill Road", "Station Road", "Park Avenue")
TOWNS = ("Ashford Magna", "Bramley Green", "Carrow", "Dunmere", "Elmsworth")


@dataclass(frozen=True, slots=True)
class Parent:
    name: str
    relationship: str  # as in a file: Mum, Dad
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class Pupil:
    """One invented child."""

    first_name: str
    last_name: str
    date_of_birth: date
    postcode: str
    nhs_number: str  # which PDS would give; blank if PDS does not have the child
    school: int  # of the schools of the child's team
    gender: str
    address: str
    town: str
    registration: str
    parents: tuple[Parent, ...]


class Kind(StrEnum):
    """What a row of a file is to the children in Mavis."""

    UNCHANGED = "the same in Mavis"
    GAINING = "a preferred name, and other phone numbers"
    MOVED_SCHOOL = "another school"
    NEW = "new"
    THREE_ALIKE = "another postcode"
    SLIP = "a slip in two details"


# Of a hundred rows: a county that uploads everybody again in September.
SHARES = {
    Kind.UNCHANGED: 50,
    Kind.GAINING: 15,
    Kind.MOVED_SCHOOL: 5,
    Kind.NEW: 22,
    Kind.THREE_ALIKE: 5,
    Kind.SLIP: 3,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file, the child it is about, and what PDS says of it."""

    kind: Kind
    pupil: Pupil  # as the file has it
    with_number: bool  # the file gives the NHS number
    traced: str  # the number that PDS gives; blank if none


def pupils(count: int, *, seed: int) -> Iterator[Pupil]:
    """Return so many children in families, nine in ten of whom have a number.

    There are some 850,000 numbers: of a million children the last have none.
    """
    chance = random.Random(seed)  # noqa: S311 invented people are no secret
    numbers = invented_numbers(*CHILDREN_NUMBERS)
    pupil: Pupil | None = None
    for _ in range(count):
        number = next(numbers, "") if chance.random() < 0.9 else ""
        relative = pupil if chance.random() < 0.3 else None
        pupil = _pupil(chance, number, relative, FIRST_BIRTH)
        yield pupil


def _pupil(
    chance: random.Random, number: str, relative: Pupil | None, born_since: date
) -> Pupil:
    girl = chance.random() < 0.5
    last_name = relative.last_name if relative else _last_name(chance)
    return Pupil(
        first_name=chance.choice(GIRLS if girl else BOYS),
        last_name=last_name,
        date_of_birth=_birth(chance, born_since),
        postcode=relative.postcode if relative else _postcode(chance),
        nhs_number=number,
        school=chance.randrange(SCHOOLS_OF_A_TEAM),
        gender="female" if girl else "male",
        address=relative.address
        if relative
        else f"{chance.randint(1, 200)} {chance.choice(STREETS)}",
        town=relative.town if relative else chance.choice(TOWNS),
        registration=f"{chance.randint(1, 11)}{chance.choice('ABCD')}",
        parents=relative.parents if relative else _parents(chance, last_name),
    )


def _birth(chance: random.Random, since: date) -> date:
    return since + timedelta(days=chance.randint(0, (LAST_BIRTH - since).days))


def _last_name(chance: random.Random) -> str:
    name = chance.choice(FAMILIES)
    if chance.random() < 0.1:
        name += f"-{chance.choice(FAMILIES)}"
    return name


def _postcode(chance: random.Random) -> str:
    """Return one of some 200,000 postcodes: a few children of a million in each."""
    letters = "".join(chance.choices(POSTCODE_LETTERS, k=2))
    area = chance.choice(("BL", "OL", "WN", "SK"))
    return f"{area}{chance.randint(1, 14)} {chance.randint(1, 9)}{letters}"


def _parents(chance: random.Random, last_name: str) -> tuple[Parent, ...]:
    count = chance.choices((0, 1, 2), weights=(10, 55, 35))[0]
    return tuple(
        Parent(
            f"{chance.choice(names)} {last_name}",
            relationship,
            # Ofcom keeps these numbers for drama.
            f"07700 900{chance.randrange(1000):03}",
            f"{fold(last_name)}.{chance.randrange(10**6)}@example.com",
        )
        for names, relationship in ((GIRLS, "Mum"), (BOYS, "Dad"))[:count]
    )


def cohort(
    children: Sequence[Pupil],
    count: int,
    *,
    seed: int,
    newcomers: tuple[int, int] = NEWCOMERS_NUMBERS,
) -> list[Row]:
    """Return the rows of a file about some of these children, and about new ones.

    :param children: of the team; at least as many as rows
    :param newcomers: which numbers those who are new may have
    """
    chance = random.Random(seed + 1)  # noqa: S311 invented people are no secret
    known = iter(chance.sample(children, count))
    numbers = invented_numbers(*newcomers)
    kinds = chance.choices(list(SHARES), weights=list(SHARES.values()), k=count)
    return [_row(kind, known, numbers, chance) for kind in kinds]


def _row(
    kind: Kind, known: Iterator[Pupil], numbers: Iterator[str], chance: random.Random
) -> Row:
    if kind is Kind.NEW:
        number = next(numbers) if chance.random() < 0.9 else ""
        pupil = _pupil(chance, number, None, STARTERS)
    else:
        pupil = next(known)
    match kind:
        case Kind.GAINING:
            pupil = replace(pupil, parents=_with_other_phone(pupil.parents, chance))
        case Kind.MOVED_SCHOOL:
            school = (pupil.school + 1) % SCHOOLS_OF_A_TEAM
            pupil = replace(pupil, school=school)
        case Kind.THREE_ALIKE:
            pupil = replace(pupil, postcode=_postcode(chance), nhs_number="")
        case Kind.SLIP:
            pupil = _with_slips(pupil, chance)
    with_number = bool(pupil.nhs_number) and chance.random() < 0.5
    return Row(kind, pupil, with_number, pupil.nhs_number)


def _with_other_phone(
    parents: tuple[Parent, ...], chance: random.Random
) -> tuple[Parent, ...]:
    return tuple(
        replace(parent, phone=f"07700 900{chance.randrange(1000):03}")
        for parent in parents
    )


def _with_slips(pupil: Pupil, chance: random.Random) -> Pupil:
    """Get a letter of the first name wrong, and two figures of the postcode about."""
    name = pupil.first_name
    place = chance.randrange(1, len(name))
    letter = chance.choice([x for x in "aeioulnrst" if x != name[place]])
    return replace(
        pupil,
        first_name=name[:place] + letter + name[place + 1 :],
        postcode=pupil.postcode[:-2] + pupil.postcode[-1] + pupil.postcode[-2],
        nhs_number="",
    )


HEADERS = tuple(BY_HEADER)
FIRST_URN = 100_000


def urn(team: int, school: int) -> str:
    """Return the URN of a school, by its place among those of a team."""
    return str(FIRST_URN + team * SCHOOLS_OF_A_TEAM + school)


def cells(row: Row) -> list[str]:
    """Return a row as a file of the first team has it."""
    pupil = row.pupil
    gains = row.kind in (Kind.GAINING, Kind.NEW)
    found = [
        urn(0, pupil.school), pupil.first_name, pupil.last_name,
        pupil.first_name[:3] if gains else "", "",
        f"{pupil.date_of_birth:%d/%m/%Y}", "",
        pupil.registration, pupil.gender, pupil.address, "", pupil.town,
        pupil.postcode, pupil.nhs_number if row.with_number else "",
    ]  # fmt: skip
    for parent in pupil.parents:
        found += [parent.name, parent.relationship, parent.phone, parent.email]
    return found + [""] * (len(HEADERS) - len(found))


def as_csv(rows: Sequence[Row]) -> bytes:
    """Return the file that a nurse would upload."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADERS)
    writer.writerows(map(cells, rows))
    return text.getvalue().encode()


def as_xlsx(rows: Sequence[Row]) -> bytes:
    """Return the same file as a workbook."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEADERS)
    for row in rows:
        sheet.append(cells(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def first(count: int, *, seed: int) -> list[Pupil]:
    """Return the children of the first team, or so many of them."""
    return list(islice(pupils(count, seed=seed), CHILDREN_OF_A_TEAM))
