"""What is written into the folder of the demonstration."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from openpyxl import Workbook

from mavis.demo import parts, places
from mavis.demo.cast import people_of
from mavis.demo.samples import Cell, Sample, samples
from mavis.rules import gias
from pds.simulator.people import HEADER as PEOPLE_HEADER

PEOPLE, SCHOOLS = "people.csv", "schools.csv"


def write_all(folder: Path, *, year: int, replace: bool) -> None:
    """Write the people of the simulator, the schools and the sample files.

    :param replace: write them all again; else only those that are missing
    """
    folder.mkdir(parents=True, exist_ok=True)

    def is_wanted(name: str) -> bool:
        return replace or not (folder / name).exists()

    if is_wanted(PEOPLE):
        people = [line for part in parts.ALL for line in people_of(part, year)]
        _write_csv(folder / PEOPLE, PEOPLE_HEADER, people)
    if is_wanted(SCHOOLS):
        _write_csv(folder / SCHOOLS, gias.HEADERS, places.gias_lines())
    for sample in samples(year):
        if is_wanted(sample.file.name):
            write_sample(folder / sample.file.name, sample)


def write_sample(path: Path, sample: Sample) -> None:
    """Write one sample file, as CSV or as a workbook by its name."""
    if path.suffix == ".xlsx":
        _write_workbook(path, sample)
    else:
        _write_csv(path, sample.headers, sample.rows)


def _write_csv(
    path: Path, headers: tuple[str, ...], rows: Iterable[Mapping[str, Cell]]
) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, headers, restval="")
        writer.writeheader()
        writer.writerows(rows)


def _write_workbook(path: Path, sample: Sample) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "Children"
    sheet.append(sample.headers)
    for row in sample.rows:
        sheet.append([row.get(header, "") or None for header in sample.headers])
    book.save(path)
