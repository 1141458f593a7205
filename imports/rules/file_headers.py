"""Which cell of a row belongs to which column (spec section 3, step 3)."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from imports.rules.columns import BY_HEADER, COLUMNS
from imports.rules.file_kinds import SEPARATORS, NotUsable, separated_by
from imports.rules.problems import VALUE_KEPT, Problem
from mavis.rules.cells import clean

# The column that rows_to_mend adds. It may stay in the file when that comes back.
TO_MEND = "WHAT_TO_MEND"
# A file with more is no cohort file, and a list of its columns would help nobody.
MOST_HEADERS = 500
_LONGEST_HEADER = 300

_UNDERSCORES = re.compile(r"[\s\-_]+")
# What other systems call the words of our headers.
_OTHER_WORDS = {
    "GIVEN": "FIRST",
    "FORENAME": "FIRST_NAME",
    "FIRSTNAME": "FIRST_NAME",
    "FAMILY": "LAST",
    "SURNAME": "LAST_NAME",
    "LASTNAME": "LAST_NAME",
    "KNOWN": "PREFERRED",
    "DOB": "DATE_OF_BIRTH",
    "BIRTHDATE": "DATE_OF_BIRTH",
    "SEX": "GENDER",
    "CLASS": "REGISTRATION",
    "POST": "POSTCODE",
    "CITY": "TOWN",
    "MOBILE": "PHONE",
    "TELEPHONE": "PHONE",
    "NO": "NUMBER",
}
# NAME is as like CHILD_LAST_NAME as this, and may well be the whole name.
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Headers:
    """Where each column's cells are, and what the first row is warned about."""

    places: dict[str, int]  # header → index of its cell in a row
    unnamed: tuple[int, ...]  # indices of the cells that have no header
    width: int  # cells beyond it belong to no column
    warnings: tuple[Problem, ...]


def normalise(text: str) -> str:
    """Return a header as it is compared: any case, spaces and hyphens count alike.

    >>> normalise(" child first-name ")
    'CHILD_FIRST_NAME'
    """
    return _UNDERSCORES.sub("_", clean(text).upper())


def read(cells: Sequence[str]) -> Headers:
    """Return what the first row says.

    :raises NotUsable: the cells are not separated by commas, or are too many
    :raises MissingColumns: required columns are not there
    """
    names = [normalise(cell) for cell in cells]
    named = [name for name in names if name]
    if len(named) == 1:
        raise _one_column(next(cell for cell in cells if normalise(cell)))
    if len(named) > MOST_HEADERS:
        raise NotUsable(
            "too_many_columns",
            f"The file has {len(named):,} columns and may have at most "
            f"{MOST_HEADERS}. Remove the columns that the template does not have",
        )
    places: dict[str, int] = {}
    unknown: list[str] = []
    repeated: list[str] = []
    for index, name in enumerate(names):
        if name in places:
            repeated.append(name)
        elif name in BY_HEADER:
            places[name] = index
        elif name and name != TO_MEND:
            unknown.append(name[:_LONGEST_HEADER])
    meant = _did_you_mean(unknown, places)
    _check_required(places, meant)
    warnings = [_unknown(name, meant.get(name)) for name in dict.fromkeys(unknown)]
    warnings += [_repeated(name) for name in dict.fromkeys(repeated)]
    return Headers(
        places=places,
        unnamed=tuple(index for index, name in enumerate(names) if not name),
        width=len(names),
        warnings=tuple(warnings),
    )


class MissingColumns(Exception):
    """Required columns are not in the file. `problems` names each."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("required columns are missing")
        self.problems = problems


def _did_you_mean(unknown: Iterable[str], places: dict[str, int]) -> dict[str, str]:
    """Return for unknown headers the column that the file lacks and may mean."""
    lacking = [column.header for column in COLUMNS if column.header not in places]
    meant = {}
    for name in unknown:
        words = "_".join(_OTHER_WORDS.get(word, word) for word in name.split("_"))
        tried = dict.fromkeys([words, f"CHILD_{words}", name])
        best = max(
            ((_likeness(text, header), header) for text in tried for header in lacking),
            default=(0.0, ""),
        )
        if best[0] > _ALIKE:
            meant[name] = best[1]
    return meant


def _likeness(one: str, other: str) -> float:
    # PARENT_2_NAME is a letter away from PARENT_1_NAME and means another person.
    if re.findall("[0-9]+", one) != re.findall("[0-9]+", other):
        return 0.0
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    # The quick answers are upper bounds of the slow one.
    if matcher.real_quick_ratio() <= _ALIKE or matcher.quick_ratio() <= _ALIKE:
        return 0.0
    return matcher.ratio()


def _check_required(places: dict[str, int], meant: dict[str, str]) -> None:
    problems = []
    for column in COLUMNS:
        if not column.required or column.header in places:
            continue
        called = next((name for name in meant if meant[name] == column.header), None)
        if called:
            message = f"Rename the column {called} to {column.header}"
        else:
            message = f"Add the column {column.header}, which is required"
        problems.append(Problem(None, column.header, "column_missing", message))
    if problems:
        raise MissingColumns(tuple(problems))


def _unknown(name: str, meant: str | None) -> Problem:
    message = f"The column {name} is not used"
    if meant:
        message += f". Did you mean {meant}?"
    return Problem(None, name, "column_not_used", message)


def unnamed(place: int) -> Problem:
    """Return the warning about cells below no header."""
    return Problem(
        None,
        None,
        "column_not_used",
        f"Column {_letters(place)} has no header and is not used",
    )


def _letters(place: int) -> str:
    """Return what a spreadsheet calls a column: A, B, …, Z, AA, AB."""
    letters = ""
    while place >= 0:
        place, letter = divmod(place, 26)
        letters = chr(ord("A") + letter) + letters
        place -= 1
    return letters


def _repeated(name: str) -> Problem:
    return Problem(
        None,
        name,
        "column_repeated",
        f"The column {name} is there more than once. Only the first is read; the "
        "others are not used",
    )


def _one_column(header: str) -> NotUsable:
    for separator, what in SEPARATORS:
        if separator in header:
            return separated_by(what)
    return NotUsable(
        "one_column",
        "The file has only one column. Save it as “CSV UTF-8 (Comma delimited)” with "
        f"the columns of the template. The column is “{clean(header)[:VALUE_KEPT]}”",
    )
