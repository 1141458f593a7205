"""A file in which almost every row is wrong, each in its own way."""

from dataclasses import dataclass

from mavis.demo.cast import HEADERS, Birthday, Part, Person, nhs_number, row_of
from mavis.demo.places import ACADEMY, NETHERBY_HIGH, PRIMARY


@dataclass(frozen=True, slots=True)
class Mistake:
    """Cells of an otherwise good row, and the column that is to be named.

    No column: the whole row is wrong (it is blank, or it is there twice).
    """

    cells: dict[str, str]
    column: str | None


_TWICE = {"CHILD_FIRST_NAME": "Iris", "CHILD_LAST_NAME": "Fletcher"}

MISTAKES = (
    Mistake({"CHILD_FIRST_NAME": ""}, "CHILD_FIRST_NAME"),
    Mistake({"CHILD_LAST_NAME": "M£rsh"}, "CHILD_LAST_NAME"),
    Mistake({"CHILD_DATE_OF_BIRTH": "31/02/2015"}, "CHILD_DATE_OF_BIRTH"),
    Mistake({"CHILD_DATE_OF_BIRTH": "01/09/2099"}, "CHILD_DATE_OF_BIRTH"),
    Mistake({"CHILD_DATE_OF_BIRTH": "41974"}, "CHILD_DATE_OF_BIRTH"),
    Mistake({"CHILD_DATE_OF_BIRTH": "05/11/2001"}, "CHILD_DATE_OF_BIRTH"),
    Mistake({"CHILD_POSTCODE": "Coverwick"}, "CHILD_POSTCODE"),
    Mistake({"CHILD_SCHOOL_URN": "99005"}, "CHILD_SCHOOL_URN"),
    Mistake({"CHILD_SCHOOL_URN": NETHERBY_HIGH.urn}, "CHILD_SCHOOL_URN"),
    Mistake({"CHILD_YEAR_GROUP": "Year 15"}, "CHILD_YEAR_GROUP"),
    Mistake({"CHILD_GENDER": "boy"}, "CHILD_GENDER"),
    Mistake({"CHILD_NHS_NUMBER": "999 970 1234"}, "CHILD_NHS_NUMBER"),
    Mistake({"CHILD_NHS_NUMBER": "9.9997E+09"}, "CHILD_NHS_NUMBER"),
    Mistake({"PARENT_1_RELATIONSHIP": "Mum"}, "PARENT_1_RELATIONSHIP"),
    Mistake({"PARENT_1_NAME": "Kit Oakes", "PARENT_1_PHONE": "0770"}, "PARENT_1_PHONE"),
    Mistake(
        {"PARENT_2_NAME": "Lou Oakes", "PARENT_2_EMAIL": "lou at example.com"},
        "PARENT_2_EMAIL",
    ),
    Mistake(dict.fromkeys(HEADERS, ""), None),
    Mistake({"CHILD_NHS_NUMBER": nhs_number(150)}, "CHILD_NHS_NUMBER"),
    Mistake({"CHILD_NHS_NUMBER": nhs_number(150)}, "CHILD_NHS_NUMBER"),
    Mistake(_TWICE, None),
    Mistake(_TWICE, None),
)
_NAMES = (
    "Amos", "Bonnie", "Conor", "Dora", "Elias", "Flora", "Gareth", "Hettie", "Ivan",
    "Jasmine", "Karim", "Leila", "Morgan", "Nadia", "Orla", "Piotr", "Queenie", "Reuben",
    "Sunita", "Toby", "Uma",
)  # fmt: skip


def rows(year: int) -> list[dict[str, str]]:
    """Return the rows: a good one, and then one for each mistake."""
    good = Part(
        shows="the only row without a mistake",
        person=Person(
            serial=149, first_name="Vera", last_name="Garner", born=Birthday(8, 5, 20),
            gender="female", home="1 Copper Row", postcode="LE9 6ST",
        ),
        school=ACADEMY,
    )  # fmt: skip
    return [row_of(good, year)] + [
        _ordinary(n, name, year) | mistake.cells
        for n, (name, mistake) in enumerate(zip(_NAMES, MISTAKES, strict=True))
    ]


def _ordinary(n: int, first_name: str, year: int) -> dict[str, str]:
    """Return a good row for the mistake to be made in."""
    part = Part(
        shows="a mistake",
        person=Person(
            serial=0, first_name=first_name, last_name="Fletcher",
            born=Birthday(4, 11, 5), gender="not known", home=f"{n + 2} Copper Row",
            postcode="LE9 6ST",
        ),
        school=PRIMARY,
        gives_number=False,
    )  # fmt: skip
    return row_of(part, year)
