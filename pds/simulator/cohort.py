"""A cohort file drawn from generated people, with what is wrong in each row.

The truth is known, so that how many NHS numbers an import finds, and how many of
them are right, can be measured. `python -m pds.simulator.cohort --help` writes one.
"""

import argparse
import csv
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from pds.simulator import invented
from pds.simulator.generate import generate, invented_address
from pds.simulator.people import Person

HEADERS = (
    "CHILD_SCHOOL_URN", "CHILD_FIRST_NAME", "CHILD_LAST_NAME", "CHILD_DATE_OF_BIRTH",
    "CHILD_GENDER", "CHILD_ADDRESS_LINE_1", "CHILD_TOWN", "CHILD_POSTCODE",
    "CHILD_NHS_NUMBER",
)  # fmt: skip
SCHOOL_UNKNOWN = "888888"


class Label(StrEnum):
    """How a row differs from what PDS holds, or what is special about the child."""

    AS_HELD = "as held"
    TYPING_SLIP = "typing slip"
    NICKNAME = "nickname"
    SWAPPED_NAMES = "swapped names"
    SWAPPED_DAY_AND_MONTH = "swapped day and month"
    MOVED_HOUSE = "moved house"
    CHANGED_NAME = "changed name"
    TWIN = "twin"
    NAMESAKE = "namesake"
    RESTRICTED = "restricted"
    SUPERSEDED = "superseded"
    NOT_ON_PDS = "not on PDS"


# Shares of a file; the rest is as PDS holds it. Labels whose people are too few in
# the population come out smaller.
SHARES: Mapping[Label, float] = {
    Label.TYPING_SLIP: 0.02,
    Label.NICKNAME: 0.02,
    Label.SWAPPED_NAMES: 0.005,
    Label.SWAPPED_DAY_AND_MONTH: 0.005,
    Label.MOVED_HOUSE: 0.05,
    Label.CHANGED_NAME: 0.01,
    Label.TWIN: 0.02,
    Label.NAMESAKE: 0.002,
    Label.RESTRICTED: 0.002,
    Label.SUPERSEDED: 0.002,
    Label.NOT_ON_PDS: 0.02,
}


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """A row of the file, what it is, and the child's true NHS number if PDS has one."""

    cells: Mapping[str, str]
    label: Label
    nhs_number: str


@dataclass(frozen=True, slots=True)
class Born:
    """Between which days the children of the file are born."""

    first: date
    last: date

    @classmethod
    def for_school_years(cls, year: int) -> "Born":
        """Return the birthdays of Reception to Year 11 in an academic year."""
        return cls(date(year - 16, 9, 1), date(year - 4, 8, 31))

    def __contains__(self, day: str) -> bool:
        return self.first.isoformat() <= day <= self.last.isoformat()


def draw(
    people: Sequence[Person],
    strangers: Sequence[Person],
    *,
    rows: int,
    seed: int,
    born: Born,
    schools: Sequence[str] = (SCHOOL_UNKNOWN,),
    with_number: float = 0.0,
) -> list[LabelledRow]:
    """Draw a cohort, each child once, in no order.

    :param strangers: people whom PDS does not know
    :param with_number: the share of rows that give the child's NHS number; those of
        a superseded record always give the old one
    """
    chance = random.Random(seed)  # noqa: S311 it must be repeatable
    pools = _pools(people, strangers, born)
    drawn: list[tuple[Person, Label]] = []
    taken: set[int] = set()
    for label in (*SHARES, Label.AS_HELD):
        pool = [person for person in pools[label] if id(person) not in taken]
        left = rows - len(drawn)
        wanted = round(rows * SHARES[label]) if label in SHARES else left
        chosen = chance.sample(pool, min(wanted, left, len(pool)))
        taken |= {id(person) for person in chosen}
        drawn += [(person, label) for person in chosen]
    chance.shuffle(drawn)
    replaced = {p.superseded_by: p.nhs_number for p in people if p.superseded_by}
    return [
        _row(
            chance,
            person,
            label,
            urn=chance.choice(schools),
            number=_number_given(chance, person, label, replaced, with_number),
        )
        for person, label in drawn
    ]


def _pools(
    people: Sequence[Person], strangers: Sequence[Person], born: Born
) -> Mapping[Label, Sequence[Person]]:
    """Return who can be drawn under which label."""
    usable = [person for person in people if _is_usable(person, born)]
    ordinary = [person for person in usable if not person.restricted]
    replaced = {person.superseded_by for person in people}
    homes, names = defaultdict(list), defaultdict(list)
    for person in ordinary:
        name, birth = person.names[0], person.date_of_birth
        homes[name.family, birth, person.addresses[0]].append(person)
        names[name.family, name.given[0], birth].append(person)
    return {
        Label.AS_HELD: ordinary,
        Label.TYPING_SLIP: ordinary,
        Label.NICKNAME: [
            p for p in ordinary if p.names[0].given[0] in invented.SHORT_FORMS
        ],
        Label.SWAPPED_NAMES: ordinary,
        Label.SWAPPED_DAY_AND_MONTH: [
            p for p in ordinary if _day_and_month_swapped(p.date_of_birth) in born
        ],
        Label.MOVED_HOUSE: ordinary,
        Label.CHANGED_NAME: [p for p in ordinary if p.names[-1].use == "old"],
        Label.TWIN: [p for group in homes.values() if len(group) > 1 for p in group],
        Label.NAMESAKE: [
            p for group in names.values() if len(group) > 1 for p in group
        ],
        Label.RESTRICTED: [person for person in usable if person.restricted],
        Label.SUPERSEDED: [p for p in ordinary if p.nhs_number in replaced],
        Label.NOT_ON_PDS: [p for p in strangers if _is_usable(p, born)],
    }


def _is_usable(person: Person, born: Born) -> bool:
    is_a_record = not (person.superseded_by or person.invalidated or person.death)
    return is_a_record and person.date_of_birth in born


def _day_and_month_swapped(birth: str) -> str:
    """Return a date with day and month swapped; blank if that is none, or the same."""
    year, month, day = birth.split("-")
    return f"{year}-{day}-{month}" if day <= "12" and day != month else ""


def _number_given(
    chance: random.Random,
    person: Person,
    label: Label,
    replaced: Mapping[str, str],
    with_number: float,
) -> str:
    if label is Label.SUPERSEDED:
        return replaced[person.nhs_number]
    gives = chance.random() < with_number and label is not Label.NOT_ON_PDS
    return person.nhs_number if gives else ""


def _row(
    chance: random.Random, person: Person, label: Label, *, urn: str, number: str
) -> LabelledRow:
    name, address, birth = person.names[0], person.addresses[0], person.date_of_birth
    if label is Label.CHANGED_NAME:
        name = person.names[-1]
    first_name, last_name = name.given[0], name.family
    if label is Label.TYPING_SLIP:
        if chance.random() < 0.5:
            first_name = _slip(chance, first_name)
        else:
            last_name = _slip(chance, last_name)
    elif label is Label.NICKNAME:
        first_name = invented.SHORT_FORMS[first_name]
    elif label is Label.SWAPPED_NAMES:
        first_name, last_name = last_name, first_name
    elif label is Label.SWAPPED_DAY_AND_MONTH:
        birth = _day_and_month_swapped(birth)
    elif label is Label.MOVED_HOUSE:
        address = invented_address(chance)
    year, month, day = birth.split("-")
    cells = {
        "CHILD_SCHOOL_URN": urn,
        "CHILD_FIRST_NAME": first_name,
        "CHILD_LAST_NAME": last_name,
        "CHILD_DATE_OF_BIRTH": f"{day}/{month}/{year}",
        "CHILD_GENDER": person.gender,
        "CHILD_ADDRESS_LINE_1": address.lines[0],
        "CHILD_TOWN": address.lines[1],
        "CHILD_POSTCODE": address.postcode,
        "CHILD_NHS_NUMBER": number,
    }
    truth = "" if label is Label.NOT_ON_PDS else person.nhs_number
    return LabelledRow(cells, label, truth)


def _slip(chance: random.Random, name: str) -> str:
    """Return a name with a letter left out, doubled, or swapped with the next."""
    place = chance.randrange(1, len(name) - 1)
    before, letter, after = name[:place], name[place], name[place + 1 :]
    if letter == after[0]:  # swapped, it would be the same name
        return before + after
    return chance.choice(
        (
            before + after,
            before + letter * 2 + after,
            before + after[0] + letter + after[1:],
        )
    )


def write(file: Path, truth: Path, rows: Iterable[LabelledRow]) -> None:
    """Write the cohort file, and beside it what each row is."""
    with (
        file.open("w", encoding="utf-8", newline="") as cohort,
        truth.open("w", encoding="utf-8", newline="") as answers,
    ):
        writer = csv.DictWriter(cohort, HEADERS)
        writer.writeheader()
        key = csv.writer(answers)
        key.writerow(("ROW", "LABEL", "NHS_NUMBER"))
        for row_number, row in enumerate(rows, start=2):
            writer.writerow(row.cells)
            key.writerow((row_number, row.label, row.nhs_number))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description="Draw a cohort file from the people that pds_simulator generates."
    )
    parser.add_argument("file", type=Path, help="the cohort file to write")
    parser.add_argument("truth", type=Path, help="where to write what each row is")
    parser.add_argument("--generate", type=int, required=True, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument(
        "--year", type=int, required=True, help="2026: for 2026 to 2027"
    )
    parser.add_argument("--school", action="append", metavar="URN")
    parser.add_argument("--with-number", type=float, default=0, metavar="SHARE")
    options = parser.parse_args(arguments)
    rows = draw(
        generate(options.generate, seed=options.seed),
        generate(options.rows, seed=options.seed + 1),
        rows=options.rows,
        seed=options.seed,
        born=Born.for_school_years(options.year),
        schools=options.school or (SCHOOL_UNKNOWN,),
        with_number=options.with_number,
    )
    write(options.file, options.truth, rows)


if __name__ == "__main__":
    main()
