"""A cohort file drawn from generated people, with what is wrong in each row.

The truth is known, so that how many NHS numbers an import finds, and how many of
them are right, can be measured. `python -m pds.simulator.cohort --help` writes one.
"""

import argparse
import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pds.simulator.cohort_rows import HEADERS, Told, row, told
from pds.simulator.generate import generate
from pds.simulator.labels import SHARES, Born, Label, LabelledRow
from pds.simulator.people import Person
from pds.simulator.pools import pools

SCHOOL_UNKNOWN = "888888"


def draw(
    people: Sequence[Person],
    strangers: Sequence[Person],
    *,
    rows: int,
    seed: int,
    born: Born,
    schools: Sequence[str] = (SCHOOL_UNKNOWN,),
    with_number: float = 0.0,
    shares: Mapping[Label, float] = SHARES,
) -> list[LabelledRow]:
    """Draw a cohort, each child once, in no order.

    :param strangers: people whom PDS does not know
    :param with_number: the share of rows that give the child's NHS number; those of
        a superseded record always give the old one, and those of twins who are to
        be confused always one or none
    :param shares: of the labels, the rarest first; the rest is as PDS holds it
    """
    chance = random.Random(seed)  # noqa: S311 it must be repeatable
    older = {p.superseded_by: p.nhs_number for p in people if p.superseded_by}
    drawn: list[Told] = []
    taken: set[int] = set()
    groups_of = pools(people, strangers, born)
    for label in (*shares, Label.AS_HELD):
        groups = [
            group
            for group in groups_of[label]
            if not any(id(person) in taken for person in group)
        ]
        chance.shuffle(groups)
        most = round(rows * shares[label]) if label in shares else rows
        ends = min(rows, len(drawn) + most)
        for group in groups:
            if any(id(person) in taken for person in group):
                continue  # a namesake of one just drawn
            if len(drawn) >= ends:
                break
            taken |= {id(person) for person in group}
            drawn += told(
                chance, label, group, older_numbers=older, with_number=with_number
            )
    del drawn[rows:]
    chance.shuffle(drawn)
    return [row(chance, said, urn=chance.choice(schools)) for said in drawn]


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
        for row_number, labelled in enumerate(rows, start=2):
            writer.writerow(labelled.cells)
            key.writerow((row_number, labelled.label, labelled.nhs_number))


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
